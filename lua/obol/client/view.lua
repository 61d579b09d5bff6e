--- What callers see of the ledger's rows.

local amounts = require "obol.client.amounts"
local attempt = require "obol.client.attempt"
local due = require "obol.client.due"
local fault = require "obol.client.fault"

local M = {}

-- When what the payer was shown can no longer be paid; nil where nothing is open.
local function end_of(client, row, attempts)
  if row.status ~= "requires_action" and row.status ~= "processing" then return nil end
  for _, one in ipairs(attempts) do
    if one.key == row.attempt then return one.created_ms + due.life_ms(client, one) end
  end
  return nil
end

--- A payment: order_id, status, amount (money or nil), refunded (money), action, error, account,
-- provider_id, subscription_id, customer_id, product_id, disputed, surplus (list or nil),
-- unresolved, renewal_of, attempts (list), created_ms, updated_ms, expires_ms. `err` stands in for the recorded
-- error: it knows more, and what the provider wrote is not recorded.
function M.payment(client, row, err)
  local attempts, recorded = {}, client.ledger:attempts(row.order_id) or {}
  for _, one in ipairs(recorded) do
    if not one.refund_id and one.operation == row.operation then attempts[#attempts + 1] = attempt.view(one) end
  end
  return {
    order_id = row.order_id, status = row.status, amount = amounts.of_row(row.amount, row.currency),
    refunded = amounts.of_row(row.refunded, row.currency) or amounts.zero(row.currency),
    action = row.action, error = err or fault.of_row(row.error), account = row.account,
    provider_id = row.provider_id, subscription_id = row.subscription_id,
    customer_id = row.customer_id, product_id = row.product_id, disputed = row.disputed or false,
    surplus = row.surplus, unresolved = row.unresolved or false, renewal_of = row.renewal_of,
    attempts = attempts, created_ms = row.created_ms, updated_ms = row.updated_ms,
    expires_ms = end_of(client, row, recorded),
  }
end

--- A subscription: order_id (of its first charge), id (the provider's), status, product_id,
-- customer_id, period_end_ms, auto_renew, trial, action, error, account, and `payment`, its first
-- charge (`first` is that charge's row, where the caller has it).
function M.subscription(client, row, err, first)
  first = first or client.ledger:payment(row.order_id)
  local payment = first and M.payment(client, first)
  local pending = payment and payment.status ~= "succeeded"
  return {
    order_id = row.order_id, id = row.provider_id, status = row.status, product_id = row.product_id,
    customer_id = row.customer_id, account = row.account, period_end_ms = row.period_end_ms,
    auto_renew = row.auto_renew, trial = row.trial or false, payment = payment,
    action = row.action or (pending and payment.action) or nil,
    error = err or fault.of_row(row.error) or (pending and payment.error) or nil,
    unresolved = row.unresolved or false, created_ms = row.created_ms, updated_ms = row.updated_ms,
  }
end

--- A refund: refund_id, order_id, status, amount (money), reason, provider_id (the provider's own id of
-- it), account, unresolved, error.
function M.refund(_, row, err)
  return {
    refund_id = row.refund_id, order_id = row.order_id, status = row.status,
    amount = amounts.of_row(row.amount, row.currency), reason = row.reason,
    provider_id = row.provider_id, account = row.account, error = err or fault.of_row(row.error),
    unresolved = row.unresolved or false, created_ms = row.created_ms, updated_ms = row.updated_ms,
  }
end

--- Rows through `show`, with the cursor that follows them.
function M.list(client, rows, cursor, show)
  local list = {}
  for place, row in ipairs(rows) do list[place] = show(client, row) end
  return list, cursor
end

return M
