local notified = require "spec.client.notified"
local support = require "spec.client.support"

local DAY = 86400000
local page = { outcome = "accepted", provider_id = "tx-1",
  action = { type = "redirect", url = "https://pay.example/1" } }

describe("pay:reconcile shows what asking cannot resolve,", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local open = notified.open

  it("because the order of a notification never came", function()
    local pay, _, _, clock, ledger = open("cards", {})
    pay.notifications:receive("a", notified.event("e1", { order_id = "A-1", provider_id = "tx-1" }))
    clock.now = clock.now + 2 * DAY
    local report = pay:reconcile()
    assert.equal("no_order", report.unresolved[1].why)
    assert.equal("a/e1", report.unresolved[1].id)
    assert.equal("A-1", report.unresolved[1].order_id)
    assert.is_true(ledger:notification("a/e1").due_ms > clock.now)
  end)

  it("because the account is not configured any more", function()
    local pay, _, _, clock, ledger = open("cards", { create = page })
    pay.payments:create(notified.order "A-1")
    local other = open("cards", {}, { ledger = ledger, clock = function() return clock.now end,
      accounts = { b = { provider = "cards" } } })
    clock.now = clock.now + 6000
    local report = other:reconcile()
    assert.equal("account", report.unresolved[1].why)
    assert.equal("requires_action", other.payments:get("A-1").status)
    assert.is_true(other.payments:get("A-1").unresolved)
    assert.is_true(ledger:payment("A-1").due_ms > clock.now)
  end)

  it("because nothing asks", function()
    local pay, _, transport, clock = open("safe", { create = support.unknown })
    pay.payments:create(notified.order "A-1")
    clock.now = clock.now + 6000
    assert.equal("nothing_asks", pay:reconcile().unresolved[1].why)
    assert.equal(1, #transport.sent)
    assert.equal("unknown", pay.payments:get("A-1").status)
  end)

  it("because the order is shown to its payer alone, once its time is over", function()
    local secret = require "obol.secret"
    local pay, state, transport, clock, ledger = open("cloud", { create = page })
    pay.payments:create(notified.order "A-1", { token = secret "t" })
    clock.now = clock.now + 6000
    assert.same({}, pay:reconcile().unresolved)
    clock.now = support.NOW + DAY
    local report = pay:reconcile()
    assert.equal("payer", report.unresolved[1].why)
    assert.equal(1, #transport.sent)
    assert.is_true(ledger:payment("A-1").due_ms > clock.now)
    -- the provider's word resolves it all the same
    pay.notifications:receive("a", notified.event("e1", { order_id = "A-1", provider_id = "tx-1",
      key = ledger:payment("A-1").attempt }))
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.is_false(pay.payments:get("A-1").unresolved)
    assert.is_nil(ledger:payment("A-1").due_ms)
    assert.same({}, state.alarms)
  end)

  it("because a refund is still open after the provider's whole schedule", function()
    local pay, state, _, clock, ledger = open("cards", { create = { outcome = "succeeded", provider_id = "tx-1" },
      refund = { outcome = "accepted" }, refund_query = { outcome = "accepted" } })
    pay.payments:create(notified.order "A-1")
    assert.is_false(pay.refunds:create("A-1", { refund_id = "R-1" }).unresolved)
    clock.now = clock.now + 3 * DAY
    local report = pay:reconcile()
    assert.same({ "refund", "R-1", "schedule_over" }, { report.unresolved[1].kind, report.unresolved[1].id,
      report.unresolved[1].why })
    assert.is_true(pay.refunds:list({ unresolved = true })[1].unresolved)
    -- and is asked about all the same
    state.refund_query = { outcome = "succeeded" }
    clock.now = ledger:refund("R-1").due_ms
    assert.equal(1, pay:reconcile().settled)
    assert.is_false(pay.refunds:get("R-1").unresolved)
    assert.same({}, (pay.refunds:list { unresolved = true }))
  end)
end)
