-- obol flow where there is no ledger that lasts, and what it says of files with mistakes.

local support = require "spec.cli.support"

describe("obol flow without a ledger that lasts", function()
  it("says so, and what is wrong with a file of flows", function()
    local folder = support.folder()
    support.write(folder .. "/key", ("k"):rep(32))
    support.write(folder .. "/flows.lua", "return {\n  nothing(),\n}\n")
    support.write(folder .. "/obol.lua", [[return { mode = "test", ledger = "memory", flows = { "flows.lua" },
      accounts = { subs = { provider = "appwheel", app_id = 1, secret = secret.file "key" } } }]])
    local ran = support.obol(folder, { "flow", "list" })
    assert.equal(2, ran.status)
    assert.matches("flows.lua:2:", ran.err)
    support.write(folder .. "/flows.lua", [[return require("obol").flow("one", function() end)]])
    ran = support.obol(folder, { "flow", "run", "one" })
    assert.equal(0, ran.status, ran.err)
    assert.matches("the ledger is in memory", ran.err)
    assert.equal("nothing is due\n", support.obol(folder, { "flow", "run", "--once" }).out)
    support.remove(folder)
  end)
end)
