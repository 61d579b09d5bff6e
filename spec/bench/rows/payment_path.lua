local ruxpay = require "bench.support.ruxpay"
local timing = require "bench.support.timing"

-- A payment by card from the caller's table to the answer: checked, routed by three rules of which the last splits it,
-- with health and a limit counted, recorded in memory, encoded, decoded, recorded, shown. The transport answers at
-- once, and RuxPay's signature is a digest.
local function open(reply)
  local obol = require "obol"
  local function account()
    return { provider = "ruxpay", base_url = "https://gateway.example", app_id = "1625420154047475713",
      merchant_no = "100001", secret_key = obol.secret "TEST-ONLY-secret-key-0001" }
  end
  local count = 0
  return assert(obol.open { mode = "test", ledger = "memory", accounts = { cards_us = account(), cards_eu = account() },
    routes = {
      { name = "big", when = { amount = { min = (obol.money("500", "USD")) } }, to = { "cards_eu", "cards_us" } },
      { name = "euros", when = { currency = "EUR" }, to = "cards_eu" },
      { name = "cards", when = { method = "card" }, split = { cards_us = 70, cards_eu = 30 }, by = "customer.id" },
      accounts = { cards_us = { limits = { count = 1000000000, per = "24h" } } },
    },
    transport = { send = function()
      count = count + 1
      return { status = 200, headers = { ["content-type"] = "application/json" }, body = reply:format(count) }
    end } })
end

local reply, params, pay, made

return {
  name = "a payment's whole path, without network, RSA and disk", unit = "us/payment", luas = { "lua5.4", "luajit" },
  less = true, goal = 100, rounds = 9,

  start = function()
    reply = ruxpay.reply():gsub("%%", "%%%%"):gsub('("transactionId"%s*:%s*)"[^"]*",?', "")
      :gsub('("uniqueId"%s*:%s*)"[^"]*"', '%1"%%d"'):gsub("8%.88", "17.76")
    params, made = ruxpay.params(), 0
    params.method, params.customer.id = "card", "u-7"
  end,

  run = function()
    if pay then pay:close() end
    pay = open(reply)
    local rate = timing.rate(function(count)
      for _ = 1, count do
        made = made + 1
        params.order_id, params.customer.id = "A-" .. made, "u-" .. made
        local payment = pay.payments:create(params)
        assert(payment and payment.status == "succeeded")
      end
    end)
    return 1000000 / rate
  end,

  stop = function() if pay then pay:close() end end,
}
