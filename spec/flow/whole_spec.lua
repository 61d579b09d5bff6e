local obol = require "obol"
local places = require "spec.ledger.places"
local support = require "spec.flow.support"

local MINUTE = 60000

-- As it is documented, with a shop that keeps what it granted.
local function subscribe(granted)
  package.loaded.shop = { grant = function(customer, key) granted[#granted + 1] = { customer, key } end }
  return obol.flow("subscribe", function(flow, order)
    local payment = flow:create(order)                        -- recorded
    if payment.action then flow:present(payment.action) end
    payment = flow:await(payment, { timeout = "30m" })         -- a notification, or polling; may wait for days
    local over = { failed = true, expired = true, canceled = true }
    if payment.status ~= "succeeded" and not over[payment.status] then
      payment = flow:await(payment)                            -- no timeout: until it is settled
    end
    if payment.status ~= "succeeded" then return flow:fail(payment) end
    flow:step("grant", function(key) return require("shop").grant(order.customer.id, key) end)
  end)
end

places.describe("a flow on %s", function(kind)
  teardown(function() package.loaded.shop = nil end)

  it("creates, presents, waits until it is paid, and grants once", function()
    local granted = {}
    local pay, about = support.open({ subscribe(granted) }, { ledger = kind.open(), create = support.page,
      query = support.page })
    local order = support.order("A-1", { customer = { id = "u-7" } })
    local flow = assert(pay.flows:start("subscribe", order, { id = "f-1" }))
    assert.equal("waiting", flow.status)
    assert.equal("A-1", flow.waits_for)
    assert.same({ type = "redirect", url = "https://pay.example/1" }, flow.action)
    assert.equal(3, flow.steps)
    assert.equal(0, pay.flows:run().ended)
    about.state.query = support.paid
    support.pass(about, 1000)
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    local report = assert(pay.flows:run())
    assert.equal(1, report.ended)
    flow = pay.flows:get "f-1"
    assert.equal("succeeded", flow.status)
    assert.is_nil(flow.result)
    assert.is_nil(flow.action)
    assert.is_nil(flow.waits_for)
    assert.is_nil(flow.due_ms)
    assert.equal(1, #granted)
    assert.equal("u-7", granted[1][1])
    assert.equal(32, #granted[1][2])
    assert.equal(1, about.transport.count "payment.create")
    local names = {}
    for place, step in ipairs(pay.flows:steps "f-1") do names[place] = step.kind end
    assert.same({ "create", "present", "await", "step" }, names)
  end)

  it("asks the provider itself where nobody else does, and goes on after the timeout", function()
    local granted = {}
    local pay, about = support.open({ subscribe(granted) }, { ledger = kind.open(), create = support.page,
      query = support.page })
    pay.flows:start("subscribe", support.order("A-2", { customer = { id = "u-7" } }), { id = "f-2" })
    support.pass(about, MINUTE)
    assert.equal(1, pay.flows:run().waiting)
    assert.equal(1, about.transport.count "payment.query")
    support.pass(about, 30 * MINUTE)
    assert.equal(1, pay.flows:run().waiting)
    assert.equal(4, pay.flows:get("f-2").steps)
    about.state.query = support.paid
    support.pass(about, 120 * MINUTE)
    pay.flows:run()
    assert.equal("succeeded", pay.flows:get("f-2").status)
    assert.equal(1, #granted)
  end)

  it("fails when the payment does", function()
    local granted = {}
    local pay = support.open({ subscribe(granted) }, { ledger = kind.open(), create = support.declined })
    local flow = pay.flows:start("subscribe", support.order("A-3", { customer = { id = "u-7" } }))
    assert.equal("failed", flow.status)
    assert.equal("declined", flow.error.kind)
    assert.equal(0, #granted)
  end)

  it("sleeps, and another process goes on with it", function()
    local seen = {}
    local function defined()
      return obol.flow("nap", function(flow, input)
        seen[#seen + 1] = "top"
        local a, b, c = flow:step("first", function() seen[#seen + 1] = "first" return nil, false, input.amount end)
        flow:sleep "3d"
        assert(a == nil and b == false and c == obol.money("8.88", "USD"))
        return flow:now_ms()
      end)
    end
    local ledger = kind.open()
    local pay, about = support.open({ defined() }, { ledger = ledger })
    local flow = pay.flows:start("nap", { amount = obol.money("8.88", "USD") })
    assert.equal("waiting", flow.status)
    assert.equal(support.NOW + 3 * 24 * 60 * MINUTE, flow.due_ms)
    local other = support.open({ defined() }, { ledger = ledger, clock = about.clock })
    support.pass(about, 3 * 24 * 60 * MINUTE - 1)
    assert.equal(0, other.flows:run().looked)
    support.pass(about, 1)
    assert.equal(1, other.flows:run().ended)
    assert.same({ "top", "first", "top" }, seen)
    flow = pay.flows:get(flow.id)
    assert.equal(about.clock.now, flow.result)
    assert.equal(obol.money("8.88", "USD"), flow.input.amount)
  end)
end, { install = support.install })
