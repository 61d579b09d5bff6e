--- pay.payment_methods

local direct = require "obol.client.direct"
local resource = require "obol.client.resource"

local M = {}

--- Starts keeping a card: params = { customer = { id = }, type =, return_url =, cancel_url = }.
-- Answers the result, whose `action` is a page or a client secret; it is not recorded.
function M.create(client, params, options)
  return direct.run(client, "payment_method.create", params, options)
end

--- The cards that a customer keeps: params = { customer = { id = } }.
function M.list(client, params, options)
  return direct.run(client, "payment_method.list", params, options, "payment_methods")
end

-- Whether the customer's cards, asked for now, are without this one; nil when they cannot be read.
local function is_gone(client, params, options)
  local cards = direct.run(client, "payment_method.list", { customer = params.customer }, options, "payment_methods")
  if not cards then return nil end
  for _, card in ipairs(cards) do
    if card.id == params.provider_id then return false end
  end
  return true
end

--- Forgets a card: params = { customer = { id = }, provider_id = }. Where no answer came, the
-- customer's cards tell whether it was done.
function M.remove(client, params, options)
  resource.want(params, "table", "what to remove")
  if options ~= nil then resource.want(options, "table", "options") end
  local result, err = direct.run(client, "payment_method.remove", params, options)
  if result or err.outcome ~= "unknown" or not is_gone(client, params, options) then return result, err end
  return { outcome = "succeeded", provider_id = params.provider_id }
end

return M
