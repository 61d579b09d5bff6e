local errors = require "obol.error"
local json = require "obol.json"
local money = require "obol.money"
local route = require "obol.route"
local secret = require "obol.secret"
local support = require "spec.route.support"

-- Whatever a caller writes into a payment, rules are decided or refused, and nothing raises.

local odd = {
  0, -1, 1.5, 0 / 0, math.huge, -math.huge, "", " ", "\0", "x\ny", ("x"):rep(1048576), "用户甲", "\255\254", true, false,
  {}, { {} }, { 1, 2 }, { id = {} }, { id = 0 / 0 }, { id = json.null }, { [{}] = 1 }, print,
  coroutine.create(print), io.stdout,
  secret "hunter2", { number = secret "hunter2" }, (money("1.00", "USD")), json.null,
}

-- A table that holds itself in many ways.
local circle = {}
for place = 1, 20 do circle[place], circle["m" .. place] = circle, circle end
odd[#odd + 1] = circle

local RULES = [[
return {
  { name = "value", when = { method = "card", currency = "USD", ["customer.id"] = 5 }, to = "a" },
  { name = "list", when = { ["customer.id"] = { "x", 7 }, ["items[1].sku"] = { "s" } }, to = "a" },
  { name = "range", when = { cycles = { min = 10, max = 11 }, amount = { min = money("5", "USD") } }, to = "a" },
  { name = "function", to = "a", when = function(p)
    local found = 0
    for name, value in pairs(p) do if type(value) == "table" then found = found + 1 end end
    return found > 100
  end },
  { name = "split", split = { a = 1, b = 1 }, by = "customer.id" },
}
]]

describe("odd values in a payment", function()
  local fields = { "order_id", "amount", "currency", "method", "customer", "item", "items", "cycles", "card", "extra" }
  for _, field in ipairs(fields) do
    it("are decided or refused: " .. field, function()
      local routes = support.good(RULES)
      for place, value in ipairs(odd) do
        local params = { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u" } }
        params[field] = value
        local call = { params = params, operation = "payment.create", now_ms = support.NOON, usage = route.usage() }
        local decision, err = route.decide(routes, call)
        assert.is_true(decision ~= nil or errors.is(err), field .. " " .. place)
        assert.is_nil(tostring(err):find("hunter2", 1, true))
        assert.equal("split", decision and decision.rule.name or "split")
        local _, _, trace = route.explain(routes, call)
        assert.equal(5, #trace)
      end
    end)
  end
end)
