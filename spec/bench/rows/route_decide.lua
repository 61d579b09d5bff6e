local ruxpay = require "bench.support.ruxpay"
local timing = require "bench.support.timing"

-- 100 rules of every kind, of which the last takes the payment and splits it over 20 accounts.
local function rules(names)
  local money = require "obol.money"
  local list, weights = {}, {}
  for place = 1, 99 do
    local when
    if place % 11 == 0 then
      when = function(payment) return payment.currency == "EUR" and payment.amount > money("500", "EUR") end
    elseif place % 5 == 0 then
      when = { amount = { min = (money("1000000", "USD")) } }
    elseif place % 2 == 0 then
      when = { method = "card", ["customer.id"] = { "u-" .. place, "v-" .. place } }
    else
      when = { method = { "wechat_qr", "alipay_page" }, currency = "CNY" }
    end
    list[place] = { name = "r" .. place, when = when, to = names[place % 20 + 1] }
  end
  for place, name in ipairs(names) do weights[name] = place end
  list[100] = { name = "all", split = weights, by = "customer.id" }
  return list
end

local choose, client, params, body, decode

return {
  name = "decide a payment over 100 rules and 20 accounts", unit = "decisions/s", luas = { "lua5.4", "luajit" },
  reference = "lua-cjson's decode of 1 KiB", floor = rawget(_G, "jit") and 1 / 20 or 1 / 40,
  goal = rawget(_G, "jit") and 1 / 5 or 1 / 10, rounds = 15,

  start = function()
    local cjson, route = require "cjson", require "obol.route"
    choose = require "obol.client.choose"
    local accounts, names, known = {}, {}, {}
    for place = 1, 20 do
      names[place] = ("cards_%02d"):format(place)
      accounts[names[place]], known[names[place]] = ruxpay.open(), true
    end
    client = { accounts = accounts, names = names, usage = route.usage(),
      routes = assert(route.load(rules(names), known)), unique = tostring,
      clock = function() return ruxpay.time_ms end }
    require("obol.client.health").add(client)
    params, decode = ruxpay.params(), cjson.decode
    params.method = "card"
    local plain = { order_id = "A-1", amount = "8.88", currency = "USD", customer = { id = "u-7" }, description = "",
      items = {} }
    for place = 1, 9 do
      plain.items[place] = { name = "tea " .. place, price = "8.88", quantity = place, sku = "123-" .. place }
    end
    plain.description = ("x"):rep(1024 - #cjson.encode(plain))
    body = cjson.encode(plain)
    assert(#body == 1024)
    local decision = assert(choose.decide(client, "payment.create", params, {}))
    assert(decision.rule == "all" and #decision.accounts == 1)
  end,

  run = function()
    return timing.rate(function(count)
      for _ = 1, count do choose.decide(client, "payment.create", params, {}) end
    end)
  end,

  reference_run = function()
    return timing.rate(function(count)
      for _ = 1, count do decode(body) end
    end)
  end,
}
