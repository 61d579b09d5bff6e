local notified = require "spec.client.notified"
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

describe("a key that was sent twice and made two pages", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("has one that is shown, and that one is recorded", function()
    local function page(number)
      return { outcome = "accepted", provider_id = "tx-" .. number,
        action = { type = "redirect", url = "https://pay.example/" .. number } }
    end
    local pay, state, transport, clock = notified.open("games", {})
    state.create = function()
      state.create = page(2)
      clock.now = clock.now + HOUR
      assert.equal("https://pay.example/2", pay.payments:create(order).action.url)
      return page(1)
    end
    local payment = pay.payments:create(order)
    assert.equal(2, transport.count "payment.create")
    assert.equal("https://pay.example/2", payment.action.url)
    assert.equal("tx-2", payment.provider_id)
    assert.equal("tx-2", payment.attempts[1].provider_id)
    assert.equal("https://pay.example/2", pay.payments:get("A-1").action.url)
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
