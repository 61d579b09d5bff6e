--- Refunds, asked for by a call or made in the dashboard, and chargebacks.

local amount = require "obol.sandbox.ruxpay.amount"
local codes = require "obol.sandbox.ruxpay.codes"
local fields = require "obol.sandbox.ruxpay.fields"
local json = require "obol.sandbox.json"
local notices = require "obol.sandbox.ruxpay.notices"
local payments = require "obol.sandbox.ruxpay.payments"
local requests = require "obol.sandbox.ruxpay.requests"

local M = {}

-- What can still be given back.
local function left(payment)
  return payment.code == 100 and payment.amount - payment.refunded - payment.charged_back or 0
end

local function keep(app, payment, refund_id, thousandths)
  payment.refunded = payment.refunded + thousandths
  local refund = { is = "refund", of = payment, refund_id = refund_id, amount = thousandths, code = 110,
    unique_id = payments.unique_id(app), created_ms = app.clock:now(), at_ms = app:now() }
  app.refunds[#app.refunds + 1] = refund
  app.by_refund[refund_id], app.by_refund_unique[refund.unique_id] = refund, refund
  return refund
end

--- Ends a refund with 111, or 112, which gives the amount back to what can be refunded.
function M.finish(app, refund, code)
  refund.code, refund.done_ms, refund.due_ms = code, app.clock:now(), nil
  if code == 112 then refund.of.refunded = refund.of.refunded - refund.amount end
  notices.refund(app, refund)
end

--- A refund as lists show it.
function M.tree(app, refund)
  return json.obj{ { "code", refund.code }, { "merchantRefundId", refund.refund_id },
    { "uniqueId", refund.of.unique_id }, { "refundUniqueId", refund.unique_id },
    { "refundCurrency", refund.of.currency }, { "refundAmount", amount.write(refund.amount) },
    { "refundRequestAt", app:local_time(refund.at_ms) },
    { "refundAt", refund.done_ms and app:local_time(refund.done_ms) or json.null },
    { "message", codes.message(refund.code) }, { "timestamp", app:now() } }
end

local function problem_of(app, payment, thousandths)
  if not payment or payment.shop ~= app.caller then return "transaction not found" end
  if payment.code ~= 100 then return "only a successful transaction can be refunded" end
  if thousandths > left(payment) then return "the refund is larger than what is left of the transaction" end
  return nil
end

--- `POST /api/refund`. An id that was refused may be asked for again; one that was accepted may not.
function M.create(app, body)
  local read, problem = fields.read(app, body, requests.refund)
  if not read then return nil, { code = 500, message = problem } end
  if app.by_refund[read.refundTransactionId] then
    return nil, { code = 501, message = "duplicate refundTransactionId" }
  end
  local payment = app.by_unique[read.uniqueId]
  problem = problem_of(app, payment, read.amount)
  if problem then return nil, { code = 112, message = problem } end
  local refund = keep(app, payment, read.refundTransactionId, read.amount)
  app:wait_for(refund, app.refund_ms)
  return json.obj{ { "code", 110 }, { "message", codes.message(110) }, { "refundTransactionId", refund.refund_id },
    { "uniqueId", payment.unique_id }, { "refundUniqueId", refund.unique_id }, { "refundCurrency", payment.currency },
    { "refundAmount", amount.write(refund.amount) }, { "refundRequestAt", app:local_time(refund.at_ms) },
    { "refundAt", json.null }, { "timestamp", app:now() } }
end

-- The part of a payment that a caller means: `options.amount` in minor units, else all that is left.
local function part(payment, options)
  local most = left(payment)
  if most < 1 then return nil, { kind = "invalid", message = "reference: nothing is left to give back" } end
  if options.amount == nil then return most end
  local minor = options.amount
  local fits = type(minor) == "number" and minor % 1 == 0 and minor > 0
  local thousandths = fits and amount.thousandths(minor, payment.currency)
  if not thousandths or thousandths > most then
    return nil, { kind = "invalid", message = "amount: expected minor units, at most what is left" }
  end
  return thousandths
end

--- The merchant refunds in the dashboard: it is done at once.
function M.by_hand(app, payment, options)
  local thousandths, problem = part(payment, options)
  if not thousandths then return nil, problem end
  local refund = keep(app, payment, app.ids:next("dashboard-", 16), thousandths)
  M.finish(app, refund, 111)
  return { refund_id = refund.refund_id, refund_unique_id = refund.unique_id, unique_id = payment.unique_id,
    amount = amount.minor(thousandths, payment.currency), currency = payment.currency }
end

--- The card's owner charges a payment back: an event on it, which changes no code.
function M.chargeback(app, payment, options)
  local thousandths, problem = part(payment, options)
  if not thousandths then return nil, problem end
  payment.charged_back = payment.charged_back + thousandths
  local minor = amount.minor(thousandths, payment.currency)
  app.chargebacks[#app.chargebacks + 1] = { unique_id = payment.unique_id, order_id = payment.order_id, amount = minor,
    currency = payment.currency, created_ms = app.clock:now() }
  notices.chargeback(app, payment, thousandths)
  return { unique_id = payment.unique_id, amount = minor, currency = payment.currency }
end

return M
