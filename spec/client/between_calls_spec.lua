local between = require "spec.client.between"
local notified = require "spec.client.notified"
local problems_of = require "spec.ledger.problems"
local support = require "spec.client.support"

local client, events = between.client, between.events
local held_up, in_between, rejected, LEASE_MS = between.held_up, between.in_between, between.rejected, between.LEASE_MS
local ACCOUNTS, by_url = between.ACCOUNTS, between.by_url

describe("a payment that goes to another account", function()
  local restore, world, ledger, pay
  setup(function() restore = support.install() end)
  teardown(function() restore() end)
  before_each(function()
    world = { clock = { now = support.NOW }, asked = {}, answers = { two = { outcome = "succeeded" } } }
    ledger = require("obol.ledger").open "memory"
    pay = client(world, ledger)
  end)

  -- The provider tells that it declined before its own answer is here.
  local function told_first(code, answer)
    return function(request)
      local reply = pay.notifications:receive("one", notified.event("n", { type = "payment.failed",
        outcome = "declined", code = code, key = request.context.key, order_id = "A-1" }))
      assert(reply.status == 200)
      world.seen = pay.payments:get("A-1").status
      if type(answer) == "function" then return answer() end
      return answer
    end
  end

  it("does so where a notification told the decline before the answer did", function()
    world.answers.one = told_first("51", { outcome = "declined", code = "51" })
    local payment = pay.payments:create(notified.order "A-1")
    assert.equal("created", world.seen)
    assert.equal("succeeded", payment.status)
    assert.equal("two", payment.account)
    assert.same({ "payment.succeeded" }, events(ledger))
    assert.same({}, (problems_of(ledger)))
  end)

  it("has failed, told once, where the notification's code is none that the rule lists", function()
    for _, answer in ipairs { { outcome = "declined", code = "05" }, support.unknown } do
      world.asked, ledger = {}, require("obol.ledger").open "memory"
      pay = client(world, ledger)
      world.answers.one = told_first("05", answer)
      local payment = pay.payments:create(notified.order "A-1")
      assert.equal("created", world.seen)
      assert.equal("failed", payment.status)
      assert.same({ "one payment.create" }, world.asked)
      assert.same({ "payment.failed" }, events(ledger))
      assert.same({}, (problems_of(ledger)))
    end
  end)

  it("has failed at once where the caller named its account", function()
    world.answers.one = told_first("51", { outcome = "declined", code = "51" })
    assert.equal("failed", pay.payments:create(notified.order "A-1", { account = "one" }).status)
    assert.equal("failed", world.seen)
    assert.same({ "payment.failed" }, events(ledger))
  end)

  it("is left to another call, where that took it over and is between two accounts too", function()
    local other = require("obol.ledger").over(ledger.store)
    local second = client(world, other)
    local go_on
    world.answers.one = told_first("51", function()
      world.answers.one = rejected
      world.clock.now = support.NOW + LEASE_MS
      go_on = held_up(second, other)
      return { outcome = "declined", code = "51" }
    end)
    local payment = pay.payments:create(notified.order "A-1")
    assert.equal("created", payment.status)
    assert.same({ "one payment.create", "one payment.create" }, world.asked)
    assert.equal("succeeded", go_on().status)
    assert.same({ "one payment.create", "one payment.create", "two payment.create" }, world.asked)
    assert.same({ "payment.succeeded" }, events(ledger))
  end)

  it("has failed where the next account is out of reach before an attempt of it begins", function()
    local limits = require "obol.client.limits"
    local take = limits.take
    limits.take = function(_, name, ...)
      if name == "two" then return nil, "used up" end
      return take(_, name, ...)
    end
    world.answers.one = rejected
    local ok, payment = pcall(pay.payments.create, pay.payments, notified.order "A-1")
    limits.take = take
    assert.is_true(ok)
    assert.equal("failed", payment.status)
    assert.equal("E1", payment.error.provider_code)
    assert.same({ "payment.failed" }, events(ledger))
    assert.same({}, (problems_of(ledger)))
  end)

  it("is unknown to a caller whom the ledger does not answer at its end, and is ended later", function()
    world.answers.one = rejected
    local finish, run = nil, ledger.store.run
    in_between(ledger, function()
      ledger.store.run = function() return nil, require("obol.error").new { kind = "storage", message = "away" } end
      finish = function() ledger.store.run = run end
    end)
    local payment = pay.payments:create(notified.order "A-1")
    assert.equal("unknown", payment.status)
    assert.equal("storage", payment.error.kind)
    finish()
    assert.equal("created", pay.payments:get("A-1").status)
    world.clock.now = support.NOW + LEASE_MS
    assert.equal(1, pay:reconcile().settled)
    assert.equal("failed", pay.payments:get("A-1").status)
    assert.same({ "payment.failed" }, events(ledger))
  end)

  -- A client whose first account answers nothing, and then asks what became of it: `asked(request)` answers.
  local function unanswered(asked)
    world.answers.one = support.unknown
    return (support.open("cards", function(request)
      world.asked[#world.asked + 1] = by_url[request.url]
      if request.operation == "payment.query" then return asked(request) end
      if by_url[request.url] == "one" then return support.unknown() end
      return { outcome = "succeeded" }
    end, { ledger = ledger, accounts = ACCOUNTS, clock = function() return world.clock.now end,
      routes = { { name = "r", to = { "one", "two" }, failover = { declined = { "51" } } } } }))
  end

  local declined = { outcome = "declined", code = "51" }

  it("does so where somebody else found out first that nothing was paid", function()
    local told = { function(other) return other.payments:refresh "A-1" end,
      function(other)
        local key = other.payments:get("A-1").attempts[1].key
        other.notifications:receive("one", notified.event("n", { type = "payment.failed", outcome = "declined",
          code = "51", key = key, order_id = "A-1", confirm = false }))
        return other.payments:get "A-1"
      end }
    for _, tell in ipairs(told) do
      for _, late in ipairs { declined, false } do
        ledger, world.asked = require("obol.ledger").open "memory", {}
        local other, seen = unanswered(function() return declined end), nil
        local first = unanswered(function()
          seen = seen or tell(other).status
          if late then return late end
          return support.unknown()
        end)
        local payment = first.payments:create(notified.order "A-1")
        assert.equal("created", seen)
        assert.same({ "succeeded", "two" }, { payment.status, payment.account })
        assert.same({ "payment.updated", "payment.updated", "payment.succeeded" }, events(ledger))
        assert.same({}, (problems_of(ledger)))
      end
    end
  end)

  it("has failed at once where that is found out behind its call", function()
    local is_known = false
    pay = unanswered(function()
      if is_known then return declined end
      return support.unknown()
    end)
    assert.equal("unknown", pay.payments:create(notified.order "A-1").status)
    local row = ledger:attempt(ledger:payment("A-1").attempt)
    assert.is_nil(row.claimed_until)
    assert.is_number(row.answered_ms)
    is_known = true
    assert.equal("failed", pay.payments:refresh("A-1").status)
    assert.same({ "payment.updated", "payment.failed" }, events(ledger))
  end)

  it("has failed at once where its call ends while somebody else is asking", function()
    local call = coroutine.create(function() return pay.payments:create(notified.order "A-1") end)
    pay = unanswered(function()
      coroutine.yield()
      return support.unknown()
    end)
    local ended
    local other = unanswered(function()
      ended = select(2, assert(coroutine.resume(call)))
      return declined
    end)
    assert(coroutine.resume(call))
    assert.equal("failed", other.payments:refresh("A-1").status)
    assert.equal("unknown", ended.status)
    assert.same({ "payment.updated", "payment.failed" }, events(ledger))
    assert.same({}, (problems_of(ledger)))
  end)

  it("is ended by its call where that is found out in the last moment of it", function()
    local attempt, seen = require "obol.client.attempt", nil
    pay = unanswered(support.unknown)
    local other, let_go = unanswered(function() return declined end), attempt.let_go
    attempt.let_go = function(...)
      attempt.let_go = let_go
      seen = other.payments:refresh("A-1").status
      return let_go(...)
    end
    local payment = pay.payments:create(notified.order "A-1")
    attempt.let_go = let_go
    assert.same({ "created", "failed" }, { seen, payment.status })
    assert.same({ "payment.updated", "payment.updated", "payment.failed" }, events(ledger))
    assert.same({}, (problems_of(ledger)))
  end)

  it("has failed when its call's time is over, where that ended while it asked", function()
    local is_first = true
    pay = unanswered(function()
      if is_first then
        is_first = false
        coroutine.yield()
      end
      return declined
    end)
    local call = coroutine.create(function() return pay.payments:create(notified.order "A-1") end)
    assert(coroutine.resume(call))
    assert.equal("created", pay.payments:refresh("A-1").status)
    assert.equal("created", pay.payments:create(notified.order "A-1").status)
    world.clock.now = support.NOW + LEASE_MS
    assert.equal(1, pay:reconcile().settled)
    assert.equal("failed", pay.payments:get("A-1").status)
    local _, payment = assert(coroutine.resume(call))
    assert.equal("failed", payment.status)
    assert.same({ "payment.updated", "payment.updated", "payment.failed" }, events(ledger))
    assert.same({ "one", "one", "one" }, world.asked)
    assert.same({}, (problems_of(ledger)))
  end)

  it("is told to go on where it was unknown for a moment", function()
    pay = unanswered(function() return declined end)
    assert.equal("succeeded", pay.payments:create(notified.order "A-1").status)
    local told = {}
    for place, row in ipairs(ledger:list("events", {})) do told[place] = row.type .. " " .. row.status end
    assert.same({ "payment.updated unknown", "payment.updated created", "payment.succeeded succeeded" }, told)
    assert.same({ "one", "one", "two" }, world.asked)
    assert.same({}, (problems_of(ledger)))
  end)
end)
