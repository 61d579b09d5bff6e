-- The client over the real account and the simulator of RuxPay: cards, subscriptions, refunds,
-- notifications, and what is certain when no answer came.

local sandbox = require "obol.sandbox"
local simulated = require "spec.client.simulated"

local DAY = 86400000
local order = simulated.order

local function open(words)
  local box = sandbox.new { clock_ms = 1700000000000, seed = "client" }
  local account = simulated.cards(box)
  for name, value in pairs(words or {}) do account[name] = value end
  local pay, state = simulated.open(box, { cards = account })
  return pay, box, state
end

local function subscribed(words)
  local pay, box, state = open(words)
  local subscription = assert(pay.subscriptions:create(order("S-1", nil,
    { interval = "P1W", cycles = 3 })))
  assert(subscription.payment.status == "succeeded")
  box:deliver(function(request) return (pay.notifications:receive("cards", request)) end)
  return pay, box, state, subscription.payment
end

local deliver = simulated.deliver_to "cards"

describe("RuxPay's notification", function()
  it("of a pending payment is confirmed by the query, once", function()
    local pay, box, state = open()
    local payment = assert(pay.payments:create(order("A-1", "650")))
    assert.equal("processing", payment.status)
    assert(box:pay(payment.provider_id))
    local replies, events = deliver(pay, box)
    assert.equal(200, replies[1].status)
    assert.equal("signature", events[1].verified_by)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.same({ "payment.create", "payment.query" }, state.operations)
    box:resend(box:deliveries()[1].id)
    replies, events = deliver(pay, box)
    assert.equal(200, replies[1].status)
    assert.is_true(events[1].duplicate)
    assert.same({}, state.alarms)
  end)

  it("is believed where the configuration says so", function()
    local pay, box, state = open { confirm = false }
    local payment = assert(pay.payments:create(order("A-1", "650")))
    assert(box:pay(payment.provider_id))
    assert.equal(200, deliver(pay, box)[1].status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.same({ "payment.create" }, state.operations)
  end)

  it("of a decline ends the attempt", function()
    local pay, box = open()
    local payment = assert(pay.payments:create(order("A-1", "750")))
    assert.equal("requires_action", payment.status)
    box:decline(payment.provider_id)
    assert.equal(200, deliver(pay, box)[1].status)
    assert.equal("failed", pay.payments:get("A-1").status)
    assert.equal("succeeded", pay.payments:create(order("A-1", "123")).status)
  end)

  it("is held until the query works, and resent", function()
    local pay, box = open()
    local payment = assert(pay.payments:create(order("A-1", "650")))
    assert(box:pay(payment.provider_id))
    box:fault("payment.query", "status_500", { provider = "ruxpay" })
    assert.equal(503, deliver(pay, box)[1].status)
    assert.equal("processing", pay.payments:get("A-1").status)
    box:advance(5000)
    assert.equal(200, deliver(pay, box)[1].status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)

  it("is refused in one way when it is not RuxPay's, or not of our amount", function()
    for _, kind in ipairs { "forged", "wrong_key", "wrong_amount" } do
      local pay, box = open()
      local payment = assert(pay.payments:create(order("A-1", "650")))
      box:fault("notification", kind, { provider = "ruxpay" })
      assert(box:pay(payment.provider_id))
      local replies = deliver(pay, box)
      assert.equal(401, replies[1].status, kind)
      assert.equal("processing", pay.payments:get("A-1").status)
    end
  end)
end)

describe("A subscription of RuxPay", function()
  it("renews as payments of its own, and raises an alarm beyond what was agreed", function()
    local pay, box, state, first = subscribed()
    for place = 2, 4 do
      box:advance(7 * DAY)
      local renewed = assert(box:renew(first.provider_id))
      local replies = deliver(pay, box)
      assert.equal(200, replies[#replies].status)
      local id = renewed.unique_id or renewed.provider_id
      assert.equal("succeeded", pay.payments:get("S-1/" .. id).status)
      assert.same(place == 4 and { "beyond_cycles" } or {}, state.alarms)
    end
    assert.equal(4, #pay.payments:list())
    assert.is_nil(pay.payments:get("S-1").surplus)
    assert.equal("active", pay.subscriptions:get("S-1").status)
  end)

  it("whose renewal is declined keeps what is paid", function()
    local pay, box, state, first = subscribed()
    box:advance(7 * DAY)
    assert(box:renew(first.provider_id, { declined = true }))
    local replies = deliver(pay, box)
    assert.equal(200, replies[#replies].status)
    assert.equal("succeeded", pay.payments:get("S-1").status)
    assert.equal(1, #pay.payments:list { status = "failed" })
    assert.same({}, state.alarms)
  end)

  it("that is charged too soon raises an alarm", function()
    local pay, box, state, first = subscribed()
    box:advance(DAY)
    assert(box:renew(first.provider_id))
    deliver(pay, box)
    assert.same({ "early_renewal" }, state.alarms)
  end)
end)

describe("A refund of RuxPay", function()
  local function paid()
    local pay, box, state = open()
    local payment = assert(pay.payments:create(order "A-1"))
    assert(payment.status == "succeeded")
    deliver(pay, box)
    return pay, box, state, payment
  end

  it("ends by its notification", function()
    local pay, box, state = paid()
    local refund = assert(pay.refunds:create("A-1", { refund_id = "R-1", amount = "3.00" }))
    assert.equal("processing", refund.status)
    box:advance(5000)
    assert.equal(200, deliver(pay, box)[1].status)
    assert.equal("succeeded", pay.refunds:get("R-1").status)
    assert.equal("3.00", pay.payments:get("A-1").refunded:format())
    assert.same({}, state.alarms)
  end)

  it("that nobody answered is found by its query, and is no second one", function()
    local pay, box = paid()
    box:fault("refund.create", "commit_then_drop", { provider = "ruxpay" })
    assert.equal("unknown", pay.refunds:create("A-1", { refund_id = "R-1", amount = "3.00" }).status)
    box:advance(5000)
    assert.equal("succeeded", pay.refunds:refresh("R-1").status)
    deliver(pay, box)
    assert.equal("3.00", pay.payments:get("A-1").refunded:format())
    assert.equal(1, #box:books().ruxpay.refunds)
  end)

  it("made in the console is recorded", function()
    local pay, box, state, payment = paid()
    assert(box:refund(payment.provider_id, { amount = 200 }))
    box:advance(5000)
    local replies = deliver(pay, box)
    assert.equal(200, replies[#replies].status)
    assert.equal("2.00", pay.payments:get("A-1").refunded:format())
    assert.same({ "foreign_refund" }, state.alarms)
  end)

  it("may be the bank's: a chargeback stands beside the payment's state", function()
    local pay, box, state, payment = paid()
    assert(box:chargeback(payment.provider_id))
    assert.equal(200, deliver(pay, box)[1].status)
    local disputed = pay.payments:get "A-1"
    assert.is_true(disputed.disputed)
    assert.equal("succeeded", disputed.status)
    assert.same({ "dispute" }, state.alarms)
  end)
end)

describe("A call of RuxPay without an answer", function()
  it("that is refused tells what the caller has to mend, and nothing else", function()
    local _, err = open().payments:create(order("A-1", nil, { amount = 1.5, return_url = false }))
    local fields = {}
    for place, one in ipairs(err.fields) do fields[place] = one.field end
    assert.same({ "amount", "return_url" }, fields)
  end)

  it("is found by its key", function()
    local pay, box = open()
    box:fault("payment.create", "commit_then_drop", { provider = "ruxpay" })
    local payment = assert(pay.payments:create(order "A-1"))
    assert.equal("succeeded", payment.status)
    assert.is_string(payment.provider_id)
    assert.equal(1, #box:books().ruxpay.payments)
  end)

  it("was never received when the whole schedule found nothing, and then alone is tried again", function()
    local pay, box = open()
    box:fault("payment.create", "status_503", { provider = "ruxpay" })
    assert.equal("unknown", pay.payments:create(order "A-1").status)
    local passed = 0
    for _, seconds in ipairs { 5, 30, 120, 600, 3600 } do
      assert.equal("unknown", pay.payments:create(order "A-1").status)
      box:advance((seconds - passed) * 1000)
      passed = seconds
      pay.payments:refresh "A-1"
    end
    local payment = pay.payments:get "A-1"
    assert.equal("failed", payment.status)
    assert.equal("never_received", payment.attempts[1].code)
    assert.equal(0, #box:books().ruxpay.payments)
    assert.equal("succeeded", pay.payments:create(order "A-1").status)
    assert.equal(1, #box:books().ruxpay.payments)
  end)
end)
