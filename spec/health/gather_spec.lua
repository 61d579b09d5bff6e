local gather = require "obol.gather"
local health = require "obol.health"
local shared = require "obol.shared"

describe("numbers that are gathered", function()
  local store, gathered, asked, now_s, flushed

  before_each(function()
    store, asked, now_s, flushed = shared.process(), {}, 100, 0
    gathered = gather.over(store, { now = function() return now_s end, flushed = function() flushed = flushed + 1 end,
      later = function(fn)
        asked[#asked + 1] = fn
        return true
      end })
  end)

  it("are added to the store a moment later, together", function()
    for count = 1, 50 do
      gathered:incr("one", 1, 0)
      gathered:incr("sum", count / 2, 0, 60)
    end
    assert.same({ 1, 0 }, { #asked, flushed })
    assert.is_nil(store:get "one")
    asked[1]()
    assert.same({ 50, 637.5, 1 }, { store:get "one", store:get "sum", flushed })
    gathered:incr("one", 1, 0)
    assert.equal(2, #asked)
    asked[2]()
    assert.equal(51, store:get "one")
  end)

  it("keep how long they live", function()
    local at_ms = 1000
    store = shared.process(function() return at_ms end)
    gathered = gather.over(store, { later = function() return false end })
    gathered:incr("brief", 1, 0, 2)
    at_ms = at_ms + 3000
    assert.is_nil(store:get "brief")
  end)

  it("are added at once where nothing is called later, as in plain Lua or when a worker ends", function()
    gathered = gather.over(store, { later = function() return false end })
    gathered:incr("one", 1, 0)
    assert.equal(1, store:get "one")
    gathered:incr("one", 1, 0)
    assert.equal(2, store:get "one")
    gathered = gather.over(store)
    gathered:incr("one", 1, 0)
    assert.equal(3, store:get "one")
  end)

  it("are not lost with a timer that never comes", function()
    gathered:incr("one", 1, 0)
    now_s = now_s + 2
    gathered:incr("one", 1, 0)
    assert.equal(2, store:get "one")
  end)

  it("ask to be called once, however often all is added before that, as by calls that fail at once", function()
    local known = health.new { store = shared.process(), clock = function() return 1700000000000 end,
      settings = function() return nil end, unique = function() return "u" end }
    known:share(store, gathered)
    for _ = 1, 50 do
      known:record("a", "payment.create", { outcome = "not_sent", kind = "network" }, 1699999999990, 10)
    end
    assert.equal(1, #asked)
    asked[1]()
    gathered:incr("one", 1, 0)
    assert.equal(2, #asked)
  end)

  it("are all there when they are told, as in the report of health", function()
    local known = health.new { store = shared.process(), clock = function() return 1700000000000 end,
      settings = function() return nil end, unique = function() return "u" end }
    known:share(store, gathered)
    for _ = 1, 3 do
      known:record("a", "payment.create", { outcome = "succeeded", answered = true }, 1699999999990, 10)
    end
    assert.equal(1, #asked)
    local line = known:report({ "a" }, { "payment.create" })[1]
    assert.same({ 3, 1, 10 }, { line.calls, line.success_rate, line.latency_ms })
  end)
end)
