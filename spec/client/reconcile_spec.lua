local errors = require "obol.error"
local ledgers = require "obol.ledger"
local notified = require "spec.client.notified"
local support = require "spec.client.support"

local SCHEDULE = { 5, 30, 120, 600, 3600 }
local HOUR, DAY = 3600000, 86400000
local page = { outcome = "accepted", provider_id = "tx-1",
  action = { type = "redirect", url = "https://pay.example/1" } }
local none = { outcome = "unknown", found = false, kind = "not_found" }
local paid = { outcome = "succeeded", provider_id = "tx-1" }

describe("pay:reconcile", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function open(provider, state, more)
    local accounts = { a = { provider = provider, schedule = SCHEDULE } }
    local config = { accounts = accounts }
    for key, value in pairs(more or {}) do config[key] = value end
    return notified.open(provider, state, config)
  end

  -- Another client of the same ledger and clock: another process.
  local function beside(provider, state, clock, ledger)
    return (open(provider, state, { ledger = ledger, clock = function() return clock.now end }))
  end

  -- Starts a call whose process ends while it waits for the answer: the client, clock and ledger.
  local function died(provider, call)
    local clock, ledger = { now = support.NOW }, ledgers.open "memory"
    local pay = beside(provider, { create = function() coroutine.yield() end, refund = function() coroutine.yield() end,
      query = function() coroutine.yield() end }, clock, ledger)
    local thread = coroutine.create(call)
    assert(coroutine.resume(thread, pay))
    assert.equal("suspended", coroutine.status(thread))
    return clock, ledger, thread
  end

  local function moments(pay, clock, ledger, id, last)
    local found = {}
    for _ = 1, 200 do
      local due = ledger:payment(id).due_ms
      if not due or due > last then break end
      assert.is_true(due > clock.now)
      clock.now = due
      assert.equal(1, assert(pay:reconcile()).looked)
      found[#found + 1] = (due - support.NOW) / 1000
    end
    return found
  end

  it("has nothing to do where nothing is unresolved", function()
    local pay, _, transport, clock = open("cards", { create = paid })
    pay.payments:create(notified.order "A-1")
    clock.now = clock.now + 30 * DAY
    assert.same({ looked = 0, settled = 0, changed = 0, waiting = 0, failed = 0, taken = 0, unresolved = {},
      left = false }, pay:reconcile())
    assert.equal(1, #transport.sent)
  end)

  it("asks about a payment that is under way when it is due, not before, until it is settled", function()
    local pay, state, transport, clock, ledger = open("cards", { create = page, query = page })
    pay.payments:create(notified.order "A-1")
    assert.equal(0, pay:reconcile().looked)
    local due = ledger:payment("A-1").due_ms
    assert.is_true(due >= support.NOW + 5000 and due <= support.NOW + 5500)
    clock.now = due - 1
    assert.equal(0, pay:reconcile().looked)
    clock.now = due
    assert.equal(1, pay:reconcile().waiting)
    assert.equal(1, transport.count "payment.query")
    assert.equal(1, ledger:payment("A-1").looks)
    assert.is_nil(ledger:payment("A-1").claimed_until)
    state.query = paid
    clock.now = ledger:payment("A-1").due_ms
    assert.is_true(clock.now >= support.NOW + 30000 and clock.now <= support.NOW + 33000)
    assert.equal(1, pay:reconcile().settled)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.is_nil(ledger:payment("A-1").due_ms)
    assert.is_nil(ledger:payment("A-1").looks)
    assert.equal(0, pay:reconcile({ until_ms = clock.now + DAY }).looked)
  end)

  it("ends an unpaid page when its time is over, and looks twice for money that came too late", function()
    local pay, state, _, clock, ledger = open("cards", { create = page, query = page },
      { accounts = { a = { provider = "cards", schedule = SCHEDULE, expire_after_ms = 5000000 } } })
    pay.payments:create(notified.order "A-1")
    local found = moments(pay, clock, ledger, "A-1", support.NOW + 30 * DAY)
    assert.equal("expired", pay.payments:get("A-1").status)
    assert.is_nil(ledger:payment("A-1").due_ms)
    -- by the schedule, at the end of its time, an hour and a day later
    for place, wanted in ipairs { 5, 30, 120, 600, 3600, 5000, 5000 + 3600, 5000 + 86400 } do
      assert.is_true(found[place] >= wanted and found[place] <= wanted * 1.1 + 3, place .. ": " .. found[place])
    end
    assert.equal(8, #found)
    -- in another one it had come
    pay.payments:create(notified.order "A-2")
    clock.now = clock.now + 3 * HOUR
    pay:reconcile()
    assert.equal("expired", pay.payments:get("A-2").status)
    state.query = { outcome = "succeeded", provider_id = "tx-2" }
    clock.now = ledger:payment("A-2").due_ms
    assert.equal(1, pay:reconcile().settled)
    assert.equal("succeeded", pay.payments:get("A-2").status)
    assert.same({ "late_success" }, state.alarms)
  end)

  it("says by itself that a call was never received, after the provider's whole schedule", function()
    local pay, _, transport, clock, ledger = open("cards", { create = support.unknown, query = none })
    pay.payments:create(notified.order "A-1")
    local asked = transport.count "payment.query"
    for _ = 1, 20 do
      if ledger:payment("A-1").status ~= "unknown" then break end
      clock.now = ledger:payment("A-1").due_ms
      assert.equal(1, pay:reconcile().looked)
    end
    assert.equal("never_received", pay.payments:get("A-1").error.provider_code)
    assert.is_true(clock.now >= support.NOW + HOUR and clock.now < support.NOW + 1.2 * HOUR)
    assert.equal(#SCHEDULE, transport.count "payment.query" - asked)
  end)

  it("asks a provider that does not answer less and less, at least once a day and for ever", function()
    local pay, _, transport, clock, ledger = open("cards", { create = support.unknown, query = support.not_sent })
    pay.payments:create(notified.order "A-1")
    local found = moments(pay, clock, ledger, "A-1", support.NOW + 60 * DAY)
    assert.is_true(#found > 60 and #found < 80, #found)
    for place = 2, #found do assert.is_true(found[place] - found[place - 1] <= 1.1 * 86400 + 1) end
    assert.equal("unknown", pay.payments:get("A-1").status)
    assert.equal(1, transport.count "payment.create")
    clock.now = ledger:payment("A-1").due_ms
    local report = pay:reconcile()
    assert.equal(1, report.failed)
    assert.equal("schedule_over", report.unresolved[1].why)
    assert.equal("A-1", report.unresolved[1].id)
    assert.equal("unknown", report.unresolved[1].attempt.outcome)
    assert.equal("network", report.unresolved[1].error.kind)
    assert.equal(1, #pay.payments:list { unresolved = true })
  end)

  it("waits as long as a provider asks for", function()
    local pay, _, _, clock, ledger = open("cards", { create = page, query = function()
      return nil, errors.new { kind = "rate_limited", outcome = "not_sent", message = "x", retry_after_ms = 900000 }
    end })
    pay.payments:create(notified.order "A-1")
    clock.now = ledger:payment("A-1").due_ms
    pay:reconcile()
    assert.is_true(ledger:payment("A-1").due_ms >= clock.now + 900000)
  end)

  it("finds what a process was sending when it ended", function()
    local clock, ledger = died("cards", function(pay) pay.payments:create(notified.order "A-1") end)
    local state = { query = paid }
    local pay = beside("cards", state, clock, ledger)
    assert.equal("created", pay.payments:get("A-1").status)
    -- while its call may be under way it is left alone, whatever moment is asked for
    local report = pay:reconcile { until_ms = clock.now + DAY }
    assert.same({ 1, 1, 0 }, { report.looked, report.waiting, report.settled })
    assert.equal("created", pay.payments:get("A-1").status)
    clock.now = clock.now + 36000
    assert.equal(1, pay:reconcile().settled)
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)

  it("leases a row to one process, until that ends or its time is over", function()
    local pay, _, _, clock, ledger = open("cards", { create = page })
    pay.payments:create(notified.order "A-1")
    clock.now = clock.now + 6000
    local first = beside("cards", { query = function() coroutine.yield() return page end }, clock, ledger)
    local thread = coroutine.create(function() return first:reconcile { at_once = 1 } end)
    assert(coroutine.resume(thread))
    local second = beside("cards", { query = paid }, clock, ledger)
    assert.equal(0, second:reconcile().looked)
    clock.now = clock.now + 14999
    assert.equal(0, second:reconcile().looked)
    clock.now = clock.now + 1
    assert.equal(1, second:reconcile().settled)
    -- the first one was only slow: what it learnt before changes nothing now
    local ok, report = coroutine.resume(thread)
    assert.is_true(ok)
    assert.equal(1, report.looked)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.is_nil(ledger:payment("A-1").due_ms)
    assert.is_nil(ledger:payment("A-1").claimed_until)
  end)

  it("gives a row that two have read to one of them: the other's unit is a conflict and changes nothing", function()
    local pay, _, transport, clock, ledger = open("cards", { create = page, query = page })
    pay.payments:create(notified.order "A-1")
    clock.now = clock.now + 6000
    local read = ledger:due("payments", clock.now, 10)
    assert.equal(1, pay:reconcile().waiting)
    local before = ledger:payment "A-1"
    local ok, err = ledger:claim("payments", "A-1", read[1], clock.now + 15000)
    assert.is_nil(ok)
    assert.equal("conflict", err.kind)
    ok, err = ledger:looked("payments", "A-1", read[1], { due_ms = 1 })
    assert.is_nil(ok)
    assert.equal("conflict", err.kind)
    assert.same(before, ledger:payment "A-1")
    -- and so in a run: it counts as taken, and asks nothing
    local due = ledger.due
    ledger.due = function(self, name, ...)
      return name == "payments" and read or due(self, name, ...)
    end
    local asked = #transport.sent
    assert.equal(1, pay:reconcile({ limit = 1 }).taken)
    assert.equal(asked, #transport.sent)
  end)

  it("asks about refunds", function()
    local pay, state, _, clock, ledger = open("cards", { create = paid, refund = support.unknown, refund_query = none })
    pay.payments:create(notified.order "A-1")
    pay.refunds:create("A-1", { refund_id = "R-1", amount = "1.00" })
    clock.now = ledger:refund("R-1").due_ms
    assert.equal(1, pay:reconcile().failed + pay:reconcile().waiting)
    assert.equal("unknown", pay.refunds:get("R-1").status)
    state.refund_query = { outcome = "succeeded", id = "rf-1" }
    clock.now = ledger:refund("R-1").due_ms
    assert.equal(1, pay:reconcile().settled)
    assert.equal("succeeded", pay.refunds:get("R-1").status)
    assert.equal("1.00", pay.payments:get("A-1").refunded:format())
    assert.is_nil(ledger:refund("R-1").due_ms)
  end)

  it("finds a refund whose process ended", function()
    local clock, ledger = { now = support.NOW }, ledgers.open "memory"
    local pay = beside("cards", { create = paid, refund = function() coroutine.yield() end }, clock, ledger)
    pay.payments:create(notified.order "A-1")
    assert(coroutine.resume(coroutine.create(function()
      pay.refunds:create("A-1", { refund_id = "R-1", amount = "1.00" })
    end)))
    local other = beside("cards", { refund_query = { outcome = "succeeded" } }, clock, ledger)
    clock.now = clock.now + 36000
    assert.equal(1, other:reconcile().settled)
    assert.equal("succeeded", other.refunds:get("R-1").status)
  end)

  it("acts on a kept notification when its order is recorded, also where nobody asks about it", function()
    local pay, state, _, clock, ledger = open("cards", { create = support.unknown, query = none })
    pay.notifications:receive("a", notified.event("e1", { order_id = "A-1", provider_id = "tx-1" }))
    local kept = ledger:list("notifications", {})[1]
    assert.is_number(kept.due_ms)
    clock.now = kept.due_ms
    assert.equal(1, pay:reconcile().waiting)
    -- recorded by a process that ended before it looked
    local other = beside("cards", { create = function() coroutine.yield() end }, clock, ledger)
    assert(coroutine.resume(coroutine.create(function() other.payments:create(notified.order "A-1") end)))
    state.create = paid
    clock.now = ledger:list("notifications", {})[1].due_ms
    local report = pay:reconcile()
    assert.is_true(report.settled >= 1)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    kept = ledger:list("notifications", {})[1]
    assert.is_nil(kept.due_ms)
    assert.is_number(kept.applied_ms)
  end)
end)
