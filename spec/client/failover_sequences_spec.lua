local hops = require "spec.client.hops"
local support = require "spec.client.support"

-- Every sequence of what accounts can answer, over rules that go from one to the next: a world that knows what
-- was really taken watches that no account is asked while another one may have, or may yet get, the money.

local function run(order, given, seed)
  local choose, made = hops.chooser(given, seed)
  local world = hops.new(choose)
  local pay, _, clock, ledger = hops.open(world, order)
  world:watch(ledger)
  for step = 1, 4 do
    world:check_told(function()
      if step == 3 then return pay.payments:refresh "A-1" end
      return hops.create(pay)
    end)
    -- past the lease of an attempt that was not answered, and before anything expires
    clock.now = clock.now + 60000
  end
  world:check_ledger(ledger)
  return world, made
end

-- Three callers at once, each with a client of its own; whose turn it is, is drawn.
local function race(order, seed)
  local draw = hops.chooser({}, seed)
  local world, ledger = hops.new(draw), hops.yielding_ledger()
  local running, clock = {}, { now = support.NOW }
  world.pauses = true
  local function open()
    return (hops.open(world, order, { ledger = ledger, clock = function() return clock.now end }))
  end
  for caller = 1, 3 do
    local pay = open()
    running[caller] = coroutine.create(function()
      for step = 1, 3 do
        if step == 2 and caller == 3 then pay.payments:refresh "A-1" else hops.create(pay) end
        -- within the time of the others' calls, or past it
        clock.now = clock.now + draw { 1000, 20000, 60000 }
      end
    end)
  end
  while #running > 0 do
    local places = {}
    for place in ipairs(running) do places[place] = place end
    local place = draw(places)
    assert(coroutine.resume(running[place]))
    if coroutine.status(running[place]) == "dead" then table.remove(running, place) end
  end
  hops.through(function() world:check_ledger(ledger) end)
  return world
end

-- The next sequence of `depth` choices, as an odometer counts; nil after the last.
local function next_given(made, depth)
  local given = {}
  for place = 1, math.min(depth, #made) do given[place] = made[place].pick end
  for place = #given, 1, -1 do
    if given[place] < made[place].of then
      given[place] = given[place] + 1
      return given
    end
    given[place] = nil
  end
  return nil
end

local DEPTH = (os.getenv "LD_PRELOAD" or ""):find "san" and 2 or 4

describe("failover, over every sequence of outcomes,", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  for _, order in ipairs { { "cards", "safe", "pages" }, { "pages", "cards", "safe" }, { "safe", "games", "cards" } } do
    it("never asks an account while another may have the money: " .. table.concat(order, ", "), function()
      local given, runs, count, told = {}, 0, 0, 0
      for place = 1, DEPTH do given[place] = 1 end
      while given do
        runs = runs + 1
        local world, made = run(order, given, runs)
        assert.is_nil(world.broken)
        assert.is_true(world:taken() <= 1, "money was taken twice")
        count, told = count + world:hops(), told + (world.told or 0)
        given = next_given(made, DEPTH)
      end
      assert.is_true(runs > 9 ^ (DEPTH - 2), "too few sequences")
      assert.is_true(count > runs / 4, "too few of them went to another account")
      assert.is_true(told > runs / 40, "too few of them failed")
    end)
  end

  it("never does so either when several call at once", function()
    local count = 0
    for seed = 1, DEPTH * 100 do
      local world = race({ "cards", "safe", "pages" }, seed * 7919)
      assert.is_nil(world.broken, "seed " .. seed)
      assert.is_true(world:taken() <= 1, "money was taken twice")
      count = count + world:hops()
    end
    assert.is_true(count > DEPTH * 5, "too few of them went to another account")
  end)

  it("would be caught asking too early, or telling too early that it failed", function()
    local world = hops.new(function() return "unknown_taken" end)
    world:create { url = "https://cards", context = { key = "a" } }
    assert.is_nil(world.broken)
    world:create { url = "https://safe", context = { key = "b" } }
    assert.matches("safe is asked while cards", world.broken)
    world = hops.new(function() return "rejected" end)
    world:create { url = "https://cards", context = { key = "a" } }
    world:hear { type = "payment.failed" }
    assert.is_nil(world.broken)
    world:create { url = "https://safe", context = { key = "b" } }
    assert.matches("safe is asked after payment.failed", world.broken)
  end)
end)
