local notified = require "spec.client.notified"
local subscribed = require "spec.client.subscribed"
local support = require "spec.client.support"

-- What two processes do to one payment at the same time, and what one leaves behind that ends in the middle
-- of its work. A call that is made within the transport's answer is another process's.

local HOUR = 3600000
local order = notified.order "A-1"

-- Begins `fn`, which never comes back from its first request.
local function ends_in_the_middle(state, fn)
  local create = state.create
  state.create = function() return coroutine.yield() end
  assert(coroutine.resume(coroutine.create(fn)))
  state.create = create
end

describe("a payment whose process ended before the answer came", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("fails when nobody paid it in time, and may be paid anew", function()
    local pay, state, _, clock, ledger = notified.open("pages",
      { create = { outcome = "accepted", action = { type = "redirect", url = "https://pay.example/1" } },
        query = { outcome = "accepted" } })
    ends_in_the_middle(state, function() pay.payments:create(order) end)
    assert.equal("created", pay.payments:get("A-1").status)
    clock.now = clock.now + 3 * HOUR
    local payment = pay.payments:refresh "A-1"
    assert.equal("failed", payment.status)
    assert.equal("expired", payment.error.provider_code)
    assert.is_nil(ledger:attempt(payment.attempts[1].key).refused_state)
    assert.equal("requires_action", pay.payments:create(order).status)
  end)

  it("fails when the provider says that it was closed", function()
    local pay, state, _, clock = notified.open("pages",
      { create = { outcome = "accepted" }, query = { outcome = "declined", status = "canceled" } })
    ends_in_the_middle(state, function() pay.payments:create(order) end)
    clock.now = clock.now + HOUR
    assert.equal("failed", pay.payments:refresh("A-1").status)
  end)
end)

describe("a key that is sent again while somebody asks what became of it", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- A caller waits for an answer that never comes; `meanwhile` is asked for before the question of what became
  -- of it is answered by "none".
  local function asked(meanwhile, later_ms)
    local pay, state, transport, clock, ledger = notified.open("pages", { create = support.unknown })
    local first = true
    state.query = function()
      if first then
        first = false
        state.create = { outcome = "accepted", action = { type = "redirect", url = "https://pay.example/1" } }
        clock.now = clock.now + (later_ms or HOUR / 2)
        meanwhile(pay, state)
      end
      return { outcome = "unknown", found = false, kind = "not_found" }
    end
    return pay.payments:create(order), transport, ledger, pay
  end

  it("is not given up for the first sending's sake", function()
    local payment, transport, ledger, pay = asked(function(other)
      local answered = other.payments:create(order)
      assert.equal("requires_action", answered.status)
    end)
    assert.equal(2, transport.count "payment.create")
    assert.equal("requires_action", payment.status)
    assert.equal("accepted", ledger:attempt(payment.attempts[1].key).outcome)
    assert.equal("https://pay.example/1", pay.payments:get("A-1").action.url)
  end)

  it("stays open while the second sending is under way", function()
    local payment, _, ledger = asked(function(other, state)
      ends_in_the_middle(state, function() other.payments:create(order) end)
    end)
    assert.equal("unknown", payment.status)
    local one = ledger:attempt(payment.attempts[1].key)
    assert.equal("unknown", one.outcome)
    assert.is_number(one.claimed_until)
  end)

  it("is not given up for the first sending's sake when the second came to nothing at the same moment", function()
    local payment, transport, ledger = asked(function(other, state)
      state.create, state.query = support.unknown, support.unknown
      assert.equal("unknown", other.payments:create(order).status)
    end, 0)
    assert.equal(2, transport.count "payment.create")
    assert.equal("unknown", payment.status)
    assert.equal("unknown", ledger:attempt(payment.attempts[1].key).outcome)
  end)

  it("is given up when nobody sent it again", function()
    local payment = asked(function() end)
    assert.equal("failed", payment.status)
    assert.equal("abandoned", payment.attempts[1].outcome)
  end)
end)

describe("two notifications at once", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("about two charges of a subscription are its first charge and a renewal", function()
    local pay, state, _, clock, ledger = notified.open("plans",
      { create = { outcome = "succeeded", provider_id = "tx-1" } })
    ends_in_the_middle(state, function() pay.subscriptions:create(notified.order("A-1", { interval = "P1W" })) end)
    clock.now = clock.now + 24 * 7 * HOUR
    local key = ledger:attempts("A-1")[1].key
    local function charge(id)
      return pay.notifications:receive("a", notified.event(id, { key = key, provider_id = id, confirm = true }))
    end
    state.query = function()
      state.query = function(request) return { outcome = "succeeded", provider_id = request.params.provider_id } end
      assert.equal(200, charge("tx-1").status)
      return { outcome = "succeeded", provider_id = "tx-2" }
    end
    assert.equal(200, charge("tx-2").status)
    assert.equal("tx-1", pay.payments:get("A-1").provider_id)
    assert.equal("succeeded", (pay.payments:get("A-1/tx-2") or {}).status)
  end)

  it("about two payments of one order are its success and a surplus", function()
    local pay, state, _, _, ledger = notified.open("games", { create = { outcome = "accepted", provider_id = "tx-1" } })
    pay.payments:create(order)
    local key = ledger:attempts("A-1")[1].key
    local function paid(id)
      return pay.notifications:receive("a", notified.event(id, { key = key, provider_id = id, confirm = true }))
    end
    state.query = function()
      state.query = function(request) return { outcome = "succeeded", provider_id = request.params.provider_id } end
      assert.equal(200, paid("tx-1").status)
      return { outcome = "succeeded", provider_id = "tx-2" }
    end
    assert.equal(200, paid("tx-2").status)
    local payment = pay.payments:get "A-1"
    assert.equal("tx-1", payment.provider_id)
    assert.equal("tx-2", (payment.surplus or { {} })[1].provider_id)
    assert.same({ "surplus" }, state.alarms)
  end)

  it("that are one are recorded as acted on, also when one could only be kept", function()
    local pay, state, _, _, ledger = notified.open("cards", { create = { outcome = "accepted", provider_id = "tx-1" } })
    pay.payments:create(order)
    local key = ledger:attempts("A-1")[1].key
    local request = notified.event("e1", { key = key, provider_id = "tx-1", confirm = true })
    state.query = function()
      state.query = support.unknown
      assert.equal(500, pay.notifications:receive("a", request).status)
      state.query = { outcome = "succeeded", provider_id = "tx-1" }
      local other = notified.event("e2", { key = key, provider_id = "tx-1", confirm = true })
      assert.equal(200, pay.notifications:receive("a", other).status)
      return { outcome = "succeeded", provider_id = "tx-1" }
    end
    assert.equal(200, pay.notifications:receive("a", request).status)
    local kept = ledger:notification "a/e1"
    assert.is_number(kept.applied_ms)
    assert.is_nil(kept.waits_for)
  end)
end)

describe("a page that was made before the last one", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- The first page was not paid in our time for it, and a second one was made; `told` are the query's answers
  -- by the attempt's key.
  local function two_pages()
    local told = {}
    local pay, state, transport, clock, ledger = notified.open("pages", { create = { outcome = "accepted" },
      query = function(request) return told[request.params.key] or { outcome = "accepted" } end })
    pay.payments:create(order)
    clock.now = clock.now + 3 * HOUR
    local payment = pay.payments:create(order)
    assert.equal(2, #payment.attempts)
    local keys = { payment.attempts[1].key, payment.attempts[2].key }
    return pay, function(number, result) told[keys[number]] = result end, state, transport, ledger, keys
  end

  it("is found paid though nobody told it", function()
    local pay, tell, state = two_pages()
    tell(1, { outcome = "succeeded", provider_id = "tx-1" })
    local payment = pay.payments:refresh "A-1"
    assert.equal("succeeded", payment.status)
    assert.equal("tx-1", payment.provider_id)
    assert.same({ "late_success" }, state.alarms)
  end)

  it("is surplus when the last one was paid too", function()
    local pay, tell, state = two_pages()
    tell(2, { outcome = "succeeded", provider_id = "tx-2" })
    assert.equal("tx-2", pay.payments:refresh("A-1").provider_id)
    tell(1, { outcome = "succeeded", provider_id = "tx-1" })
    local payment = pay.payments:refresh "A-1"
    assert.equal("tx-2", payment.provider_id)
    assert.equal("tx-1", payment.surplus[1].provider_id)
    assert.same({ "surplus" }, state.alarms)
  end)

  it("is asked about until the provider says that it is closed", function()
    local pay, tell, state, transport, ledger, keys = two_pages()
    local function asked()
      local before = transport.count "payment.query"
      pay.payments:refresh "A-1"
      return transport.count "payment.query" - before
    end
    assert.equal(2, asked())
    tell(1, { outcome = "unknown", found = false, kind = "not_found" })
    assert.equal(2, asked())
    tell(1, { outcome = "declined", status = "expired" })
    assert.equal(2, asked())
    assert.equal(1, asked())
    assert.equal("declined", ledger:attempt(keys[1]).outcome)
    assert.equal("processing", pay.payments:get("A-1").status)
    assert.same({}, state.alarms)
  end)
end)

describe("a refund that failed and is asked for again", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- A payment of 8.88 whose refund R-1 of all of it was declined.
  local function declined()
    local pay, state, transport, _, ledger = notified.open("cards", {
      create = { outcome = "succeeded", provider_id = "tx" }, refund = { outcome = "declined" },
      refund_query = { outcome = "succeeded" } })
    pay.payments:create(order)
    assert.equal("failed", pay.refunds:create("A-1", { refund_id = "R-1", amount = "8.88" }).status)
    state.refund = { outcome = "succeeded" }
    return pay, transport, ledger
  end

  it("is given back when nothing else was", function()
    local pay = declined()
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "R-1" }).status)
  end)

  it("is refused when another took what was left, with its amount and without", function()
    local pay, transport = declined()
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "R-2", amount = "1.00" }).status)
    for _, amount in ipairs { "8.88", false } do
      local refund, err = pay.refunds:create("A-1", { refund_id = "R-1", amount = amount or nil })
      assert.is_nil(refund)
      assert.equal("amount", err.field)
    end
    assert.equal(2, transport.count "refund.create")
  end)

  it("is not given back beside another that takes the same money at the same moment", function()
    local pay, transport, ledger = declined()
    local run = ledger.store.run
    function ledger.store.run(store, changes)
      ledger.store.run = nil
      assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "R-2", amount = "8.88" }).status)
      return run(store, changes)
    end
    local refund, err = pay.refunds:create("A-1", { refund_id = "R-1", amount = "8.88" })
    assert.is_nil(refund)
    assert.equal("conflict", err.kind)
    assert.equal(2, transport.count "refund.create")
    assert.equal("8.88", pay.payments:get("A-1").refunded:format())
  end)

  it("is told as it is while it is under way, whatever is left", function()
    local pay = declined()
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "R-1", amount = "8.88" }).status)
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "R-1", amount = "8.88" }).status)
  end)
end)

describe("a change of a subscription that nobody answered", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- Its first sending was lost; while somebody asks what the subscription is now, `meanwhile` happens.
  local function asked(meanwhile)
    local pay, state, transport, clock, ledger = subscribed.begun()
    state.answers["subscription.update"], state.answers["subscription.query"] = support.unknown, support.unknown
    local function update() return pay.subscriptions:update("S-1", { item = { product_id = "price_2" } }) end
    update()
    local key = ledger:subscription("S-1").change
    clock.now = clock.now + HOUR
    state.answers["subscription.query"] = function()
      state.answers["subscription.query"] = nil
      meanwhile(state, update, ledger, key)
      return { outcome = "succeeded", subscription = state.subscription }
    end
    return pay.subscriptions:refresh("S-1"), ledger:attempt(key), transport
  end

  it("is what an answer says that came meanwhile", function()
    local subscription, one = asked(function(_, _, ledger, key)
      local row = ledger:subscription "S-1"
      assert(ledger:finish_attempt { subject = "subscriptions", key = "S-1", version = row.version,
        attempt = { key = key, to = { outcome = "not_sent", slot = require("obol.ledger").none } } })
    end)
    assert.equal("not_sent", one.outcome)
    assert.equal("active", subscription.status)
  end)

  it("stays open while it is sent once more", function()
    local _, one = asked(function(_, _, ledger, key)
      local row = ledger:subscription "S-1"
      assert(ledger:finish_attempt { subject = "subscriptions", key = "S-1", version = row.version,
        attempt = { key = key, to = { sent_ms = 2 ^ 41, claimed_until = 2 ^ 41 } } })
    end)
    assert.equal("unknown", one.outcome)
    assert.is_string(one.slot)
  end)

  it("was not made when the subscription shows that it was not", function()
    local subscription, one = asked(function() end)
    assert.equal("rejected", one.outcome)
    assert.equal("rejected", subscription.error.outcome)
  end)
end)
