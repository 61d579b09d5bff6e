-- scripts/flows/refund.lua over the sandbox, the whole way.

local world = require "spec.examples.world"

describe("the example flow of a refund", function()
  local w, pay, backend

  before_each(function()
    w = world.new()
    pay = w:open_flows "refund"
    backend = w.backend
    assert.equal("succeeded", pay.payments:create(world.card "A-1").status)
    w:work()
  end)

  after_each(function() pay:close() end)

  local function start(more)
    local wish = { order_id = "A-1", reason = "one was broken", asked_by = "ann" }
    for name, value in pairs(more or {}) do wish[name] = value end
    return assert(pay.flows:start("refund", wish, { id = "f-1" }))
  end

  local function tell(value)
    assert(pay.flows:tell("f-1", "approval", value))
    w:work()
  end

  local function flow() return pay.flows:get "f-1" end
  local function refunds() return w.box:books().ruxpay.refunds end

  it("gives a part back when it was approved", function()
    local one = start { amount = "3.00" }
    assert.equal("waiting", one.status)
    assert.same({ "mail approvers give back 3.00 USD of A-1: one was broken (f-1)" }, backend.done)
    assert.equal(0, #refunds())
    tell { by = "bea", granted = true }
    w:pass(world.HOUR)
    one = flow()
    assert.equal("succeeded", one.status)
    assert.equal("3.00 USD", tostring(pay.refunds:get(one.result.refund_id).amount))
    assert.same({ 1, 300, "succeeded" }, { #refunds(), refunds()[1].amount, refunds()[1].status })
    assert.same({ "points u-7 -3", "mail u-7 we gave back 3.00 USD" }, { backend.done[2], backend.done[3] })
  end)

  it("gives back what is left where no amount is named", function()
    start()
    tell { by = "bea", granted = true }
    w:pass(world.HOUR)
    assert.equal("8.88 USD", tostring(pay.payments:get("A-1").refunded))
  end)

  it("ends where it is refused, not answered, or granted by the one who asks", function()
    for place, case in ipairs { { { by = "bea", granted = false }, "refused by bea" }, { false, "nobody has answered" },
      { { by = "ann", granted = true }, "whoever asks cannot approve" } } do
      local id = "f-" .. place
      assert(pay.flows:start("refund", { order_id = "A-1", reason = "x", asked_by = "ann" }, { id = id }))
      if case[1] then assert(pay.flows:tell(id, "approval", case[1])) end
      w:pass(case[1] and world.HOUR or 4 * world.DAY, 12 * world.HOUR)
      assert.equal("failed", pay.flows:get(id).status)
      assert.matches(case[2], tostring(pay.flows:get(id).error))
    end
    assert.equal(0, #refunds())
    assert.equal("0.00 USD", tostring(pay.payments:get("A-1").refunded))
  end)

  it("takes an approval that came before the flow asked for it, and one alone", function()
    start()
    assert(pay.flows:tell("f-1", "approval", { by = "bea", granted = true }))
    assert(pay.flows:tell("f-1", "approval", { by = "bob", granted = false }))
    w:pass(2 * world.HOUR)
    assert.equal("succeeded", flow().status)
  end)

  it("undoes what it did where the provider refuses", function()
    start()
    tell { by = "bea", granted = true }
    assert.equal("waiting", flow().status)
    assert(w.box:decline(refunds()[1].refund_id))
    w:work()
    assert.equal("waiting", flow().status)
    assert(w.box:decline(refunds()[2].refund_id))
    w:work()
    assert.equal("failed", flow().status)
    assert.same({ "points u-7 -8", "points u-7 8" }, { backend.done[2], backend.done[3] })
    assert.equal("0.00 USD", tostring(pay.payments:get("A-1").refunded))
  end)

  it("gives back once where the answer of the refund is lost", function()
    start()
    w.box:fault("refund.create", "commit_then_drop", { provider = "ruxpay" })
    tell { by = "bea", granted = true }
    w:pass(2 * world.HOUR)
    assert.equal("succeeded", flow().status)
    assert.equal(1, #refunds())
  end)

  it("waits for a provider that is out of reach", function()
    start()
    w.box:fault("refund.create", "refuse", { provider = "ruxpay", times = 3 })
    tell { by = "bea", granted = true }
    w:pass(2 * world.HOUR)
    assert.equal("succeeded", flow().status)
    assert.equal(1, #refunds())
  end)

  it("gives back no more than was paid, and says so of an amount that is none", function()
    assert.equal("failed", start({ amount = "8.89" }).status)
    assert.equal(0, #refunds())
    local wish = { order_id = "A-1", reason = "x", asked_by = "ann", amount = "1.234" }
    assert.equal("failed", pay.flows:start("refund", wish, { id = "f-2" }).status)
  end)

  it("ends for a payment that took no money", function()
    pay.payments:create(world.card("A-2", { cvv = "900", three_ds = true,
      browser = { user_agent = "Mozilla/5.0", accept = "text/html" } }))
    start { order_id = "A-2" }
    assert.equal("failed", flow().status)
    assert.equal(0, #backend.done)
  end)
end)
