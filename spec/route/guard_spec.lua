local route = require "obol.route"
local support = require "spec.route.support"

local function refused(body)
  local routes = support.good("return {\n  { name = 'x', to = 'a', when = function(p)\n" .. body .. "\nend },\n"
    .. "  { to = 'b' },\n}")
  local decision, err = support.decide(routes, { currency = "USD", amount = "1.00", method = "card" })
  assert.is_nil(decision)
  assert.equal("internal", err.kind)
  return err.message
end

describe("a rule's function", function()
  it("that raises fails the decision, with file and line, and never falls through", function()
    assert.matches("^the rule `x` failed: [^:]+:3: attempt to index", refused "return p.billing.country")
    assert.matches("^the rule `x` failed: [^:]+:3: my reason$", refused "error 'my reason'")
    assert.matches("^the rule `x` failed: [^:]+:2: raised no text$", refused "error {}")
    assert.matches(":4: ", refused "local a = nil\nreturn p.amount < a")
  end)

  it("has to answer true or false", function()
    for _, answer in ipairs { "'yes'", "1", "p", "p.amount" } do
      assert.matches("^the rule `x` failed: [^:]+:2: expected it to answer true or false$",
        refused("return " .. answer))
    end
  end)

  it("ends, whatever loops in it, compiled code included", function()
    for _, body in ipairs { "while true do end", "repeat local a = p.currency until false", "for i = 1, 1e15 do end",
      "local function f() return f() end return f()", "local t = { 1 } for i = 1, 1e15 do t[1] = i end",
      "local x = 0 while true do x = math.floor(x + 1.5) end",
      "return ('x'):gsub('x', function() while true do end end) == 'x'",
      "table.sort({ 1, 2 }, function() while true do end end)" } do
      assert.matches("expected a function that ends$", refused(body), body)
    end
  end)

  it("holds its limit after many runs, when LuaJIT would have compiled it", function()
    local routes = support.good [[
      local calls = 0
      local function spin(n) local x = 0 for i = 1, n do x = x + i % 7 end return x end
      return { { to = "a", when = function(p)
        calls = calls + 1
        spin(calls <= 200 and 100 or 1e15)
        return true
      end } }
    ]]
    for _ = 1, 200 do assert(support.decide(routes, {})) end
    local decision, err = support.decide(routes, {})
    assert.is_nil(decision)
    assert.matches("expected a function that ends", err.message)
  end)

  it("leaves a host's hook and the texts' methods as they were", function()
    local count = 0
    local hook = function() count = count + 1 end
    debug.sethook(hook, "", 1000000)
    refused "while true do end"
    local found = debug.gethook()
    debug.sethook()
    assert.equal(hook, found)
    assert.equal("aaa", ("a"):rep(3))
  end)

  it("sees nothing but the listed names", function()
    for _, name in ipairs { "os", "io", "require", "load", "loadstring", "debug", "getmetatable", "setmetatable",
      "pcall", "xpcall", "rawset", "coroutine", "collectgarbage", "print", "dofile", "package", "_G", "jit",
      "math.random", "string.rep", "string.dump", "('').rep", "('').dump", "table.move", "next", "obol",
      "env", "secret" } do
      local what = name:find "%." and "is there no" or "expected a known name"
      assert.matches(what, refused("return " .. name .. " == nil and error 'is there no'"), name)
    end
    for _, name in ipairs { "money", "string.format", "('').upper", "table.concat", "table.sort", "math.floor", "pairs",
      "ipairs", "tostring", "tonumber", "type", "select", "assert", "error" } do
      assert.matches("is there", refused("return " .. name .. " ~= nil and error 'is there'"), name)
    end
  end)

  it("is told of a name or field that is misspelt, which would be nothing", function()
    assert.matches(":3: expected a known name, did you mean `money`%?$", refused "return p.amount > mony('1', 'USD')")
    assert.matches(":3: expected a field of a payment, did you mean `currency`%?$", refused "return p.curency == 'USD'")
    assert.matches(":3: expected a known name$", refused "return p.amount == nil or enabled_everywhere_at_once")
    assert.is_true(support.takes("function(p) return p.billing == nil and p.extra == nil end", {}))
    assert.is_true(support.takes("function(p) return p.made_up == 'x' end", { made_up = "x" }))
  end)

  it("cannot spoil the library's own tables", function()
    support.good "string.format = nil table.concat = nil math.floor = nil return { { to = 'a' } }"
    assert.is_function(string.format)
    assert.is_function(table.concat)
    assert.is_function(math.floor)
    assert.is_true(support.takes("{ method = 'card' }", { method = "card" }))
  end)

  it("raises for money that is none, saying what to write", function()
    assert.matches("expected an amount and its currency", refused "return money('1.234', 'USD')")
    assert.matches("write the amount as text", refused "return money(1.5, 'USD')")
  end)
end)

describe("a file of rules", function()
  local function message(text) return support.wrong(text)[1].message end

  it("is text that ends and returns a list", function()
    assert.matches("^@:1: .*expected", message "return {")
    assert.equal("@: expected text, not compiled code", message(string.dump(function() return {} end)))
    assert.matches("expected a script that ends$", message "while true do end")
    assert.equal("@: expected the script to return a list of rules", message "return 5")
    assert.matches("expected one rule at least$", message "return {}")
    assert.matches("^@:2: my reason", message "\nerror 'my reason'")
    assert.matches("^@:1: expected a known name", message "require 'os'")
    assert.matches("^@:2: expected a known name, did you mean `money`%?$", message "\nlocal x = mony")
    assert.equal(1, #support.good("limit = 5 return { { when = { cycles = limit }, to = 'a' } }").rules)
    local loaded, wrong = route.load("/nowhere/routes.lua", {})
    assert.is_nil(loaded)
    assert.equal("expected a readable file of 1 MiB at most at /nowhere/routes.lua", wrong[1].message)
  end)

  it("has money that is money: what is wrong with it is told at its line", function()
    local amount, units = '@:2: expected an amount and its currency, such as money("5.00", "USD")',
      '@:2: expected minor units and their currency, such as money.minor(500, "USD")'
    for written, expected in pairs { ["money(500, 'USD')"] = amount, ["money('5.00')"] = amount,
      ["money('5.001', 'USD')"] = amount, ["money('5.00', 'nope')"] = amount, ["money()"] = amount,
      ["money.minor(1.5, 'USD')"] = units, ["money.minor(1e300, 'USD')"] = units, ["money.minor(500)"] = units,
      ["money.minor(500, 'nope')"] = units, ["money.minor('5.00', 'USD')"] = units } do
      local found = message("\nreturn { { to = 'a', when = { amount = { min = " .. written .. " } } } }")
      assert.equal(expected, found:sub(1, #expected), written)
    end
    support.good "return { { to = 'a', when = { amount = { money('5.00', 'USD'), money.minor('700', 'USD') } } } }"
    support.good "return { { to = 'a', when = { amount = { min = money.minor(500, 'USD') } } } }"
  end)
end)
