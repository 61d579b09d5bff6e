local health = require "obol.health"
local support = require "spec.health.support"

local fails, works = support.fails, support.works
local SECOND, MINUTE = 1000, 60000

local function state(made) return support.line(made) and support.line(made).state end
local function allows(made) return (made:allows("a", "payment.create")) end
local function enter(made, lease) return made:enter("a", "payment.create", lease or 30000) end

describe("a breaker", function()
  it("opens after so many technical failures in a row, and not before", function()
    local made, clock, _, told = support.new { failures = 3 }
    support.calls(made, clock, fails, 2)
    support.calls(made, clock, works)
    support.calls(made, clock, fails, 2)
    assert.is_true(made:allows("a", "payment.create"))
    support.calls(made, clock, fails)
    local fine, why, from = made:allows("a", "payment.create")
    assert.is_false(fine)
    assert.equal("its breaker is open, probes from 2023-11-14T22:13:30Z", why)
    assert.equal(support.NOW + 10 * SECOND, from)
    assert.same({ "open" }, told)
    assert.is_true(made:allows("a", "refund.create"), "another operation")
    assert.is_true(made:allows("b", "payment.create"), "another account")
  end)

  it("opens when the part of failures in its window is over, of so many calls at least", function()
    local made, clock = support.new { failures = 100, rate = 0.5, least = 10, window_ms = MINUTE }
    for _ = 1, 4 do
      support.calls(made, clock, works)
      support.calls(made, clock, fails)
    end
    assert.is_true(allows(made), "eight calls are too few")
    support.calls(made, clock, works)
    support.calls(made, clock, fails)
    assert.equal("open", state(made))
  end)

  it("forgets what is older than its window", function()
    local made, clock = support.new { failures = 100, rate = 0.5, least = 10, window_ms = MINUTE }
    support.calls(made, clock, fails, 9)
    clock.now = clock.now + 2 * MINUTE
    support.calls(made, clock, works, 10)
    support.calls(made, clock, fails, 9)
    assert.is_true(allows(made), "9 of 19")
    support.calls(made, clock, fails)
    assert.is_false(allows(made), "10 of 20")
  end)

  it("is half open after its pause, closes after so many probes that worked, and counts anew", function()
    local made, clock, _, told = support.new { failures = 2, probes = 2, pause_ms = 10 * SECOND }
    support.calls(made, clock, fails, 2)
    clock.now = clock.now + 10 * SECOND - 1
    assert.is_false(allows(made))
    assert.is_false(enter(made))
    clock.now = clock.now + 1
    assert.is_true(allows(made))
    assert.equal("half_open", state(made))
    support.calls(made, clock, works)
    assert.equal("half_open", state(made))
    support.calls(made, clock, works)
    assert.equal("closed", state(made))
    assert.same({ "open", "closed" }, told)
    support.calls(made, clock, fails)
    assert.is_true(allows(made))
    support.calls(made, clock, fails)
    assert.is_false(allows(made))
  end)

  it("pauses twice as long after each probe that failed, up to the longest, and as at first after it was closed",
    function()
      local made, clock = support.new { failures = 1, probes = 1, pause_ms = 10 * SECOND, longest_ms = 30 * SECOND }
      support.calls(made, clock, fails)
      for _, pause in ipairs { 20, 30, 30 } do
        clock.now = support.line(made).probes_from_ms
        support.calls(made, clock, fails)
        assert.equal(clock.now + pause * SECOND, support.line(made).probes_from_ms)
      end
      clock.now = support.line(made).probes_from_ms
      support.calls(made, clock, works)
      support.calls(made, clock, fails)
      assert.equal(clock.now + 10 * SECOND, support.line(made).probes_from_ms)
    end)

  it("pauses as long as the provider asks for, up to the longest", function()
    local made, clock = support.new { failures = 1, probes = 1, pause_ms = 10 * SECOND, longest_ms = MINUTE }
    local function fail(seconds)
      clock.now = (support.line(made) or {}).probes_from_ms or clock.now
      local ms = seconds and seconds * SECOND
      support.calls(made, clock, { outcome = "unknown", answered = true, status = 503, retry_after_ms = ms })
      return (support.line(made).probes_from_ms - clock.now) / SECOND
    end
    assert.equal(25, fail(25))
    assert.equal(50, fail(1))
    assert.equal(60, fail(86400))
    clock.now = support.line(made).probes_from_ms
    support.calls(made, clock, works)
    assert.equal(10, fail(0))
    assert.equal(20, fail(nil))
  end)

  it("learns nothing from calls that began before it could be probed", function()
    local made, clock = support.new { failures = 1, probes = 1, pause_ms = 10 * SECOND }
    support.calls(made, clock, fails)
    local from = support.line(made).probes_from_ms
    clock.now = from + 5 * SECOND
    support.calls(made, clock, works, 1, 6 * SECOND)
    support.calls(made, clock, fails, 1, 6 * SECOND)
    assert.equal("half_open", state(made))
    assert.equal(from, support.line(made).probes_from_ms)
    support.calls(made, clock, works, 1, 4 * SECOND)
    assert.equal("closed", state(made))
  end)

  it("is probed at once, and closes, where the clock was put back by more than any pause", function()
    local made, clock = support.new { failures = 1, probes = 1, pause_ms = 10 * SECOND, longest_ms = MINUTE }
    support.calls(made, clock, fails)
    clock.now = clock.now - 60 * MINUTE
    assert.equal("half_open", state(made))
    assert.is_table(enter(made))
    clock.now = clock.now + SECOND
    support.calls(made, clock, works, 1, SECOND)
    assert.equal("closed", state(made))
  end)

  it("lets few probes through at once, however many workers ask", function()
    local first, clock, store = support.new { failures = 1, probes = 2 }
    local others = { first }
    for place = 2, 4 do
      others[place] = health.new { store = store, clock = function() return clock.now end,
        settings = function() return { failures = 1, probes = 2, longest_ms = MINUTE, half_life_ms = MINUTE,
          pause_ms = SECOND, window_ms = MINUTE, rate = 1, least = 10 } end,
        unique = function() return "worker " .. place end }
    end
    assert.is_nil(enter(first), "closed: no place is needed")
    support.calls(first, clock, fails)
    clock.now = clock.now + 10 * SECOND
    local places, refused = {}, 0
    for _, worker in ipairs(others) do
      local place = enter(worker)
      if place then places[#places + 1] = { worker, place } else refused = refused + 1 end
    end
    assert.same({ 2, 2 }, { #places, refused })
    local fine, why, from = first:allows("a", "payment.create")
    assert.is_false(fine)
    assert.equal("its breaker is half open, and its probes are under way", why)
    assert.equal(support.NOW + 10 * SECOND, from)
    places[1][1]:leave(places[1][2])
    assert.is_true(allows(first))
    assert.is_table(enter(others[4]))
    assert.is_false(enter(others[3]))
  end)

  it("frees the place of a probe that never comes back, and not that of who has it then", function()
    local made, clock = support.new { failures = 1, probes = 1 }
    support.calls(made, clock, fails)
    clock.now = clock.now + 10 * SECOND
    local lost = enter(made, 35000)
    assert.is_table(lost)
    clock.now = clock.now + 35001
    assert.is_table(enter(made, 35000))
    made:leave(lost)
    assert.is_false(enter(made, 35000))
  end)

  it("is closed where its store was emptied, takes nothing or lasts no longer", function()
    local made, clock, store = support.new { failures = 2, pause_ms = 10 * SECOND }
    support.calls(made, clock, fails, 2)
    for _, key in ipairs(store:get_keys()) do store:delete(key) end
    assert.is_true(allows(made))
    support.calls(made, clock, fails)
    assert.is_true(allows(made), "one in a row")
    support.calls(made, clock, fails)
    assert.is_false(allows(made))
    clock.now = clock.now + 2 * 3600 * SECOND
    assert.is_true(allows(made))
    assert.equal("closed", state(made))
    local full = { get = function() end, set = function() return nil, "no memory" end,
      add = function() return nil, "no memory" end, incr = function() return nil, "no memory" end,
      delete = function() end }
    made = support.new({ failures = 1 }, full)
    support.calls(made, clock, fails, 3)
    assert.is_true(allows(made))
    assert.is_nil(enter(made))
  end)

  it("does not stay open when the clock is put back", function()
    local made, clock = support.new { failures = 1, pause_ms = 10 * SECOND, longest_ms = MINUTE }
    support.calls(made, clock, fails)
    clock.now = clock.now - 3600 * SECOND
    assert.equal("half_open", state(made))
    support.calls(made, clock, works, 2)
    assert.equal("closed", state(made))
  end)

  it("is not there where the settings say so; the rates are", function()
    local made = health.new { store = require("obol.shared").process(), clock = function() return support.NOW end,
      settings = function() return false end, unique = function() return "x" end }
    support.calls(made, { now = support.NOW }, fails, 50)
    assert.is_true(allows(made))
    assert.is_nil(enter(made))
    local line = support.line(made)
    assert.same({ "off", 0 }, { line.state, line.success_rate })
    assert.is_true(math.abs(line.calls - 50) < 1e-6)
  end)
end)

describe("the report of health", function()
  it("tells of each account's operation that was called", function()
    local made, clock = support.new { failures = 5 }
    assert.same({}, made:report({ "a", "b" }, { "payment.create" }))
    support.calls(made, clock, works, 3, 40)
    support.calls(made, clock, fails)
    made:record("b", "refund.create", works, clock.now, 10)
    local list = made:report({ "a", "b" }, { "payment.create", "refund.create" })
    assert.equal(2, #list)
    assert.same({ "a", "payment.create", "closed", 1 },
      { list[1].account, list[1].operation, list[1].state, list[1].failures })
    assert.is_true(math.abs(list[1].success_rate - 0.75) < 1e-9)
    assert.is_true(math.abs(list[1].latency_ms - 40) < 1e-9)
    assert.same({ "b", "refund.create" }, { list[2].account, list[2].operation })
  end)

  it("counts nothing of what says nothing", function()
    local made, clock = support.new()
    support.calls(made, clock, { outcome = "not_sent", kind = "invalid" }, 10)
    assert.is_nil(support.line(made))
  end)
end)
