-- scripts/flows/events.lua and give_back.lua: money that came too late or twice, over the sandbox.

local world = require "spec.examples.world"

local MINUTE = 60000

describe("the example of money that came too late", function()
  local w, pay

  before_each(function()
    w = world.new()
    pay = w:open_flows("checkout", "give_back")
    w.on_event = assert(loadfile "scripts/flows/events.lua")()(pay)
  end)

  after_each(function() pay:close() end)

  local function start(ways)
    return assert(pay.flows:start("checkout", { order_id = "A-1", amount = "8.88", currency = "USD", ways = ways,
      billing = { country = "CA" }, items = { { name = "tea lights", price = "8.88", quantity = 1 } },
      customer = { id = "u-7", ip = "203.0.113.9" } }, { id = "checkout-A-1" }))
  end

  local function refunds()
    local list = {}
    for place, refund in ipairs(w.box:books().ruxpay.refunds) do
      list[place] = ("%s %d"):format(refund.status, refund.amount)
    end
    return list
  end

  it("does nothing about what was paid in time", function()
    start { "checkout" }
    w.box:pay "A-1"
    w:work()
    assert.equal("succeeded", pay.flows:get("checkout-A-1").status)
    assert.equal(1, #pay.flows:list {})
    assert.same({}, refunds())
  end)

  it("gives back what was paid on a page whose time was over, once", function()
    start { "checkout" }
    w:pass(40 * MINUTE, 10 * MINUTE)
    assert.same({ "failed", "expired" }, { pay.flows:get("checkout-A-1").status, pay.payments:get("A-1").status })
    w.box:pay "A-1"
    w:work()
    assert.same({ "late_success" }, w.alarms)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    w:pass(10 * MINUTE, MINUTE)
    assert.equal("succeeded", pay.flows:get("late-A-1").status)
    assert.same({ "succeeded 888" }, refunds())
    assert.equal("8.88 USD", tostring(pay.payments:get("A-1").refunded))
  end)

  it("gives back the second one where two pages were paid, and sends what was bought", function()
    local first = start({ "checkout", "checkout" }).action.url
    w.box:set("ruxpay", { disabled = { w.box:accounts().ruxpay.app_id } })
    w:pass(40 * MINUTE, 10 * MINUTE)
    local second = pay.flows:get("checkout-A-1").action.url
    assert.are_not.equal(first, second)
    w.box:set("ruxpay", { disabled = {} })
    w.box:pay(second)
    w:work()
    w.box:pay(first)
    w:work()
    assert.same({ "cards succeeded", "spare succeeded" }, w:card_sales())
    assert.same({ "surplus" }, w.alarms)
    w:pass(10 * MINUTE, MINUTE)
    assert.same({ "succeeded 888" }, refunds())
    local payment = pay.payments:get "A-1"
    assert.same({ "spare", "0.00 USD", "8.88" }, { payment.account, tostring(payment.refunded),
      payment.surplus[1].refunded })
    assert.same({ "hold A-1 ...", "ship A-1 hold-A-1" }, w.backend.done)
  end)

  it("waits for a flow that may take it yet", function()
    w.backend.down.ship = true
    start { "checkout" }
    w.box:pay "A-1"
    w:pass(30 * MINUTE, 10 * MINUTE)
    assert.equal("waiting", pay.flows:get("checkout-A-1").status)
    assert.equal(1, #pay.flows:list {})
    w.backend.down.ship = nil
    w:pass(world.HOUR)
    assert.equal("succeeded", pay.flows:get("checkout-A-1").status)
    assert.equal(1, #pay.flows:list {})
  end)

  it("has a person give it back where the provider does not", function()
    start { "checkout" }
    w:pass(40 * MINUTE, 10 * MINUTE)
    w.box:pay "A-1"
    w:work()
    for place = 1, 2 do
      assert(w.box:decline(w.box:books().ruxpay.refunds[place].refund_id))
      w:work()
    end
    assert.equal("failed", pay.flows:get("late-A-1").status)
    assert.equal("mail accounting A-1: give back 8.88 USD by hand", w.backend.done[3])
  end)
end)
