-- RuxPay: cards, charged by the call itself; subscriptions; and the hosted page.

local obol = require "obol"

local M = { PAN = "4300000000000000", CVV = "0123" }

local function params(more, cvv)
  return function(order_id)
    local out = { order_id = order_id, amount = "8.88", currency = "USD", method = "card",
      customer = { ip = "203.0.113.9" }, items = { { name = "tea lights", price = "8.88", quantity = 1 } },
      card = { number = obol.secret(M.PAN), exp_month = 12, exp_year = 2028, holder = "san zhang",
        cvv = obol.secret(cvv or M.CVV) },
      billing = { country = "CA", first_name = "San", last_name = "Zhang", email = "san@shop.example" },
      return_url = "https://shop.example/back", notify_url = "https://shop.example/notify/cards" }
    for name, value in pairs(more or {}) do
      out[name] = value
      if value == false then out[name] = nil end
    end
    return out
  end
end

M.params = params

local states = { succeeded = "paid", declined = "ended", closed = "ended", pending = "open", redirect = "open" }

M.name = "ruxpay"
M.secrets = { "secret_key" }
M.more_secrets = function() return { M.PAN, M.CVV } end
M.account = function(box) return box:accounts().ruxpay end
M.create = { "^POST .*/api/payment$", "^POST .*/api/subscription$", "^POST .*/checkout/payment$" }
M.queries = { "payment.query" }
M.ways = {
  { name = "card", operation = "payment.create", params = params(), at_once = "succeeded", lost = "unknown",
    is_money = true },
  { name = "card by 3DS", operation = "payment.create", params = params(nil, "712"), at_once = "accepted",
    lost = "unknown", is_money = true },
  { name = "checkout", operation = "payment.create", params = params{ method = "checkout", card = false },
    at_once = "accepted", lost = "unknown" },
  { name = "subscription", operation = "subscription.create", at_once = "succeeded", lost = "unknown",
    is_money = true, params = params{ interval = "P1M", cycles = 3 } },
}
M.declined = { name = "declined card", operation = "payment.create", params = params(nil, "899") }
M.orders = function(books)
  local list = {}
  for i, payment in ipairs(books.payments) do
    list[i] = { id = payment.unique_id, order_id = payment.order_id, key = payment.transaction_id,
      amount = payment.amount,
      is_renewal = payment.kind == "renewal", status = assert(states[payment.status], payment.status) }
  end
  return list
end
M.refunds = function(books)
  local list = {}
  for i, refund in ipairs(books.refunds) do
    list[i] = { refund_id = refund.refund_id, order_id = refund.order_id, amount = refund.amount,
      done = refund.status == "succeeded" }
  end
  return list
end

return M
