-- Every HTTP fault of a call that creates, for every provider: what is known at once, what the books of
-- the provider say later, and that nothing is doubled.

local faults = require "spec.contract.faults"
local worlds = require "spec.contract.world"

local lost, before = faults.lost, faults.before

-- What the sheets say otherwise of a kind: the outcome at once, and its kind.
local said = {
  appwheel = { status_429 = { "rejected", "rate_limited" }, status_401 = { "rejected", "authentication" },
    status_403 = { "rejected", "authentication" }, clock_skew = { "rejected", "authentication" } },
  mincloud = { status_401 = { "rejected", "authentication" }, status_402 = { "rejected", "provider" },
    status_403 = { "rejected", "authentication" } },
  -- every envelope with another status than 1 means "not created"
  fourmetas = { unlisted_code = { "rejected", "invalid" }, system_error = { "rejected", "invalid" } },
}

local function is_in(list, kind)
  for _, each in ipairs(list) do
    if each == kind then return true end
  end
  return false
end

-- What a payment's attempt is once the provider was asked: what the books say of it.
local function by_the_books(world, way, payment)
  local one = payment.attempts[#payment.attempts]
  local order = world:order_of(one.key)
  if not order then return way.is_money and "unknown" or "abandoned" end
  return ({ open = "accepted", paid = "succeeded", ended = "declined" })[order.status]
end

-- From where it stands to a payment that is paid once.
local function finish(world, way, payment)
  local outcome = worlds.outcome(payment)
  if outcome ~= "accepted" and outcome ~= "succeeded" then
    payment = assert(world:create(way, "A-1"))
    assert.equal(way.at_once, worlds.outcome(payment))
  end
  if payment.status ~= "succeeded" then assert(world:pays(payment)) end
  payment = world:refresh(way, "A-1")
  assert.equal("succeeded", payment.status)
  assert.equal(1, world:count "paid")
  local creates = world:creates()
  assert.equal("succeeded", assert(world:create(way, "A-1")).status)
  assert.equal(creates, world:creates())
  assert.same({}, world.alarms)
end

-- Time goes by until a call that takes money was certainly never received.
local function wait_it_out(world, way)
  for _, seconds in ipairs{ 5, 25, 90, 480, 3000 } do
    world.box:advance(seconds * 1000)
    assert.equal(seconds == 3000 and "failed" or "unknown", world:refresh(way, "A-1").status)
  end
  return world.pay.payments:get "A-1"
end

local function case(adapter, way, kind)
  local exception = said[adapter.name] and said[adapter.name][kind]
  local expected = exception and exception[1] or way.lost
  local world = worlds.open(adapter)
  world:fault(way.operation, kind)
  if not adapter.asks_first then world:block() end
  local payment = assert(world:create(way, "A-1"))
  assert.equal(expected, worlds.outcome(payment))
  if exception then assert.equal(exception[2], payment.error.kind) end
  assert.is_nil(payment.action)
  assert.equal(1, world:creates())
  local made = #world:orders()
  assert.equal(is_in(lost, kind) and 1 or 0, made)
  if expected == "unknown" then
    local key, sent = payment.attempts[1].key, 1
    if adapter.repeats then
      sent = 2
      world:fault(way.operation, kind)
    end
    -- never another key while nothing is known, and never again where that could double it
    payment = assert(world:create(way, "A-1"))
    assert.equal("unknown", payment.status)
    assert.same({ 1, key, sent }, { #payment.attempts, payment.attempts[1].key, world:creates() })
    world:unblock()
    payment = world:refresh(way, "A-1")
    assert.equal(by_the_books(world, way, payment), worlds.outcome(payment))
    assert.same({ sent, made }, { world:creates(), #world:orders() })
    if way.is_money and made == 0 then payment = wait_it_out(world, way) end
  end
  world:unblock()
  finish(world, way, payment)
end

for _, name in ipairs(worlds.names) do
  local adapter = worlds.adapter(name)
  describe("a create of " .. name, function()
    for _, way in ipairs(adapter.ways) do
      for _, kinds in ipairs(way.like_another and {} or { lost, before }) do
        for _, kind in ipairs(kinds) do
          it(("by %s that meets %s"):format(way.name, kind), function() case(adapter, way, kind) end)
        end
      end

      it(("by %s that never left is sent again with its key"):format(way.name), function()
        local world = worlds.open(adapter)
        world:fault(way.operation, "refuse", { times = 3 })
        local payment = assert(world:create(way, "A-1"))
        assert.same({ "failed", "not_sent" }, { payment.status, worlds.outcome(payment) })
        assert.equal("network", payment.error.kind)
        assert.equal(0, #world:orders())
        local key = payment.attempts[1].key
        payment = assert(world:create(way, "A-1"))
        assert.same({ 1, key, way.at_once }, { #payment.attempts, payment.attempts[1].key, worlds.outcome(payment) })
        assert.equal(1, #world:orders())
        finish(world, way, payment)
      end)

      it(("by %s that is late is the same"):format(way.name), function()
        local world = worlds.open(adapter)
        world:fault(way.operation, "slow")
        finish(world, way, assert(world:create(way, "A-1")))
        assert.equal(1, world:creates())
      end)

      it(("by %s with a clock that differs"):format(way.name), function()
        local exception = (said[name] or {}).clock_skew
        local world = worlds.open(adapter)
        world:fault(way.operation, "clock_skew")
        local payment = assert(world:create(way, "A-1"))
        assert.equal(exception and exception[1] or way.at_once, worlds.outcome(payment))
        finish(world, way, payment)
      end)
    end
  end)
end
