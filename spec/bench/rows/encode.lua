local appwheel = require "bench.support.appwheel"
local timing = require "bench.support.timing"

local account, plain

-- Both make the same request, save that lua-cjson escapes each slash, which JSON allows.
local function compare(request, other, moment)
  assert(request.method == other.method and request.url == other.url, "the same address")
  assert(request.body == other.body:gsub("\\/", "/"), "the same body")
  for name, value in pairs(plain:sign(request.body, moment)) do assert(request.headers[name] == value, name) end
end

return {
  name = "encode and sign AppWheel's payment.create", unit = "requests/s", luas = { "lua5.4", "luajit" },
  reference = "the same in Lua with lua-cjson and luaossl", floor = 3, goal = 5, rounds = 15,

  start = function()
    account, plain = appwheel.open(), require("bench.support.appwheel_lua").open(appwheel.account, appwheel.secret)
    local moment = { time_ms = appwheel.time_ms }
    compare(assert(account:encode("payment.create", appwheel.params(), moment)),
      assert(plain:encode(appwheel.params(), moment)), moment)
  end,

  run = function()
    local params, moment = appwheel.params(), { time_ms = appwheel.time_ms }
    return timing.rate(function(count)
      for _ = 1, count do account:encode("payment.create", params, moment) end
    end)
  end,

  reference_run = function()
    local params, moment = appwheel.params(), { time_ms = appwheel.time_ms }
    return timing.rate(function(count)
      for _ = 1, count do plain:encode(params, moment) end
    end)
  end,
}
