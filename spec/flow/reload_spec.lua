-- Flows that are loaded again while others wait.

local cli = require "spec.cli.support"
local obol = require "obol"

local NOW = 1700000000000

describe("a client whose flows change", function()
  local folder, clock, opened
  setup(function() folder = cli.folder() end)
  teardown(function() cli.remove(folder) end)
  before_each(function() clock, opened = NOW, {} end)
  after_each(function()
    for _, pay in ipairs(opened) do pay:close() end
  end)

  local function write(name, text) cli.write(folder .. "/" .. name, text) end

  local FLOW = [[
return obol.flow("deliver", function(flow, input)
  flow:step("first", function() return "%s" end)
  local word = flow:receive "go"
  return word .. " %s " .. input.what
end)
]]

  local function flow(text) write("flows/deliver.lua", FLOW:format(text, text)) end

  local function open()
    os.execute(("mkdir -p '%s/flows'; rm -f '%s'/flows/*"):format(folder, folder))
    flow "old"
    local pay = assert(obol.open { mode = "test", ledger = "memory", clock = function() return clock end,
      flows = { folder .. "/flows/" }, transport = { send = function() end },
      accounts = { a = { provider = "appwheel", app_id = 1, platform = "Stripe", secret = obol.secret "s" } } })
    opened[#opened + 1] = pay
    return pay
  end

  it("goes on with the new code of those that wait, and knows the new ones", function()
    local pay = open()
    assert.same({ "deliver" }, pay:status().flows)
    local one = assert(pay.flows:start("deliver", { what = "tea" }, { id = "f-1" }))
    assert.equal("waiting", one.status)
    flow "new"
    write("flows/more.lua", "return obol.flow('more', function() return 5 end)")
    write("flows/notes.txt", "nothing")
    local report = assert(pay:reload { if_changed = true })
    assert.same({ true, 2, "flow" }, { report.changed, #report.files, report.files[1].kind })
    assert.same({ "deliver", "more" }, report.flows)
    assert(pay.flows:tell("f-1", "go", "bring"))
    pay.flows:run()
    assert.same({ "succeeded", "bring new tea" }, { pay.flows:get("f-1").status, pay.flows:get("f-1").result })
    assert.equal(5, pay.flows:start("more", {}).result)
  end)

  it("ends a run on the code that it began with", function()
    local pay = open()
    package.loaded["spec.flow.reload.hook"] = function()
      write("flows/deliver.lua", "return obol.flow('deliver', function() return 'changed' end)")
      assert(pay:reload())
      return true
    end
    write("flows/deliver.lua", [[return obol.flow("deliver", function(flow)
      flow:step("first", require "spec.flow.reload.hook")
      return "as it began"
    end)]])
    assert(pay:reload())
    assert.equal("as it began", pay.flows:start("deliver", {}).result)
    assert.equal("changed", pay.flows:start("deliver", {}).result)
    package.loaded["spec.flow.reload.hook"] = nil
  end)

  it("keeps all of them when one is bad", function()
    local pay = open()
    for _, case in ipairs {
      { "return obol.flow('more', 5)", "/flows/more.lua: expected the flow as a function, got a number" },
      { "return obol.flow('more', function()\n", "/flows/more.lua:2: " },
      { "\27Lua", "expected text, not compiled code, at " },
      { "return 5", "/flows/more.lua: expected the file to return what obol.flow answers" },
      { "return obol.flow('deliver', function() end)", "expected a name that no other flow has" },
      { "\nreturn obol.flw('more', function() end)", "/flows/more.lua:2: attempt to call" },
    } do
      flow "new"
      write("flows/more.lua", case[1])
      local report, err = pay:reload()
      assert.is_nil(report)
      assert.equal("flows[1]", err.fields[1].field)
      assert.truthy(err.fields[1].message:find(case[2], 1, true), err.fields[1].message)
      assert.same({ "deliver" }, pay:status().flows)
      assert.equal("waiting", pay.flows:start("deliver", { what = "tea" }, { id = case[2] }).status)
      assert.equal("old", pay.flows:steps(case[2])[1].values[1])
    end
    assert(os.remove(folder .. "/flows/more.lua"))
    assert.is_true(pay:reload().reload.ok)
  end)
end)
