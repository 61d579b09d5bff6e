local errors = require "obol.error"
local route = require "obol.route"
local support = require "spec.route.support"

local function run(expect, about)
  local routes = support.good([[
return {
  { name = "cards", when = { method = "card" }, to = { "a", "b" } },
  { name = "night", during = { from = "22:00", to = "06:00" }, to = "c" },
  expect = { ]] .. expect .. [[ },
}]])
  return route.expectations(routes, about or { now_ms = support.NOON })
end

describe("expectations beside the rules", function()
  it("hold where the rules do what they say", function()
    local results, failed = run [[
      { payment = { method = "card" }, rule = "cards", to = "a" },
      { payment = { method = "card" }, to = { "a", "b" } },
      { payment = { method = "x" }, at = "2026-03-02T23:00Z", rule = "night" },
      { payment = { method = "x" }, refused = true, name = "by day" },
      { payment = { method = "card" }, operation = "subscription.create", to = "a" },
    ]]
    assert.equal(0, failed)
    assert.equal(5, #results)
    assert.equal("by day", results[4].name)
    assert.equal("expectation 1", results[1].name)
    for place, one in ipairs(results) do
      assert.is_true(one.ok)
      assert.is_nil(one.problem)
      assert.equal(3 + place, one.line)
    end
  end)

  it("say what was found where they do not hold", function()
    local results, failed = run [[
      { payment = { method = "card" }, rule = "night" },
      { payment = { method = "card" }, to = "b" },
      { payment = { method = "card" }, to = { "a" } },
      { payment = { method = "x" }, to = "c" },
      { payment = { method = "x" }, rule = "cards" },
      { payment = { method = "card" }, refused = true },
    ]]
    assert.equal(6, failed)
    local problems = {}
    for place, one in ipairs(results) do problems[place] = one.problem end
    assert.same({
      "expected the rule `night`, found `cards`", "expected `b`, found `a`", "expected `a`, found `a`, `b`",
      "expected `c`, found no rule takes this payment", "expected the rule `cards`, found no rule takes this payment",
      "expected a refusal, found `a`",
    }, problems)
  end)

  it("ask whether accounts fit", function()
    local asked = {}
    local results = run(
      "{ payment = { method = 'card' }, to = 'b' }, { payment = { method = 'card' }, rule = 'cards' }",
      { now_ms = support.NOON, fits = function(name, params, operation)
        asked[#asked + 1] = params.method .. operation
        return (name == "a" or #asked > 2) and errors.new { kind = "unsupported", message = "no" } or nil
      end })
    assert.is_true(results[1].ok)
    assert.is_false(results[2].ok)
    assert.equal("cardpayment.create", asked[1])
  end)

  it("that are wrong are told with their line", function()
    for words, expected in pairs {
      ["5"] = "[1] | @:4: expected an expectation as a table",
      ["{ rule = 'x' }"] = "[1].payment | @:4: expected a payment as a table",
      ["{ payment = {}, rule = 'y' }"] = "[1].rule | @:4: expected a rule's name, did you mean `x`?",
      ["{ payment = {}, to = 'cards_uss' }"] = "[1].to | @:4: expected a configured account, did you mean `cards_us`?",
      ["{ payment = {}, rul = 'x', to = 'a' }"] = "[1].rul | @:4: expected a known word, did you mean `rule`?",
      ["{ payment = {} }"] = "[1] | @:4: expected `rule`, `to` or `refused`",
      ["{ payment = {}, refused = 'x' }"] = "[1].refused | @:4: expected true or nothing",
      ["{ payment = {}, refused = true, to = 'a' }"] = "[1].to | @:4: expected either `to` or `refused`",
      ["{ payment = {}, to = 'a', at = 'noon' }"] = "[1].at | @:4: expected a moment such as `2026-03-01T22:00Z`",
      ["{ payment = {}, to = 'a', operation = 'x' }"] =
        "[1].operation | @:4: expected payment.create or subscription.create",
      ["x = {}"] = ".x | @:4: expected a list of expectations",
    } do
      local found = support.wrong("return {\n  { name = 'x', to = 'a' },\n  expect = {\n    " .. words .. " },\n}")[1]
      assert.equal("routes.expect" .. expected, found.field .. " | " .. found.message, words)
    end
  end)

  it("are 10000 at most", function()
    local wrong = support.wrong [[local list = {}
      for place = 1, 10001 do list[place] = { payment = {}, to = "a" } end
      return { { to = "a" }, expect = list }]]
    assert.equal("routes.expect", wrong[1].field)
    assert.matches("expected 10000 expectations at most$", wrong[1].message)
  end)
end)
