local json = require "obol.json"
local money = require "obol.money"
local obol = require "obol"
local support = require "spec.route.support"

local takes = support.takes

local function payment(more)
  local made = { order_id = "A-1", amount = "8.88", currency = "USD", method = "card", customer = { id = "u-7" } }
  for key, value in pairs(more or {}) do made[key] = value end
  return made
end

describe("a condition", function()
  it("by value holds for that value alone", function()
    assert.is_true(takes("{ method = 'card' }", payment()))
    assert.is_false(takes("{ method = 'car' }", payment()))
    assert.is_false(takes("{ method = 'card' }", {}))
    assert.is_false(takes("{ method = 'card' }", { method = json.null }))
    assert.is_true(takes("{ three_ds = true }", payment { three_ds = true }))
    assert.is_false(takes("{ three_ds = true }", payment { three_ds = "true" }))
    assert.is_false(takes("{ three_ds = false }", payment()))
  end)

  it("takes an integer and its digits for the same value", function()
    for _, id in ipairs { 42, "42" } do
      assert.is_true(takes("{ ['customer.id'] = 42 }", payment { customer = { id = id } }))
      assert.is_true(takes("{ ['customer.id'] = { 41, '42' } }", payment { customer = { id = id } }))
    end
    assert.is_false(takes("{ ['customer.id'] = 42 }", payment { customer = { id = 42.5 } }))
  end)

  it("by a list holds for each of it", function()
    for method, holds in pairs { wechat_qr = true, alipay_page = true, card = false } do
      assert.equal(holds, takes("{ method = { 'wechat_qr', 'alipay_page' } }", { method = method }))
    end
    assert.is_true(takes("{ amount = { money('8.88', 'USD'), money('9.99', 'USD') } }", payment()))
    assert.is_false(takes("{ amount = { money('8.88', 'EUR') } }", payment()))
  end)

  it("by a range holds from one bound to the other, both included, exactly", function()
    local range = "{ amount = { min = money('8.88', 'USD'), max = money('90071992547409.93', 'USD') } }"
    for amount, holds in pairs { ["8.87"] = false, ["8.88"] = true, ["90071992547409.93"] = true,
      ["90071992547409.94"] = false } do
      assert.equal(holds, takes(range, payment { amount = amount }), amount)
    end
    assert.is_true(takes("{ amount = { max = money('8.88', 'USD') } }", payment { amount = money("8.88", "USD"),
      currency = false }))
    assert.is_false(takes("{ amount = { min = money('1', 'EUR') } }", payment()), "another currency")
    assert.is_false(takes("{ amount = { min = money('1', 'USD') } }", payment { amount = "x" }), "no amount")
    for year, holds in pairs { [2027] = false, [2028] = true, ["2030"] = true, [2031] = false, x = false } do
      assert.equal(holds, takes("{ ['card.exp_year'] = { min = 2028, max = 2030 } }",
        payment { card = { exp_year = year } }))
    end
  end)

  it("of money takes an item's price, which is text in the payment's currency, for money", function()
    local function costs(wanted, price, currency)
      return support.takes("{ ['items[1].price'] = " .. wanted .. " }",
        { amount = "9999", currency = currency or "USD", items = { { price = price } } })
    end
    for _, wanted in ipairs { "{ min = money('5', 'USD') }", "money('5.00', 'USD')", "{ money('5', 'USD') }",
      "{ min = money('5', 'USD'), max = money('5.00', 'USD') }" } do
      assert.is_true(costs(wanted, "5.00"), wanted)
      assert.is_true(costs(wanted, obol.money("5.00", "USD")), wanted)
      for _, price in ipairs { "4.99", "-5.00", "5.001", "five", "", 5 } do
        assert.is_false(costs(wanted, price), wanted .. " " .. price)
      end
      assert.is_false(costs(wanted, "5.00", "EUR"), wanted)
      assert.is_false(costs(wanted, obol.money("5.00", "EUR")), wanted)
      assert.is_false(costs(wanted, "5.00", "usd"), wanted)
      assert.is_false(costs(wanted, nil), wanted)
    end
    assert.is_true(costs("{ min = money('500', 'JPY') }", "500", "JPY"))
    assert.is_false(costs("{ min = money('500', 'JPY') }", "499", "JPY"))
    assert.is_true(costs("{ max = money('1.500', 'KWD') }", "1.5", "KWD"))
    assert.is_false(costs("{ max = money('1.500', 'KWD') }", "1.501", "KWD"))
  end)

  it("by a function gets the field's value and the payment", function()
    local when = "{ ['customer.id'] = function(id, p) return id:sub(1, 1) == 'u' and p.currency == 'USD' end }"
    assert.is_true(takes(when, payment()))
    assert.is_false(takes(when, payment { currency = "EUR" }))
    assert.is_true(takes("{ description = function(text) return text == nil end }", payment()))
  end)

  it("as one function of the payment compares exact money", function()
    local when = "function(p) return p.currency == 'USD' and p.amount > money('500', 'USD') end"
    assert.is_false(takes(when, payment { amount = "500.00" }))
    assert.is_true(takes(when, payment { amount = "500.01" }))
  end)

  it("sees short words written out", function()
    assert.is_true(takes("{ ['customer.id'] = 'u-9' }", payment { customer = "u-9" }))
    for _, name in ipairs { "item.sku", "items[1].sku" } do
      assert.is_true(takes(("{ ['%s'] = 's' }"):format(name), payment { item = { sku = "s" } }))
      assert.is_true(takes(("{ ['%s'] = 's' }"):format(name), payment { items = { { sku = "s" } } }))
    end
    assert.is_true(takes("{ operation = 'payment.create' }", payment()))
    assert.is_false(takes("{ ['items[2].sku'] = 's' }", payment { items = { { sku = "s" } } }))
    assert.is_false(takes("{ ['items[1].sku'] = 's' }", payment { items = 5 }))
    assert.is_true(takes("{ ['extra.ruxpay.anything'] = 'x' }", payment { extra = { ruxpay = { anything = "x" } } }))
  end)

  it("wants all of its fields to hold", function()
    assert.is_true(takes("{ method = 'card', currency = 'USD' }", payment()))
    assert.is_false(takes("{ method = 'card', currency = 'EUR' }", payment()))
    assert.is_true(takes("nil", payment()))
    assert.is_true(takes("{}", payment()))
  end)

  it("is given no secret, whatever was given for it", function()
    local card = { number = "4242424242424242", cvv = obol.secret "123", exp_month = 12, token = obol.secret "t" }
    local when = [[function(p)
      local count = 0
      for name in pairs(p.card) do assert(name == "exp_month", name) count = count + 1 end
      return count == 1 and p.card.number == nil
    end]]
    assert.is_true(takes(when, payment { card = card }))
  end)

  it("is given a payment that it can go through and change for itself alone", function()
    local routes = support.good [[
      return {
        { when = function(p) p.currency = "EUR" p.customer.id = "x" p.method = nil return false end, to = "a" },
        { when = function(p)
          local names = {}
          for name in pairs(p) do names[#names + 1] = name end
          table.sort(names)
          return table.concat(names, " ") == "amount currency customer method operation order_id"
            and p.currency == "USD" and p.customer.id == "u-7"
        end, to = "b" },
      }
    ]]
    local given = payment()
    assert.same({ "b" }, assert(support.decide(routes, given)).accounts)
    assert.same(payment(), given)
  end)
end)

describe("a condition that is wrong", function()
  local function problem(when)
    return support.wrong("return {\n  { to = 'a',\n    when = " .. when .. " },\n}")[1]
  end

  it("is told with file, line, path and what was expected", function()
    for when, expected in pairs {
      ["{ curency = 'USD' }"] = { ".curency", "expected a field of a payment, did you mean `currency`?" },
      ["{ ['card.number'] = '4' }"] = { '["card.number"]', "expected a field that is no secret" },
      ["{ ['card.cvv'] = '4' }"] = { '["card.cvv"]', "expected a field that is no secret" },
      ["{ ['a..b'] = 1 }"] = { '["a..b"]',
        "expected a field's name, such as `customer.id` or `items[1].sku`" },
      ["{ 'card' }"] = { "[1]", "expected a field's name" },
      ["{ method = {} }"] = { ".method", "expected a list or a range that is not empty" },
      ["{ method = { 'a', {} } }"] = { ".method", "expected texts, integers, booleans or money in the list" },
      ["{ method = 1.5 }"] = { ".method", "expected a value, a list, a range or a function" },
      ["{ cycles = { mn = 1 } }"] = { ".cycles",
        "expected a list, or a range with `min` and `max`, did you mean `min`?" },
      ["{ cycles = { min = 2, max = 1 } }"] = { ".cycles", "expected a `min` that is not above `max`" },
      ["{ cycles = { min = '2' } }"] = { ".cycles",
        "expected bounds that are integers, or money such as money(\"5.00\", \"USD\")" },
      ["{ amount = '8.88' }"] = { ".amount", "expected money, such as money(\"5.00\", \"USD\")" },
      ["{ amount = { min = 5 } }"] = { ".amount", "expected money, such as money(\"5.00\", \"USD\")" },
      ["{ amount = { min = money('1', 'USD'), max = money('2', 'EUR') } }"] = { ".amount",
        "expected bounds of one currency" },
      ["5"] = { "", "expected a table from fields to conditions, or a function" },
    } do
      local found = problem(when)
      assert.equal("routes[1].when" .. expected[1], found.field, when)
      assert.equal("@:3: " .. expected[2], found.message, when)
    end
  end)
end)
