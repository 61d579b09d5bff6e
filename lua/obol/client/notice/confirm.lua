--- Asking the provider whether what a notification says is so.

local amounts = require "obol.client.amounts"
local attempt = require "obol.client.attempt"
local bucket = require "obol.client.bucket"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local refund_settle = require "obol.client.refund_settle"

local M = {}

-- What is forgeable has matched a record by then, so this bounds only those who know one.
local BURST, A_SECOND = 50, 20

--- Whether the event may be acted on only after the provider was asked.
function M.is_wanted(note)
  return note.event.confirm == true or not note.signed
end

--- Takes the right to ask about a forgeable notification: true, or nil and an error.
function M.may_ask(client, note)
  if note.signed or bucket.take(client, "notice/" .. note.account, BURST, A_SECOND) then return true end
  return nil, fault.conflict("too many notifications that prove nothing; expected a later delivery", note.account)
end

local function ask(client, note, operation, params, expect, options)
  local ok, err = M.may_ask(client, note)
  if not ok then return nil, err end
  local result, reply = exchange.run(client, {
    account = note.account, operation = operation, key = expect.key, order_id = params.order_id,
    deadline = options.deadline, params = params, expect = expect,
  })
  if not result then return nil, reply end
  err = fault.of_result(result, note.account, reply)
  if result.mismatch then
    err = fault.conflict("the provider's own record differs from what is recorded", note.account)
    err.field = result.mismatch
    return nil, err, true
  end
  if result.outcome == "unknown" or result.outcome == "not_sent" then return nil, err end
  return result, err
end

-- The operation that asks about a payment with what is known of it, or nil.
local function operation_of(client, note, one, provider_id)
  if one and not one.proof then return attempt.query_of(client, one, provider_id) end
  return provider_id and client.accounts[note.account]:supports("payment.query") and "payment.query" or nil
end

--- Whether a success is to be asked about because it names no amount that could be held against the record.
function M.lacks_amount(client, note, found)
  local event, record = note.event, found.one or found.row
  if event.amount ~= nil or not record.amount then return false end
  return operation_of(client, note, found.one, event.provider_id or record.provider_id) ~= nil
end

--- Asks about the payment of `found`: a result whose outcome is that of the payment; or nil and an
-- error when nothing is known by it (with true behind where the provider tells of another payment).
-- `but_amount`: any amount will do.
function M.payment(client, note, found, options, but_amount)
  local event, one, row = note.event, found.one, found.row
  local record = one or row
  local id = event.provider_id or record.provider_id
  local operation = operation_of(client, note, one, id)
  if not operation then return nil, fault.unsupported("nothing can be asked about this payment", note.account) end
  local key, customer_id = event.key or (one and one.key), record.customer_id
  return ask(client, note, operation, {
    provider_id = id, key = key, order_id = row.order_id, created_ms = record.created_ms,
    customer = customer_id and { id = customer_id } or nil,
  }, {
    key = key, order_id = row.order_id, provider_id = id, customer_id = customer_id, product_id = record.product_id,
    amount = not but_amount and amounts.of_row(record.amount, record.currency) or nil,
  }, options)
end

--- Asks about a refund, in the same way. about = { refund_id =, amount =, currency =, key =,
-- created_ms =, provider_id = (of the charge) }; `row` is its payment.
function M.refund(client, note, row, about, options)
  if not client.accounts[note.account]:supports("refund.query") then
    return nil, fault.unsupported("nothing can be asked about this refund", note.account)
  end
  return ask(client, note, "refund.query", {
    refund_id = about.refund_id, provider_id = about.provider_id, key = about.key, created_ms = about.created_ms,
    order_id = row.order_id,
  }, {
    refund_id = about.refund_id, provider_id = about.provider_id, order_id = refund_settle.known_order(row),
    amount = amounts.of_row(about.amount, about.currency),
  }, options)
end

return M
