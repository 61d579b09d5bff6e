local obol = require "obol"
local support = require "spec.flow.support"

local MINUTE, HOUR = 60000, 3600000

describe("a flow's deadline", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("fails it at the next operation that waits, with its undo steps", function()
    local undone = {}
    local waits = {
      function(flow) flow:sleep "3d" end,
      function(flow) flow:receive "approval" end,
      function(flow) flow:await "A-1" end,
    }
    for place, waiting in ipairs(waits) do
      local pay, about = support.open({ obol.flow("a", function(flow)
        flow:create(support.order "A-1")
        flow:compensate("one", function() undone[#undone + 1] = place end)
        waiting(flow)
      end, { deadline = "1h" }) }, { create = support.page, query = support.page })
      local flow = pay.flows:start("a", nil, { id = "f" })
      assert.equal("waiting", flow.status)
      assert.equal(support.NOW + HOUR, flow.deadline_ms)
      assert.is_true(flow.due_ms <= flow.deadline_ms)
      support.pass(about, HOUR - 1)
      pay.flows:run()
      assert.equal("waiting", pay.flows:get("f").status)
      support.pass(about, 1)
      local report = pay.flows:run()
      assert.equal(1, report.failed)
      flow = pay.flows:get "f"
      assert.equal("failed", flow.status)
      assert.equal("timeout", flow.error.kind)
      assert.matches("^[%w/._-]*deadline_spec.lua:%d+: the flow's deadline is over$", flow.error.message)
      assert.equal(place, #undone)
    end
  end)

  it("ends the tries of what fails again and again, but for undo steps", function()
    local fails = {
      step = function(flow) flow:step("deliver", function() error "the game server is away" end, { tries = 1000 }) end,
      create = function(flow) flow:create(support.order "A-1") end,
    }
    for kind, failing in pairs(fails) do
      local undone, tries = 0, 0
      local pay, about = support.open({ obol.flow("a", function(flow)
        flow:compensate("one", function()
          undone = undone + 1
          if undone < 3 then error "not yet" end
        end)
        failing(flow)
      end, { deadline = "30m" }) }, { config = { routes = { { to = "a" },
        accounts = { a = { maintenance = { from = "2020-01-01T00:00Z" } } } } } })
      local flow = pay.flows:start("a", nil, { id = "f" })
      while flow.status == "waiting" and undone == 0 do
        assert.is_true(flow.due_ms <= flow.deadline_ms, kind)
        -- looked at before its moment, it goes on waiting
        about.clock.now, tries = flow.due_ms - 1, tries + 1
        pay.flows:run { until_ms = flow.due_ms }
        assert.is_true(pay.flows:get("f").due_ms <= flow.deadline_ms, kind)
        about.clock.now = flow.due_ms
        pay.flows:run()
        flow = pay.flows:get "f"
      end
      assert.equal(support.NOW + 30 * MINUTE, about.clock.now)
      assert.is_true(tries > 3, kind)
      -- the undo step is tried again as if there were no deadline
      assert.equal("waiting", flow.status)
      while flow.status == "waiting" do
        about.clock.now = flow.due_ms
        pay.flows:run()
        flow = pay.flows:get "f"
      end
      assert.equal("failed", flow.status)
      assert.equal("timeout", flow.error.kind)
      assert.matches("the flow's deadline is over, and this was not done: [^ ]+_spec.lua:%d+: " .. kind .. " `",
        flow.error.message)
      assert.equal(3, undone)
    end
  end)

  it("does not interrupt a step, and says nothing where there is nothing to wait for", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      flow:deadline "1h"
      flow:step("long", function() flow.pay.payments:get "A" end)
      flow:sleep "30m"
      flow:step("work", function() end)
      local payment = flow:create(support.order "A-1")
      return flow:await(payment).status
    end) }, { create = support.paid })
    pay.flows:start("a", nil, { id = "f" })
    support.pass(about, 2 * HOUR)
    pay.flows:run()
    assert.equal("succeeded", pay.flows:get("f").result)
  end)

  it("begins anew, and is over where it is over when the operation begins", function()
    local pay, about = support.open { obol.flow("a", function(flow)
      flow:deadline "1h"
      flow:sleep "50m"
      flow:deadline "1h"
      flow:sleep "50m"
      flow:sleep "20m"
    end, { deadline = "10m" }) }
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal(support.NOW + HOUR, flow.deadline_ms)
    support.pass(about, 50 * MINUTE)
    pay.flows:run()
    assert.equal(support.NOW + 50 * MINUTE + HOUR, pay.flows:get("f").deadline_ms)
    support.pass(about, 50 * MINUTE)
    pay.flows:run()
    assert.equal("waiting", pay.flows:get("f").status)
    assert.equal(support.NOW + 50 * MINUTE + HOUR, pay.flows:get("f").due_ms)
    support.pass(about, 10 * MINUTE)
    pay.flows:run()
    assert.equal("failed", pay.flows:get("f").status)
  end)
end)
