local money = require "obol.money"
local notified = require "spec.client.notified"
local support = require "spec.client.support"

local DAY = 86400000

-- A weekly subscription of three charges, the first of which is paid as `tx-1`.
local function begun(more)
  local pay, state, transport, clock, ledger = notified.open("plans",
    { create = { outcome = "succeeded", provider_id = "tx-1" }, query = support.unknown })
  local subscription = assert(pay.subscriptions:create(notified.order("S-1", { interval = "P1W", cycles = 3 })))
  assert(subscription.payment.status == "succeeded")
  local key = subscription.payment.attempts[1].key
  local function charge(id, members)
    members = members or {}
    members.key, members.provider_id = key, members.provider_id or id
    return pay.notifications:receive("a", notified.event(id, members))
  end
  if more then more(pay, state) end
  return pay, state, charge, clock, ledger, transport
end

describe("a charge of a subscription after the first", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("begins with a first charge that puts it in force", function()
    local pay = begun()
    assert.equal("active", pay.subscriptions:get("S-1").status)
    assert.equal("active", pay.subscriptions:refresh("S-1").status)
    local subscription, err = pay.subscriptions:cancel "S-1"
    assert.is_nil(subscription)
    assert.equal("unsupported", err.kind)
  end)

  it("is a payment of its own, once", function()
    local pay, state, charge, clock, ledger = begun()
    clock.now = clock.now + 7 * DAY
    for _, duplicate in ipairs { false, true } do
      local reply, got = charge("tx-2", { time_ms = clock.now - 1000 })
      assert.equal(200, reply.status)
      assert.equal(duplicate, got.duplicate)
    end
    local renewal = pay.payments:get "S-1/tx-2"
    assert.equal("succeeded", renewal.status)
    assert.equal("S-1", renewal.renewal_of)
    assert.equal("8.88", renewal.amount:format())
    assert.equal("tx-2", renewal.provider_id)
    assert.equal("tx-1", pay.payments:get("S-1").provider_id)
    assert.is_nil(pay.payments:get("S-1").surplus)
    assert.equal(2, #ledger:list("payments", {}))
    assert.same({}, state.alarms)
    local last
    pay.events:consume("shop", function(event) if event.type == "subscription.renewed" then last = event end end)
    assert.equal("S-1/tx-2", last.order_id)
    -- the same fact under another id
    assert.equal(200, charge("e9", { provider_id = "tx-2" }).status)
    assert.equal(2, #ledger:list("payments", {}))
  end)

  it("raises an alarm for another amount, and is recorded with what was taken", function()
    local pay, state, charge, clock = begun()
    clock.now = clock.now + 7 * DAY
    assert.equal(200, charge("tx-2", { amount = money("9.99", "USD") }).status)
    assert.equal("9.99", pay.payments:get("S-1/tx-2").amount:format())
    assert.same({ "renewal_amount" }, state.alarms)
  end)

  it("raises an alarm sooner than half an interval, and not later", function()
    local _, state, charge, clock = begun()
    clock.now = clock.now + 3.5 * DAY
    charge "tx-2"
    assert.same({}, state.alarms)
    clock.now = clock.now + 3.5 * DAY - 1
    charge "tx-3"
    assert.same({ "early_renewal" }, state.alarms)
  end)

  it("raises none where charges are told out of order, and one where two of them are too near", function()
    local pay, state, charge, clock = begun()
    local now = clock.now
    clock.now = now + 15 * DAY
    charge("tx-3", { time_ms = now + 14 * DAY })
    charge("tx-2", { time_ms = now + 7 * DAY })
    for _, id in ipairs { "S-1/tx-2", "S-1/tx-3" } do assert.equal("succeeded", pay.payments:get(id).status) end
    assert.same({}, state.alarms)
    charge("tx-4", { time_ms = now + 8 * DAY })
    assert.same({ "early_renewal", "beyond_cycles" }, state.alarms)
  end)

  it("raises an alarm beyond the agreed number", function()
    local pay, state, charge, clock = begun()
    for place = 2, 4 do
      clock.now = clock.now + 7 * DAY
      assert.equal(200, charge("tx-" .. place).status)
      assert.same(place == 4 and { "beyond_cycles" } or {}, state.alarms)
    end
    assert.equal("succeeded", pay.payments:get("S-1/tx-4").status)
  end)

  it("that is declined never touches an earlier payment", function()
    local pay, state, charge, clock, ledger = begun()
    local version = ledger:payment("S-1").version
    clock.now = clock.now + 7 * DAY
    assert.equal(200, charge("tx-2", { type = "payment.failed", outcome = "declined", code = "101" }).status)
    assert.equal("succeeded", pay.payments:get("S-1").status)
    assert.equal(version, ledger:payment("S-1").version)
    local declined = pay.payments:get "S-1/tx-2"
    assert.equal("failed", declined.status)
    assert.equal("declined", declined.error.kind)
    assert.same({}, state.alarms)
    assert.equal("active", pay.subscriptions:get("S-1").status)
    -- and paid after all
    assert.equal(200, charge("e3", { provider_id = "tx-2" }).status)
    assert.equal("succeeded", pay.payments:get("S-1/tx-2").status)
    assert.is_nil(pay.payments:get("S-1/tx-2").error)
    assert.same({ "late_success" }, state.alarms)
    -- a decline of what is paid
    assert.equal(200, charge("e4", { provider_id = "tx-2", type = "payment.failed", outcome = "declined" }).status)
    assert.equal("succeeded", pay.payments:get("S-1/tx-2").status)
  end)

  it("is confirmed by its own id where it has to be", function()
    local pay, state, charge, clock, _, transport = begun()
    clock.now = clock.now + 7 * DAY
    assert.equal(500, charge("tx-2", { confirm = true }).status)
    assert.is_nil((pay.payments:get "S-1/tx-2"))
    state.query = { outcome = "succeeded", provider_id = "tx-2" }
    assert.equal(200, charge("tx-2", { confirm = true }).status)
    assert.equal("succeeded", pay.payments:get("S-1/tx-2").status)
    assert.equal("tx-2", transport.sent[#transport.sent].params.provider_id)
  end)

  it("that could not be confirmed is found again by refresh", function()
    local pay, state, charge, clock = begun()
    clock.now = clock.now + 7 * DAY
    assert.equal(500, charge("tx-2", { confirm = true }).status)
    assert.equal("active", pay.subscriptions:refresh("S-1").status)
    assert.is_nil((pay.payments:get "S-1/tx-2"))
    state.query = { outcome = "succeeded", provider_id = "tx-2" }
    pay.subscriptions:refresh "S-1"
    assert.equal("succeeded", pay.payments:get("S-1/tx-2").status)
  end)

  it("is surplus where another attempt of the first charge turns out to be paid", function()
    local create = { outcome = "declined" }
    local pay, state = notified.open("plans", { create = function() return create end })
    local params = notified.order("S-1", { interval = "P1W", cycles = 3 })
    local first = pay.subscriptions:create(params).payment.attempts[1].key
    create = { outcome = "succeeded", provider_id = "tx-2" }
    pay.subscriptions:create(params)
    local told = notified.event("e1", { key = first, provider_id = "tx-1" })
    assert.equal(200, pay.notifications:receive("a", told).status)
    assert.equal("tx-1", pay.payments:get("S-1").surplus[1].provider_id)
    assert.is_nil((pay.payments:get "S-1/tx-1"))
    assert.same({ "surplus" }, state.alarms)
  end)

  it("can be disputed and given back by itself", function()
    local pay, _, charge, clock = begun(function(_, state) state.refund = { outcome = "accepted" } end)
    clock.now = clock.now + 7 * DAY
    charge "tx-2"
    assert.equal("processing", pay.refunds:create("S-1/tx-2", { refund_id = "R-1" }).status)
    assert.equal(200, pay.notifications:receive("a", notified.event("r1", { type = "refund.updated", refund_id = "R-1",
      provider_id = "tx-2" })).status)
    assert.equal(200, pay.notifications:receive("a", notified.event("d1", { type = "dispute.opened",
      provider_id = "tx-2" })).status)
    local renewal, first = pay.payments:get "S-1/tx-2", pay.payments:get "S-1"
    assert.equal("8.88", renewal.refunded:format())
    assert.is_true(renewal.disputed)
    assert.equal("0.00", first.refunded:format())
    assert.is_false(first.disputed)
  end)

  -- Providers know a renewal by what names the first charge: our reference or the first order's id.
  for name, member in pairs { key = true, order_id = "S-1" } do
    it("is meant by its provider's id where a dispute or refund names the first charge by its " .. name, function()
      local pay, state, charge, clock, ledger = begun()
      clock.now = clock.now + 7 * DAY
      charge "tx-2"
      local value = name == "key" and ledger:payment("S-1").attempt or member
      assert.equal(200, pay.notifications:receive("a", notified.event("d1", { type = "dispute.opened", [name] = value,
        provider_id = "tx-2" })).status)
      local told = { type = "refund.updated", [name] = value, provider_id = "tx-2", refund_id = "c-1" }
      assert.equal(200, pay.notifications:receive("a", notified.event("r1", told)).status)
      local renewal, first = pay.payments:get "S-1/tx-2", pay.payments:get "S-1"
      assert.same({ true, "8.88" }, { renewal.disputed, renewal.refunded:format() })
      assert.same({ false, "0.00" }, { first.disputed, first.refunded:format() })
      assert.same({ "dispute", "foreign_refund" }, state.alarms)
      -- a dispute of a charge of which nobody was told stands with the order, a refund of it waits
      told.provider_id, told.refund_id = "tx-3", "c-2"
      assert.equal(500, pay.notifications:receive("a", notified.event("r2", told)).status)
      assert.equal("0.00", pay.payments:get("S-1").refunded:format())
      assert.equal(200, pay.notifications:receive("a", notified.event("d2", { type = "dispute.opened", [name] = value,
        provider_id = "tx-3" })).status)
      assert.is_true(pay.payments:get("S-1").disputed)
      charge "tx-3"
      assert.equal(200, pay.notifications:receive("a", notified.event("r2", told)).status)
      assert.equal("8.88", pay.payments:get("S-1/tx-3").refunded:format())
    end)
  end

  it("is given back also where the provider tells the first order's id of it", function()
    local pay, state, charge, clock = begun(function(_, state) state.refund = { outcome = "accepted" } end)
    clock.now = clock.now + 7 * DAY
    charge "tx-2"
    assert.equal("processing", pay.refunds:create("S-1/tx-2", { refund_id = "R-1" }).status)
    local told = { type = "refund.updated", refund_id = "R-1", order_id = "S-2", provider_id = "tx-2" }
    assert.equal(400, pay.notifications:receive("a", notified.event("r1", told)).status)
    told.order_id = "S-1"
    assert.equal(200, pay.notifications:receive("a", notified.event("r2", told)).status)
    assert.equal("8.88", pay.payments:get("S-1/tx-2").refunded:format())
    assert.same({ "mismatch" }, state.alarms)
  end)

  it("is compared by all but the order_id when its refund is asked about", function()
    local pay, state, charge, clock = begun(function(_, state) state.refund = support.unknown end)
    clock.now = clock.now + 7 * DAY
    charge "tx-2"
    assert.equal("unknown", pay.refunds:create("S-1/tx-2", { refund_id = "R-1" }).status)
    local expected
    state.refund_query = function()
      local reply = { status = 200, headers = {}, body = "{}", result = { outcome = "succeeded" } }
      return setmetatable(reply, { __newindex = function(_, _, context) expected = context.expect end })
    end
    clock.now = clock.now + DAY
    assert.equal("succeeded", pay.refunds:refresh("R-1").status)
    assert.is_nil(expected.order_id)
    assert.same({ "tx-2", "R-1" }, { expected.provider_id, expected.refund_id })
  end)

  it("is kept, with an alarm, where an order of the merchant's has its order_id", function()
    local pay, state, charge, clock, ledger = begun()
    assert(pay.payments:create(notified.order("S-1/tx-2", { amount = "1.00" })))
    clock.now = clock.now + 7 * DAY
    assert.equal(500, charge("tx-2").status)
    local other = pay.payments:get "S-1/tx-2"
    assert.same({ "1.00", nil }, { other.amount:format(), other.renewal_of })
    assert.equal("key/" .. ledger:payment("S-1").attempt, ledger:notification("a/tx-2").waits_for)
    assert.same({ "mismatch" }, state.alarms)
  end)
end)
