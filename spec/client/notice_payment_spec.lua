local money = require "obol.money"
local notified = require "spec.client.notified"
local support = require "spec.client.support"

local event, order, unknown = notified.event, notified.order, notified.unknown


describe("a signed notification of a payment", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("moves the payment on, by key, and tells the event", function()
    local pay, state, transport, _, ledger, key = unknown()
    local before = #transport.sent
    local reply, told, err = pay.notifications:receive("a", event("e1", { key = key, provider_id = "tx-1" }))
    assert.is_nil(err)
    assert.equal(200, reply.status)
    assert.equal("accepted", reply.body)
    assert.is_false(told.duplicate)
    assert.equal("a", told.account)
    assert.equal("signature", told.verified_by)
    local payment = pay.payments:get "A-1"
    assert.equal("succeeded", payment.status)
    assert.equal("tx-1", payment.provider_id)
    assert.is_nil(payment.error)
    assert.equal(before, #transport.sent)
    assert.same({}, state.alarms)
    local last
    pay.events:consume("shop", function(happened) last = happened end)
    assert.equal("payment.succeeded", last.type)
    assert.equal("signature", last.verified_by)
    assert.equal(support.NOW, ledger:notification("a/e1").applied_ms)
  end)

  it("finds it by order_id, and by the provider's id", function()
    local pay = unknown()
    assert.equal(200, pay.notifications:receive("a", event("e1", { order_id = "A-1", provider_id = "tx-1" })).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    local other, _, _, _, ledger = notified.open("cards", { create = { outcome = "accepted", provider_id = "tx-2" } })
    other.payments:create(order "A-2")
    assert.equal(200, other.notifications:receive("a", event("e1", { provider_id = "tx-2" })).status)
    assert.equal("succeeded", other.payments:get("A-2").status)
    assert.equal(1, #ledger:list("notifications", {}))
  end)

  it("changes nothing when it comes again", function()
    local pay, _, _, _, ledger, key = unknown()
    for place, duplicate in ipairs { false, true, true } do
      local reply, told = pay.notifications:receive("a", event("e1", { key = key, provider_id = "tx-1" }))
      assert.equal(200, reply.status)
      assert.equal(duplicate, told.duplicate, place)
    end
    local version = ledger:payment("A-1").version
    -- the same fact under another id
    assert.equal(200, pay.notifications:receive("a", event("e2", { key = key, provider_id = "tx-1" })).status)
    assert.equal(version, ledger:payment("A-1").version)
    local count = 0
    pay.events:consume("shop", function() count = count + 1 end)
    -- unknown, succeeded
    assert.equal(2, count)
  end)

  it("is refused with an alarm, and changes nothing, when a member differs from the record", function()
    local pay, state, transport, _, ledger, key = unknown()
    pay.payments:create(order "A-2")
    local before = #transport.sent
    local cases = {
      amount = { amount = money("8.87", "USD") }, currency = { amount = money("8.88", "EUR") },
      customer = { customer_id = "u-2" }, product = { product_id = "p-2" }, order = { order_id = "A-2" },
    }
    for name, more in pairs(cases) do
      more.key, more.provider_id = key, "tx-1"
      local alarms = #state.alarms
      local reply, told, err = pay.notifications:receive("a", event("e-" .. name, more))
      assert.equal(400, reply.status, name)
      assert.equal("refused", reply.body)
      assert.is_nil(told)
      assert.equal("conflict", err.kind)
      assert.equal(alarms + 1, #state.alarms)
      assert.equal("mismatch", state.alarms[#state.alarms])
    end
    assert.equal("unknown", pay.payments:get("A-1").status)
    assert.equal(before, #transport.sent)
    assert.same({}, ledger:list("notifications", {}))
  end)

  it("is refused at another account, and of the other mode", function()
    local accounts = { a = { provider = "cards" }, b = { provider = "cards" } }
    local pay, state = notified.open("cards", { create = { outcome = "accepted" } }, { accounts = accounts })
    local key = pay.payments:create(order "A-1", { account = "a" }).attempts[1].key
    assert.equal(400, pay.notifications:receive("b", event("e1", { key = key })).status)
    assert.equal(400, pay.notifications:receive("b", event("e1", { order_id = "A-1" })).status)
    assert.equal(400, pay.notifications:receive("a", event("e1", { key = key, live = true })).status)
    assert.same({ "mismatch", "mismatch", "other_mode" }, state.alarms)
    assert.equal("processing", pay.payments:get("A-1").status)
    assert.equal(200, pay.notifications:receive("a", event("e1", { key = key, live = false })).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)

  it("proves one order only by one id of the provider", function()
    local pay, state, _, _, _, key = unknown()
    local second = pay.payments:create(order "A-2").attempts[1].key
    assert.equal(200, pay.notifications:receive("a", event("e1", { key = key, provider_id = "tx-1" })).status)
    assert.equal(400, pay.notifications:receive("a", event("e2", { key = second, provider_id = "tx-1" })).status)
    assert.equal("unknown", pay.payments:get("A-2").status)
    assert.same({ "mismatch" }, state.alarms)
  end)

  it("does not prove a second order by what a call's own answer proved for the first", function()
    local create = { outcome = "succeeded", provider_id = "tx-1" }
    local pay, state = notified.open("cards", { create = function() return create end })
    assert.equal("succeeded", pay.payments:create(order "A-1").status)
    create = { outcome = "accepted" }
    local key = pay.payments:create(order "A-2").attempts[1].key
    assert.equal(400, pay.notifications:receive("a", event("e1", { key = key, provider_id = "tx-1" })).status)
    assert.equal("processing", pay.payments:get("A-2").status)
    assert.same({ "mismatch" }, state.alarms)
  end)

  it("proves one of two orders that are notified at the same time", function()
    local pay, state, _, _, ledger, key = unknown()
    local second = pay.payments:create(order "A-2").attempts[1].key
    local finish = ledger.finish_attempt
    ledger.finish_attempt = function(...)
      ledger.finish_attempt = finish
      assert.equal(200, pay.notifications:receive("a", event("e2", { key = second, provider_id = "tx-1" })).status)
      return finish(...)
    end
    assert.equal(400, pay.notifications:receive("a", event("e1", { key = key, provider_id = "tx-1" })).status)
    assert.equal("unknown", pay.payments:get("A-1").status)
    assert.equal("succeeded", pay.payments:get("A-2").status)
    assert.same({ "mismatch" }, state.alarms)
  end)

  it("asks for another delivery while the ledger fails, and is taken then", function()
    local pay, _, _, _, ledger, key = unknown()
    local finish = ledger.finish_attempt
    ledger.finish_attempt = function() return nil, require("obol.error").new { kind = "storage", message = "full" } end
    local reply, _, err = pay.notifications:receive("a", event("e1", { key = key }))
    assert.equal(500, reply.status)
    assert.equal("storage", err.kind)
    ledger.finish_attempt = finish
    assert.equal("unknown", ledger:payment("A-1").status)
    assert.equal(200, pay.notifications:receive("a", event("e1", { key = key })).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)

  it("is taken once by two that come at the same time", function()
    local pay, _, _, _, ledger, key = unknown()
    local finish, inner = ledger.finish_attempt, nil
    ledger.finish_attempt = function(...)
      ledger.finish_attempt = finish
      inner = { pay.notifications:receive("a", event("e1", { key = key })) }
      return finish(...)
    end
    local reply, told = pay.notifications:receive("a", event("e1", { key = key }))
    assert.equal(200, inner[1].status)
    assert.is_false(inner[2].duplicate)
    assert.equal(200, reply.status)
    assert.is_true(told.duplicate)
    local count = 0
    pay.events:consume("shop", function() count = count + 1 end)
    assert.equal(2, count)
  end)

  it("may come before the answer to the call", function()
    for _, answer in ipairs { support.unknown, { outcome = "accepted" },
      { outcome = "succeeded", provider_id = "tx-1" }, { outcome = "declined", kind = "declined" } } do
      local pay, state
      pay, state = notified.open("cards", { query = support.unknown, create = function(request)
        local told = event("e1", { key = request.context.key, provider_id = "tx-1" })
        assert.equal(200, pay.notifications:receive("a", told).status)
        return type(answer) == "function" and answer() or answer
      end })
      local payment = pay.payments:create(order "A-1")
      assert.equal("succeeded", payment.status)
      assert.is_nil(payment.error)
      assert.is_nil(payment.surplus)
      assert.equal("succeeded", pay.payments:get("A-1").status)
      local contradicts = type(answer) == "table" and answer.outcome == "declined"
      assert.same(contradicts and { "contradiction" } or {}, state.alarms)
    end
  end)

  it("takes up a late success with an alarm", function()
    local pay, state = notified.open("cards", { create = { outcome = "declined" } })
    local key = pay.payments:create(order "A-1").attempts[1].key
    assert.equal(200, pay.notifications:receive("a", event("e1", { key = key })).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.same({ "late_success" }, state.alarms)
  end)

  it("keeps a second success as surplus, and proposes to give it back", function()
    local create = { outcome = "declined" }
    local pay, state = notified.open("cards", { create = function() return create end })
    local first = pay.payments:create(order "A-1").attempts[1].key
    create = { outcome = "succeeded", provider_id = "tx-2" }
    local second = pay.payments:create(order "A-1")
    assert.equal("succeeded", second.status)
    for _, told in ipairs { event("e1", { key = first, provider_id = "tx-1" }),
      event("e1", { key = first, provider_id = "tx-1" }), event("e2", { key = first, provider_id = "tx-1" }),
      event("e3", { key = second.attempts[2].key, provider_id = "tx-3" }) } do
      assert.equal(200, pay.notifications:receive("a", told).status)
    end
    local payment = pay.payments:get "A-1"
    assert.equal("tx-2", payment.provider_id)
    assert.equal("tx-2", payment.attempts[2].provider_id)
    assert.same({ "tx-1", "tx-3" }, { payment.surplus[1].provider_id, payment.surplus[2].provider_id })
    assert.is_nil(payment.surplus[3])
    assert.same({ "surplus", "surplus" }, state.alarms)
    local proposed = {}
    pay.events:consume("shop", function(happened)
      if happened.type == "refund.proposed" then proposed[#proposed + 1] = happened end
    end)
    assert.equal(2, #proposed)
    assert.equal("tx-1", proposed[1].provider_id)
    assert.equal("8.88", proposed[1].amount:format())
  end)

  it("is of a payment that a dispute leaves as it is", function()
    local pay, state = notified.open("cards", { create = { outcome = "succeeded", provider_id = "tx-1" } })
    pay.payments:create(order "A-1")
    local told = event("d1", { type = "dispute.opened", outcome = false, provider_id = "tx-1",
      amount = money("5.00", "USD"), confirm = true })
    for _, duplicate in ipairs { false, true } do
      local reply, got = pay.notifications:receive("a", told)
      assert.equal(200, reply.status)
      assert.equal(duplicate, got.duplicate)
    end
    local payment = pay.payments:get "A-1"
    assert.equal("succeeded", payment.status)
    assert.is_true(payment.disputed)
    assert.same({ "dispute" }, state.alarms)
    local last
    pay.events:consume("shop", function(happened) last = happened end)
    assert.equal("dispute.opened", last.type)
    assert.equal("5.00", last.amount:format())
    -- one that anybody can write is not acted on
    assert.equal(400, pay.notifications:receive("a", event("d2", { type = "dispute.opened", provider_id = "tx-1",
      verified_by = false })).status)
  end)

  it("that says only that something changed is followed by a query", function()
    local pay, state, _, _, _, key = unknown()
    local told = event("e1", { type = "payment.updated", outcome = "accepted", key = key })
    state.query = support.unknown
    assert.equal(500, pay.notifications:receive("a", told).status)
    state.query = { outcome = "succeeded", provider_id = "tx-1" }
    assert.equal(200, pay.notifications:receive("a", told).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)
end)
