local between = require "spec.client.between"
local notified = require "spec.client.notified"
local places = require "spec.ledger.places"
local problems_of = require "spec.ledger.problems"
local support = require "spec.client.support"

local client, events = between.client, between.events
local held_up, in_between, rejected, LEASE_MS = between.held_up, between.in_between, between.rejected, between.LEASE_MS

local function specs(kind)
  describe("a payment that goes to another account, in " .. kind.name, function()
    if kind.missing then return it("is open", function() pending(kind.missing) end) end
    local restore, world, ledger, other, pay, second
    setup(function()
      restore = support.install()
      kind.start()
    end)
    teardown(function()
      kind.stop()
      restore()
    end)
    before_each(function()
      world = { clock = { now = support.NOW }, asked = {},
        answers = { one = rejected, two = { outcome = "succeeded", provider_id = "tx" } } }
      ledger = kind.open()
      -- another process finds the same rows
      other = ledger.again and ledger.again() or require("obol.ledger").over(ledger.store)
      pay, second = client(world, ledger), client(world, other)
    end)

    it("is open for all who look at it in between, and is told to be paid alone", function()
      local seen
      in_between(ledger, function()
        local asked = #world.asked
        seen = { second.payments:get("A-1").status, second.payments:refresh("A-1").status,
          second.payments:create(notified.order "A-1").status, second:reconcile().looked,
          second.payments:list({ status = "failed" })[1] == nil }
        -- a run that looks ahead takes it for open, too
        assert(second:reconcile { until_ms = support.NOW + 86400000 })
        seen[#seen + 1] = second.payments:get("A-1").status
        assert.equal(asked, #world.asked)
        assert.same({}, events(other))
        assert.same({}, (problems_of(other)))
      end)
      local payment = assert(pay.payments:create(notified.order "A-1"))
      assert.same({ "created", "created", "created", 0, true, "created" }, seen)
      assert.equal("succeeded", payment.status)
      assert.is_nil(payment.error)
      assert.same({ "one payment.create", "two payment.create" }, world.asked)
      assert.same({ "payment.succeeded" }, events(other))
      assert.same({}, (problems_of(other)))
    end)

    it("has failed when the last account refused it, which is told once", function()
      world.answers.two = { outcome = "declined", code = "51" }
      local seen
      in_between(ledger, function() seen = { second.payments:get("A-1").status, #events(other) } end)
      local payment = pay.payments:create(notified.order "A-1")
      assert.same({ "created", 0 }, seen)
      assert.equal("failed", payment.status)
      assert.equal("51", payment.error.provider_code)
      assert.same({ "payment.failed" }, events(other))
      local told = assert(other:list("events", {}))[1]
      assert.same({ "two", "declined", "failed" }, { told.account, told.outcome, told.status })
      assert.same({}, (problems_of(other)))
    end)

    it("has failed, which is told once, where its call ended on the way", function()
      held_up(pay, ledger)
      local ends = other:payment("A-1").due_ms
      assert.is_true(ends > support.NOW and ends <= support.NOW + LEASE_MS)
      world.clock.now = ends - 1
      assert.equal(0, second:reconcile().looked)
      assert.equal("created", second.payments:refresh("A-1").status)
      world.clock.now = ends
      local report = second:reconcile()
      assert.same({ 1, 1 }, { report.looked, report.settled })
      local payment = second.payments:get "A-1"
      assert.equal("failed", payment.status)
      assert.equal("E1", payment.error.provider_code)
      second.payments:refresh "A-1"
      world.clock.now = support.NOW + 86400000
      second:reconcile()
      assert.same({ "payment.failed" }, events(other))
      assert.same({ "one payment.create" }, world.asked)
      assert.same({}, (problems_of(other)))
      -- and may be begun again
      world.answers.one = { outcome = "succeeded", provider_id = "tx" }
      assert.equal("succeeded", second.payments:create(notified.order "A-1").status)
      assert.same({ "payment.failed", "payment.succeeded" }, events(other))
    end)

    it("is ended by who asks about it, too", function()
      held_up(pay, ledger)
      world.clock.now = support.NOW + LEASE_MS
      assert.equal("failed", second.payments:refresh("A-1").status)
      assert.same({ "payment.failed" }, events(other))
    end)

    it("is taken over by another create when its call has ended on the way, without doubling", function()
      for _, refusal in ipairs { rejected, support.not_sent } do
        ledger = kind.open()
        other = ledger.again and ledger.again() or require("obol.ledger").over(ledger.store)
        pay, second = client(world, ledger), client(world, other)
        world.asked, world.answers.one, world.clock.now = {}, refusal, support.NOW
        local go_on = held_up(pay, ledger)
        world.clock.now = support.NOW + LEASE_MS
        world.answers.one = { outcome = "succeeded", provider_id = "tx" }
        local asked = #world.asked
        assert.equal("succeeded", second.payments:create(notified.order "A-1").status)
        assert.equal(asked + 1, #world.asked)
        -- the call lives, and comes back late
        local payment = go_on()
        assert.equal("succeeded", payment.status)
        assert.equal("one", payment.account)
        assert.equal(asked + 1, #world.asked)
        assert.same({ "payment.succeeded" }, events(other))
        assert.same({}, (problems_of(other)))
      end
    end)

    it("stays failed where the call comes back after it was ended", function()
      local go_on = held_up(pay, ledger)
      world.clock.now = support.NOW + LEASE_MS
      second:reconcile()
      assert.equal("failed", go_on().status)
      assert.same({ "one payment.create" }, world.asked)
      assert.same({ "payment.failed" }, events(other))
    end)

    it("goes on where something beside its state was written meanwhile", function()
      in_between(ledger, function()
        local row = other:payment "A-1"
        assert(other:finish_attempt { subject = "payments", key = "A-1", version = row.version,
          to = { disputed = true } })
      end)
      local payment = pay.payments:create(notified.order "A-1")
      assert.equal("succeeded", payment.status)
      assert.equal("two", payment.account)
      assert.is_true(payment.disputed)
      assert.same({ "one payment.create", "two payment.create" }, world.asked)
    end)

    it("is paid where money came of the first account after all", function()
      local go_on = held_up(pay, ledger)
      local key = second.payments:get("A-1").attempts[1].key
      local reply = second.notifications:receive("one", notified.event("n", { key = key, provider_id = "tx",
        order_id = "A-1" }))
      assert.equal(200, reply.status)
      assert.equal("succeeded", go_on().status)
      assert.same({ "one payment.create" }, world.asked)
      assert.same({ "payment.succeeded" }, events(other))
      assert.same({}, (problems_of(other)))
    end)
  end)
end

for _, kind in ipairs(places) do specs(kind) end
