local errors = require "obol.error"
local ledgers = require "obol.ledger"
local places = require "spec.ledger.places"
local support = require "spec.client.support"

local function order(order_id) return { order_id = order_id, amount = "1.00", currency = "USD" } end

local function client_of(ledger, clock)
  return (support.open("cards", function() return { outcome = "succeeded", provider_id = "tx" } end,
    { ledger = ledger, clock = function() return clock.now end }))
end

places.describe("events:consume in %s", function(kind)
  local clock, ledger, pay
  before_each(function()
    clock, ledger = { now = support.NOW }, kind.open()
    pay = client_of(ledger, clock)
  end)

  -- The same ledger as another process has it.
  local function another() return client_of(ledger.again and ledger.again() or ledger, clock) end

  local function create(count)
    for place = 1, count do pay.payments:create(order("A-" .. place)) end
  end

  it("lets one process hand out under a name at a time", function()
    create(2)
    local other, seen, inside = another(), {}, nil
    local done = assert(pay.events:consume("mail", function(event)
      seen[#seen + 1] = event.order_id
      if #seen == 1 then inside = { other.events:consume("mail", function() error "not this one" end) } end
    end))
    assert.equal(2, done)
    assert.same({ "A-1", "A-2" }, seen)
    assert.is_nil(inside[1])
    assert.equal("conflict", inside[2].kind)
    assert.is_true(inside[2].retryable)
    -- another name is another's
    assert.equal(2, (other.events:consume("stock", function() end)))
    -- and the right was given back
    create(3)
    assert.equal(1, (other.events:consume("mail", function() end)))
  end)

  it("hands an event out again when the process that had it died", function()
    create(2)
    local dead = coroutine.create(function() pay.events:consume("mail", function() coroutine.yield() end) end)
    assert(coroutine.resume(dead))
    local other, seen = another(), {}
    local function take(event) seen[#seen + 1] = event.order_id end
    clock.now = clock.now + 29999
    assert.equal("conflict", select(2, other.events:consume("mail", take)).kind)
    clock.now = clock.now + 1
    assert.equal(2, (other.events:consume("mail", take)))
    assert.same({ "A-1", "A-2" }, seen)
    assert.equal(0, (other.events:consume("mail", take)))
  end)

  it("ends for a process that was so slow that it lost its right, and takes nothing back", function()
    create(3)
    local other, seen = another(), {}
    local done, err = pay.events:consume("mail", function()
      clock.now = clock.now + 1001
      assert.equal(3, (other.events:consume("mail", function(event) seen[#seen + 1] = event.order_id end)))
    end, { lease_ms = 1000 })
    assert.is_nil(done)
    assert.equal("conflict", err.kind)
    assert.same({ "A-1", "A-2", "A-3" }, seen)
    assert.equal(0, (pay.events:consume("mail", function() error "done already" end)))
  end)

  it("keeps its right while it works, however long all of it takes", function()
    create(5)
    local other = another()
    local done = assert(pay.events:consume("mail", function(event)
      clock.now = clock.now + 900
      assert.is_nil((other.events:consume("mail", function() end)))
      return event.order_id ~= "A-2" or nil, event.order_id == "A-2" and "refused" or nil
    end, { lease_ms = 2000 }))
    assert.equal(4, done)
  end)

  it("holds back the order of an event that is refused, across calls and processes", function()
    create(3)
    pay.refunds:create("A-2", { refund_id = "R-1" })
    local function refuse(event) return event.order_id ~= "A-2" end
    local done, err = pay.events:consume("mail", refuse)
    assert.same({ 2, "internal" }, { done, err.kind })
    pay.payments:create(order "A-4")
    local other, seen = another(), {}
    assert.equal(1, (other.events:consume("mail", refuse)))
    assert.equal(3 - 1, (other.events:consume("mail", function(event)
      seen[#seen + 1] = event.order_id .. " " .. event.type
    end)))
    assert.same({ "A-2 payment.succeeded", "A-2 refund.updated" }, seen)
    local row = ledger.store:get("consumers", "mail")
    assert.same({}, row.done)
    assert.equal(5, row.cursor)
  end)

  it("hands out what lies behind any number of refused ones", function()
    create(105)
    local asked = {}
    local done, err = pay.events:consume("mail", function(event)
      asked[event.order_id] = (asked[event.order_id] or 0) + 1
      return event.order_id == "A-103" or event.order_id == "A-105"
    end)
    assert.same({ 2, "internal" }, { done, err.kind })
    for place = 1, 105 do assert.equal(1, asked["A-" .. place]) end
  end)

  it("remembers any set of what is done", function()
    create(12)
    local left = {}
    for place = 1, 12 do left["A-" .. place] = true end
    -- each call takes one, in an order that joins and parts ranges everywhere
    for _, place in ipairs { 5, 3, 12, 4, 9, 8, 1, 11, 2, 7, 10, 6 } do
      local wanted, seen = "A-" .. place, {}
      local done = pay.events:consume("mail", function(event)
        seen[event.order_id] = true
        return event.order_id == wanted
      end)
      assert.equal(1, done)
      assert.same(left, seen)
      left[wanted] = nil
    end
    local row = ledger.store:get("consumers", "mail")
    assert.same({ {}, 12 }, { row.done, row.cursor })
  end)
end, { install = support.install })

describe("events:consume", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("refuses wrong names and options", function()
    local pay = client_of(ledgers.open "memory", { now = support.NOW })
    local function take() end
    assert.equal("name", select(2, pay.events:consume("", take)).field)
    assert.equal("name", select(2, pay.events:consume(("x"):rep(65), take)).field)
    assert.equal("name", select(2, pay.events:consume("obol.flows", take)).field)
    for _, wrong in ipairs { 999, 86400001, 1500.5, "1000" } do
      assert.equal("lease_ms", select(2, pay.events:consume("mail", take, { lease_ms = wrong })).field)
    end
    assert.equal("lease", select(2, pay.events:consume("mail", take, { lease = 1 })).field)
    assert.has_error(function() pay.events:consume("mail", take, 1) end)
    assert.has_error(function() pay.events:consume(1, take) end)
  end)

  -- Whatever unit fails, an event is done only once fn has taken it, and none is lost.
  it("loses no event where the ledger fails", function()
    local at, count, failing = 0, 0, false
    repeat
      at = at + 1
      local store = require("obol.ledger.memory").open()
      local over = { id = function() return store:id() end, close = function() end }
      for _, name in ipairs { "get", "select", "run" } do
        over[name] = function(_, ...)
          if failing then count = count + 1 end
          if failing and count == at then return nil, errors.new { kind = "storage", message = "disk full" } end
          return store[name](store, ...)
        end
      end
      local clock = { now = support.NOW }
      local pay, seen = client_of(ledgers.over(over), clock), {}
      for place = 1, 3 do pay.payments:create(order("A-" .. place)) end
      local function take(event) seen[event.order_id] = (seen[event.order_id] or 0) + 1 end
      count, failing = 0, true
      local done, err = pay.events:consume("mail", take)
      failing = false
      assert.is_true(done ~= nil or err.kind == "storage")
      clock.now = clock.now + 60000
      assert(pay.events:consume("mail", take))
      for place = 1, 3 do assert.is_true(seen["A-" .. place] == 1 or seen["A-" .. place] == 2) end
      assert.equal(0, (pay.events:consume("mail", take)))
    until count < at
    assert.is_true(at > 6)
  end)
end)
