local accounts = require "spec.client.accounts"
local support = require "spec.client.support"

local SECOND = 1000

local open, line = accounts.open, accounts.line
local card, succeed, refused, declined = support.card, support.succeed, support.refused, support.declined

local breaker = { failures = 2, pause = "10s", probes = 1 }

describe("an account whose calls fail", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("steps back behind the next of its rule, is probed after a pause, and takes its place again", function()
    local world = { one = refused }
    local pay, transport, clock = open({ { to = { "one", "two" }, failover = false },
      accounts = { one = { breaker = breaker } } }, world)
    for place = 1, 2 do assert.equal("failed", pay.payments:create(card("A-" .. place)).status) end
    local sent = #transport.sent
    assert.equal("two", pay.payments:create(card "A-3").account)
    assert.equal(sent + 1, #transport.sent)
    clock.now = clock.now + 10 * SECOND
    assert.equal("failed", pay.payments:create(card "A-4").status)
    assert.equal("two", pay.payments:create(card "A-5").account)
    clock.now = clock.now + 19 * SECOND
    assert.equal("two", pay.payments:create(card "A-6").account)
    world.one = nil
    clock.now = clock.now + SECOND
    assert.equal("one", pay.payments:create(card "A-7").account)
    assert.equal("closed", line(pay, "one").state)
    assert.equal("one", pay.payments:create(card "A-8").account)
  end)

  it("tells so in pay:explain, which takes no probe's place", function()
    local world = { one = refused }
    local pay, transport, clock = open({ { to = { "one", "two" }, failover = false },
      accounts = { one = { breaker = breaker } } }, world)
    for place = 1, 2 do pay.payments:create(card("A-" .. place)) end
    local sent = #transport.sent
    local answer = pay:explain(card "A-3")
    assert.equal("two", answer.account)
    assert.is_true(answer.accounts[1].fits)
    assert.equal("its breaker is open, probes from 2023-11-14T22:13:30Z", answer.accounts[1].reason)
    assert.same({ "two" }, answer.order)
    clock.now = clock.now + 10 * SECOND
    for _ = 1, 5 do
      answer = pay:explain(card "A-3")
      assert.same({ "one", "fits; its breaker is half open, and this would be a probe" },
        { answer.account, answer.accounts[1].reason })
    end
    assert.equal(sent, #transport.sent)
  end)

  it("is left alone for as long as its answer asks", function()
    local world = { one = function()
      return { status = 503, headers = { ["retry-after"] = "40" }, body = "x", unreadable = true }
    end }
    local pay, _, clock = open({ { to = { "one", "two" }, failover = false },
      accounts = { one = { breaker = breaker } } }, world)
    for place = 1, 2 do pay.payments:create(card("A-" .. place)) end
    assert.equal(clock.now + 40 * SECOND, line(pay, "one").probes_from_ms)
  end)

  it("opens its breaker by technical failures alone", function()
    for _, case in ipairs {
      { refused, true }, { support.unknown, true },
      { function() return { status = 200, headers = {}, body = "x", unreadable = true } end, true },
      { function() return { outcome = "unknown", kind = "provider" } end, true },
      { function() return { outcome = "rejected", kind = "rate_limited" } end, true },
      { declined, false }, { function() return { outcome = "rejected", kind = "invalid" } end, false },
      { function() return { outcome = "rejected", kind = "not_found" } end, false },
      { function() return { outcome = "accepted", action = { type = "redirect", url = "https://x" } } end, false },
    } do
      local pay = open({ { to = { "one", "two" }, failover = false }, accounts = { one = { breaker = breaker } } },
        { one = case[1] })
      for place = 1, 3 do pay.payments:create(card("A-" .. place)) end
      assert.equal(case[2] and "open" or "closed", line(pay, "one").state)
    end
  end)

  it("is called where the caller names it, or there are no rules, and that counts as a probe", function()
    local world = { one = refused }
    local pay, _, clock = open({ { to = { "one", "two" }, failover = false },
      accounts = { one = { breaker = breaker } } }, world)
    for place = 1, 2 do pay.payments:create(card("A-" .. place), { account = "one" }) end
    assert.equal("open", line(pay, "one").state)
    assert.equal("one", pay.payments:create(card "A-3", { account = "one" }).account)
    clock.now = clock.now + 10 * SECOND
    world.one = nil
    assert.equal("one", pay.payments:create(card "A-4", { account = "one" }).account)
    assert.equal("closed", line(pay, "one").state)

    local transport
    pay, transport = support.open("cards", refused)
    for place = 1, 7 do pay.payments:create(card("B-" .. place)) end
    assert.equal("open", pay:health()[1].state)
    assert.equal(7, #transport.sent)
  end)

  it("is tried all the same where every other account steps back too: the one that is probed first", function()
    local world = { one = refused, two = refused }
    local pay, transport, clock = open({ { when = { description = "one" }, to = "one", failover = false },
      { when = { description = "two" }, to = "two", failover = false }, { to = { "one", "two" } },
      accounts = { one = { breaker = breaker }, two = { breaker = breaker } } }, world)
    for place = 1, 2 do pay.payments:create(card("A-" .. place, { description = "two" })) end
    clock.now = clock.now + SECOND
    for place = 3, 4 do pay.payments:create(card("A-" .. place, { description = "one" })) end
    local before = #transport.sent
    local answer = pay:explain(card "A-5")
    assert.equal("two", answer.account)
    assert.equal("its breaker is open, probes from 2023-11-14T22:13:30Z; tried all the same, because no other account "
      .. "is left", answer.accounts[3].reason)
    assert.matches("its breaker is open", answer.accounts[1].reason)
    local payment = pay.payments:create(card "A-5")
    assert.equal("two", payment.account)
    assert.equal(1, #payment.attempts, "an account whose breaker is open is nobody's way out")
    assert.equal(before + 1, #transport.sent)
  end)

  it("is not preferred to one that its limit or maintenance keeps back for good", function()
    local pay = open({ { to = { "one", "two" }, failover = false },
      accounts = { one = { breaker = breaker }, two = { maintenance = { to = "2023-11-15T00:00Z" } } } },
      { one = refused })
    for place = 1, 3 do pay.payments:create(card("A-" .. place)) end
    local answer = pay:explain(card "A-4")
    assert.equal("one", answer.account)
    assert.equal("its maintenance is under way", answer.accounts[3].reason)
  end)

  it("does not lose a payment whose outcome nobody knows to another account", function()
    local pay, transport = open({ { to = { "one", "two" } }, accounts = { one = { breaker = breaker } } },
      { one = support.unknown })
    assert.equal("unknown", pay.payments:create(card "A-1").status)
    assert.equal("unknown", pay.payments:create(card "A-2").status)
    assert.equal("two", pay.payments:create(card "A-3").account)
    local sent = transport.count "payment.create"
    local payment = pay.payments:create(card "A-1")
    assert.same({ "unknown", "one", 1 }, { payment.status, payment.account, #payment.attempts })
    assert.equal(sent, transport.count "payment.create")
  end)

  it("is passed by when a payment fails over, and is no target of that", function()
    local world = { one = refused, two = refused }
    local pay = open({ { when = { description = "two" }, to = "two", failover = false },
      { to = { "one", "two", "three" } }, accounts = { two = { breaker = breaker } } }, world)
    for place = 1, 2 do pay.payments:create(card("A-" .. place, { description = "two" })) end
    local payment = pay.payments:create(card "A-3")
    assert.equal("three", payment.account)
    assert.same({ "one", "three" }, { payment.attempts[1].account, payment.attempts[2].account })
  end)

  it("is not blamed for a caller that gives it no time", function()
    local pay = open({ { to = { "wheel", "one" }, failover = false }, accounts = { wheel = { breaker = breaker } } },
      { wheel = support.unknown, one = support.unknown })
    local order = { customer = { id = "u-1" }, item = { product_id = "p" } }
    for place = 1, 3 do
      pay.payments:create(card("A-" .. place, order), { timeout_ms = 500 })
      pay.payments:create(card("B-" .. place), { timeout_ms = 500, account = "one" })
    end
    assert.same({}, pay:health())
  end)

  it("has its breaker counted by what it is asked before a payment, too", function()
    local pay = open({ { to = { "wheel", "one" }, failover = false }, accounts = { wheel = { breaker = breaker } } },
      { wheel = refused })
    local order = { customer = { id = "u-1" }, item = { product_id = "p" } }
    for place = 1, 2 do
      assert.is_nil((pay.payments:create(card("A-" .. place, order))))
    end
    assert.equal("open", line(pay, "wheel").state)
    assert.equal("open", line(pay, "wheel", "entitlement.get").state)
    assert.equal("one", pay.payments:create(card("A-3", order)).account)
  end)
end)

describe("a probe", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local routes = { { to = { "one", "two" }, failover = false }, accounts = { one = { breaker = breaker } } }

  -- A client whose account `one` is half open.
  local function half_open(world, more)
    world.one = refused
    local pay, transport, clock = open(routes, world, more)
    for place = 1, 2 do pay.payments:create(card("H-" .. place)) end
    clock.now = clock.now + 10 * SECOND
    return pay, transport, clock
  end

  it("is one payment, and those that come meanwhile go to the next account", function()
    local world, others = {}, {}
    local pay = half_open(world)
    world.one = function(request)
      for place = 1, 3 do others[place] = pay.payments:create(card("O-" .. place)).account end
      return succeed(request)
    end
    assert.equal("one", pay.payments:create(card "A-1").account)
    assert.same({ "two", "two", "two" }, others)
    assert.equal("closed", line(pay, "one").state)
  end)

  it("goes on where there is no other account", function()
    local world, other = { one = refused }, nil
    local alone = { { to = "one", failover = false }, accounts = { one = { breaker = breaker } } }
    local pay, _, clock = open(alone, world)
    for place = 1, 2 do pay.payments:create(card("H-" .. place)) end
    clock.now = clock.now + 10 * SECOND
    world.one = function(request)
      world.one = nil
      other = pay.payments:create(card "A-2").account
      return succeed(request)
    end
    assert.equal("one", pay.payments:create(card "A-1").account)
    assert.equal("one", other)
  end)

  it("gives its place back when nothing is sent, and when what came says nothing", function()
    local ledger = require("obol.ledger").open "memory"
    local world = {}
    local pay, transport = half_open(world, { ledger = ledger })
    local begin = ledger.begin_attempt
    ledger.begin_attempt = function() return nil, require("obol.error").new { kind = "storage", message = "away" } end
    local sent = #transport.sent
    for place = 1, 3 do
      local payment, err = pay.payments:create(card("A-" .. place))
      assert.is_nil(payment)
      assert.equal("storage", err.kind)
    end
    assert.equal(sent, #transport.sent)
    ledger.begin_attempt = begin
    world.one = function() error "broken" end
    assert.equal("one", pay.payments:create(card "B-1").account)
    world.one = nil
    assert.equal("one", pay.payments:create(card "B-2").account)
  end)

  it("that fails is told to the log, as the closing is", function()
    local world, told = {}, {}
    local pay, _, clock = half_open(world, { log = function(record)
      if record.type == "breaker" then told[#told + 1] = { record.account, record.operation, record.state } end
    end })
    pay.payments:create(card "A-1")
    clock.now = clock.now + 20 * SECOND
    world.one = nil
    pay.payments:create(card "A-2")
    local name = "payment.create"
    assert.same({ { "one", name, "open" }, { "one", name, "open" }, { "one", name, "closed" } }, told)
  end)
end)
