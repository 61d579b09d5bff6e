local notified = require "spec.client.notified"
local support = require "spec.client.support"

local SCHEDULE = { 5, 30, 120, 600, 3600 }
local none = { outcome = "unknown", found = false, kind = "not_found" }

describe("a call that takes money and was never received", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function open(provider, create)
    local state = { create = create or support.unknown, query = none, refund = support.unknown, refund_query = none }
    local accounts = { a = { provider = provider or "cards", schedule = SCHEDULE } }
    return notified.open(provider or "cards", state, { accounts = accounts })
  end

  local function at(clock, seconds) clock.now = support.NOW + seconds * 1000 end

  -- Every query of the schedule, each at its moment, but the last.
  local function ask_but_last(pay, clock)
    for step = 1, #SCHEDULE - 1 do
      at(clock, SCHEDULE[step])
      pay.payments:refresh "A-1"
    end
  end

  it("is rejected when every query of the schedule found nothing, and not before", function()
    local pay, state, transport, clock = open()
    local payment = pay.payments:create(notified.order "A-1")
    assert.equal("unknown", payment.status)
    assert.equal("not_found", payment.error.kind)
    for place, seconds in ipairs(SCHEDULE) do
      at(clock, seconds - 1)
      assert.equal("unknown", pay.payments:refresh("A-1").status)
      at(clock, seconds)
      payment = pay.payments:refresh "A-1"
      assert.equal(place == #SCHEDULE and "failed" or "unknown", payment.status)
    end
    assert.equal("rejected", payment.attempts[1].outcome)
    assert.equal("never_received", payment.attempts[1].code)
    assert.equal("never_received", payment.error.provider_code)
    assert.equal(1, transport.count "payment.create")
    local asked = transport.sent[#transport.sent].params
    assert.equal(payment.attempts[1].key, asked.key)
    assert.equal(support.NOW, asked.created_ms)
    -- only now may there be another attempt
    state.create = { outcome = "succeeded", provider_id = "tx-2" }
    payment = pay.payments:create(notified.order "A-1")
    assert.equal("succeeded", payment.status)
    assert.equal(2, payment.attempts[2].generation)
  end)

  it("is not sent again while that is not certain", function()
    local pay, _, transport, clock = open()
    pay.payments:create(notified.order "A-1")
    at(clock, 600)
    assert.equal("unknown", pay.payments:create(notified.order "A-1").status)
    assert.equal(1, transport.count "payment.create")
  end)

  it("needs one query for each step, half as far apart as the steps, also when nobody asked for long", function()
    local pay, _, _, clock = open()
    pay.payments:create(notified.order "A-1")
    at(clock, 90000)
    local function ask() return pay.payments:refresh("A-1").status end
    for _ = 1, 6 do assert.equal("unknown", ask()) end
    for place, half_ms in ipairs { 12500, 45000, 240000, 1500000 } do
      clock.now = clock.now + half_ms - 1
      for _ = 1, 6 do assert.equal("unknown", ask()) end
      clock.now = clock.now + 1
      assert.equal(place == 4 and "failed" or "unknown", ask())
    end
  end)

  it("is asked about at the schedule's own pace by those who come late", function()
    local pay, _, _, clock, ledger = open()
    pay.payments:create(notified.order "A-1")
    at(clock, 90000)
    assert(pay:reconcile())
    for _, gap_ms in ipairs { 25000, 90000, 480000, 3000000 } do
      local row = assert(ledger:payment "A-1")
      assert.equal("unknown", row.status)
      assert.is_true(row.due_ms - clock.now >= gap_ms, gap_ms)
      clock.now = row.due_ms
      assert(pay:reconcile())
    end
    assert.equal("failed", pay.payments:get("A-1").status)
  end)

  it("is not given up by a machine whose clock is ahead, while the call is under way", function()
    local accounts, again = { a = { provider = "cards", schedule = SCHEDULE } }, nil
    local book, sold = require("obol.ledger").open "memory", 0
    local function answer(request)
      if request.operation ~= "payment.create" then
        return { outcome = "unknown", found = false, kind = "not_found" }
      end
      sold = sold + 1
      return { outcome = "succeeded", provider_id = "tx-" .. sold }
    end
    local ahead = support.open("cards", answer, { accounts = accounts, ledger = book,
      clock = function() return support.NOW + 86400000 end })
    local pay = support.open("cards", function(request)
      for _ = 1, 6 do ahead.payments:refresh "A-1" end
      again = ahead.payments:create(notified.order "A-1")
      return answer(request)
    end, { accounts = accounts, ledger = book })
    assert.equal("succeeded", pay.payments:create(notified.order "A-1").status)
    assert.same({ "created", 1 }, { again.status, sold })
    assert.is_nil(pay.payments:get("A-1").surplus)
  end)

  it("is asked about as often where one machine's clock is ahead", function()
    local pay, _, transport, clock, ledger = open()
    pay.payments:create(notified.order "A-1")
    local ahead = support.open("cards", function() return none end, { ledger = ledger,
      accounts = { a = { provider = "cards", schedule = SCHEDULE } },
      clock = function() return clock.now + 86400000 end })
    assert.equal("unknown", ahead.payments:refresh("A-1").status)
    at(clock, 60)
    local before = transport.count "payment.query"
    assert(pay:reconcile())
    assert.equal(before + 1, transport.count "payment.query")
    assert.is_true(ledger:payment("A-1").due_ms <= clock.now + 3600000)
  end)

  it("is asked about by the whole schedule again after it was sent again", function()
    support.plans.twice = { ["payment.query"] = support.plans.cards["payment.query"], ["payment.create"] =
      { effect = "money", found_by = "our_ref", found_with = "payment.query", repeat_safe = true } }
    finally(function() support.plans.twice = nil end)
    local pay, _, transport, clock = open "twice"
    pay.payments:create(notified.order "A-1")
    ask_but_last(pay, clock)
    at(clock, 1000)
    assert.equal("unknown", pay.payments:create(notified.order "A-1").status)
    assert.equal(2, transport.count "payment.create")
    at(clock, 4600)
    assert.equal("unknown", pay.payments:refresh("A-1").status)
    for _, gap in ipairs { 25, 90, 480, 3000 } do
      clock.now = clock.now + gap * 1000
      assert.equal(gap == 3000 and "failed" or "unknown", pay.payments:refresh("A-1").status)
    end
  end)

  it("begins its last step again after a query that failed", function()
    for _, failed in ipairs { support.unknown, support.not_sent, { outcome = "unknown", kind = "provider" } } do
      local pay, state, _, clock = open()
      pay.payments:create(notified.order "A-1")
      ask_but_last(pay, clock)
      at(clock, 3600)
      state.query = failed
      assert.equal("unknown", pay.payments:refresh("A-1").status)
      state.query = none
      at(clock, 3601)
      assert.equal("unknown", pay.payments:refresh("A-1").status)
      at(clock, 6599)
      assert.equal("unknown", pay.payments:refresh("A-1").status)
      at(clock, 6600)
      assert.equal("failed", pay.payments:refresh("A-1").status)
    end
  end)

  it("is taken up all the same when money came", function()
    local pay, state, _, clock = open()
    pay.payments:create(notified.order "A-1")
    for _, seconds in ipairs(SCHEDULE) do
      at(clock, seconds)
      pay.payments:refresh "A-1"
    end
    assert.equal("failed", pay.payments:get("A-1").status)
    state.query = { outcome = "succeeded", provider_id = "tx-1" }
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    assert.same({ "late_success" }, state.alarms)
  end)

  it("is surplus when money came after the next attempt", function()
    local pay, state, _, clock = open()
    local first = pay.payments:create(notified.order "A-1").attempts[1].key
    for _, seconds in ipairs(SCHEDULE) do
      at(clock, seconds)
      pay.payments:refresh "A-1"
    end
    state.create = { outcome = "succeeded", provider_id = "tx-2" }
    pay.payments:create(notified.order "A-1")
    local told = notified.event("e1", { key = first, provider_id = "tx-1" })
    assert.equal(200, pay.notifications:receive("a", told).status)
    assert.equal("tx-1", pay.payments:get("A-1").surplus[1].provider_id)
    assert.same({ "surplus" }, state.alarms)
  end)

  it("is so for a refund too, which may be repeated then", function()
    local pay, state, transport, clock = open("cards", { outcome = "succeeded", provider_id = "tx-1" })
    pay.payments:create(notified.order "A-1")
    assert.equal("unknown", pay.refunds:create("A-1", { refund_id = "R-1", amount = "1.00" }).status)
    for place, seconds in ipairs(SCHEDULE) do
      at(clock, seconds)
      local refund = pay.refunds:refresh "R-1"
      assert.equal(place == #SCHEDULE and "failed" or "unknown", refund.status)
    end
    local asked = transport.sent[#transport.sent].params
    assert.equal("tx-1", asked.provider_id)
    assert.equal(32, #asked.key)
    assert.equal(support.NOW, asked.created_ms)
    state.refund = { outcome = "succeeded" }
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "R-1", amount = "1.00" }).status)
    assert.equal("1.00", pay.payments:get("A-1").refunded:format())
  end)

  it("is said only of what takes money, was not answered, and has a schedule", function()
    local pay, _, _, clock = open("cards", { outcome = "accepted", provider_id = "tx-1" })
    pay.payments:create(notified.order "A-1")
    at(clock, 7000)
    for _ = 1, 10 do assert.equal("processing", pay.payments:refresh("A-1").status) end
    local other, _, _, later = notified.open("cards", { create = support.unknown, query = none })
    other.payments:create(notified.order "A-1")
    later.now = later.now + 86400000
    for _ = 1, 10 do assert.equal("unknown", other.payments:refresh("A-1").status) end
  end)
end)

describe("an order of a provider that only its own id finds", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("is asked about once the id is known", function()
    local pay, state, transport = notified.open("games", { create = { outcome = "accepted", provider_id = "17" },
      query = { outcome = "accepted" } })
    pay.payments:create(notified.order "A-1")
    assert.equal("processing", pay.payments:refresh("A-1").status)
    assert.equal("17", transport.sent[#transport.sent].params.provider_id)
    state.query = { outcome = "succeeded" }
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
  end)

  it("is given up where its creation was not answered", function()
    local pay, _, transport = notified.open("games", { create = support.unknown })
    assert.equal("failed", pay.payments:create(notified.order "A-1").status)
    assert.equal(0, transport.count "payment.query")
  end)
end)
