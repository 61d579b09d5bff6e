local money = require "obol.money"
local notified = require "spec.client.notified"
local support = require "spec.client.support"

local event, order = notified.event, notified.order

describe("a signed notification that has to be confirmed", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function open(state)
    state.create = state.create or { outcome = "accepted" }
    local pay, _, transport, clock, ledger = notified.open("cards", state)
    local key = pay.payments:create(order "A-1").attempts[1].key
    return pay, state, transport, key, clock, ledger
  end

  it("is confirmed by a query with all that is known", function()
    local pay, _, transport, key = open { query = { outcome = "succeeded", provider_id = "tx-1" } }
    local told = event("e1", { key = key, provider_id = "tx-1", confirm = true })
    assert.equal(200, pay.notifications:receive("a", told).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    local asked = transport.sent[#transport.sent]
    assert.equal("payment.query", asked.operation)
    assert.same({ provider_id = "tx-1", key = key, order_id = "A-1", created_ms = support.NOW,
      customer = { id = "u-1" } }, asked.params)
    local before = #transport.sent
    assert.is_true(select(2, pay.notifications:receive("a", told)).duplicate)
    assert.equal(before, #transport.sent)
  end)

  it("is held while that is not decided, changes nothing, and is taken when it comes again", function()
    local pay, state, _, key, _, ledger = open { query = support.unknown }
    local told = event("e1", { key = key, provider_id = "tx-1", confirm = true })
    local version = ledger:payment("A-1").version
    for _, answer in ipairs { support.unknown, support.not_sent, { outcome = "unknown", found = false },
      { outcome = "accepted" } } do
      state.query = answer
      local reply, got, err = pay.notifications:receive("a", told)
      assert.equal(500, reply.status)
      assert.is_false(got.duplicate)
      assert.is_table(err)
      assert.equal(version, ledger:payment("A-1").version)
    end
    assert.equal(1, #ledger:list("notifications", {}))
    state.query = { outcome = "succeeded", provider_id = "tx-1" }
    assert.equal(200, pay.notifications:receive("a", told).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.is_true(select(2, pay.notifications:receive("a", told)).duplicate)
    assert.same({}, state.alarms)
  end)

  it("that is held is not lost when it does not come again", function()
    local pay, state, _, key, _, ledger = open { query = support.unknown }
    pay.notifications:receive("a", event("e1", { key = key, provider_id = "tx-1", confirm = true }))
    state.query = { outcome = "succeeded", provider_id = "tx-1" }
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    assert.is_number(ledger:notification("a/e1").applied_ms)
    assert.is_nil(ledger:notification("a/e1").event)
  end)

  it("never wins alone over a provider that says it is closed", function()
    local pay, state, _, key = open { query = { outcome = "declined", kind = "declined" } }
    local told = event("e1", { key = key, provider_id = "tx-1", confirm = true })
    assert.equal(500, pay.notifications:receive("a", told).status)
    assert.equal("processing", pay.payments:get("A-1").status)
    assert.same({ "contradiction" }, state.alarms)
  end)

  it("is refused when the provider's own record is of another amount", function()
    local pay, state, _, key = open { query = { outcome = "unknown", mismatch = "amount" } }
    local reply, _, err = pay.notifications:receive("a", event("e1", { key = key, confirm = true }))
    assert.equal(400, reply.status)
    assert.equal("amount", err.field)
    assert.same({ "mismatch" }, state.alarms)
    assert.equal("processing", pay.payments:get("A-1").status)
  end)

  it("of a decline closes only what the provider calls declined", function()
    local pay, state, _, key = open { query = { outcome = "succeeded", provider_id = "tx-1" } }
    local told = event("e1", { type = "payment.failed", outcome = "declined", key = key, confirm = true })
    assert.equal(200, pay.notifications:receive("a", told).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.same({ "contradiction" }, state.alarms)
    local other, answers, _, second = open { query = { outcome = "accepted" } }
    told = event("e1", { type = "payment.failed", outcome = "declined", key = second, confirm = true })
    assert.equal(500, other.notifications:receive("a", told).status)
    assert.equal("processing", other.payments:get("A-1").status)
    answers.query = { outcome = "declined", kind = "declined" }
    assert.equal(200, other.notifications:receive("a", told).status)
    assert.equal("failed", other.payments:get("A-1").status)
  end)
end)

-- An order whose text comes back in the notification.
local function echoed(order_id)
  return order(order_id, { extra = { games = { echo = "world 7" }, other = { echo = "not this" } } })
end

describe("a notification that anybody could have written", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function open(query)
    local pay, state, transport, clock, ledger = notified.open("games",
      { create = { outcome = "accepted", provider_id = "17" }, query = query or { outcome = "succeeded" } })
    local key = pay.payments:create(echoed "A-1").attempts[1].key
    return pay, state, transport, key, ledger, clock
  end

  local function told(key, more)
    local members = { key = key, order_id = "A-1", provider_id = "17", customer_id = "u-1", product_id = "p-1",
      echo = "world 7", verified_by = false, confirm = true }
    for name, value in pairs(more or {}) do members[name] = value end
    return event("17/1", members)
  end

  it("is acted on after the query alone, and recorded then", function()
    local pay, state, _, key, ledger = open { outcome = "accepted" }
    local reply, got = pay.notifications:receive("a", told(key))
    assert.equal(500, reply.status)
    assert.is_nil(got.verified_by)
    assert.same({}, ledger:list("notifications", {}))
    state.query = { outcome = "succeeded" }
    reply, got = pay.notifications:receive("a", told(key))
    assert.equal(200, reply.status)
    assert.equal("query", got.verified_by)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.equal(1, #ledger:list("notifications", {}))
    assert.is_true(select(2, pay.notifications:receive("a", told(key))).duplicate)
    -- under another id it says nothing new, and nothing is asked or kept
    local again = told(key)
    again.event.id = "17/2"
    assert.equal(200, pay.notifications:receive("a", again).status)
    assert.equal(1, #ledger:list("notifications", {}))
  end)

  it("is asked about even where the account does not want that", function()
    local pay, state, _, key = open(support.unknown)
    assert.equal(500, pay.notifications:receive("a", told(key, { confirm = false })).status)
    assert.equal("processing", pay.payments:get("A-1").status)
    assert.same({}, state.alarms)
  end)

  it("gets one fixed answer, and asks nothing, unless every member is that of the record", function()
    local pay, _, transport, key, ledger = open()
    local before, first = #transport.sent, pay.notifications:receive("a", { body = "forged" })
    assert.equal(400, first.status)
    for name, more in pairs {
      key = { key = ("0"):rep(32) }, order = { order_id = "A-2" }, both = { key = "x", order_id = "A-9" },
      provider_id = { provider_id = "18" }, amount = { amount = money("0.01", "USD") },
      customer = { customer_id = "u-2" }, product = { product_id = "p-2" }, echo = { echo = "world 8" },
      nothing = { key = false, order_id = false, echo = false }, half = { key = false }, plain = { echo = false },
    } do
      local reply, got = pay.notifications:receive("a", told(key, more))
      assert.same(first, reply, name)
      assert.is_nil(got)
    end
    assert.equal(before, #transport.sent)
    assert.same({}, ledger:list("notifications", {}))
    assert.equal("processing", pay.payments:get("A-1").status)
  end)

  it("never kept nor asked about without bound", function()
    local pay, _, transport, key, ledger = open { outcome = "accepted" }
    local before = #transport.sent
    for place = 1, 300 do
      local one = told(key)
      one.event.id = "17/" .. place
      pay.notifications:receive("a", one)
    end
    assert.is_true(#transport.sent - before <= 70, #transport.sent - before)
    for place = 1, 300 do
      pay.notifications:receive("a", { body = "{}", event = { id = "h" .. place, type = "hint" } })
    end
    assert.is_true(#ledger:list("notifications", { limit = 1000 }) <= 110)
  end)

  it("proves one order only by one order of the provider", function()
    local create = { outcome = "accepted", provider_id = "17" }
    local pay = notified.open("games", { create = function() return create end, query = { outcome = "succeeded" } })
    local key = pay.payments:create(echoed "A-1").attempts[1].key
    assert.equal(200, pay.notifications:receive("a", told(key)).status)
    create = { outcome = "accepted" }
    local second = pay.payments:create(echoed "A-2").attempts[1].key
    local replayed = told(second, { order_id = "A-2" })
    replayed.event.id = "17/9"
    assert.equal(400, pay.notifications:receive("a", replayed).status)
    assert.equal("processing", pay.payments:get("A-2").status)
  end)

  it("pays an order whose creation was not answered, found by the provider's id", function()
    local pay, state = notified.open("games", { create = support.unknown, query = { outcome = "succeeded" } })
    local key = pay.payments:create(echoed "A-1").attempts[1].key
    assert.equal("failed", pay.payments:get("A-1").status)
    assert.equal(200, pay.notifications:receive("a", told(key)).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.same({ "late_success" }, state.alarms)
  end)
end)

describe("a signed notification with a text that comes back unchanged", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("is refused where that is not what was sent", function()
    local pay, state = notified.open("games", { create = { outcome = "accepted", provider_id = "17" } })
    local key = pay.payments:create(echoed "A-1").attempts[1].key
    for name, more in pairs {
      garbage = { extra_text = "garbage" }, echo = { key = key, order_id = "A-1", echo = "world 8", extra_text = "x" },
      cut = { key = key, order_id = "A-1", extra_text = "x" },
    } do
      more.provider_id = "17"
      assert.equal(400, pay.notifications:receive("a", event("e-" .. name, more)).status, name)
    end
    assert.same({ "mismatch", "mismatch", "mismatch" }, state.alarms)
    local told = event("e1", { key = key, order_id = "A-1", echo = "world 7", provider_id = "17", extra_text = "x" })
    assert.equal(200, pay.notifications:receive("a", told).status)
    -- an order without such a text
    local second = pay.payments:create(order "A-2").attempts[1].key
    assert.equal(400, pay.notifications:receive("a", event("e2", { key = second, echo = "world 7" })).status)
    assert.equal(200, pay.notifications:receive("a", event("e3", { key = second })).status)
  end)
end)

describe("a flood of notifications", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("is not opened without bound, and asked to come later", function()
    local pay = notified.open("cards", {})
    local later = 0
    for _ = 1, 3000 do
      local reply = pay.notifications:receive("a", { body = "forged" })
      if reply.status == 500 then later = later + 1 else assert.equal(400, reply.status) end
    end
    assert.is_true(later > 500, later)
  end)

  it("of what nobody proved raises no more than so many alarms, and writes no more down", function()
    local pay, state, _, _, ledger = notified.open("cards", { create = { outcome = "accepted" },
      query = { outcome = "declined" } })
    local key = pay.payments:create(notified.order "A-1").attempts[1].key
    for _, more in ipairs { { type = "hint", live = true }, { live = true, key = key },
      { key = key, customer_id = "x" },
      { key = key } } do
      state.alarms = {}
      more.verified_by = false
      for place = 1, 200 do pay.notifications:receive("a", event("e" .. place, more)) end
      assert.is_true(#state.alarms <= 110, #state.alarms)
    end
    assert.is_true(#ledger:list("notifications", { limit = 1000 }) <= 110)
    -- what is signed is told all the same
    state.alarms = {}
    assert.equal(400, pay.notifications:receive("a", event("s-1", { key = key, customer_id = "x" })).status)
    assert.same({ "mismatch" }, state.alarms)
  end)

  it("is refused where the bytes are too many", function()
    local pay = notified.open("cards", {})
    assert.equal(400, pay.notifications:receive("a", { body = "", url = ("x"):rep(128 * 1024 + 1) }).status)
    assert.equal(400, pay.notifications:receive("a", { body = "", url = 7 }).status)
  end)
end)
