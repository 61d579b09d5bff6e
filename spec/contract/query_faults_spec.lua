-- Every HTTP fault of a query, and every wrong answer to one: the attempt keeps what was known of it, and
-- the next query that works tells what the books say.

local faults = require "spec.contract.faults"
local worlds = require "spec.contract.world"

-- Answers about the order that are well formed and wrong, where the simulator has them.
local untrue = { fourmetas = { "mismatched", "unlisted_state", "stale", "null_data" },
  mincloud = { "mismatched", "unlisted_state", "stale" } }

local function way_of(adapter)
  for _, way in ipairs(adapter.ways) do
    if way.at_once == "accepted" and not way.options then return way end
  end
end

local function case(adapter, kind, times)
  local way = way_of(adapter)
  local world = worlds.open(adapter)
  local payment = assert(world:create(way, "A-1"))
  assert(world:pays(payment))
  world:fault(adapter.queries[1], kind, { times = times })
  local before = payment.attempts[1]
  payment = world:refresh(way, "A-1")
  assert.same({ "requires_action", "accepted", before.key, before.provider_id },
    { payment.status, payment.attempts[1].outcome, payment.attempts[1].key, payment.attempts[1].provider_id })
  if kind ~= "stale" then assert.is_not_nil(payment.error, kind) end
  assert.equal(1, #payment.attempts)
  assert.equal("requires_action", assert(world:create(way, "A-1")).status)
  assert.equal(1, world:creates())
  payment = world:refresh(way, "A-1")
  assert.same({ "succeeded", "succeeded" }, { payment.status, payment.attempts[1].outcome })
  assert.same({ 1, 1 }, { #world:orders(), world:count "paid" })
  assert.same({}, world.alarms)
end

for _, name in ipairs(worlds.names) do
  local adapter = worlds.adapter(name)
  describe("a query of " .. name, function()
    for _, kinds in ipairs{ faults.lost, faults.before, untrue[name] or {} } do
      for _, kind in ipairs(kinds) do
        it("that meets " .. kind .. " changes nothing", function() case(adapter, kind) end)
      end
    end

    it("that never leaves changes nothing", function() case(adapter, "refuse", 3) end)

    it("about a payment that is over is not needed", function()
      local way = way_of(adapter)
      local world = worlds.open(adapter)
      assert(world:pays(assert(world:create(way, "A-1"))))
      assert.equal("succeeded", world:refresh(way, "A-1").status)
      world:block()
      local sent = #world.sent
      assert.equal("succeeded", world:refresh(way, "A-1").status)
      assert.equal("succeeded", assert(world:create(way, "A-1")).status)
      assert.equal(sent, #world.sent)
    end)
  end)
end
