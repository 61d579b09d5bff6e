--- pay.payments. A payment is known by the merchant's own order_id. Its members:
--
-- * `order_id`, `status`, `amount` and `refunded` (obol.money), `account`, `created_ms`, `updated_ms`
-- * `action`: what the payer does next, a table with a `type` (`redirect`) and what belongs to it
--   (`url`); nil when there is nothing to do
-- * `error`: the last attempt's error, an obol.error, or nil
-- * `attempts`: a list of `{ key =, account =, operation =, outcome =, kind =, code =, provider_id =,
--   generation =, rule = (the name of the one that chose the account), created_ms =, answered_ms = }`
-- * `expires_ms`: while it is open, when it can no longer be paid as it was begun
-- * `provider_id`, `subscription_id`, `customer_id`, `product_id`; `renewal_of` (the order_id of the
--   subscription's first charge)
-- * `disputed`, `unresolved`: booleans; `surplus`: a list of further proven successes, or nil

local attempt = require "obol.client.attempt"
local charge = require "obol.client.charge"
local checked = require "obol.client.options"
local errors = require "obol.error"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local list = require "obol.client.list"
local notice = require "obol.client.notice"
local resolve = require "obol.client.resolve"
local resource = require "obol.client.resource"
local settle = require "obol.client.settle"
local view = require "obol.client.view"

local M = {}

-- The recorded payment, or nil and an error.
local function find_row(client, order_id)
  local row, err = client.ledger:payment(order_id)
  if row then return row end
  return nil, err or fault.missing("no payment has this order_id")
end

--- Creates a payment, or gives back the one with this order_id. params: `order_id` (text of 1 to 128
-- bytes) and the fields of `payment.create` on the provider's page; `item = {}` is short for
-- `items = { {} }`. options: timeout_ms, account, token. Answers a payment once an attempt is
-- recorded, whatever came of it; nil and an error when nothing was sent or recorded.
function M.create(client, params, options)
  resource.want(params, "table", "a payment")
  local limits, err = checked.check(client, options)
  if not limits then return nil, err end
  local row
  row, err = charge.create(client, "payment.create", params, limits)
  if not row then return nil, err end
  return view.payment(client, row, err)
end

--- The recorded payment, or nil and an error (`not_found`). Sends nothing.
function M.get(client, order_id)
  resource.want(order_id, "string", "an order_id")
  local row, err = find_row(client, order_id)
  return row and view.payment(client, row), err
end

--- All that is recorded of an order, oldest first: a list of { type =, time_ms =, ... }, or nil and an error. An
-- `attempt` has key, account, operation, generation, rule; its `answer` outcome, kind, code, http_status,
-- provider_id and `refused_state` (a change of state that was refused); a `notification` id, about (its type),
-- verified_by, applied_ms, is_waiting; an `event` id, about, status, outcome. Those of refunds have refund_id.
function M.history(client, order_id)
  resource.want(order_id, "string", "an order_id")
  local row, err = find_row(client, order_id)
  if not row then return nil, err end
  local ok, found = pcall(require("obol.client.history").of, client, row)
  if ok then return found end
  if errors.is(found) then return nil, found end
  error(found, 0)
end

--- Asks the provider once and answers the payment as it stands then. A query that failed leaves it
-- as it was, with the query's error in `payment.error` and behind the payment as a second value.
function M.refresh(client, order_id, options)
  resource.want(order_id, "string", "an order_id")
  local row, limits = checked.about(client, find_row, order_id, options)
  if not row then return nil, limits end
  local found, err = resolve.run(client, row, limits)
  local now = notice.take_up(client, found)
  local shown = now.status == found.status and err or nil
  return view.payment(client, now, shown), now.status == row.status and shown or nil
end

--- Closes an unpaid payment where the provider can do that; `unsupported` elsewhere, `conflict` for
-- a payment that is over.
function M.cancel(client, order_id, options)
  resource.want(order_id, "string", "an order_id")
  local row, limits = checked.about(client, find_row, order_id, options)
  if not row then return nil, limits end
  if row.status == "canceled" then return view.payment(client, row) end
  local account = client.accounts[row.account]
  if not account or not account:supports("payment.cancel") then
    return nil, fault.unsupported("the provider cannot close a payment", row.account)
  end
  if row.status ~= "requires_action" and row.status ~= "processing" then
    return nil, fault.conflict("expected a payment that is under way", row.account)
  end
  local one, err = client.ledger:attempt(row.attempt)
  if not one then return nil, err or fault.conflict("expected a payment with an attempt", row.account) end
  account, err = attempt.account_of(client, one)
  if not account then return view.payment(client, row, err) end
  local result, reply = exchange.run(client, {
    account = row.account, operation = "payment.cancel", order_id = order_id, key = one.key,
    token = limits.token, deadline = limits.deadline, params = { order_id = order_id, provider_id = row.provider_id },
    expect = { order_id = order_id, provider_id = row.provider_id, key = one.key },
  })
  if not result then return view.payment(client, row, reply) end
  local shown = fault.of_result(result, row.account, reply)
  if result.outcome ~= "succeeded" then return view.payment(client, row, shown) end
  local closed = { outcome = "declined", kind = "declined", code = "canceled" }
  local recorded, ledger_err = settle.record(client, row, one, closed, { status = "canceled", reply = reply })
  return view.payment(client, recorded or row, ledger_err)
end

local filters = { status = "text", account = "text", customer = "text", customer_id = "text", product_id = "text",
  unresolved = "flag" }

--- Recorded payments, oldest first: query = { status =, account =, customer = (an id), product_id =,
-- unresolved = true (what asking cannot resolve), from_ms =, to_ms =, limit = (1 to 1000), cursor = }.
-- Answers a list and the cursor of the next page, nil after the last.
function M.list(client, query)
  return list.run(client, "payments", query, filters, view.payment)
end

--- Whether a customer has paid for an item: query = { customer =, item = (ids, or tables with `id` and
-- `product_id`), extra = (what only a provider knows) }. Answers a list of payments whose member
-- `paid` tells whether one of them succeeded. Where the provider can find payments it is asked, and
-- where it shows orders to the payer alone that needs the payer's token (`unsupported` without it);
-- else the recorded payments are looked through. options: timeout_ms, account, token.
function M.find(client, query, options)
  resource.want(query, "table", "what to find")
  local limits, err = checked.check(client, options)
  if not limits then return nil, err end
  return require("obol.client.find").run(client, query, limits)
end

return M
