local ruxpay = require "bench.support.ruxpay"
local timing = require "bench.support.timing"

local account, reply, context, decode

return {
  name = "decode and check of RuxPay's reply", unit = "replies/s", luas = { "lua5.4", "luajit" },
  reference = "lua-cjson's decode alone", floor = 0.5, goal = 1, rounds = 15,

  start = function()
    account = ruxpay.open()
    reply = { status = 200, headers = { ["content-type"] = "application/json" }, body = ruxpay.reply() }
    context = { time_ms = ruxpay.time_ms, expect = { key = "123456", order_id = "A-1001",
      amount = require("obol.money")("8.88", "USD") } }
    decode = require("cjson").decode
    local result = assert(account:decode("payment.create", reply, context))
    assert(result.outcome == "succeeded" and #result.checked == 2)
    assert(decode(reply.body).transactionAmount == "8.88")
  end,

  run = function()
    return timing.rate(function(count)
      for _ = 1, count do account:decode("payment.create", reply, context) end
    end)
  end,

  reference_run = function()
    local body = reply.body
    return timing.rate(function(count)
      for _ = 1, count do decode(body) end
    end)
  end,
}
