--- What has to be known before an attempt can be made: a session, the listed price, the customer's orders.

local attempt = require "obol.client.attempt"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local proof = require "obol.client.proof"

local M = {}

--- Whether nobody else holds the right to such a purchase: true, or nil and an error.
function M.free(client, column, value, account)
  local held, err = client.ledger:holder(column, value)
  if err then return nil, err end
  if held then
    return nil, fault.conflict("another purchase of this product by this customer is open", account)
  end
  return true
end

local function prepare(client, one, plan, wanted, options)
  local ready, session_err = exchange.prepare(client, one.account, one.operation, options)
  if not ready then return nil, session_err end
  local asked = false
  if wanted.amount and proof.price_is_listed(plan) then
    local ok, err = proof.check_price(client, one.account, wanted, options)
    if not ok then return nil, err end
    asked = true
  end
  if not plan.proof then return asked end
  one.exclusive = attempt.exclusive(one.provider, one.customer_id, one.product_id)
  local ok, err = M.free(client, "exclusive", one.exclusive, one.account)
  if not ok then return nil, err end
  one.baseline, err = proof.baseline(client, one.account, plan, one.customer_id, one.product_id, options)
  if not one.baseline then return nil, err end
  return true
end

--- Asks what a provider that gives a purchase no id of ours needs to know before: the listed price, and the
-- customer's orders, which go into the attempt `one`. Whether anything was asked; or nil and an error, which counts as
-- a failure of the operation where it is a technical one.
function M.ask(client, operation, one, plan, wanted, options)
  local asked, err = prepare(client, one, plan, wanted, options)
  if asked == nil then exchange.failed_before(client, one.account, operation, err, options.timeout_ms) end
  return asked, err
end

return M
