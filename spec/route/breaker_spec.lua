local preset = require "obol.health.preset"
local route = require "obol.route"
local support = require "spec.route.support"

local function settings(text)
  return support.good("return { { to = 'a' }, accounts = { a = " .. text .. " } }").settings.a.breaker
end

describe("the breaker of an account in the rules", function()
  it("has what is written, and the preset for the rest", function()
    assert.same({ failures = 3, rate = 0.25, least = 8, window_ms = 30000, pause_ms = 5000, longest_ms = 120000,
      probes = 1, half_life_ms = 3600000 },
      settings("{ breaker = { failures = 3, rate = 0.25, least = 8, window = '30s', pause = '5s', longest = '2m', "
        .. "probes = 1, half_life = '1h' } }"))
    local found = settings "{ breaker = { rate = 1 } }"
    assert.same({ 1, 5, 10000 }, { found.rate, found.failures, found.pause_ms })
    assert.equal(0.5, preset.rate)
  end)

  it("is the preset where nothing is written, and none for false", function()
    assert.is_nil(settings "{ limits = { count = 1, per = '1h' } }")
    assert.is_false(settings "{ breaker = false }")
  end)

  it("pauses no shorter at last than at first", function()
    assert.equal(600000, settings("{ breaker = { pause = '10m' } }").longest_ms)
  end)

  it("that is wrong is told with its file and line", function()
    local wrong = support.wrong [[
return {
  { to = "a" },
  accounts = {
    a = { breaker = {
      failures = 0, rate = 2,
      pause = "soon",
      longst = "5m",
      probes = 1.5, window = "60d", half_life = 10, least = "3",
    } },
    b = { breaker = true },
    c = { breaker = { pause = "10m", longest = "5m" } },
    web = { braker = false },
  },
}]]
    local at = "routes.accounts.a.breaker."
    assert.same({
      { field = at .. "failures", message = "@:5: expected an integer from 1 to 1000000" },
      { field = at .. "half_life", message = "@:8: expected a span of time, such as `10s`, of 30 days at most" },
      { field = at .. "least", message = "@:8: expected an integer from 1 to 1000000" },
      { field = at .. "longst", message = "@:7: expected a known word, did you mean `longest`?" },
      { field = at .. "pause", message = "@:6: expected a span of time, such as `10s`, of 30 days at most" },
      { field = at .. "probes", message = "@:8: expected an integer from 1 to 100" },
      { field = at .. "rate", message = "@:5: expected a part above 0, up to 1" },
      { field = at .. "window", message = "@:8: expected a span of time, such as `10s`, of 30 days at most" },
      { field = "routes.accounts.b.breaker", message = "@:10: expected a table, or false" },
      { field = "routes.accounts.c.breaker.longest", message = "@:11: expected no less than `pause`" },
      { field = "routes.accounts.web.braker",
        message = "@:12: expected `limits`, `maintenance` or `breaker`, did you mean `breaker`?" },
    }, wrong)
  end)
end)

describe("a decision", function()
  local rules = "return { { to = { 'a', 'b', 'c' } } }"

  -- Decides where the breakers of these accounts are open until these moments.
  local function decide(open, more)
    local call = { health = function(name)
      if open[name] then return false, "open", open[name] end
      return true
    end }
    for key, value in pairs(more or {}) do call[key] = value end
    return support.decide(support.good(rules), {}, call)
  end

  it("passes by accounts whose breaker is open, with the reason", function()
    local decision = decide { a = 5, c = 7 }
    assert.same({ "b" }, decision.accounts)
    assert.same({ { account = "a", reason = "open", probes_from = 5 }, { account = "c", reason = "open",
      probes_from = 7 } }, decision.skipped)
    assert.is_nil(decision.forced)
  end)

  it("takes the one that is probed first where all are open, the first of those that are alike", function()
    local decision = decide { a = 9, b = 5, c = 5 }
    assert.same({ "b" }, decision.accounts)
    assert.equal("open", decision.forced)
    assert.equal(2, #decision.skipped)
    assert.is_nil(route.more(support.good(rules), decision), "no other one is tried behind it")
  end)

  it("takes none of those that cannot serve it", function()
    local why = require("obol.error").new { kind = "unsupported", message = "no" }
    local decision = decide({ a = 5, b = 1 }, { fits = function(name) return name ~= "a" and why or nil end })
    assert.same({ "a" }, decision.accounts)
    local none, err = decide({ a = 5 }, { fits = function() return why end })
    assert.is_nil(none)
    assert.equal("unsupported", err.kind)
  end)
end)
