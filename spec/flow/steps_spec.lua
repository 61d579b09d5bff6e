local obol = require "obol"
local support = require "spec.flow.support"

local SECOND, HOUR = 1000, 3600000

describe("a step of a flow", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- Runs what is due, at its moments, until the flow no longer waits; answers it, and the pauses in seconds.
  local function go_on(pay, about, id)
    local pauses, flow = {}, pay.flows:get(id)
    while flow.status == "waiting" do
      pauses[#pauses + 1] = (flow.due_ms - about.clock.now) / SECOND
      about.clock.now = flow.due_ms
      assert(pay.flows:run())
      flow = pay.flows:get(id)
    end
    return flow, pauses
  end

  it("is tried again with growing pauses, its error shown, with the same key", function()
    local keys = {}
    local pay, about = support.open { obol.flow("a", function(flow)
      return flow:step("deliver", function(key)
        keys[#keys + 1] = key
        if #keys < 4 then error "the game server is away" end
        return "delivered"
      end)
    end) }
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("waiting", flow.status)
    assert.matches("steps_spec.lua:%d+: step `deliver`: .*steps_spec.lua:%d+: the game server is away",
      flow.error.message)
    local step = pay.flows:steps("f")[1]
    assert.equal(1, step.tries)
    assert.is_false(step.done)
    assert.matches("the game server is away", step.error.message)
    assert.equal(0, pay.flows:run().looked)
    local pauses
    flow, pauses = go_on(pay, about, "f")
    assert.equal("succeeded", flow.status)
    assert.equal("delivered", flow.result)
    assert.is_nil(flow.error)
    assert.equal(3, #pauses)
    for place, least in ipairs { 5, 10, 20 } do
      assert.is_true(pauses[place] >= least and pauses[place] <= least * 1.1)
    end
    assert.equal(4, #keys)
    for _, key in ipairs(keys) do assert.equal(keys[1], key) end
    assert.is_nil(pay.flows:steps("f")[1].error)
  end)

  it("stops the flow after its tries, until a person lets it go on", function()
    local count, works = 0, false
    local pay, about = support.open { obol.flow("a", function(flow)
      flow:step("first", function() return 1 end)
      flow:step("deliver", function()
        count = count + 1
        if not works then error(obol.error.new { kind = "network", message = "no way there" }) end
      end, { tries = 3 })
    end) }
    pay.flows:start("a", nil, { id = "f" })
    local flow = go_on(pay, about, "f")
    assert.equal("stopped", flow.status)
    assert.equal("network", flow.error.kind)
    assert.matches("^[^:]+:%d+: step `deliver`: no way there %(tried 3 times%)$", flow.error.message)
    assert.equal(3, count)
    assert.is_nil(flow.due_ms)
    support.pass(about, 100 * HOUR)
    assert.equal(0, pay.flows:run().looked)
    local alarms = {}
    for _, record in ipairs(about.records) do
      if record.type == "alarm" then alarms[#alarms + 1] = record.alarm .. " " .. record.flow end
    end
    assert.same({ "flow_stopped f" }, alarms)

    flow = pay.flows:resume "f"
    assert.equal("waiting", flow.status)
    assert.equal(4, count)
    flow = go_on(pay, about, "f")
    assert.equal("stopped", flow.status)
    assert.equal(6, count)
    works = true
    flow = pay.flows:resume "f"
    assert.equal("succeeded", flow.status)
    assert.equal(7, count)
    local _, err = pay.flows:resume "f"
    assert.equal("conflict", err.kind)
  end)

  it("is tried as often as the flow says, at most an hour apart", function()
    local pay, about = support.open { obol.flow("a", function(flow)
      flow:step("deliver", function() error "no" end)
    end, { tries = 14 }), obol.flow("b", function(flow) flow:step("deliver", function() error "no" end) end) }
    pay.flows:start("a", nil, { id = "a" })
    local flow, pauses = go_on(pay, about, "a")
    assert.matches("tried 14 times", flow.error.message)
    assert.equal(13, #pauses)
    assert.is_true(pauses[13] >= 3600 and pauses[13] <= 3960)
    pay.flows:start("b", nil, { id = "b" })
    assert.matches("tried 10 times", go_on(pay, about, "b").error.message)
  end)

  it("is tried at once when a person asks", function()
    local works = false
    local pay = support.open { obol.flow("a", function(flow)
      flow:step("deliver", function() if not works then error "no" end end)
    end) }
    pay.flows:start("a", nil, { id = "f" })
    works = true
    assert.equal("succeeded", pay.flows:resume("f").status)
  end)

  it("has a key of its own, in each flow", function()
    local keys = {}
    local pay = support.open { obol.flow("a", function(flow)
      for _ = 1, 3 do flow:step("same name", function(key) keys[#keys + 1] = key end) end
    end) }
    pay.flows:start "a"
    pay.flows:start "a"
    local seen = {}
    for _, key in ipairs(keys) do
      assert.matches("^%x+$", key)
      assert.equal(32, #key)
      assert.is_nil(seen[key])
      seen[key] = true
    end
    assert.equal(6, #keys)
  end)

  it("may fail without raising: what it answers is recorded", function()
    local pay = support.open { obol.flow("a", function(flow)
      local ok, err = flow:step("ask", function()
        return nil, obol.error.new { kind = "not_found", message = "no such player" }
      end)
      return { ok == nil, err.kind, tostring(err) }
    end) }
    assert.same({ true, "not_found", "no such player" }, pay.flows:start("a").result)
  end)

  it("does not make its error's text too long, nor show what Lua quotes", function()
    local pay = support.open { obol.flow("a", function(flow)
      flow:step("long", function() error(("x"):rep(10000), 0) end)
    end), obol.flow("b", function(flow)
      flow:step("quoted", function() error(select(2, load("x = 1 'hush'", "=words")), 0) end)
    end), obol.flow("c", function(flow) flow:step("odd", function() error {} end) end) }
    assert.is_true(#pay.flows:start("a").error.message < 600)
    local quoted = pay.flows:start("b").error.message
    assert.matches("words:1:", quoted)
    assert.is_nil(quoted:find "hush")
    assert.matches("an error that is no text", pay.flows:start("c").error.message)
  end)
end)

describe("an error in a flow's own code", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("stops the flow with file and line, and undoes nothing", function()
    local undone = 0
    local pay = support.open { obol.flow("typo", function(flow, input)
      flow:step("reserve", function() return 1 end, { undo = function() undone = undone + 1 end })
      return input.order.id
    end), obol.flow("given", function() error(obol.error.new { kind = "timeout", message = "too late" }) end),
      obol.flow("odd", function() error {} end) }
    local flow = pay.flows:start("typo", {})
    assert.equal("stopped", flow.status)
    assert.matches("^[%w/._-]*steps_spec.lua:%d+: attempt to index", flow.error.message)
    assert.equal(0, undone)
    flow = pay.flows:start "given"
    assert.equal("timeout", flow.error.kind)
    assert.matches("^[%w/._-]*steps_spec.lua:%d+: too late$", flow.error.message)
    assert.matches("^[%w/._-]*steps_spec.lua:%d+: an error that is no text$", pay.flows:start("odd").error.message)
  end)

  it("cannot swallow that the flow waits or fails", function()
    local reached = {}
    local pay, about = support.open { obol.flow("a", function(flow)
      local ok = pcall(function() flow:sleep "10s" end)
      reached[#reached + 1] = ok
      pcall(function() flow:fail "no" end)
      reached[#reached + 1] = "behind"
    end) }
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("waiting", flow.status)
    assert.same({}, reached)
    support.pass(about, 10 * SECOND)
    pay.flows:run()
    flow = pay.flows:get "f"
    assert.equal("failed", flow.status)
    assert.equal("no", flow.error.message)
    assert.same({ true }, reached)
  end)
end)

describe("a flow that fails", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("undoes what it did, the last first, with keys and results", function()
    local done, keys = {}, {}
    local pay = support.open { obol.flow("a", function(flow)
      flow:step("one", function(key) keys[#keys + 1] = key return "r1", 1 end, { undo = function(key, a, b)
        done[#done + 1], keys[#keys + 1] = "undo one " .. a .. b, key
      end })
      flow:compensate("two", function(key) done[#done + 1], keys[#keys + 1] = "undo two", key end)
      flow:step("three", function() end, { undo = function() done[#done + 1] = "undo three" return "x" end })
      flow:fail "out of stock"
    end) }
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("failed", flow.status)
    assert.equal("out of stock", flow.error.message)
    assert.equal("declined", flow.error.kind)
    assert.same({ "undo three", "undo two", "undo one r11" }, done)
    assert.equal(3, #keys)
    assert.not_equal(keys[1], keys[3])
    local names = {}
    for _, step in ipairs(pay.flows:steps "f") do names[#names + 1] = step.kind .. " " .. (step.name or "") end
    assert.same({ "step one", "step three", "fail ", "undo three", "undo two", "undo one" }, names)
    assert.equal("x", pay.flows:steps("f")[4].values[1])
  end)

  it("tries its undo steps again, and goes on with them where it was", function()
    local done, fails = {}, 2
    local pay, about = support.open { obol.flow("a", function(flow)
      flow:compensate("one", function() done[#done + 1] = "one" end)
      flow:compensate("two", function()
        fails = fails - 1
        if fails >= 0 then error "not yet" end
        done[#done + 1] = "two"
      end)
      flow:compensate("three", function() done[#done + 1] = "three" end)
      flow:fail(obol.error.new { kind = "timeout", message = "too late" })
    end) }
    local flow = pay.flows:start("a", nil, { id = "f" })
    for _ = 1, 2 do
      assert.equal("waiting", flow.status)
      assert.matches("undo `two`: .*not yet", flow.error.message)
      about.clock.now = flow.due_ms
      pay.flows:run()
      flow = pay.flows:get "f"
    end
    assert.equal("failed", flow.status)
    assert.equal("timeout", flow.error.kind)
    assert.same({ "three", "two", "one" }, done)
  end)

  it("stops when an undo step does not succeed", function()
    local works = false
    local pay = support.open { obol.flow("a", function(flow)
      flow:compensate("one", function() if not works then error "no" end end)
      flow:fail "x"
    end, { tries = 1 }) }
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("stopped", flow.status)
    works = true
    assert.equal("failed", pay.flows:resume("f").status)
  end)

  it("says of what it failed", function()
    local refused = obol.error.new { kind = "declined", message = "declined by the provider",
      provider_message = "words" }
    for _, one in ipairs {
      { { order_id = "A-1", status = "expired" }, "declined", "`A-1` is expired" },
      { { order_id = "A-1", status = "failed", error = refused }, "declined", "declined by the provider" },
      { { refund_id = "R-1", order_id = "A-1", status = "failed" }, "declined", "`R-1` is failed" },
      { "two\nlines", "declined", "two lines" }, { nil, "declined", "the flow has failed" },
      { 5, "declined", "the flow has failed" },
    } do
      local pay = support.open { obol.flow("a", function(flow) return flow:fail(one[1]) end) }
      local flow = pay.flows:start "a"
      assert.same({ "failed", one[2], one[3] }, { flow.status, flow.error.kind, flow.error.message })
      assert.is_nil(flow.error.provider_message)
      assert.is_nil(flow.result)
    end
  end)

  it("has undone nothing whose step was not done", function()
    local undone = 0
    local pay = support.open { obol.flow("a", function(flow)
      flow:deadline "1h"
      flow:step("never", function() error "no" end, { tries = 1, undo = function() undone = undone + 1 end })
    end) }
    assert.equal("stopped", pay.flows:start("a").status)
    assert.equal(0, undone)
  end)
end)
