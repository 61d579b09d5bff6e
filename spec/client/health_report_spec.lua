local accounts = require "spec.client.accounts"
local support = require "spec.client.support"

local SECOND = 1000

local open, line = accounts.open, accounts.line
local card, refused, declined = support.card, support.refused, support.declined

describe("pay:health", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("tells how every account's operations are, without rules too", function()
    local world = { one = declined, two = refused }
    local pay, _, clock = open(nil, world)
    assert.same({}, pay:health())
    pay.payments:create(card "A-1", { account = "one" })
    pay.payments:create(card "A-2", { account = "two" })
    pay.payments:create(card "A-3", { account = "three" })
    local report = pay:health()
    assert.same({ "one", "three", "two" }, { report[1].account, report[2].account, report[3].account })
    assert.same({ 1, 1, 0 }, { report[1].success_rate, report[2].success_rate, report[3].success_rate })
    assert.equal("closed", report[3].state)
    assert.equal(1, report[3].failures)
    clock.now = clock.now + 600 * SECOND
    assert.is_true(math.abs(line(pay, "two").calls - 0.5) < 1e-9)
  end)

  it("is a method of an open client", function()
    local pay = open(nil, {})
    assert.has_error(function() pay.health() end, "expected pay:health(...), called with a colon")
    pay:close()
    assert.has_error(function() pay:health() end, "the client is closed")
  end)

  it("knows no failure of a login that was merely over, nor of a payer's own token", function()
    local expired = true
    local pay = support.open("cloud", function(request)
      if request.operation == "session.create" then return { outcome = "succeeded", token = "t" } end
      if expired then return { outcome = "rejected", kind = "authentication" } end
      return { outcome = "accepted", action = { type = "qr", data = "x" } }
    end, { accounts = { a = { provider = "cloud", session = true } } })
    pay.payments:create(card "A-1", { token = require("obol.secret") "own" })
    assert.equal(1, line(pay, "a").success_rate)
    pay.payments:create(card "A-2")
    assert.equal(0.5, line(pay, "a").success_rate, "with a new login too")
    expired = false
  end)

  describe("of what is recorded", function()
    local function recorded(pay, from) return assert(pay:health { from_ms = from or 0 }) end

    it("counts the attempts of every process, as they ended", function()
      local ledger = require("obol.ledger").open "memory"
      local world = { one = declined, two = refused, three = support.unknown }
      local pay, _, clock = open(nil, world, { ledger = ledger })
      for place = 1, 3 do
        for name in pairs(world) do pay.payments:create(card(name .. place), { account = name }) end
      end
      clock.now = clock.now + 60 * SECOND
      local other = open(nil, {}, { ledger = ledger, clock = function() return clock.now end })
      local list = recorded(other)
      -- an offer that was not answered and cannot be found was given up, and was a failure all the same
      assert.same({ "one", 3, 0 }, { list[1].account, list[1].calls, list[1].failed })
      assert.same({ "three", 3, 3, "timeout" }, { list[2].account, list[2].calls, list[2].failed, list[2].kind })
      assert.same({ "two", 3, 3, "network" }, { list[3].account, list[3].calls, list[3].failed, list[3].kind })
      assert.same({ 1, 0, 0 }, { list[1].success_rate, list[2].success_rate, list[3].success_rate })
      assert.equal(support.NOW, list[3].last_failure_ms)
      assert.same({}, recorded(other, clock.now))
    end)

    it("counts what is older less, and tells of the oldest too", function()
      local ledger = require("obol.ledger").open "memory"
      local world = { one = refused }
      local pay, _, clock = open(nil, world, { ledger = ledger })
      pay.payments:create(card "A-1", { account = "one" })
      clock.now = clock.now + 600 * SECOND
      world.one = nil
      pay.payments:create(card "A-2", { account = "one" })
      assert.is_true(math.abs(recorded(pay)[1].success_rate - 1 / 1.5) < 1e-9)
      clock.now = clock.now + 7 * 86400 * SECOND
      assert.same({ 2, 0.5 }, { recorded(pay)[1].calls, recorded(pay)[1].success_rate })
    end)

    it("says what is wrong with its options, and hands on the ledger's error", function()
      local ledger = require("obol.ledger").open "memory"
      local pay = open(nil, {}, { ledger = ledger })
      for options, field in pairs { [{ from = 1 }] = "options.from", [{ from_ms = "1" }] = "options.from_ms",
        [{ from_ms = -1 }] = "options.from_ms", [{ from_ms = 1.5 }] = "options.from_ms" } do
        local list, err = pay:health(options)
        assert.is_nil(list)
        assert.same({ "invalid", field }, { err.kind, err.field })
      end
      assert.same({}, pay:health {})
      assert.has_error(function() pay:health "x" end, "expected options as a table, got string")
      ledger.list = function() return nil, require("obol.error").new { kind = "storage", message = "away" } end
      local list, err = pay:health { from_ms = 0 }
      assert.is_nil(list)
      assert.equal("storage", err.kind)
    end)
  end)
end)
