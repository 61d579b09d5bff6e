--- Payments and errors as the merchant's server reads them.

local link = require "obol.nginx.link"
local reply = require "obol.nginx.reply"

local M = {}

local status_of = { invalid = 422, unsupported = 422, conflict = 409, not_found = 404, rate_limited = 429,
  storage = 503, internal = 500, declined = 402, timeout = 504 }

local function plain(value)
  local kind = type(value)
  if kind == "string" or kind == "number" or kind == "boolean" then return value end
  if kind ~= "table" then return nil end
  local out = {}
  for key, member in pairs(value) do out[key] = plain(member) end
  return out
end

local function fault_of(err)
  if not err then return nil end
  return { kind = err.kind, message = tostring(err), outcome = err.outcome, provider_code = plain(err.provider_code),
    retryable = err.retryable }
end

--- A payment as JSON: members as those of `pay.payments`, amounts as text beside their currency, and
-- `checkout_url`, the page that shows it to the payer.
function M.payment(shop, payment)
  local attempts = {}
  for place, one in ipairs(payment.attempts) do
    attempts[place] = { account = one.account, outcome = one.outcome, key = one.key }
  end
  return {
    order_id = payment.order_id, status = payment.status, amount = payment.amount and payment.amount:format(),
    currency = payment.amount and payment.amount:currency(), refunded = payment.refunded and payment.refunded:format(),
    account = payment.account, provider_id = payment.provider_id, customer_id = payment.customer_id,
    action = plain(payment.action), error = fault_of(payment.error), attempts = attempts,
    unresolved = payment.unresolved or nil, created_ms = payment.created_ms, updated_ms = payment.updated_ms,
    expires_ms = payment.expires_ms,
    checkout_url = link.view_url(shop, payment),
  }
end

--- A subscription as JSON: members as those of `pay.subscriptions`, and its first charge as `payment`.
function M.subscription(shop, made)
  return {
    order_id = made.order_id, id = made.id, status = made.status, account = made.account, product_id = made.product_id,
    customer_id = made.customer_id, period_end_ms = made.period_end_ms, auto_renew = made.auto_renew,
    trial = made.trial, action = plain(made.action), error = fault_of(made.error),
    payment = made.payment and M.payment(shop, made.payment), created_ms = made.created_ms,
    updated_ms = made.updated_ms,
  }
end

--- An error as a problem: its kind decides the status; what the provider wrote stays out. The answer's `passes` is true
-- where the same call may get another one later.
function M.fault(err)
  local list
  if err.fields then
    list = {}
    for place, one in ipairs(err.fields) do list[place] = { field = one.field, message = one.message } end
  elseif err.field then
    list = { { field = err.field, message = err.message } }
  end
  -- a limit that is used up, or a maintenance: nothing is wrong with the order
  local status = err.kind == "unsupported" and err.retryable and 503 or status_of[err.kind] or 502
  local answer = reply.problem(status, tostring(err), { kind = err.kind, errors = list,
    retryable = err.retryable or nil })
  answer.passes = err.retryable
  return answer
end

return M
