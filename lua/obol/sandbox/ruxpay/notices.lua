--- RuxPay's notifications: what they tell, how they are signed, when they come again.

local amount = require "obol.sandbox.ruxpay.amount"
local codes = require "obol.sandbox.ruxpay.codes"
local json = require "obol.sandbox.json"
local members = require "obol.sandbox.ruxpay.members"

local M = {}

--- Waits before each further try, in ms: the tries come 5 s, 5 min, 15 min and 30 min after the first.
M.RETRIES = { 5000, 295000, 600000, 900000 }

-- A forged one carries made-up digits; a wrong key is a real one, of somebody else.
local function sign(app, shop, body, mode)
  if mode == "forged" then return ("0"):rep(64) end
  local key = mode == "wrong_key" and app.ids:named("ruxpay.other_key", 32) or shop.secret_key
  return members.sign(body, key)
end

-- Another amount, well signed.
local function misprice(body)
  return (body:gsub('("%l+Amount":")(%d+)', function(name, whole)
    return name .. string.format("%d", tonumber(whole) + 1)
  end))
end

local function push(app, kind, payment, rows)
  app.sandbox.webhooks:push{ provider = "ruxpay", type = kind, url = payment.notify, body = json.write(json.obj(rows)),
    retries = M.RETRIES, misprice = misprice, accepted = function(status) return status == 200 end,
    sign = function(body, _, mode)
      return { ["content-type"] = "application/json" }, members.signed(body, sign(app, payment.shop, body, mode))
    end }
end

local function app_id(payment) return { "appId", json.number(payment.shop.app_id) } end

local function stamp(app) return { "timestamp", app.sandbox:stamp_ms() } end

--- Tells that a transaction has ended.
function M.sale(app, payment)
  push(app, "Sale", payment, { { "code", payment.code }, app_id(payment), { "isTest", app.is_test },
    { "uniqueId", payment.unique_id }, { "transactionType", payment.trade },
    { "transactionCurrency", payment.currency }, { "transactionAmount", amount.write(payment.amount) },
    { "transactionId", payment.transaction_id }, { "billDescription", "*Description" },
    { "transactionCardNumber", payment.card or "" }, { "transactionMessage", codes.said(payment.code) },
    { "message", codes.message(payment.code) }, stamp(app) })
end

--- Tells that a refund has ended.
function M.refund(app, refund)
  push(app, "Refund", refund.of, { { "code", refund.code }, { "transactionType", "Refund" }, app_id(refund.of),
    { "uniqueId", refund.of.unique_id }, { "refundCurrency", refund.of.currency },
    { "refundAmount", amount.write(refund.amount) }, { "refundUniqueId", refund.unique_id },
    { "refundMessage", codes.said(refund.code) }, { "merchantRefundId", refund.refund_id },
    { "message", codes.message(refund.code) }, stamp(app) })
end

--- Tells that the card's owner had a payment charged back.
function M.chargeback(app, payment, thousandths)
  push(app, "Chargeback", payment, { app_id(payment), { "transactionType", "Chargeback" },
    { "chargebackCurrency", payment.currency }, { "chargebackAmount", amount.write(thousandths) },
    { "uniqueId", payment.unique_id }, stamp(app) })
end

return M
