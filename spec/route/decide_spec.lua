local errors = require "obol.error"
local route = require "obol.route"
local support = require "spec.route.support"

local RULES = [[
return {
  { name = "wallets", when = { method = "wechat_qr" }, to = "web" },
  { name = "cards", when = { method = "card" }, to = { "cards_eu", "cards_us" } },
  { name = "late", when = function(p) return p.description:find "late" ~= nil end, to = "a" },
  { name = "rest", to = "b" },
}
]]

local function misfit(message, kind)
  return errors.new { kind = kind or "unsupported", message = message }
end

describe("a decision", function()
  it("is that of the first rule that matches, in its order of preference", function()
    local routes = support.good(RULES)
    local one = support.decide(routes, { method = "wechat_qr" })
    assert.equal("wallets", one.rule.name)
    assert.same({ "web" }, one.accounts)
    assert.same({ "cards_eu", "cards_us" }, support.decide(routes, { method = "card" }).accounts)
    assert.equal("rest", support.decide(routes, { description = "early" }).rule.name)
  end)

  it("asks no rule behind the one that matched", function()
    local decision, err = support.decide(support.good(RULES), { method = "card" })
    assert.equal("cards", decision.rule.name)
    assert.is_nil(err)
    decision, err = support.decide(support.good(RULES), { method = "x" })
    assert.is_nil(decision)
    assert.equal("internal", err.kind)
    assert.matches("^the rule `late` failed: ", err.message)
  end)

  it("is an error where no rule takes the payment", function()
    local decision, err = support.decide(support.good "return { { when = { method = 'x' }, to = 'a' } }", {})
    assert.is_nil(decision)
    assert.equal("unsupported", err.kind)
    assert.equal("no rule takes this payment", err.message)
  end)

  it("skips accounts that do not fit, with the reason, and never goes on to another rule", function()
    local routes = support.good(RULES)
    local function fits(name) return name == "cards_eu" and misfit "not this method" or nil end
    local decision = support.decide(routes, { method = "card" }, { fits = fits })
    assert.same({ "cards_us" }, decision.accounts)
    assert.equal("cards_eu", decision.skipped[1].account)
    assert.equal("not this method", decision.skipped[1].reason)
    local err, so_far
    decision, err, so_far = support.decide(routes, { method = "card" }, { fits = function() return misfit "no" end })
    assert.is_nil(decision)
    assert.equal("unsupported", err.kind)
    assert.equal("no account of the rule `cards` fits", err.message)
    assert.same({ { field = "cards_eu", message = "no" }, { field = "cards_us", message = "no" } }, err.fields)
    assert.equal("cards", so_far.rule.name)
  end)

  it("looks at accounts when it is their turn, unless all are wanted", function()
    local routes, looked = support.good "return { { to = { 'a', 'b', 'c' } } }", {}
    local function fits(name)
      looked[#looked + 1] = name
      return name == "b" and misfit "no" or nil
    end
    local decision = support.decide(routes, {}, { fits = fits, all = false })
    assert.same({ "a" }, decision.accounts)
    assert.same({ "a" }, looked)
    assert.equal("c", route.more(routes, decision))
    assert.is_nil(route.more(routes, decision))
    assert.same({ "a", "c" }, decision.accounts)
    assert.same({ "a", "b", "c" }, looked)
    assert.equal("b", decision.skipped[1].account)
  end)

  it("tells the only account's own error, and of bad input that it is", function()
    local routes = support.good(RULES)
    local own = misfit "no"
    local _, err = support.decide(routes, { method = "wechat_qr" }, { fits = function() return own end })
    assert.equal(own, err)
    _, err = support.decide(routes, { method = "card" },
      { fits = function(name) return misfit("x", name == "cards_us" and "invalid" or nil) end })
    assert.equal("invalid", err.kind)
  end)
end)

describe("an explanation", function()
  local routes
  setup(function() routes = support.good(RULES) end)

  local function explain(params, more)
    local call = { params = params, operation = "payment.create", now_ms = support.NOON }
    for key, value in pairs(more or {}) do call[key] = value end
    return route.explain(routes, call)
  end

  it("lists every rule with its line and why it matched or not", function()
    local decision, err, trace = explain { method = "card", description = "late" }
    assert.is_nil(err)
    assert.same({ "cards_eu", "cards_us" }, decision.accounts)
    assert.equal(4, #trace)
    local path = routes.path
    assert.same({ name = "wallets", place = 1, file = path, line = 2, matched = false, field = "method",
      reason = "expected `wechat_qr`" }, trace[1])
    assert.same({ name = "cards", place = 2, file = path, line = 3, matched = true, chosen = true,
      reason = "every condition holds" }, trace[2])
    assert.same({ name = "late", place = 3, file = path, line = 4, matched = true, reason = "an earlier rule decided" },
      trace[3])
    assert.equal("an earlier rule decided", trace[4].reason)
  end)

  it("tells an amount that is too small from one in another currency", function()
    local big = support.good "return { { when = { amount = { min = money('500', 'USD') } }, to = 'a' } }"
    local reasons = {}
    for place, params in ipairs { { amount = "499.99", currency = "USD" }, { amount = "600", currency = "EUR" }, {} } do
      local _, _, trace = route.explain(big, { params = params, operation = "payment.create", now_ms = support.NOON })
      reasons[place] = trace[1].reason
    end
    assert.same({ "expected 500.00 USD at least", "expected an amount in USD", "expected an amount in USD" }, reasons)
  end)

  it("tells of a rule that raised, which decides when it comes first and changes nothing behind", function()
    local decision, err, trace = explain { method = "x" }
    assert.is_nil(decision)
    assert.equal("internal", err.kind)
    assert.is_true(trace[3].raised)
    assert.is_nil(trace[4].chosen)
    decision, err, trace = explain { method = "card" }
    assert.is_nil(err)
    assert.equal("cards", decision.rule.name)
    assert.is_true(trace[3].raised)
  end)

  it("agrees with the decision", function()
    for _, params in ipairs { { method = "card" }, { method = "wechat_qr" }, { description = "late" },
      { description = "x" }, { method = "x" } } do
      local one, one_err = support.decide(routes, params)
      local two, two_err = explain(params)
      assert.same(one and one.accounts, two and two.accounts)
      assert.equal(tostring(one_err), tostring(two_err))
    end
  end)
end)

describe("rules that are wrong", function()
  it("are all told at once, with file, line and path", function()
    local found = support.wrong [[
return {
  { name = "a b", wen = {}, to = "a" },
  { to = { "a",
      "a" } },
  { name = "a b", to = "cards_su" },
  { },
  5,
  { to = "a", failover = { hops = 10, within = "soon",
      on = { "declined" }, declined = { 1.5 } } },
  { to = "a", failover = 5, name = "" },
  accounts = 5, expects = {},
}]]
    local lines = {}
    for place, problem in ipairs(found) do lines[place] = problem.field .. " " .. problem.message end
    assert.same({
      "routes.accounts @:11: expected a table from accounts to their settings",
      "routes.expects @:11: expected rules, `accounts` or `expect`, did you mean `expect`?",
      "routes[1].wen @:2: expected a known word, did you mean `when`?",
      "routes[2].to[2] @:4: expected each account once",
      "routes[3].name @:5: expected a name that no other rule has",
      "routes[3].to @:5: expected a configured account, did you mean `cards_eu`?",
      "routes[4].to @:6: expected an account's name, or a list in order of preference",
      "routes[5] @:7: expected a rule as a table",
      "routes[6].failover.declined[1] @:9: expected a code of a decline, as text",
      "routes[6].failover.hops @:8: expected an integer from 0 to 9",
      "routes[6].failover.on[1] @:9: expected `not_sent`, `rejected` or `abandoned`",
      "routes[6].failover.within @:8: expected a span of time, such as `10s`",
      "routes[7].failover @:10: expected a table, or false",
      "routes[7].name @:10: expected text of 1 to 64 letters, digits, `_`, `-`, `.` and blanks",
    }, lines)
  end)

  it("are so also by what stands in a list under a name or behind a gap, which would hold for nothing", function()
    local account = "routes.accounts.cards_us."
    for words, expected in pairs {
      ["to = { 'a', x = 'b' }"] = "routes[1].to.x | expected a list in order of preference",
      ["to = { x = 'b' }"] = "routes[1].to.x | expected a list in order of preference",
      ["to = { 'a', nil, 'b' }"] = "routes[1].to[3] | expected a list in order of preference",
      ["to = 'a', failover = { on = { rejected = true } }"] = "routes[1].failover.on.rejected | expected a list",
      ["to = 'a', failover = { declined = { ['51'] = true } }"] = 'routes[1].failover.declined["51"] | expected a list',
      ["to = 'a', during = { { from = '01:00', to = '02:00' }, days = { 'mon' } }"] =
        "routes[1].during.days | expected a list of windows, or one window",
      ["to = 'a', during = { from = '01:00', to = '02:00', days = { 'mon', x = 'tue' } }"] =
        "routes[1].during | expected a list of days",
      ["to = 'a' }, accounts = { cards_us = { limits = { { count = 5, per = '1h' }, count = 9 } }"] =
        account .. "limits.count | expected a list of limits, or one limit",
      ["to = 'a' }, accounts = { cards_us = { maintenance = { { from = '01:00' }, to = '02:00' } }"] =
        account .. "maintenance.to | expected a list of windows, or one window",
      ["to = 'a' }, expect = { { payment = {}, to = { 'a', x = 'b' } }"] =
        "routes.expect[1].to | expected an account, or a list of accounts",
    } do
      local found = support.wrong("return { { " .. words .. " } }")
      assert.equal(1, #found, words)
      assert.equal(expected, found[1].field .. " | " .. found[1].message:gsub("^@:1: ", ""), words)
    end
  end)

  it("are so by a name that is written twice, of which the first would be lost", function()
    local found = support.wrong [[
return {
  { name = "x", split = { cards_us = 70,
      cards_us = 30 } },
  { to = "a",
    to = "b" },
}]]
    local told = {}
    for place, problem in ipairs(found) do told[place] = problem.field .. " " .. problem.message end
    assert.same({ "routes[1].split.cards_us @:3: expected each name once in a table",
      "routes[2].to @:5: expected each name once in a table" }, told)
  end)

  it("name the nearest line where a rule was put together by code", function()
    local found = support.wrong [[
local made = { to = "x" }
return { made,
  { to = "a" } }]]
    assert.equal("routes[1].to", found[1].field)
    assert.matches("^@:2: ", found[1].message)
    found = support.wrong "local list = {}\nlist[1] = { to = 'x' }\nreturn list"
    assert.matches("^@: ", found[1].message)
  end)

  it("in a table are told without lines", function()
    local loaded, wrong = route.load({ { to = "x" } }, { aa = true })
    assert.is_nil(loaded)
    assert.same({ { field = "routes[1].to", message = "expected a configured account" } }, wrong)
  end)
end)
