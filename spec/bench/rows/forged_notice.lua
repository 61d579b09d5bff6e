local timing = require "bench.support.timing"

-- What a stranger can cost: a notification of 4metas that was never sealed for the key, the dearest to refuse, as
-- its key has to be tried. The handler lets 400 a second of an account through to that.
local account, incoming, moment, request

local function words()
  local obol = require "obol"
  local keys = require "obol.sandbox.fourmetas.keys"
  return { provider = "fourmetas", api_base = "https://api.example", pay_base = "https://pay.example",
    game_id = 22, rsa = { key = obol.secret(keys.ready.private) } }
end

-- A handler that has opened nothing yet: the client itself opens no more than so many a second either.
local function fresh()
  local obol = require "obol"
  local pay = assert(obol.open { mode = "test", ledger = "memory", accounts = { games = words() } })
  local shop = assert(obol.nginx.new(pay, { url = "https://shop.example/pay", secret = ("s"):rep(32),
    limits = { notify_each = 1000000000, notify_all = 1000000000 } }))
  return function() return shop.answer("notify", request) end
end

return {
  name = "forged 4metas notifications refused by the handler", unit = "notifications/s", luas = { "lua5.4", "luajit" },
  reference = "the account's opening alone", floor = 0.7, goal = 0.9, rounds = 9,

  start = function()
    account = assert(require("obol").account(words()))
    local body = '{"param":"' .. ("QUJD"):rep(85) .. 'QQ=="}'
    incoming = { method = "POST", url = "https://shop.example/pay/notify/games", headers = {}, body = body }
    moment = { time_ms = 1700000000000 }
    request = { method = "POST", path = "/pay/notify/games", headers = {}, body = body, remote_addr = "192.0.2.1" }
    assert(fresh()().status == 400 and account:open(incoming, moment) == nil)
  end,

  run = function()
    local handle = fresh()
    return timing.rate(function(count)
      for _ = 1, count do assert(handle().status == 400) end
    end)
  end,

  reference_run = function()
    return timing.rate(function(count)
      for _ = 1, count do account:open(incoming, moment) end
    end)
  end,
}
