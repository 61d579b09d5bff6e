local subscribed = require "spec.client.subscribed"
local support = require "spec.client.support"

local begun, tell, wheel = subscribed.begun, subscribed.tell, subscribed.wheel
local DAY = 86400000
local PERIOD_END = 1702592000000 -- that of subscribed.tell: thirty days after the start

describe("pay:reconcile of subscriptions", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("settles a first charge that nobody asked about", function()
    local pay, state, _, clock, ledger = wheel()
    pay.subscriptions:create(subscribed.params)
    assert.is_nil(ledger:subscription("S-1").due_ms)
    tell(state)
    clock.now = ledger:payment("S-1").due_ms
    assert.equal(1, pay:reconcile().settled)
    assert.equal("active", pay.subscriptions:get("S-1").status)
    assert.equal("succeeded", pay.payments:get("S-1").status)
    assert.is_number(ledger:subscription("S-1").due_ms)
  end)

  it("takes up a renewal after the period's end", function()
    local pay, state, _, clock, ledger = begun()
    local looks = 0
    while ledger:subscription("S-1").due_ms < PERIOD_END and looks < 20 do
      clock.now = ledger:subscription("S-1").due_ms
      assert.equal(1, pay:reconcile().waiting)
      looks = looks + 1
    end
    assert.is_true(looks <= 5)
    clock.now = ledger:subscription("S-1").due_ms
    assert.is_true(clock.now <= PERIOD_END + 600000)
    -- not charged yet
    assert.equal(1, pay:reconcile().waiting)
    assert.is_true(ledger:subscription("S-1").due_ms < clock.now + 3600000)
    tell(state, { transaction_id = "in_2", period_end_ms = PERIOD_END + 30 * DAY })
    clock.now = ledger:subscription("S-1").due_ms
    pay:reconcile()
    local renewals = pay.payments:list { from_ms = clock.now - 1 }
    assert.equal("S-1/in_2", renewals[1].order_id)
    assert.equal("S-1", renewals[1].renewal_of)
    assert.is_true(ledger:subscription("S-1").due_ms > clock.now + DAY)
  end)

  it("has nothing more to ask once it is over", function()
    local pay, state, _, clock, ledger = begun()
    tell(state, { status = "expired" })
    clock.now = PERIOD_END + DAY
    assert.equal(1, pay:reconcile().settled)
    assert.equal("expired", pay.subscriptions:get("S-1").status)
    assert.is_nil(ledger:subscription("S-1").due_ms)
    assert.equal(0, pay:reconcile({ until_ms = clock.now + 90 * DAY }).looked)
  end)

  it("asks what became of a change that was not answered, soon and whatever else is told", function()
    local pay, state, _, clock, ledger = begun()
    state.answers["subscription.cancel"] = support.unknown
    state.answers["subscription.query"] = support.not_sent
    assert.equal("network", pay.subscriptions:cancel("S-1").error.kind)
    assert.is_true(ledger:subscription("S-1").due_ms <= clock.now + 60000)
    clock.now = ledger:subscription("S-1").due_ms
    assert.equal(1, pay:reconcile().failed)
    assert.is_true(ledger:subscription("S-1").due_ms <= clock.now + 60000)
    state.answers["subscription.query"] = nil
    tell(state, { auto_renew = false })
    clock.now = ledger:subscription("S-1").due_ms
    pay:reconcile()
    assert.is_false(pay.subscriptions:get("S-1").auto_renew)
    assert.is_nil(ledger:holder("slot", "subscription:S-1"))
    assert.is_true(ledger:subscription("S-1").due_ms > clock.now + DAY)
  end)

  it("finds a change whose process ended", function()
    local pay, state, _, clock, ledger = begun()
    state.answers["subscription.cancel"] = function() coroutine.yield() end
    assert(coroutine.resume(coroutine.create(function() pay.subscriptions:cancel "S-1" end)))
    assert.equal(0, pay:reconcile().looked)
    tell(state, { auto_renew = false })
    clock.now = clock.now + 36000
    assert.equal(1, pay:reconcile().looked)
    assert.equal("succeeded", ledger:attempt(ledger:subscription("S-1").change).outcome)
  end)

  it("shows a sale of a product that no order could prove", function()
    local pay, state, _, clock, ledger = wheel { accounts = { a = { provider = "wheel", expire_after_ms = DAY } } }
    state.answers["payment.create"] = { outcome = "accepted",
      action = { type = "redirect", url = "https://pay.example/c" } }
    pay.payments:create { order_id = "A-1", customer = { id = "u-1" }, item = { product_id = "price_9" } }
    local unresolved = {}
    for _ = 1, 20 do
      if not ledger:payment("A-1").due_ms then break end
      clock.now = ledger:payment("A-1").due_ms
      for _, entry in ipairs(pay:reconcile().unresolved) do unresolved[entry.why] = entry end
    end
    assert.equal("expired", pay.payments:get("A-1").status)
    assert.equal("A-1", unresolved.not_attached.id)
    assert.is_true(pay.payments:list({ unresolved = true })[1].unresolved)
  end)

  it("gives up what never reached the provider for a customer whom it does not know", function()
    local pay, state, _, clock, ledger = wheel()
    state.answers["entitlement.get"] = { outcome = "unknown", found = false, kind = "not_found" }
    state.answers["payment.create"] = function() coroutine.yield() end
    local params = { order_id = "A-1", customer = { id = "u-1" }, item = { product_id = "price_9" } }
    assert(coroutine.resume(coroutine.create(function() pay.payments:create(params) end)))
    assert.equal("created", pay.payments:get("A-1").status)
    clock.now = ledger:payment("A-1").due_ms
    pay:reconcile()
    assert.equal("failed", pay.payments:get("A-1").status)
    assert.equal("abandoned", ledger:attempt(ledger:payment("A-1").attempt).outcome)
    state.answers["payment.create"] = { outcome = "accepted",
      action = { type = "redirect", url = "https://pay.example/c" } }
    assert.equal("requires_action", pay.payments:create(params).status)
  end)
end)
