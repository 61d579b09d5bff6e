local obol = require "obol"
local support = require "spec.flow.support"

describe("a flow inside of a flow's step", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("is started once by the step's key, and its word comes back", function()
    local pay, about = support.open { obol.flow("parent", function(flow)
      local child = flow:step("begin", function(key) return flow.pay.flows:start("child", flow.id, { id = key }).id end)
      return { child = child, word = flow:receive "child is done" }
    end), obol.flow("child", function(flow, parent)
      flow:sleep "1h"
      flow:step("tell", function(key) assert(flow.pay.flows:tell(parent, "child is done", key)) end)
    end) }
    local flow = pay.flows:start("parent", nil, { id = "p" })
    assert.equal("waiting", flow.status)
    assert.equal(2, #pay.flows:list())
    support.pass(about, 3600000)
    pay.flows:run()
    pay.flows:run()
    flow = pay.flows:get "p"
    assert.equal("succeeded", flow.status)
    assert.equal(32, #flow.result.word)
    assert.equal("succeeded", pay.flows:get(flow.result.child).status)
  end)
end)
