-- The example provider in Lua, scripts/providers/acme.lua.

local simulator = require "spec.contract.acme_simulator"

local function params(method)
  return function(order_id)
    return { order_id = order_id, amount = "8.88", currency = "USD", description = "tea lights", method = method }
  end
end

return {
  name = "acme",
  define = function() return assert(dofile "scripts/providers/acme.lua") end,
  install = simulator.install,
  secrets = { "key" },
  account = function() return { merchant = simulator.MERCHANT, key = simulator.KEY } end,
  create = { "^POST https://api%.acme%.example/v1/payments$" },
  -- The same reference makes one payment, however often it is sent.
  repeats = true,
  queries = { "payment.query" },
  ways = {
    { name = "page", operation = "payment.create", params = params "checkout", at_once = "accepted", lost = "unknown" },
    { name = "code", operation = "payment.create", params = params "wallet_qr", at_once = "accepted",
      lost = "unknown" },
  },
  orders = function(books)
    local list = {}
    for i, payment in ipairs(books.payments) do
      local open = payment.status == "CREATED" or payment.status == "PENDING"
      list[i] = { id = payment.paymentId, order_id = payment.orderNo, key = payment.reference, amount = payment.amount,
        status = payment.status == "PAID" and "paid" or open and "open" or "ended" }
    end
    return list
  end,
  refunds = function(books)
    local list, order_ids = {}, {}
    for _, payment in ipairs(books.payments) do order_ids[payment.paymentId] = payment.orderNo end
    for i, refund in ipairs(books.refunds) do
      list[i] = { refund_id = refund.refundNo, order_id = order_ids[refund.paymentId], amount = refund.amount,
        done = refund.status == "DONE" }
    end
    return list
  end,
}
