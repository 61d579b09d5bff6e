-- A second success of one order is kept beside the first; an answer of the other kind, test or live,
-- releases nothing.

local worlds = require "spec.contract.world"

describe("a second success of an order", function()
  it("at 4metas, where a lost order was paid too, is kept as surplus", function()
    local adapter = worlds.adapter "fourmetas"
    local world, way = worlds.open(adapter), adapter.ways[1]
    world:fault("payment.create", "commit_then_drop")
    assert.equal("abandoned", worlds.outcome(assert(world:create(way, "A-1"))))
    local payment = assert(world:create(way, "A-1"))
    local lost
    for _, order in ipairs(world:orders()) do
      if order.id ~= payment.provider_id then lost = order.id end
    end
    assert(world:pays(payment))
    world:deliver()
    assert(world.box:pay(lost, { provider = "fourmetas" }))
    assert.equal(200, world:deliver()[1].status)
    payment = world.pay.payments:get "A-1"
    assert.same({ "succeeded", 1, lost }, { payment.status, #payment.surplus, payment.surplus[1].provider_id })
    assert.not_equal(lost, payment.provider_id)
    assert.same({ "surplus" }, world.alarms)
  end)

  it("at Acme and MinCloud, where the first was given up too soon, is kept as surplus", function()
    for _, name in ipairs{ "acme", "mincloud" } do
      local adapter = worlds.adapter(name)
      local way
      for _, each in ipairs(adapter.ways) do
        if not each.options and each.lost == "unknown" then way = way or each end
      end
      local world = worlds.open(adapter)
      local first = assert(world:create(way, "A-1"))
      -- its time is over by our clock, and not by the provider's
      world.box:advance(7200000)
      assert.equal("expired", world:refresh(way, "A-1").status)
      local second = assert(world:create(way, "A-1"))
      assert.same({ "requires_action", 2 }, { second.status, #second.attempts })
      assert.not_equal(first.provider_id, second.provider_id)
      assert(world:pays(second))
      world:deliver()
      assert.equal("succeeded", world.pay.payments:get("A-1").status)
      if name == "acme" then
        assert(world:pays(first))
        assert.equal(200, world:deliver()[1].status)
        local payment = world.pay.payments:get "A-1"
        assert.same({ first.provider_id, second.provider_id }, { payment.surplus[1].provider_id, payment.provider_id })
        assert.same({ "surplus" }, world.alarms)
      end
    end
  end)
end)

describe("an answer of the other kind, test or live,", function()
  it("releases nothing where the provider tells it", function()
    for name, told in pairs{ ruxpay = { is_test = true }, appwheel = {} } do
      local adapter = worlds.adapter(name)
      local world = worlds.open(adapter, { mode = "live", simulator = name == "ruxpay" and told or nil })
      local payment = assert(world:create(adapter.ways[1], "A-1"))
      assert.is_true(payment.status == "unknown" or payment.status == "failed", name .. " " .. payment.status)
      assert.is_nil(payment.action)
      assert.equal("other_mode", world.alarms[1])
      assert.not_equal("succeeded", world:refresh(adapter.ways[1], "A-1").status)
    end
  end)

  it("is refused as a notification", function()
    local adapter = worlds.adapter "ruxpay"
    local test = worlds.open(adapter)
    local payment = assert(test:create(adapter.ways[2], "A-1"))
    local live = worlds.open(adapter, { mode = "live", box = test.box })
    assert(test:pays(payment))
    assert.is_true(live:deliver()[1].status >= 400)
    assert.same({ "other_mode" }, live.alarms)
    assert.equal(0, #live.sent)
  end)

  it("is money where it is the same", function()
    local adapter = worlds.adapter "ruxpay"
    local world = worlds.open(adapter, { mode = "live", simulator = { is_test = false } })
    assert.equal("succeeded", assert(world:create(adapter.ways[1], "A-1")).status)
    assert.same({}, world.alarms)
  end)
end)
