-- flow:await with a function that says when its object is as it was waited for; and what a flow may require.

local obol = require "obol"
local world = require "spec.examples.world"

describe("a flow that waits for more than a state", function()
  local w, pay

  local function open(ends, options)
    w = world.new()
    pay = w:open { flows = { obol.flow("wait", function(flow)
      options = options or {}
      options.ends = ends
      return flow:await("A-1", options).status
    end) } }
    local payment = pay.payments:create(world.card("A-1", { three_ds = true, cvv = "123",
      browser = { user_agent = "Mozilla/5.0", accept = "text/html" } }), { account = "cards" })
    assert.equal("requires_action", payment.status)
    return assert(pay.flows:start("wait", {}, { id = "f-1" })), payment
  end

  after_each(function() pay:close() end)

  it("goes on at once where it is so, and what it answered stays", function()
    local one = open(function(payment) return payment.action ~= nil end)
    assert.same({ "succeeded", "requires_action" }, { one.status, one.result })
  end)

  it("is asked again until it is so, and what is over ends the wait too", function()
    local asked = 0
    local one, payment = open(function()
      asked = asked + 1
      return false
    end)
    assert.equal("waiting", one.status)
    w:pass(world.HOUR / 4, world.HOUR / 12)
    assert.equal("waiting", pay.flows:get("f-1").status)
    assert.is_true(asked >= 2)
    w.box:pay(payment.action.url)
    w:work()
    assert.equal("succeeded", pay.flows:get("f-1").result)
  end)

  it("ends with its timeout", function()
    open(function() return false end, { timeout = "10m" })
    w:pass(world.HOUR / 4, world.HOUR / 12)
    assert.equal("requires_action", pay.flows:get("f-1").result)
  end)

  it("stops where the function raises, with its place, and goes on when it is mended", function()
    local is_broken = true
    local one = open(function(payment)
      if is_broken then error "broken" end
      return payment.action ~= nil
    end)
    assert.equal("stopped", one.status)
    assert.matches("ends_spec%.lua:%d+: `ends`: .*broken", tostring(one.error))
    is_broken = false
    assert.equal("succeeded", pay.flows:resume("f-1").status)
  end)

  it("stops for one that is no function", function()
    local one = open("paid")
    assert.equal("stopped", one.status)
    assert.matches("expected `ends` as a function", tostring(one.error))
  end)
end)

describe("a flow that waits for an order that is not there yet", function()
  local w, pay

  before_each(function()
    w = world.new()
    pay = w:open { flows = { obol.flow("wait", function(flow, options)
      local payment = flow:await("A-1", options)
      return payment and payment.status or "nobody"
    end) } }
  end)

  after_each(function() pay:close() end)

  it("finds it soon after it was created, and waits until it is settled", function()
    assert.equal("waiting", pay.flows:start("wait", { timeout = "1h" }, { id = "f-1" }).status)
    w:pass(60000, 10000)
    assert.equal("succeeded", pay.payments:create(world.card "A-1", { account = "cards" }).status)
    w:pass(120000, 10000)
    assert.equal("succeeded", pay.flows:get("f-1").result)
  end)

  it("goes on with nothing when its time is over", function()
    pay.flows:start("wait", { timeout = "10m" }, { id = "f-1" })
    w:pass(5 * 60000, 60000)
    assert.equal("waiting", pay.flows:get("f-1").status)
    w:pass(6 * 60000, 60000)
    assert.same({ "succeeded", "nobody" }, { pay.flows:get("f-1").status, pay.flows:get("f-1").result })
  end)

  it("stops where it would wait for ever", function()
    local one = pay.flows:start("wait", {}, { id = "f-1" })
    assert.equal("stopped", one.status)
    assert.matches("no payment has this id", tostring(one.error))
  end)

  it("stops for something that was answered once and is not in this ledger", function()
    local other = w:open { flows = { obol.flow("wait", function(flow)
      return flow:await({ order_id = "A-1", attempts = {}, status = "processing" }, { timeout = "1h" }).status
    end) } }
    local one = other.flows:start("wait", {})
    assert.equal("stopped", one.status)
    assert.matches("no payment has this id", tostring(one.error))
    other:close()
  end)
end)

describe("what a flow requires", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
    package.loaded.flow_spec_helper = nil
  end)

  local function write(name, text)
    local file = assert(io.open(folder .. "/" .. name, "wb"))
    file:write(text)
    file:close()
  end

  it("is looked for beside its file first, as it is loaded and as it runs, and the path stays as it was", function()
    write("flow_spec_helper.lua", "return { word = 'beside' }")
    write("flow.lua", [[
      return require("obol").flow("f", function(flow)
        return flow:step("s", function() return require("flow_spec_helper").word end)
      end)]])
    local path = package.path
    local w = world.new()
    local pay = w:open { flows = { folder .. "/flow.lua" } }
    assert.equal("beside", pay.flows:start("f", {}).result)
    assert.equal("beside", package.loaded.flow_spec_helper.word)
    assert.equal(path, package.path)
    pay:close()
  end)

  it("is never a configuration of the library's name", function()
    write("obol.lua", "error 'this is a configuration'")
    write("flow.lua", [[
      local obol = require "obol"
      return obol.flow("f", function(flow) return flow:step("s", function() return require("obol").version end) end)]])
    local w = world.new()
    local pay = w:open { flows = { folder .. "/flow.lua" } }
    local loaded = package.loaded.obol
    package.loaded.obol = nil
    local one = pay.flows:start("f", {})
    package.loaded.obol = loaded
    assert.same({ "succeeded", obol.version }, { one.status, one.result })
    pay:close()
  end)

  it("is told where it is not there, or raises", function()
    for text, expected in pairs { ["return require 'no_such_module_anywhere'"] = "no_such_module_anywhere",
      ["return require 'flow_spec_helper'"] = "it is broken" } do
      write("flow_spec_helper.lua", "error 'it is broken'")
      write("flow.lua", text)
      local path = package.path
      local w = world.new()
      local ok, err = pcall(w.open, w, { flows = { folder .. "/flow.lua" } })
      assert.is_false(ok)
      assert.matches(expected, tostring(err))
      assert.equal(path, package.path)
    end
  end)
end)
