local obol = require "obol"
local support = require "spec.flow.support"

-- The message of what fn raises, which has to begin with this file's name.
local function raised(fn)
  local ok, message = pcall(fn)
  assert.is_false(ok)
  assert.matches("definition_spec.lua:%d+: ", message)
  return (message:gsub("^.-:%d+: ", ""))
end

describe("obol.flow", function()
  it("makes a definition of a name and a function", function()
    assert.is_true(obol.flow.is(obol.flow("shop.checkout-2", function() end, { deadline = "3d", tries = 3 })))
    assert.is_false(obol.flow.is {})
    assert.is_false(obol.flow.is(nil))
  end)

  it("raises at the caller's line for what is none", function()
    for _, name in ipairs { "", "2go", "a b", ("x"):rep(65), 5 } do
      assert.matches("expected a flow's name", raised(function() obol.flow(name, function() end) end))
    end
    assert.matches("got a string", raised(function() obol.flow("a", "b") end))
    assert.matches("expected options as a table", raised(function() obol.flow("a", print, 5) end))
    assert.matches("did you mean `deadline`", raised(function() obol.flow("a", print, { dedline = "3d" }) end))
    for _, deadline in ipairs { "3", "3w", 5, "0s", "400d" } do
      assert.matches("expected `deadline`", raised(function() obol.flow("a", print, { deadline = deadline }) end))
    end
    for _, tries in ipairs { 0, 1.5, "2", 1001 } do
      assert.matches("expected `tries`", raised(function() obol.flow("a", print, { tries = tries }) end))
    end
  end)
end)

describe("a flow's method", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- What stops a flow whose function is fn.
  local function stopped(fn)
    local pay = support.open { obol.flow("wrong", fn) }
    local flow = pay.flows:start("wrong", {})
    assert.equal("stopped", flow.status)
    assert.equal("internal", flow.error.kind)
    assert.matches("^[%w/._-]*definition_spec.lua:%d+: ", flow.error.message)
    return (flow.error.message:gsub("^.-:%d+: ", ""))
  end

  it("stops the flow at the line that misuses it", function()
    local wrong = {
      { "expected flow:sleep(...), called with a colon", function(flow) flow.sleep("3d") end },
      { "expected how long as a time", function(flow) flow:sleep "soon" end },
      { "expected how long as a time", function(flow) flow:sleep(5) end },
      { "expected an order as a table, got a nil", function(flow) flow:create() end },
      { "expected `order_id` as text", function(flow) flow:create {} end },
      { "did you mean `account`", function(flow) flow:create({ order_id = "A" }, { acount = "a" }) end },
      { "expected `operation`", function(flow) flow:create({ order_id = "A" }, { operation = "refund.create" }) end },
      { "expected an action as a table", function(flow) flow:present "x" end },
      { "expected a payment, refund or subscription", function(flow) flow:await() end },
      { "expected a payment, refund or subscription", function(flow) flow:await {} end },
      { "expected `timeout` as a time", function(flow) flow:await("A", { timeout = 5 }) end },
      { "expected `status` as a list", function(flow) flow:await("A", { status = "failed" }) end },
      { "expected a known option", function(flow) flow:await("A", { x = 1 }) end },
      { "expected options as a table", function(flow) flow:await("A", 5) end },
      { "expected a step's name", function(flow) flow:step("", print) end },
      { "expected a step's name", function(flow) flow:step(print) end },
      { "expected the step as a function", function(flow) flow:step("a") end },
      { "expected `undo` as a function", function(flow) flow:step("a", print, { undo = 5 }) end },
      { "expected `tries` as an integer", function(flow) flow:step("a", print, { tries = 0 }) end },
      { "expected `lease` as a time", function(flow) flow:step("a", print, { lease = 5 }) end },
      { "expected a payment, or its order_id", function(flow) flow:refund {} end },
      { "expected a word's name", function(flow) flow:receive() end },
      { "expected a step's name", function(flow) flow:compensate() end },
      { "expected the undo step as a function", function(flow) flow:compensate "a" end },
      { "expected the deadline as a time", function(flow) flow:deadline() end },
      { "a flow has no `slep`, did you mean `sleep`?", function(flow) flow:slep "3d" end },
    }
    for _, one in ipairs(wrong) do
      assert.matches(one[1], stopped(one[2]), 1, true)
    end
  end)

  it("is not there for what outlives the run", function()
    local leaked
    local pay = support.open { obol.flow("a", function(flow) leaked = flow end) }
    pay.flows:start "a"
    assert.matches("flow:sleep is called when the flow does not run any more",
      raised(function() leaked:sleep "1s" end), 1, true)
  end)

  it("belongs into the flow's own function", function()
    assert.matches("not into a step", stopped(function(flow)
      flow:step("outer", function() flow:step("inner", print) end, { tries = 1 })
    end), 1, true)
    assert.matches("nor into another coroutine", stopped(function(flow)
      local _, problem = coroutine.resume(coroutine.create(function() flow:sleep "1s" end))
      error(problem, 0)
    end), 1, true)
    assert.matches("cannot wait inside of a function of C", stopped(function(flow)
      table.sort({ 3, 1, 2 }, function() flow:sleep "1s" return false end)
    end), 1, true)
  end)
end)
