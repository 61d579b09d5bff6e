local notified = require "spec.client.notified"
local subscribed = require "spec.client.subscribed"
local support = require "spec.client.support"

-- What two processes do to one refund, one subscription or the pages of one order at the same time. A call that
-- is made within the transport's answer is another process's.

local HOUR = 3600000
local order = notified.order "A-1"

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
    assert.same({ "invalid", "amount" }, { err.kind, err.field })
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
