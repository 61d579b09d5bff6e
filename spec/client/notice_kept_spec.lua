local notified = require "spec.client.notified"
local support = require "spec.client.support"

local event, order = notified.event, notified.order

describe("a signed notification of an order that is not recorded", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function open(state)
    return notified.open("cards", state or { create = support.unknown, query = support.unknown })
  end

  it("is kept once, and asked for again", function()
    local pay, state, _, _, ledger = open()
    for _ = 1, 3 do
      local reply, told, err = pay.notifications:receive("a", event("e1", { order_id = "A-1" }))
      assert.equal(500, reply.status)
      assert.is_false(told.duplicate)
      assert.equal("not_found", err.kind)
    end
    local kept = ledger:list("notifications", {})
    assert.equal(1, #kept)
    assert.is_nil(kept[1].applied_ms)
    assert.same({}, state.alarms)
    assert.same({}, ledger:list("events", {}))
  end)

  it("is applied when the order comes", function()
    local pay, state, _, _, ledger = open()
    pay.notifications:receive("a", event("e1", { order_id = "A-1", provider_id = "tx-1", customer_id = "u-1" }))
    local payment = pay.payments:create(order "A-1")
    assert.equal("succeeded", payment.status)
    assert.is_nil(payment.error)
    assert.equal("tx-1", payment.provider_id)
    assert.is_number(ledger:notification("a/e1").applied_ms)
    assert.is_nil(ledger:notification("a/e1").event)
    assert.same({}, state.alarms)
    local reply, told = pay.notifications:receive("a", event("e1", { order_id = "A-1", provider_id = "tx-1" }))
    assert.equal(200, reply.status)
    assert.is_true(told.duplicate)
  end)

  it("is applied when it comes again, where the process ended in between", function()
    local pay, _, _, _, ledger = open()
    local told = event("e1", { order_id = "A-1", provider_id = "tx-1" })
    pay.notifications:receive("a", told)
    local list = ledger.list
    ledger.list = function(self, name, query)
      if name == "notifications" then error "the process ends here" end
      return list(self, name, query)
    end
    pcall(pay.payments.create, pay.payments, order "A-1")
    ledger.list = list
    assert.equal("unknown", pay.payments:get("A-1").status)
    local reply, again = pay.notifications:receive("a", told)
    assert.equal(200, reply.status)
    assert.is_false(again.duplicate)
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)

  it("is found by the provider's id too, and by refresh", function()
    local pay, state = open { create = support.unknown, query = support.unknown }
    pay.notifications:receive("a", event("e1", { provider_id = "tx-1" }))
    assert.equal("unknown", pay.payments:create(order "A-1").status)
    state.query = { outcome = "accepted", provider_id = "tx-1" }
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
  end)

  it("that differs from the order that comes changes nothing, and raises one alarm", function()
    local pay, state, _, _, ledger = open()
    pay.notifications:receive("a", event("e1", { order_id = "A-1", customer_id = "u-9" }))
    assert.equal("unknown", pay.payments:create(order "A-1").status)
    assert.same({ "mismatch" }, state.alarms)
    pay.payments:refresh "A-1"
    assert.same({ "mismatch" }, state.alarms)
    assert.is_nil(ledger:notification("a/e1").event)
    -- what may have been altered on its way does not stand in the way of what comes again
    assert.equal(200, pay.notifications:receive("a", event("e1", { order_id = "A-1", customer_id = "u-1" })).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.is_number(ledger:notification("a/e1").applied_ms)
  end)

  it("whose key was altered on the way is refused then too", function()
    local action = { type = "redirect", url = "https://p.example" }
    local pay, state, _, _, ledger = notified.open("games", { query = { outcome = "accepted" },
      create = { outcome = "accepted", provider_id = "tx-1", action = action } })
    local told = event("e1", { provider_id = "tx-1", extra_text = "k%2D1|A-1|" })
    assert.equal(500, pay.notifications:receive("a", told).status)
    -- what the text says is not kept
    assert.not_equal("k%2D1|A-1|", ledger:notification("a/e1").event.extra_text)
    assert.equal("requires_action", pay.payments:create(order "A-1").status)
    assert.same({ "mismatch" }, state.alarms)
    assert.equal(400, pay.notifications:receive("a", told).status)
    assert.equal("requires_action", pay.payments:get("A-1").status)
  end)

  it("of an attempt that a later one has followed is applied", function()
    local create = support.unknown
    local pay, state = notified.open("cards", { query = support.unknown,
      create = function(request) return type(create) == "function" and create(request) or create end })
    local key = pay.payments:create(order "A-1").attempts[1].key
    local told = event("e1", { key = key, provider_id = "tx-1", confirm = true })
    assert.equal(500, pay.notifications:receive("a", told).status)
    state.query = { outcome = "declined" }
    assert.equal("failed", pay.payments:refresh("A-1").status)
    create = { outcome = "accepted", provider_id = "tx-2" }
    assert.equal(2, #pay.payments:create(order "A-1").attempts)
    state.query = function(request)
      return { outcome = request.params.key == key and "succeeded" or "accepted" }
    end
    pay.payments:refresh "A-1"
    assert.equal("tx-1", pay.payments:get("A-1").provider_id)
    assert.equal("late_success", state.alarms[#state.alarms])
  end)

  it("of a subscription starts it", function()
    local pay = notified.open("plans", { create = support.unknown, query = support.unknown })
    pay.notifications:receive("a", event("e1", { order_id = "S-1", provider_id = "tx-1" }))
    local subscription = pay.subscriptions:create(order "S-1")
    assert.equal("active", subscription.status)
    assert.equal("succeeded", subscription.payment.status)
    assert.is_nil(subscription.error)
  end)

  it("is asked for again when it cannot be kept", function()
    local pay, _, _, _, ledger = open()
    ledger.apply_event = function() return nil, require("obol.error").new { kind = "storage", message = "full" } end
    local reply, _, err = pay.notifications:receive("a", event("e1", { order_id = "A-1" }))
    assert.equal(500, reply.status)
    assert.equal("storage", err.kind)
  end)

  it("that nobody signed is not kept", function()
    local pay, _, _, _, ledger = open()
    local reply, told = pay.notifications:receive("a", event("e1", { order_id = "A-1", verified_by = false }))
    assert.equal(400, reply.status)
    assert.is_nil(told)
    assert.same({}, ledger:list("notifications", {}))
  end)
end)

describe("a signed notification that could not be decided", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- One delivery's query fails while another one's works.
  local function undecided()
    local pay, state, _, _, ledger = notified.open("cards", { create = support.unknown, query = support.unknown })
    local key = pay.payments:create(order "A-1").attempts[1].key
    local told = event("e1", { key = key, provider_id = "tx-1", confirm = true })
    return pay, state, ledger, told
  end

  it("is acted on by a delivery beside which it was kept", function()
    local pay, state, ledger, told = undecided()
    state.query = function()
      state.query = support.unknown
      assert.equal(500, pay.notifications:receive("a", told).status)
      state.query = { outcome = "succeeded", provider_id = "tx-1" }
      return { outcome = "succeeded", provider_id = "tx-1" }
    end
    local reply, got = pay.notifications:receive("a", told)
    assert.equal(200, reply.status)
    assert.is_false(got.duplicate)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.is_number(ledger:notification("a/e1").applied_ms)
    assert.is_nil(ledger:notification("a/e1").event)
  end)

  it("stays kept when another one under its id is refused", function()
    local pay, state, ledger, told = undecided()
    assert.equal(500, pay.notifications:receive("a", told).status)
    local other = event("e1", { key = told.event.key, provider_id = "tx-1", confirm = true, customer_id = "u-9" })
    assert.equal(400, pay.notifications:receive("a", other).status)
    assert.is_nil(ledger:notification("a/e1").applied_ms)
    state.query = { outcome = "succeeded", provider_id = "tx-1" }
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    assert.is_false(select(2, pay.notifications:receive("a", event("e2", { key = told.event.key }))).duplicate)
  end)
end)
