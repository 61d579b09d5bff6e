local cqueues = require "cqueues"
local core = require "obol.core"
local support = require "spec.net.support"
local wait = require "obol.wait"
local whole = require "spec.whole.support"

-- The example scripts/loops/cqueues.lua: the built-in transport driven by a foreign event loop.
describe("inside cqueues", function()
  local server, calls

  setup(function()
    server = support.server()
    calls = assert(dofile "scripts/loops/cqueues.lua"(assert(wait.transport{ timeout_ms = 30000 })))
  end)

  teardown(function() support.stop_server(server) end)

  -- Runs the functions in one loop until all have ended, and as long as a ticker of 5 ms may count.
  local function run(...)
    local loop, ticks, left = cqueues.new(), 0, select("#", ...)
    for index = 1, left do
      local fn = select(index, ...)
      loop:wrap(function()
        fn()
        left = left - 1
      end)
    end
    loop:wrap(function()
      while left > 0 do
        cqueues.sleep(0.005)
        ticks = ticks + 1
      end
    end)
    local started = core.monotonic_ms()
    assert(loop:loop(60))
    assert.equal(0, left)
    return core.monotonic_ms() - started, ticks
  end

  it("200 calls wait at once while the loop goes on", function()
    local fns, statuses = {}, {}
    for index = 1, 200 do
      fns[index] = function() statuses[index] = assert(calls.send{ url = server.url "slow/300" }).status end
    end
    local took, ticks = run((table.unpack or unpack)(fns))
    for index = 1, 200 do assert.equal(200, statuses[index]) end
    assert.is_true(took >= 300 and took < 20000, ("took %d ms"):format(took)) -- a minute, one after the other
    assert.is_true(ticks >= 3, ("%d ticks"):format(ticks))
  end)

  it("calls follow each other, and a later loop goes on with the same transport", function()
    for _ = 1, 2 do
      local bodies = {}
      run(function()
        for index = 1, 3 do bodies[index] = assert(calls.send{ url = server.url("slow/" .. index) }).body end
      end)
      assert.same({ "/slow/1", "/slow/2", "/slow/3" }, bodies)
    end
  end)

  it("says what became of a call", function()
    local invalid, late, torn
    run(function() invalid = select(2, calls.send{ url = "ftp://127.0.0.1/" }) end, function()
      -- long enough for a busy machine to connect and to send
      late = select(2, calls.send({ url = server.url "stall_headers" }, { timeout_ms = 1500 }))
    end, function() torn = select(2, calls.send{ url = server.url "no_last_chunk" }) end)
    assert.same({ "invalid", "not_sent" }, { invalid.kind, invalid.outcome })
    assert.same({ "timeout", "unknown" }, { late.kind, late.outcome })
    assert.equal("unknown", torn.outcome)
  end)

  it("cancels what is under way", function()
    local sent, unsent
    local before = server.count "stall_headers"
    local took = run(function() sent = select(2, calls.send{ url = server.url "stall_headers" }) end, function()
      unsent = select(2, calls.send{ url = ("http://127.0.0.1:%d/"):format(server.full) })
    end, function()
      repeat cqueues.sleep(0.01) until server.count "stall_headers" > before
      calls.cancel()
    end)
    assert.same({ "network", "unknown" }, { sent.kind, sent.outcome })
    assert.same({ "network", "not_sent" }, { unsent.kind, unsent.outcome })
    assert.is_true(took < 15000, ("took %d ms"):format(took))
  end)

  it("leaves nothing behind", function()
    local stats = wait.stats()
    assert.equal(0, stats.done)
    assert.is_true(support.eventually(function() return wait.stats().pending == 0 end))
  end)

  it("carries whole payments at once", function()
    local sandbox = whole.start {}
    local pay = sandbox.open{ transport = calls }
    local statuses = {}
    local fns = {}
    for index = 1, 5 do
      fns[index] = function()
        local id = "u-" .. index
        assert(pay.customers:create{ customer = { id = id } })
        local payment = assert(pay.payments:create(whole.order("order-" .. index, id)))
        statuses[index] = payment.status
      end
    end
    run((table.unpack or unpack)(fns))
    for index = 1, 5 do assert.equal("requires_action", statuses[index]) end
    assert.equal("requires_action", assert(pay.payments:get "order-3").status)
    pay:close()
    sandbox.stop()
  end)
end)
