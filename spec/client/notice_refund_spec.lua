local given = require "spec.client.refunded"
local money = require "obol.money"
local notified = require "spec.client.notified"
local support = require "spec.client.support"

local order = notified.order
local refunded, told, with_surplus = given.refunded, given.told, given.with_surplus

describe("a notification of a refund", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("ends it, once, and adds it to what was given back", function()
    local pay, state = refunded()
    for _, duplicate in ipairs { false, true } do
      local reply, got = pay.notifications:receive("a", told "e1")
      assert.equal(200, reply.status)
      assert.equal(duplicate, got.duplicate)
      assert.equal("3.00", pay.payments:get("A-1").refunded:format())
    end
    assert.equal(200, pay.notifications:receive("a", told "e2").status)
    assert.equal("succeeded", pay.refunds:get("R-1").status)
    assert.equal("3.00", pay.payments:get("A-1").refunded:format())
    assert.same({}, state.alarms)
  end)

  it("that it failed leaves the charge as it was", function()
    local pay = refunded()
    assert.equal(200, pay.notifications:receive("a", told("e1", { outcome = "declined", code = "112" })).status)
    local refund = pay.refunds:get "R-1"
    assert.equal("failed", refund.status)
    assert.equal("112", refund.error.provider_code)
    assert.equal("0.00", pay.payments:get("A-1").refunded:format())
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)

  it("is confirmed by the refund's own query where it has to be", function()
    local pay, state, transport = refunded { refund_query = support.unknown }
    local function receive(more)
      more.confirm = true
      return pay.notifications:receive("a", told("e1", more))
    end
    assert.equal(500, receive({}).status)
    assert.equal("processing", pay.refunds:get("R-1").status)
    state.refund_query = { outcome = "accepted" }
    assert.equal(500, receive({}).status)
    state.refund_query = { outcome = "succeeded" }
    assert.equal(200, receive({}).status)
    assert.equal("succeeded", pay.refunds:get("R-1").status)
    local asked = transport.sent[#transport.sent]
    assert.equal("refund.query", asked.operation)
    assert.equal(32, #asked.params.key)
    asked.params.key = nil
    assert.same({ refund_id = "R-1", provider_id = "tx-1", order_id = "A-1", created_ms = support.NOW }, asked.params)
  end)

  it("is refused when it differs from the record", function()
    local pay, state = refunded()
    for name, more in pairs { amount = { amount = money("3.01", "USD") }, order = { order_id = "A-2" },
      original = { provider_id = "tx-9" } } do
      assert.equal(400, pay.notifications:receive("a", told("e-" .. name, more)).status, name)
    end
    assert.equal("processing", pay.refunds:get("R-1").status)
    assert.same({ "mismatch", "mismatch", "mismatch" }, state.alarms)
  end)

  it("may come before the answer to the call, which then says nothing new", function()
    for outcome, status in pairs { declined = "failed", succeeded = "succeeded" } do
      local pay, transport, ledger, _
      pay, _, transport, _, ledger = notified.open("cards", { create = { outcome = "succeeded", provider_id = "tx-1" },
        refund = function()
          assert.equal(200, pay.notifications:receive("a", told("e1", { outcome = outcome })).status)
          return { outcome = "accepted" }
        end })
      pay.payments:create(order "A-1")
      local refund = pay.refunds:create("A-1", { refund_id = "R-1", amount = "3.00" })
      assert.equal(status, refund.status)
      local one = ledger:attempt(ledger:refund("R-1").attempt)
      assert.same({ outcome, nil }, { one.outcome, one.refused_state })
      assert.is_nil(ledger:refund("R-1").due_ms)
      assert.equal(1, transport.count "refund.create")
    end
  end)

  it("never undoes one that ended", function()
    local pay, state = refunded()
    pay.notifications:receive("a", told "e1")
    assert.equal(200, pay.notifications:receive("a", told("e2", { outcome = "declined" })).status)
    assert.equal("succeeded", pay.refunds:get("R-1").status)
    assert.same({ "contradiction" }, state.alarms)
  end)

  it("of one that was given up is taken up, with an alarm, and counts", function()
    local pay, state = refunded()
    assert.equal(200, pay.notifications:receive("a", told("e0", { outcome = "declined" })).status)
    assert.equal("failed", pay.refunds:get("R-1").status)
    assert.equal("0.00", pay.payments:get("A-1").refunded:format())
    state.refund_query = { outcome = "declined" }
    assert.equal(500, pay.notifications:receive("a", told("e1", { confirm = true })).status)
    assert.equal("failed", pay.refunds:get("R-1").status)
    for _ = 1, 2 do assert.equal(200, pay.notifications:receive("a", told "e2").status) end
    assert.equal("succeeded", pay.refunds:get("R-1").status)
    assert.equal(pay.refunds:get("R-1").amount, pay.payments:get("A-1").refunded)
    assert.same({ "contradiction", "late_success" }, state.alarms)
  end)

  it("without an outcome is followed by a query", function()
    local pay, state = refunded { refund_query = { outcome = "succeeded" } }
    assert.equal(200, pay.notifications:receive("a", told("e1", { outcome = false })).status)
    assert.equal("succeeded", pay.refunds:get("R-1").status)
    assert.same({}, state.alarms)
  end)

  it("that was started elsewhere is recorded, once, with an alarm", function()
    local pay, state = refunded()
    local more = { refund_id = "console-7", amount = money("2.00", "USD"), refund_provider_id = "re-7" }
    for place = 1, 2 do
      assert.equal(200, pay.notifications:receive("a", told("e1", more)).status, place)
      assert.equal("2.00", pay.payments:get("A-1").refunded:format())
    end
    assert.same({ "foreign_refund" }, state.alarms)
    local refund = pay.refunds:get "console-7"
    assert.equal("succeeded", refund.status)
    assert.equal("A-1", refund.order_id)
    assert.equal("re-7", refund.provider_id)
    assert.equal("succeeded", pay.refunds:refresh("console-7").status)
    -- what is left counts it
    local _, err = pay.refunds:create("A-1", { refund_id = "R-2", amount = "3.89" })
    assert.equal("amount", err.field)
    assert.is_table(pay.refunds:create("A-1", { refund_id = "R-2", amount = "3.88" }))
  end)

  it("that was started elsewhere and failed, or is not proven, changes no sum", function()
    local pay, state = refunded { refund_query = { outcome = "unknown", found = false } }
    local function receive(id, more)
      more.refund_id, more.amount = id, money("2.00", "USD")
      return pay.notifications:receive("a", told("e-" .. id, more)).status
    end
    assert.equal(200, receive("c-1", { outcome = "declined" }))
    assert.same({ "foreign_refund" }, state.alarms)
    assert.equal(500, receive("c-2", { confirm = true }))
    assert.equal(400, receive("c-3", { provider_id = "tx-1", order_id = "A-1", amount = false, outcome = "succeeded",
      key = "nobody", verified_by = false }))
    assert.is_nil((pay.refunds:get "c-1"))
    assert.is_nil((pay.refunds:get "c-2"))
    assert.equal("0.00", pay.payments:get("A-1").refunded:format())
    state.refund_query = { outcome = "succeeded" }
    assert.equal(200, receive("c-2", { confirm = true }))
    assert.equal("2.00", pay.payments:get("A-1").refunded:format())
  end)

  it("may be of a surplus, which leaves the payment as it is", function()
    local pay, _, transport = with_surplus()
    local refund = pay.refunds:create("A-1", { refund_id = "R-1", provider_id = "tx-2" })
    assert.equal("succeeded", refund.status)
    assert.equal("8.88", refund.amount:format())
    assert.equal("tx-2", transport.sent[#transport.sent].params.provider_id)
    local payment = pay.payments:get "A-1"
    assert.equal("0.00", payment.refunded:format())
    assert.equal("8.88", payment.surplus[1].refunded)
    -- each charge has its own rest
    assert.equal("amount", select(2, pay.refunds:create("A-1", { refund_id = "R-2", provider_id = "tx-2" })).field)
    assert.equal("conflict", select(2, pay.refunds:create("A-1", { refund_id = "R-1" })).kind)
    assert.equal("provider_id", select(2, pay.refunds:create("A-1", { refund_id = "R-3", provider_id = "x" })).field)
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "R-4" }).status)
    assert.equal("8.88", pay.payments:get("A-1").refunded:format())
    assert.equal("8.88", pay.payments:get("A-1").surplus[1].refunded)
  end)

  it("of a surplus is told by notification too, whoever started it", function()
    local pay, state = with_surplus()
    state.refund = { outcome = "accepted" }
    assert.equal("processing", pay.refunds:create("A-1", { refund_id = "R-1", provider_id = "tx-2",
      amount = "3.00" }).status)
    assert.equal(400, pay.notifications:receive("a", told "e1").status)
    assert.equal(200, pay.notifications:receive("a", told("e1", { provider_id = "tx-2" })).status)
    assert.equal("3.00", pay.payments:get("A-1").surplus[1].refunded)
    assert.equal(200, pay.notifications:receive("a", told("e2", { provider_id = "tx-2", refund_id = "c-1",
      amount = money("5.88", "USD") })).status)
    local payment = pay.payments:get "A-1"
    assert.equal("8.88", payment.surplus[1].refunded)
    assert.equal("0.00", payment.refunded:format())
  end)

  it("of a surplus is not of the payment where two accounts have the same id for both", function()
    local pay, state = notified.open("cards", { create = { outcome = "declined" }, refund = { outcome = "accepted" } },
      { accounts = { a = { provider = "cards" }, b = { provider = "cards" } } })
    local first = pay.payments:create(order "A-1", { account = "a" }).attempts[1].key
    state.create = { outcome = "succeeded", provider_id = "tx-1" }
    assert(pay.payments:create(order "A-1", { account = "b" }))
    local paid = notified.event("e1", { key = first, provider_id = "tx-1" })
    assert.equal(200, pay.notifications:receive("a", paid).status)
    -- as the event that proposes it tells; without the id it is the payment's own charge
    assert.equal("a", pay.refunds:create("A-1", { refund_id = "R-1", provider_id = "tx-1" }).account)
    assert.equal("b", pay.refunds:create("A-1", { refund_id = "R-2", amount = "1.00" }).account)
    local back = { amount = money("8.88", "USD") }
    assert.equal(200, pay.notifications:receive("a", told("r1", back)).status)
    -- and one that was started elsewhere
    assert.equal(200, pay.notifications:receive("b", told("r2", { refund_id = "c-1", amount = money("2.00", "USD"),
      order_id = "A-1" })).status)
    local payment = pay.payments:get "A-1"
    assert.same({ "2.00", "8.88" }, { payment.refunded:format(), payment.surplus[1].refunded })
  end)

  it("of a second success that nobody was told of waits for that", function()
    local create = { outcome = "declined" }
    local pay, state, _, clock = notified.open("cards", { create = function() return create end })
    local first = pay.payments:create(order "A-1").attempts[1].key
    create = { outcome = "succeeded", provider_id = "tx-1" }
    pay.payments:create(order "A-1")
    local back = told("r1", { refund_id = "c-1", key = first, provider_id = "tx-2", amount = money("8.88", "USD") })
    assert.equal(500, pay.notifications:receive("a", back).status)
    assert.equal("0.00", pay.payments:get("A-1").refunded:format())
    local paid = notified.event("e1", { key = first, provider_id = "tx-2" })
    assert.equal(200, pay.notifications:receive("a", paid).status)
    -- nobody delivers it again
    clock.now = clock.now + 3600000
    assert(pay:reconcile())
    local payment = pay.payments:get "A-1"
    assert.same({ "0.00", "8.88" }, { payment.refunded:format(), payment.surplus[1].refunded })
    assert.same({ "surplus", "foreign_refund" }, state.alarms)
  end)

  it("of nothing that is recorded is kept for later", function()
    local pay, _, _, _, ledger = refunded()
    assert.equal(500, pay.notifications:receive("a", told("e1", { refund_id = "R-9", provider_id = "tx-9" })).status)
    assert.equal(1, #ledger:list("notifications", {}))
  end)
end)
