--- pay.payment_methods

local direct = require "obol.client.direct"

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

--- Forgets a card: params = { customer = { id = }, provider_id = }.
function M.remove(client, params, options)
  return direct.run(client, "payment_method.remove", params, options)
end

return M
