local obol = require "obol"
local places = require "spec.ledger.places"
local support = require "spec.flow.support"

local MINUTE = 60000

places.describe("two processes with one flow, on %s,", function(kind)
  local ledger, clock, done
  before_each(function() ledger, clock, done = kind.open(), { now = support.NOW }, {} end)

  -- A process whose steps yield before they are done.
  local function process(name, pauses)
    return (support.open({ obol.flow("a", function(flow)
      flow:step("first", function(key)
        if pauses then coroutine.yield "in the step" end
        done[#done + 1] = name .. " first " .. key
      end)
      flow:sleep "1m"
      flow:step("second", function(key)
        if pauses then coroutine.yield "in the step" end
        done[#done + 1] = name .. " second " .. key
      end)
      return name
    end) }, { ledger = ledger, clock = clock }))
  end

  local function begin(fn)
    local thread = coroutine.create(fn)
    local ok, word = coroutine.resume(thread)
    assert.is_true(ok, word)
    return thread, word
  end

  local function finish(thread)
    local ok, answer, err = coroutine.resume(thread)
    assert.is_true(ok, answer)
    return answer, err
  end

  it("leave it to the one that has its lease", function()
    local slow, other = process("slow", true), process "other"
    local thread, word = begin(function() return slow.flows:start("a", nil, { id = "f" }) end)
    assert.equal("in the step", word)
    assert.equal(0, other.flows:run().looked)
    local _, err = other.flows:resume "f"
    assert.equal("conflict", err.kind)
    assert.is_true(err.retryable)
    local same = other.flows:start("a", nil, { id = "f" })
    assert.equal("running", same.status)
    assert.equal("waiting", finish(thread).status)
    assert.equal(1, #done)
  end)

  it("take it up when its lease is over, with the same key, and who is late stops quietly", function()
    local slow, other = process("slow", true), process "other"
    local thread = begin(function() return slow.flows:start("a", nil, { id = "f" }) end)
    clock.now = clock.now + MINUTE
    assert.equal(1, other.flows:run().waiting)
    clock.now = clock.now + MINUTE
    assert.equal(1, other.flows:run().ended)
    local flow, err = finish(thread)
    assert.is_nil(err)
    assert.equal("succeeded", flow.status)
    assert.equal("other", flow.result)
    assert.equal(3, #done)
    local key = done[1]:match "other first (%x+)"
    assert.equal("slow first " .. key, done[3])
    assert.equal(3, #other.flows:steps "f")
  end)

  it("record what the first of them did, when both are in the same step", function()
    local slow, slower = process("slow", true), process("slower", true)
    local one = begin(function() return slow.flows:start("a", nil, { id = "f" }) end)
    clock.now = clock.now + MINUTE
    local two = begin(function() return slower.flows:run() end)
    assert.equal("waiting", finish(one).status)
    local report = finish(two)
    assert.equal(1, report.taken)
    assert.equal(0, report.waiting)
    assert.equal(2, #done)
    clock.now = clock.now + MINUTE
    assert.equal(1, process("third").flows:run().ended)
    assert.equal(3, #done)
  end)

  it("leave a step its longer lease, and a call as long as it may take", function()
    local slow = support.open({ obol.flow("a", function(flow)
      flow:step("report", function()
        coroutine.yield "in the step"
        done[#done + 1] = "report"
      end, { lease = "10m" })
      flow:create(support.order "A-1", { timeout_ms = 300000 })
    end) }, { ledger = ledger, clock = clock, create = function()
      coroutine.yield "in the call"
      return { outcome = "succeeded", provider_id = "tx-1" }
    end })
    local other = support.open({ obol.flow("a", function() end) }, { ledger = ledger, clock = clock })
    local thread, word = begin(function() return slow.flows:start("a", nil, { id = "f" }) end)
    assert.equal("in the step", word)
    clock.now = clock.now + 9 * MINUTE
    assert.equal(0, other.flows:run().looked)
    assert(other.flows:tell("f", "hello", 1))
    assert.equal("in the call", finish(thread))
    clock.now = clock.now + 5 * MINUTE - 1000
    assert.equal(0, other.flows:run().looked)
    assert.equal("succeeded", finish(thread).status)
    assert.same({ "report" }, done)
  end)

  it("start it once", function()
    local one, other = process "one", process "other"
    one.flows:start("a", { n = 1 }, { id = "f" })
    local flow = other.flows:start("a", { n = 1 }, { id = "f" })
    assert.equal("waiting", flow.status)
    assert.equal(1, #done)
    local _, err = other.flows:start("a", { n = 2 }, { id = "f" })
    assert.equal("conflict", err.kind)
    assert.equal(1, #other.flows:list())
  end)
end, { install = support.install })
