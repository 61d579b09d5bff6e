local obol = require "obol"
local support = require "spec.flow.support"

describe("a flow whose code no longer matches its record", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- Runs `before` as far as it waits, then `after` in its place: the flow then, and what is behind it.
  local function changed(before, after)
    local ledger, clock = require("obol.ledger").open "memory", { now = support.NOW }
    local answers = { ledger = ledger, clock = clock, create = support.page, query = support.page,
      refund = support.paid }
    local pay, about = support.open({ obol.flow("a", before) }, answers)
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("waiting", flow.status, tostring(flow.error))
    support.pass(about, 60000)
    local other = support.open({ obol.flow("a", after) }, answers)
    other.flows:run()
    return other.flows:get "f", other, pay
  end

  local function grant(flow) flow:step("grant", function() return 1 end) end

  it("stops, and says where, what was expected and what is there", function()
    local function before(flow)
      flow:create(support.order "A-1")
      grant(flow)
      flow:sleep "10s"
    end
    local cases = {
      { function(flow)
        flow:create(support.order "A-2")
      end, "expected step 1 to be create `payment` of `A-1`, as recorded at ", "found create `payment` of `A-2`" },
      { function(flow)
        flow:create(support.order "A-1")
        flow:step("deliver", function() end)
      end, "expected step 2 to be step `grant`, as recorded at ", "found step `deliver`" },
      { function(flow)
        flow:create(support.order "A-1")
        flow:sleep "10s"
      end, "expected step 2 to be step `grant`", "found sleep" },
      { function(flow)
        flow:create(support.order("A-1"), { operation = "subscription.create" })
      end, "expected step 1 to be create `payment` of `A-1`", "found create `subscription` of `A-1`" },
      { function(flow)
        flow:create(support.order "A-1")
        flow:fail "no"
      end, "expected step 2 to be step `grant`", "found fail" },
    }
    for _, one in ipairs(cases) do
      local flow = changed(before, one[1])
      assert.equal("stopped", flow.status)
      assert.equal("conflict", flow.error.kind)
      assert.matches("^[%w/._-]*mismatch_spec.lua:%d+: the code no longer matches the flow's record: ",
        flow.error.message)
      assert.matches(one[2], flow.error.message, 1, true)
      assert.matches(one[3], flow.error.message, 1, true)
      assert.matches("as recorded at [%w/._-]*mismatch_spec.lua:%d+,", flow.error.message)
    end
  end)

  it("stops when it ends before all that is recorded", function()
    local flow = changed(function(flow)
      grant(flow)
      flow:sleep "10s"
      grant(flow)
    end, grant)
    assert.equal("stopped", flow.status)
    assert.matches("expected step 2 to be sleep, as recorded at [%w/._-]*mismatch_spec.lua:%d+, found the flow's end",
      flow.error.message)
  end)

  it("stops when an undo step is gone, or is another one", function()
    local function before(flow)
      flow:compensate("one", function() error "not yet" end)
      flow:fail "no"
    end
    local flow = changed(before, function(flow)
      flow:compensate("two", function() end)
      flow:fail "no"
    end)
    assert.matches("expected step 2 to be undo `one`.*found undo `two`", flow.error.message)
    flow = changed(before, function(run) run:fail "no" end)
    assert.matches("expected step 2 to be undo `one`.*found no further undo step", flow.error.message)
  end)

  it("goes on where the code is what it was", function()
    local flow, other, pay = changed(function(flow)
      grant(flow)
      flow:sleep "10s"
      return "whole"
    end, function() end)
    assert.equal("stopped", flow.status)
    assert.equal("stopped", other.flows:resume("f").status)
    flow = pay.flows:resume "f"
    assert.equal("succeeded", flow.status)
    assert.equal("whole", flow.result)
    assert.is_nil(flow.error)
  end)

  it("may get further steps behind those that are recorded", function()
    local flow = changed(function(flow)
      grant(flow)
      flow:sleep "10s"
    end, function(flow)
      grant(flow)
      flow:sleep "20s"
      grant(flow)
      return "longer"
    end)
    assert.equal("succeeded", flow.status)
    assert.equal("longer", flow.result)
  end)
end)

describe("a flow without an end", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("stops at a number of steps", function()
    local pay = support.open { obol.flow("a", function(flow)
      while true do flow:now_ms() end
    end) }
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("stopped", flow.status)
    assert.matches("expected a flow of 1000 steps at most", flow.error.message)
    assert.equal(1000, flow.steps)
    assert.equal(1000, #pay.flows:steps "f")
  end)

  it("is undone all the same, however many steps it had", function()
    local undone = 0
    local pay = support.open { obol.flow("a", function(flow, many)
      for number = 1, many do
        flow:step("s", function() end, number <= 3 and { undo = function() undone = undone + 1 end } or nil)
      end
      flow:fail "over"
    end) }
    for place, many in ipairs { 998, 1000 } do
      local flow = pay.flows:start("a", many)
      assert.equal("failed", flow.status, tostring(flow.error))
      assert.equal(many + 4, flow.steps)
      assert.equal(3 * place, undone)
    end
  end)
end)
