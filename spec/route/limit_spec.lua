local limit = require "obol.route.limit"
local money = require "obol.money"
local route = require "obol.route"
local shared = require "obol.shared"
local support = require "spec.route.support"

local NOW, HOUR = 1772452800000, 3600000

local function compile(list)
  return limit.compile(list, function(_, message) error(message, 0) end)
end

local function usd(text) return (money(text, "USD")) end

local kinds = {
  ["of one process"] = function() return route.usage() end,
  ["of workers that share a store"] = function(limits)
    local count = 0
    local usage = route.usage(shared.process(function() return 0 end), function()
      count = count + 1
      return "f" .. count
    end)
    for _, account in ipairs { "a", "b" } do usage:fill(account, limits, {}, NOW) end
    return usage
  end,
}

for kind, new in pairs(kinds) do describe("a limit " .. kind, function()
  it("of payments in a window lets so many through, and more when the window has gone on", function()
    local limits = compile { count = 3, per = "1h" }
    local usage = new(limits)
    for place = 0, 2 do
      assert.is_nil(usage:over("a", limits, nil, NOW + place))
      usage:take("a", limits, nil, NOW + place)
    end
    assert.equal("its limit of 3 payments in 1h is used up", usage:over("a", limits, nil, NOW + 3))
    assert.is_string(usage:over("a", limits, nil, NOW + HOUR - 1))
    -- up to a hundredth longer than the window
    assert.is_nil(usage:over("a", limits, nil, NOW + HOUR + HOUR / 100 + 1))
    assert.is_nil(usage:over("b", limits, nil, NOW + 3), "another account")
  end)

  it("lets through again what it counted while the clock was far ahead", function()
    local limits = compile { count = 1, per = "1h" }
    local usage = new(limits)
    usage:take("a", limits, nil, NOW + 100 * HOUR)
    assert.is_string(usage:over("a", limits, nil, NOW + 100 * HOUR))
    assert.is_nil(usage:over("a", limits, nil, NOW))
    usage:take("a", limits, nil, NOW)
    assert.is_string(usage:over("a", limits, nil, NOW))
  end)

  it("of an amount counts one currency, exactly, and lets the last cent through", function()
    local limits = compile { { amount = usd "100.00", per = "24h" } }
    local usage = new(limits)
    usage:take("a", limits, usd "99.98", NOW)
    assert.is_nil(usage:over("a", limits, usd "0.02", NOW))
    assert.equal("its limit of 100.00 USD in 24h leaves no room", usage:over("a", limits, usd "0.03", NOW))
    assert.is_nil(usage:over("a", limits, money("500", "EUR"), NOW))
    usage:take("a", limits, money("500", "EUR"), NOW)
    assert.is_nil(usage:over("a", limits, usd "0.02", NOW))
    assert.is_nil(usage:over("a", limits, nil, NOW), "no amount is none")
    assert.is_string(usage:over("b", limits, usd "100.01", NOW), "more at once than there is room for at all")
  end)

  it("refuses what would make a sum beyond any amount, and raises nothing", function()
    local limits = compile { amount = usd "90000000000000000.00", per = "24h" }
    local usage = new(limits)
    usage:take("a", limits, usd "90000000000000000.00", NOW)
    assert.is_string(usage:enter("a", limits, usd "90000000000000000.00", NOW))
  end)

  it("takes back what came to nothing, once, also of an amount", function()
    local limits = compile { { amount = usd "10.00", per = "1h" }, { count = 1, per = "1h" } }
    local usage = new(limits)
    usage:take("a", limits, usd "10.00", NOW)
    assert.is_string(usage:over("a", limits, usd "0.01", NOW))
    usage:give_back("a", limits, usd "10.00", NOW, NOW + 1000)
    assert.is_nil(usage:over("a", limits, usd "10.00", NOW + 1000))
    -- what left its window before is in no sum any more
    usage:take("a", limits, usd "10.00", NOW)
    usage:give_back("a", limits, usd "10.00", NOW, NOW + 3 * HOUR)
    usage:take("a", limits, usd "10.00", NOW + 3 * HOUR)
    assert.is_string(usage:over("a", limits, usd "0.01", NOW + 3 * HOUR))
  end)

  it("keeps windows of different length apart, and holds them all", function()
    local limits = compile { { count = 1, per = "1m" }, { count = 2, per = "1h" } }
    local usage = new(limits)
    usage:take("a", limits, nil, NOW)
    assert.matches("in 1m", usage:over("a", limits, nil, NOW + 1))
    usage:take("a", limits, nil, NOW + 120000)
    assert.matches("in 1h", usage:over("a", limits, nil, NOW + 300000))
  end)

  it("never lets more through in any window, whatever comes when", function()
    local limits, state = compile { count = 20, per = "10m" }, 7
    local usage = new(limits)
    local function random(most)
      state = (state * 1664525 + 1013904223) % 4294967296
      return math.floor(state / 65536) % most
    end
    local now, taken = NOW, {}
    for _ = 1, 3000 do
      now = now + random(60000)
      if not usage:over("a", limits, nil, now) then
        usage:take("a", limits, nil, now)
        taken[#taken + 1] = now
      end
    end
    assert.is_true(#taken > 1000)
    for place = 21, #taken do
      assert.is_true(taken[place] - taken[place - 20] >= 600000)
    end
  end)

end) end

describe("a limit", function()
  it("remembers no more than its window", function()
    local usage, limits = route.usage(), compile { count = 1000000000, per = "1h" }
    for place = 1, 20000 do usage:take("a", limits, nil, NOW + place * 60000) end
    local buckets, count = usage.windows.a[HOUR].buckets, 0
    for _ in pairs(buckets) do count = count + 1 end
    assert.is_true(count <= 101, tostring(count))
  end)

  it("of 0 stops an account, and maintenance skips it, with the reason", function()
    local routes = support.good [[
      return { { to = { "a", "b", "c" } },
        accounts = { a = { limits = { count = 0, per = "1h" } }, b = { maintenance = { from = "11:00", to = "13:00" } } } }
    ]]
    local decision = support.decide(routes, {}, { usage = route.usage() })
    assert.same({ "c" }, decision.accounts)
    assert.equal("its limit of 0 payments in 1h is used up", decision.skipped[1].reason)
    assert.equal("its maintenance is under way", decision.skipped[2].reason)
    assert.same({ "b", "c" }, support.decide(routes, {}, { usage = route.usage(), now_ms = NOW + HOUR }).accounts)
  end)

  it("that is wrong is told with its line", function()
    for words, expected in pairs {
      ["a = 5"] = ".a | @:3: expected a table",
      ["cards_uss = {}"] = ".cards_uss | @:3: expected a configured account, did you mean `cards_us`?",
      ["a = { limit = 5 }"] = ".a.limit | @:3: expected `limits`, `maintenance` or `breaker`, did you mean `limits`?",
      ["a = { limits = 5 }"] = ".a.limits | @:3: expected a table with `count` or `amount`, and `per`",
      ["a = { limits = { count = 5 } }"] = ".a.limits | @:3: expected `per` as a span of time, such as `24h`",
      ["a = { limits = { count = 5, per = '1w' } }"] =
        ".a.limits | @:3: expected `per` as a span of time, such as `24h`",
      ["a = { limits = { per = '1h' } }"] = ".a.limits | @:3: expected a `count` or an `amount`",
      ["a = { limits = { { count = -1, per = '1h' } } }"] =
        ".a.limits[1] | @:3: expected `count` as an integer of 0 or more",
      ["a = { limits = { amount = '5', per = '1h' } }"] =
        ".a.limits | @:3: expected `amount` as money, such as money(\"1000\", \"USD\")",
      ["a = { maintenance = { { from = 'x' } } }"] = ".a.maintenance[1] | @:3: expected two times of the day, such as "
        .. "`22:00` and `02:00`, that differ",
    } do
      local found = support.wrong("return {\n  { to = 'a' },\n  accounts = { " .. words .. " },\n}")[1]
      assert.equal("routes.accounts" .. expected, found.field .. " | " .. found.message, words)
    end
  end)
end)
