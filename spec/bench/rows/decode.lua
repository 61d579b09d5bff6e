local appwheel = require "bench.support.appwheel"
local timing = require "bench.support.timing"

local account, params, reply, decode

return {
  name = "decode of AppWheel's reply to payment.create", unit = "replies/s", luas = { "lua5.4", "luajit" },
  reference = "lua-cjson's decode alone", floor = 0.5, goal = 1, rounds = 15,

  start = function()
    account, params = appwheel.open(), { params = appwheel.params() }
    reply = { status = 200, headers = { ["content-type"] = "application/json" }, body = appwheel.reply }
    decode = require("cjson").decode
    local result = assert(account:decode("payment.create", reply, params))
    assert(result.outcome == "accepted" and result.action.url == decode(reply.body).data.checkoutUrl)
  end,

  run = function()
    return timing.rate(function(count)
      for _ = 1, count do account:decode("payment.create", reply, params) end
    end)
  end,

  reference_run = function()
    local body = reply.body
    return timing.rate(function(count)
      for _ = 1, count do decode(body) end
    end)
  end,
}
