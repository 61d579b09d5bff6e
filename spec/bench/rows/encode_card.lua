local ruxpay = require "bench.support.ruxpay"
local timing = require "bench.support.timing"

local account, params, moment, plain, encode

return {
  name = "encode and sign RuxPay's payment by card", unit = "requests/s", luas = { "lua5.4", "luajit" },
  reference = "lua-cjson's encode alone", floor = 0.5, goal = 1, rounds = 15,

  start = function()
    local cjson = require "cjson"
    account, params, moment, encode = ruxpay.open(), ruxpay.params(), { time_ms = ruxpay.time_ms, key = ruxpay.key },
      cjson.encode
    -- The same members and values in a table: what the body says when it is read.
    local body = assert(account:encode("payment.create", params, moment)).body:reveal()
    plain = cjson.decode(body)
    assert(plain.card.cardNumber == "4200000000000000" and plain.productInfos[2].price == "8.88")
    assert(plain.shippingAddress.zipCode == "J4H 1M3" and plain.browser.referer == "https://www.shop.example")
    assert(#encode(plain):gsub("\\/", "/") == #body)
  end,

  run = function()
    return timing.rate(function(count)
      for _ = 1, count do account:encode("payment.create", params, moment) end
    end)
  end,

  reference_run = function()
    return timing.rate(function(count)
      for _ = 1, count do encode(plain) end
    end)
  end,
}
