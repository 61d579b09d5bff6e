-- The example flows as their configuration says: the command, the sandbox as a server, a ledger and the shop's own
-- systems as files.

local support = require "spec.cli.support"

local wait = require "obol.wait"

describe("the example flows from the command line", function()
  local server, transport, folder, variables

  setup(function()
    server = assert(require("obol.sandbox.server").start { seed = "examples" })
    transport = assert(wait.transport {})
    folder = support.folder()
    for _, name in ipairs { "flows", "routes" } do
      os.execute(("mkdir %s/%s; LD_PRELOAD= cp scripts/%s/*.lua %s/%s"):format(folder, name, name, folder, name))
    end
    assert.equal(support.read "scripts/flows/backend.lua", support.read(folder .. "/flows/backend.lua"))
    local reply = assert(transport.send { method = "GET", url = server.url .. "/_sandbox/env", headers = {} })
    variables = folder .. "/variables"
    support.write(variables, reply.body)
  end)

  teardown(function()
    server:stop()
    support.remove(folder)
  end)

  -- Runs `obol` with the variables that the sandbox names, as a person's shell does.
  local function obol(...)
    local words = {}
    for place, word in ipairs { ... } do words[place] = support.quote(word) end
    return support.shell(folder, ("sh -c %s"):format(support.quote(
      (". %s; export OBOL_CONFIG=flows/obol.lua OBOL_BACKEND=backend.log; exec %s %s"):format(support.quote(variables),
        support.quote(support.root .. "/scripts/obol"), table.concat(words, " ")))))
  end

  local function control(name, body)
    local reply = assert(transport.send { method = "POST", url = server.url .. "/_sandbox/" .. name, body = body,
      headers = { ["content-type"] = "application/json" } })
    assert.equal(200, reply.status)
  end

  it("have a configuration that opens, and rules that hold", function()
    local ran = obol("route", "test")
    assert.equal("", ran.err)
    assert.same({ 0, "6 of 6 expectations hold\n" }, { ran.status, ran.out })
    ran = obol("route", "test", "--rules", support.root .. "/scripts/routes/moving.lua")
    assert.same({ 0, "6 of 6 expectations hold\n" }, { ran.status, ran.out })
  end)

  it("go on in another process, and do their work once", function()
    local order = [[{ "order_id": "G-1", "player": "7", "item": 1, "amount": "3.44", "currency": "USD" }]]
    local ran = obol("flow", "start", "recharge", order, "--id", "G-1")
    assert.equal("", ran.err)
    assert.equal(0, ran.status)
    assert.matches("G%-1  recharge  waiting", ran.out)
    control("pay", [[{ "reference": "G-1" }]])
    ran = obol("flow", "run", "recharge", order, "--id", "G-1", "--every", "1s")
    assert.equal("", ran.err)
    assert.equal(0, ran.status)
    assert.matches("G%-1  recharge  succeeded", ran.out)
    assert.equal(0, obol("flow", "run", "recharge", order, "--id", "G-1").status)
    local _, count = support.read(folder .. "/backend.log"):gsub("player 7 has item 1", "")
    assert.equal(1, count)
    assert.is_nil(io.open(folder .. "/flows/backend.log"))
  end)

  it("take a word from the command line", function()
    local wish = [[{ "order_id": "G-1", "reason": "broken", "asked_by": "ann" }]]
    assert.matches("R%-1  refund  waiting", obol("flow", "start", "refund", wish, "--id", "R-1").out)
    assert.equal(0, obol("flow", "tell", "R-1", "approval", [[{ "by": "bea", "granted": false }]]).status)
    local ran = obol("flow", "run", "--once")
    assert.equal("", ran.err)
    assert.matches("refused by bea", obol("flow", "show", "R-1").out)
  end)
end)
