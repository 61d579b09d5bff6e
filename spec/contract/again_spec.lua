-- The same order again, in every state that an attempt can be in; and what it may not be changed to.

local worlds = require "spec.contract.world"

local function is_same(world, way, state)
  local creates = world:creates()
  local payment = assert(world:create(way, "A-1"))
  assert.same({ state, 1, creates }, { payment.status, #payment.attempts, world:creates() })
end

for _, name in ipairs(worlds.names) do
  local adapter = worlds.adapter(name)
  describe("the same order again at " .. name, function()
    for _, way in ipairs(adapter.ways) do
      it("by " .. way.name .. " sends nothing", function()
        local world = worlds.open(adapter)
        local payment = assert(world:create(way, "A-1"))
        if payment.status ~= "succeeded" then
          is_same(world, way, "requires_action")
          assert(world:pays(payment))
          is_same(world, way, "requires_action")
          world:refresh(way, "A-1")
        end
        is_same(world, way, "succeeded")
        assert.same({ 1, 1 }, { #world:orders(), world:count "paid" })
      end)

      local amount = way.params("A-1").amount
      if amount then
        it("by " .. way.name .. " is another one with another amount or currency", function()
          local world = worlds.open(adapter)
          assert(world:create(way, "A-1"))
          local sent = #world.sent
          for _, more in ipairs{ { amount = "8.89" }, { amount = "888.00" } } do
            local payment, err = world:create(way, "A-1", more)
            assert.is_nil(payment)
            assert.equal("conflict", err.kind)
          end
          local payment, err = world:create(way, "A-1", { currency = "EUR" })
          assert.is_nil(payment)
          assert.is_true(err.kind == "conflict" or err.kind == "unsupported", err.kind)
          assert.equal(sent, #world.sent)
          assert.equal(1, #world:orders())
        end)
      end
    end

    it("keeps orders apart", function()
      local world = worlds.open(adapter)
      local way, keys = adapter.ways[1], {}
      for place, order_id in ipairs{ "A-1", "A-2", "a-1", "A-1 " } do
        local payment = assert(world:create(way, order_id, adapter.of_another and adapter.of_another(world, place)))
        assert.is_nil(keys[payment.attempts[1].key])
        keys[payment.attempts[1].key] = true
      end
      assert.equal(4, #world:orders())
    end)
  end)
end
