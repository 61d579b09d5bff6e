local obol = require "obol"
local support = require "spec.flow.support"

describe("what a flow does beside others", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("waits together with them inside obol.all, in steps and around them", function()
    local wait = require "obol.wait"
    local begun = 0
    local pay = support.open({ obol.flow("a", function(flow)
      flow:step("slow", function()
        begun = begun + 1
        -- each waits for all of them, which one after the other could not
        for _ = 1, 3000 do
          if begun == 5 then return end
          wait.sleep(10)
        end
        error "the others have not begun"
      end, { tries = 1 })
    end) }, { ledger = require("obol.ledger").open "sqlite::memory:" })
    for place = 1, 5 do pay.flows:start("a", place, { run = false, id = "f-" .. place }) end
    local report = pay.flows:run { at_once = 5 }
    assert.equal(5, report.ended)
  end)

  it("is handed on to a host that has a loop of its own, from steps and from the flow's code", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      local first = coroutine.yield("host", "outside of steps")
      local second = flow:step("ask", function() return coroutine.yield("host", "in a step") end)
      return { first, second }
    end) })
    local thread = coroutine.create(function() return pay.flows:start "a" end)
    local asked = {}
    local ok, word, what = coroutine.resume(thread)
    while coroutine.status(thread) ~= "dead" do
      assert.is_true(ok, word)
      assert.equal("host", word)
      asked[#asked + 1] = what
      ok, word, what = coroutine.resume(thread, "answer " .. #asked)
    end
    assert.is_true(ok, word)
    assert.same({ "outside of steps", "in a step" }, asked)
    assert.same({ "answer 1", "answer 2" }, word.result)
    assert.is_table(about)
  end)

  it("is stopped where it yields and nobody is there to go on with it, and holds up no other flow", function()
    local pay, about = support.open { obol.flow("yields", function(flow)
      flow:step("before", function() end)
      coroutine.yield "to whom"
    end), obol.flow("other", function() return 1 end) }
    local alone = pay.flows:start "yields"
    assert.equal("stopped", alone.status)
    assert.matches("yields_spec.lua:%d+: expected no coroutine.yield: nobody here goes on with it", alone.error.message)
    for place = 1, 3 do
      pay.flows:start("yields", place, { run = false })
      pay.flows:start("other", place, { run = false })
    end
    local report = pay.flows:run()
    assert.same({ 3, 3 }, { report.stopped, report.ended })
    assert.is_table(about)
  end)

  it("is told, and not raised, where a step yields among others and nobody goes on with it", function()
    local pay, about = support.open { obol.flow("yields", function(flow)
      flow:step("asks", function() coroutine.yield "to whom" end)
    end), obol.flow("other", function() return 1 end) }
    pay.flows:start("yields", 1, { run = false })
    for place = 1, 3 do pay.flows:start("other", place, { run = false }) end
    local report, err = pay.flows:run()
    assert.equal("internal", err.kind)
    assert.matches("yielded to somebody else", err.message)
    assert.equal(3, report.ended)
    support.pass(about, 61000)
    -- alone it is a step that failed
    assert.equal(1, pay.flows:run().waiting)
  end)

  it("may use the client outside of steps, and coroutines of its own", function()
    local pay = support.open({ obol.flow("a", function(flow)
      local payment = flow:create(support.order "A-1")
      local seen = {}
      for number in coroutine.wrap(function() for number = 1, 3 do coroutine.yield(number) end end) do
        seen[#seen + 1] = flow:step("n", function() return number end)
      end
      return { #seen, flow.pay.payments:get(payment.order_id).status, flow.id, flow.name }
    end) }, { create = support.paid, ledger = require("obol.ledger").open "sqlite::memory:" })
    assert.same({ 3, "succeeded", "f", "a" }, pay.flows:start("a", nil, { id = "f" }).result)
  end)

  it("is given back when the flow waits, stops, fails or ends", function()
    local held, made = setmetatable({}, { __mode = "v" }), {}
    local function hold(name)
      local mine = { name }
      held[name], made[name] = mine, true
      return mine
    end
    local pay = support.open { obol.flow("waits", function(flow)
      local mine = hold "waits"
      flow:receive "never"
      return mine
    end), obol.flow("stops", function() return hold("stops").x.y end),
      obol.flow("fails", function(flow)
        local mine = hold "fails"
        flow:compensate("x", function() return mine[1] end)
        flow:fail(mine[1])
      end), obol.flow("ends", function() return hold("ends")[1] end) }
    for _, name in ipairs { "waits", "stops", "fails", "ends" } do
      assert(pay.flows:start(name))
      -- it may have been given back by now
      assert.is_true(made[name])
    end
    for _ = 1, 4 do collectgarbage() end
    assert.is_nil(next(held))
  end)
end)
