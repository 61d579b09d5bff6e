-- Success, decline, and each of the seven outcomes of an attempt, for every provider that can give it.

local worlds = require "spec.contract.world"

local function way_of(adapter, name)
  for _, way in ipairs(adapter.ways) do
    if not name or way.name == name then return way end
  end
end

-- How each provider comes to each outcome: a function of the world that answers the payment; the
-- outcomes that it has no way to are left out, and listed.
local stages = {
  acme = {
    rejected = function(world) return world:create(way_of(world.adapter), "refuse-1") end,
    unknown = true, abandoned = true,
  },
  appwheel = {
    rejected = function(world)
      return world:create(way_of(world.adapter), "A-1", { item = { product_id = "price_of_nothing" } })
    end,
    declined = function(world)
      world:create(way_of(world.adapter), "A-1")
      world.box:advance(86400000)
      return world:refresh(way_of(world.adapter), "A-1")
    end,
    abandoned = true, unknown = false,
  },
  fourmetas = {
    rejected = function(world)
      world.box:set("fourmetas", { access_token = "asked for" })
      return world:create(way_of(world.adapter), "A-1")
    end,
    abandoned = true, unknown = false,
  },
  mincloud = {
    rejected = function(world)
      world.box:set("mincloud", { arrears = true })
      return world:create(way_of(world.adapter, "wechat_qr"), "A-1")
    end,
    unknown = true, abandoned = true,
  },
  ruxpay = {
    rejected = function(world)
      return world:create(way_of(world.adapter), "A-1", { amount = "8.888", currency = "KWD",
        items = { { name = "tea", price = "0.001", quantity = 1 } }, billing = { country = "??" } })
    end,
    declined = function(world) return world:create(world.adapter.declined, "A-1") end,
    unknown = true, abandoned = "checkout",
  },
}

local state_of = { rejected = "failed", declined = { failed = true, expired = true }, not_sent = "failed",
  abandoned = "failed", unknown = "unknown" }

local function check(world, payment, outcome, paid)
  assert.equal(outcome, worlds.outcome(payment))
  local state = state_of[outcome]
  assert.is_true(payment.status == state or type(state) == "table" and state[payment.status] == true, payment.status)
  assert.is_nil(payment.action)
  local err = payment.error
  assert.is_not_nil(err)
  assert.equal(1, select("#", tostring(err):gsub("\n", "")) - 1)
  assert.equal("it", err.account)
  assert.equal(paid or 0, world:count "paid")
  assert.same({}, world.alarms)
end

-- The call is lost, and asked about in vain.
local function lose(world, way)
  world:fault(way.operation, "commit_then_drop")
  if not world.adapter.asks_first then world:block() end
  return world:create(way, "A-1")
end

for _, name in ipairs(worlds.names) do
  local adapter, stage = worlds.adapter(name), stages[name]
  describe(name, function()
    for _, way in ipairs(adapter.ways) do
      it("takes a payment by " .. way.name .. " once", function()
        local world = worlds.open(adapter)
        local payment = assert(world:create(way, "A-1"))
        assert.equal(way.at_once, worlds.outcome(payment))
        if way.at_once == "accepted" then
          assert.equal("requires_action", payment.status)
          assert.is_string(payment.action.type)
          assert.same({ 1, 0 }, { world:count "open", world:count "paid" })
          assert.equal("requires_action", world:refresh(way, "A-1").status)
          assert(world:pays(payment))
          payment = world:refresh(way, "A-1")
        end
        assert.same({ "succeeded", "succeeded" }, { payment.status, worlds.outcome(payment) })
        assert.same({ 1, 1 }, { #world:orders(), world:count "paid" })
        assert.is_string(payment.provider_id)
        assert.same({}, world.alarms)
      end)
    end

    it("declines", function()
      local world = worlds.open(adapter)
      local way = way_of(adapter, adapter.declines_by)
      local payment
      if stage.declined then
        payment = assert(stage.declined(world))
      else
        payment = assert(world:create(way, "A-1"))
        assert(world:declines(payment))
        payment = world:refresh(way, "A-1")
      end
      check(world, payment, "declined")
      -- and a new attempt may be made
      payment = assert(world:create(way, "A-1"))
      assert.same({ 2, way.at_once }, { #payment.attempts, worlds.outcome(payment) })
      assert.not_equal(payment.attempts[1].key, payment.attempts[2].key)
    end)

    it("refuses", function()
      local world = worlds.open(adapter)
      local payment = assert(stage.rejected(world))
      check(world, payment, "rejected")
      assert.same({}, world:orders())
    end)

    it("is not reached", function()
      local world = worlds.open(adapter)
      world:fault(way_of(adapter).operation, "refuse", { times = 3 })
      check(world, assert(world:create(way_of(adapter), "A-1")), "not_sent")
      assert.same({}, world:orders())
    end)

    it("does not answer", function()
      local found = {}
      for _, way in ipairs(adapter.ways) do
        local world = worlds.open(adapter)
        local payment = assert(lose(world, way))
        check(world, payment, way.lost, way.at_once == "succeeded" and 1 or 0)
        assert.equal(1, #world:orders())
        found[way.lost] = true
        if way.lost == "unknown" and not way.is_money then
          -- an offer that was never made, and of which nobody was told
          local other = worlds.open(adapter)
          other:fault(way.operation, "status_503")
          payment = assert(other:create(way, "A-1"))
          if not way.options then check(other, payment, "abandoned") end
          found.abandoned = true
        end
      end
      assert.same({ stage.unknown ~= false, stage.abandoned ~= false }, { found.unknown == true,
        found.abandoned == true })
    end)
  end)
end
