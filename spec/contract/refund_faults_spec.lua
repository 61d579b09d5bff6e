-- Every HTTP fault of a refund: it is never given twice, and known when the provider can tell.

local faults = require "spec.contract.faults"
local worlds = require "spec.contract.world"

-- What the sheets say otherwise of a kind: that it was refused; that `status: ok` is a function that runs
-- on by itself.
local said = { mincloud = { status_401 = "failed", status_402 = "failed", status_403 = "failed",
  wrong_envelope = "processing" } }
-- Whether the provider tells what became of a refund.
local asks = { acme = true, ruxpay = true }

local function paid(adapter)
  local world = worlds.open(adapter)
  for _, way in ipairs(adapter.ways) do
    if not way.options then
      local payment = assert(world:create(way, "A-1"))
      if payment.status ~= "succeeded" then assert(world:pays(payment)) end
      assert.equal("succeeded", world:refresh(way, "A-1").status)
      return world
    end
  end
end

local function give(world, amount)
  local refund, err = world.pay.refunds:create("A-1", { refund_id = "R-1", amount = amount or "3.00" })
  world.errors[#world.errors + 1] = err or refund.error
  return refund, err
end

-- What the books say of the refund.
local function by_the_books(world)
  local refund = world:refunds()[1]
  if not refund then return "unknown" end
  return refund.done and "succeeded" or "processing"
end

local function case(adapter, kind, made)
  local world = paid(adapter)
  world:fault("refund.create", kind)
  if asks[adapter.name] then world:fault("refund.query", "status_503", { times = 1000 }) end
  local refund = assert(give(world))
  local status = (said[adapter.name] or {})[kind] or "unknown"
  assert.equal(status, refund.status)
  assert.equal(status ~= "processing", refund.error ~= nil)
  assert.equal(made, #world:refunds())
  if status == "failed" then return end
  local sent = #world.sent
  assert.equal(status, assert(give(world)).status)
  assert.equal("conflict", select(2, give(world, "2.00")).kind)
  assert.equal(sent, #world.sent)
  world:unblock()
  refund = assert(world.pay.refunds:refresh "R-1")
  assert.equal(asks[adapter.name] and by_the_books(world) or status, refund.status)
  assert.equal(made, #world:refunds())
  -- all that may have been given back is not given back again
  local _, err = world.pay.refunds:create("A-1", { refund_id = "R-2", amount = "6.00" })
  assert.same({ "invalid", "amount" }, { err.kind, err.field })
  assert.same({}, world.alarms)
end

for _, name in ipairs{ "acme", "mincloud", "ruxpay" } do
  local adapter = worlds.adapter(name)
  describe("a refund at " .. name, function()
    for made, kinds in pairs{ [0] = faults.before, [1] = faults.lost } do
      for _, kind in ipairs(kinds) do
        it("that meets " .. kind, function() case(adapter, kind, made) end)
      end
    end

    it("that never left is sent when it is asked for again", function()
      local world = paid(adapter)
      world:fault("refund.create", "refuse", { times = 3 })
      local refund = assert(give(world))
      assert.same({ "failed", "not_sent", 0 }, { refund.status, refund.error.outcome, #world:refunds() })
      refund = assert(give(world))
      assert.not_equal("failed", refund.status)
      assert.equal(1, #world:refunds())
    end)

    it("is given once", function()
      local world = paid(adapter)
      local refund = assert(give(world))
      assert.equal("3.00", refund.amount:format())
      local sent = #world.sent
      assert.equal(refund.status, assert(give(world)).status)
      assert.equal(sent, #world.sent)
      assert.same({ 1, 300 }, { #world:refunds(), world:refunds()[1].amount })
      if refund.status == "processing" then
        world.box:advance(10000)
        world.box:pay("R-1", { provider = name })
        refund = assert(world.pay.refunds:refresh "R-1")
      end
      assert.equal("succeeded", refund.status)
      assert.equal("3.00", world.pay.payments:get("A-1").refunded:format())
      local _, err = world.pay.refunds:create("A-1", { refund_id = "R-2", amount = "5.89" })
      assert.same({ "invalid", "amount" }, { err.kind, err.field })
      assert.equal(1, #world:refunds())
    end)
  end)
end
