local obol = require "obol"
local support = require "spec.flow.support"

describe("a flow that is made to fail from outside", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function selling(done)
    return obol.flow("sell", function(flow)
      flow:step("hold", function() return "h-1" end,
        { undo = function(_, hold) done[#done + 1] = "release " .. hold end })
      flow:compensate("mail", function() done[#done + 1] = "mail" end)
      flow:await(flow:create(support.order "A-1"))
      flow:step("ship", function() done[#done + 1] = "ship" end)
    end)
  end

  it("runs its undo steps, once, and leaves the payment as it is", function()
    local done = {}
    local pay, about = support.open({ selling(done) }, { create = support.page, query = support.page })
    assert.equal("waiting", pay.flows:start("sell", nil, { id = "f" }).status)
    local flow = assert(pay.flows:fail("f", "the customer called"))
    assert.equal("failed", flow.status)
    assert.equal("the customer called", flow.error.message)
    assert.same({ "mail", "release h-1" }, done)
    assert.equal("requires_action", pay.payments:get("A-1").status)
    about.state.query = support.paid
    pay.payments:refresh "A-1"
    support.pass(about, 3600000)
    assert.equal(0, pay.flows:run().looked)
    assert.same({ "mail", "release h-1" }, done)
    local _, err = pay.flows:fail("f", "again")
    assert.equal("conflict", err.kind)
  end)

  it("ends a step that cannot be done, and goes on with an undo step that raised", function()
    local down, undone = true, 0
    local pay, about = support.open { obol.flow("stuck", function(flow)
      flow:step("hold", function() return 1 end, { undo = function()
        if down then error("down", 0) end
        undone = undone + 1
      end })
      flow:step("ship", function() error("no such parcel", 0) end, { tries = 1 })
    end) }
    assert.equal("stopped", pay.flows:start("stuck", nil, { id = "f" }).status)
    local flow = assert(pay.flows:fail("f", "given up"))
    assert.equal("waiting", flow.status)
    assert.matches("down", flow.error.message)
    down = false
    support.pass(about, 3600000)
    assert.equal(1, pay.flows:run().failed)
    flow = pay.flows:get "f"
    assert.equal("failed", flow.status)
    assert.equal("given up", flow.error.message)
    assert.equal(1, undone)
  end)

  it("tries undo steps again where it is failing already, and leaves none out", function()
    local down, done = true, {}
    local pay, about = support.open { obol.flow("stuck", function(flow)
      flow:compensate("first", function() done[#done + 1] = "first" end)
      flow:compensate("second", function()
        if down then error("down", 0) end
        done[#done + 1] = "second"
      end)
      flow:fail "the reason"
    end, { tries = 1 }) }
    assert.equal("stopped", pay.flows:start("stuck", nil, { id = "f" }).status)
    local flow, err = pay.flows:fail("f", "given up")
    assert.is_nil(err)
    assert.equal("stopped", flow.status)
    assert.matches("down", flow.error.message)
    down = false
    flow = assert(pay.flows:fail("f", "given up"))
    assert.equal("failed", flow.status)
    assert.equal("the reason", flow.error.message)
    assert.same({ "second", "first" }, done)
    support.pass(about, 3600000)
    assert.equal(0, pay.flows:run().looked)
  end)

  it("is undone where its code raised, had too many steps, or ended with what cannot be recorded", function()
    local ways = { raised = function() error("a mistake", 0) end, returned = function() return print end,
      endless = function(flow) while true do flow:now_ms() end end }
    for name, way in pairs(ways) do
      local down, undone = true, 0
      local pay, about = support.open { obol.flow("stuck", function(flow)
        flow:step("hold", function() end, { undo = function()
          if down then error("down", 0) end
          undone = undone + 1
        end })
        return way(flow)
      end) }
      assert.equal("stopped", pay.flows:start("stuck", nil, { id = "f" }).status, name)
      assert.equal("waiting", pay.flows:fail("f", "given up").status, name)
      down = false
      support.pass(about, 3600000)
      assert.equal(1, pay.flows:run().failed, name)
      local flow = pay.flows:get "f"
      assert.same({ "failed", "given up", 1 }, { flow.status, flow.error.message, undone }, name)
    end
  end)

  it("is ended without its code where that no longer matches, or is gone", function()
    local done = {}
    local answers = { ledger = require("obol.ledger").open "memory", clock = { now = support.NOW },
      create = support.page, query = support.page }
    support.open({ selling(done) }, answers).flows:start("sell", nil, { id = "f" })
    local other = support.open({ obol.flow("sell", function(flow) flow:sleep "1d" end) }, answers)
    local flow = assert(other.flows:fail("f", "given up"))
    assert.equal("stopped", flow.status)
    assert.matches("no longer matches", flow.error.message)
    local gone = support.open({ obol.flow("other", function() end) }, answers)
    local _, err = gone.flows:fail("f", "given up")
    assert.equal("id", err.field)
    flow = assert(gone.flows:fail("f", "given up", { undo = false }))
    assert.equal("failed", flow.status)
    assert.equal("given up", flow.error.message)
    assert.is_nil(flow.due_ms)
    assert.same({}, done)
  end)

  it("refuses what it does not know", function()
    local pay = support.open { obol.flow("a", function(flow) flow:sleep "1d" end) }
    local _, err = pay.flows:fail("nobody", "x")
    assert.equal("not_found", err.kind)
    pay.flows:start("a", nil, { id = "f" })
    _, err = pay.flows:fail("f", "x", { undu = true })
    assert.equal("options.undu", err.field)
    assert.has_error(function() pay.flows:fail("f") end)
    local where
    _, where = pcall(pay.flows.fail, pay.flows, "f", {})
    assert.matches("a reason", where)
  end)
end)
