-- The edges of amounts at every provider, typed from the sheets: the smallest and the largest, too many
-- places, currencies without places and with three, and what the wire says of each.

local obol = require "obol"
local sandbox = require "obol.sandbox"
local worlds = require "spec.contract.world"

local moment = { time_ms = 1700000000000, nonce = "1", key = "k-1" }

-- By provider and way: amount and currency, and what stands in the body, or false where it is refused.
local cases = {
  appwheel = { way = "payment",
    { "0.01", "USD", '"payPrice":1,' }, { "8.88", "USD", '"payPrice":888,' }, { "8.8", "USD", '"payPrice":880,' },
    { "500", "JPY", '"payPrice":500,' }, { "1.500", "KWD", '"payPrice":1500,' }, { "0", "USD" }, { "0.00", "USD" },
    { "0.001", "USD" }, { "500.5", "JPY" }, { "500.0", "JPY" }, { "1.5000", "KWD" }, { "-1.00", "USD" } },
  mincloud = { way = "wechat_qr",
    { "0.01", "CNY", '"total_cost":0.01,' }, { "0.1", "CNY", '"total_cost":0.1,' },
    { "0.07", "CNY", '"total_cost":0.07,' }, { "19.99", "CNY", '"total_cost":19.99,' },
    { "398.00", "CNY", '"total_cost":398,' }, { "10.01", "CNY", '"total_cost":10.01,' },
    { "0.29", "CNY", '"total_cost":0.29,' }, { "99999999.99", "CNY", '"total_cost":99999999.99,' }, { "0.00", "CNY" },
    { "0.001", "CNY" }, { "8.880", "CNY" }, { "-0.01", "CNY" }, { "8.88", "USD" }, { "888", "JPY" } },
  ruxpay = { way = "checkout",
    { "0.01", "USD", '"amount":"0.01"' }, { "8.8", "USD", '"amount":"8.80"' }, { "888", "JPY", '"amount":"888.00"' },
    { "1.234", "KWD", '"amount":"1.234"' }, { "1.230", "KWD", '"amount":"1.23"' },
    { "999999999.99", "USD", '"amount":"999999999.99"' }, { "999999999.999", "KWD", '"amount":"999999999.999"' },
    { "0", "USD" }, { "0.00", "USD" }, { "0.001", "USD" }, { "888.5", "JPY" }, { "1.2345", "KWD" },
    { "1000000000.00", "USD" }, { "1000000000", "JPY" }, { "-8.88", "USD" } },
  fourmetas = { way = "game",
    { "0.01", "USD", '"rechargeAmount":0.01,' }, { "3.44", "USD", '"rechargeAmount":3.44,' },
    { "3.40", "USD", '"rechargeAmount":3.4,' }, { "373.00", "USD", '"rechargeAmount":373,' },
    { "4.35", "USD", '"rechargeAmount":4.35,' }, { "999999999.99", "USD", '"rechargeAmount":999999999.99,' },
    { "0", "USD" }, { "0.00", "USD" }, { "3.441", "USD" }, { "1000000000.00", "USD" }, { "-3.44", "USD" },
    { "3.44", "EUR" }, { "344", "JPY" } },
  acme = { way = "page",
    { "0.01", "USD", '"amount":1,' }, { "8.88", "EUR", '"amount":888,' },
    { "90071992547409.91", "USD", '"amount":9007199254740991,' }, { "0.001", "USD" }, { "8.88", "JPY" },
    { "888", "JPY" }, { "1.234", "KWD" } },
}

local function account_of(adapter)
  if adapter.define then adapter.define() end
  local words = adapter.account(sandbox.new{ seed = "amounts" })
  words.provider = adapter.name
  for _, path in ipairs(adapter.secrets) do
    local holder, last = words, path
    for step in path:gmatch "([^.]+)%." do holder, last = words[step], path:match "[^.]+$" end
    holder[last] = obol.secret(holder[last])
  end
  return assert(obol.account(words))
end

for name, list in pairs(cases) do
  describe("an amount at " .. name, function()
    local adapter = worlds.adapter(name)
    local account = account_of(adapter)
    local way
    for _, each in ipairs(adapter.ways) do
      if each.name == list.way then way = each end
    end
    for _, case in ipairs(list) do
      it(("of %s %s is %s"):format(case[1], case[2], case[3] and "exact" or "refused"), function()
        for _, given in ipairs{ case[1], false } do
          local params = way.params "A-1"
          params.amount, params.currency = given, case[2]
          if params.items then params.items[1].price = case[1] end
          -- the same as a money object, where it can be one
          if not given then params.amount = obol.money(case[1], case[2]) end
          if params.amount then
            local request, err = account:encode(way.operation, params, moment)
            if case[3] then
              assert.is_truthy(request, tostring(err))
              local body = worlds.bytes_of(request.body)
              assert.is_truthy((body:gsub("}$", ",")):find(case[3], 1, true), case[3])
            else
              assert.is_nil(request)
              assert.equal("not_sent", err.outcome)
              assert.is_truthy(tostring(err):find "amount" or tostring(err):find "currency", tostring(err))
            end
          end
        end
      end)
    end

    it("as a Lua number is refused, with a word on what to write", function()
      for _, number in ipairs{ 8.88, 8, 0.1 + 0.2 } do
        local params = way.params "A-1"
        params.amount = number
        local request, err = account:encode(way.operation, params, moment)
        assert.is_nil(request)
        assert.is_truthy(tostring(err):find '^amount: expected text such as "8.88"', tostring(err))
      end
    end)
  end)
end
