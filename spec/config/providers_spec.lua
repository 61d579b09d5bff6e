-- The files of providers that a configuration names.

local cli = require "spec.cli.support"
local obol = require "obol"

local FILE = [[
return obol.provider.define {
  name = "%s", title = "%s", base_url = "https://api.example", code_at = "code",
  config = { { "merchant", "text", required = true } },
  operations = { ["time.get"] = { "GET /time", effect = "none", outcomes = { ["0"] = "succeeded" } } },
}
]]

describe("providers of a configuration", function()
  local folder
  setup(function() folder = cli.folder() end)
  teardown(function() cli.remove(folder) end)

  local function write(name, text) cli.write(folder .. "/" .. name, text) end

  local function configuration(providers, accounts)
    write("obol.lua", ([[return { mode = "test", ledger = "memory", transport = { send = function() end },
      providers = %s, accounts = { a = %s } }]]):format(providers, accounts or '{ provider = "fig", merchant = "m" }'))
    return obol.open(folder .. "/obol.lua")
  end

  local function problems(...)
    local pay, err = configuration(...)
    assert.is_nil(pay)
    assert.equal("invalid", err.kind)
    local list = {}
    for place, problem in ipairs(err.fields) do list[place] = problem.field .. ": " .. problem.message end
    return list
  end

  it("are defined before its accounts, from files beside it", function()
    write("fig.lua", FILE:format("fig", "Fig Pay"))
    local pay = assert(configuration '{ "fig.lua" }')
    assert.equal("Fig Pay", obol.describe("fig").title)
    pay:close()
    assert(configuration(('{ "%s/fig.lua" }'):format(folder))):close()
  end)

  it("are read again with every configuration", function()
    write("fig.lua", FILE:format("fig", "Fig 1"))
    assert(configuration '{ "fig.lua" }'):close()
    write("fig.lua", FILE:format("fig", "Fig 2"))
    assert(configuration '{ "fig.lua" }'):close()
    assert.equal("Fig 2", obol.describe("fig").title)
  end)

  it("have ordinary globals, require and obol, and keep what they set", function()
    write("fig.lua", [[
      helper = require("obol.crypto") == obol.crypto and io and os and string.rep and 1
      assert(helper == 1 and _G.helper == nil)
      ]] .. FILE:format("fig", "Fig Pay"))
    assert(configuration '{ "fig.lua" }'):close()
    assert.is_nil(rawget(_G, "helper"))
    assert.is_nil(rawget(_G, "obol"))
  end)

  it("are each told with all that is wrong, and with the rest of the configuration", function()
    write("fig.lua", (FILE:format("pear", "Pear Pay"):gsub('"none"', '"nun"'):gsub('"text"', '"tekst"')))
    write("raises.lua", "local a\nreturn a.b")
    write("broken.lua", "return {{")
    write("nothing.lua", "return { name = 'appwheel' }")
    write("binary.lua", "\27Lua")
    local list = problems('{ "fig.lua", "raises.lua", "broken.lua", "nothing.lua", "binary.lua", "away.lua", 7 }',
      '{ provider = "pear", merchant = "m" }')
    assert.equal(9, #list, table.concat(list, "\n"))
    assert.equal("accounts.a.provider: expected a known provider", list[1]:match "^[^,]*")
    assert.truthy(list[2]:find "^providers%[1%]%.config%[1%]%.type: .*/fig%.lua:3: expected \"text\", \"integer\"")
    assert.equal(("providers[1].operations.time.get.effect: %s/fig.lua:4: expected \"money\", \"offer\" or \"none\"")
      :format(folder), list[3])
    assert.truthy(list[4]:find "^providers%[2%]: .*raises%.lua:2: attempt to index")
    assert.truthy(list[5]:find "^providers%[3%]: .*broken%.lua:1: ")
    assert.equal(("providers[4]: %s/nothing.lua: expected the file to return what obol.provider.define answers")
      :format(folder), list[6])
    assert.truthy(list[7]:find "^providers%[5%]: expected text, not compiled code, at ")
    assert.truthy(list[8]:find "^providers%[6%]: expected a readable file of 1 MiB at most at .*away%.lua$")
    assert.equal("providers[7]: expected a file's path as text", list[9])
  end)

  it("may not have the name of one of the library", function()
    write("fig.lua", FILE:format("appwheel", "Mine"))
    local expected = "providers[1].name: %s/fig.lua:2: expected a name that no provider of the library has"
    assert.same({ expected:format(folder) }, problems('{ "fig.lua" }',
      '{ provider = "appwheel", app_id = 1, secret = secret.file "obol.lua" }'))
  end)

  it("have to be a list", function()
    write("fig.lua", FILE:format("fig", "Fig Pay"))
    assert(configuration '{ "fig.lua" }'):close()
    assert.same({ "providers: expected a list of files" }, problems '"fig.lua"')
    assert.same({ "providers: expected a list of files, 100 at most" }, problems '{ a = "fig.lua" }')
    assert(configuration "{}"):close()
  end)

  it("are known to the command", function()
    write("plum.lua", FILE:format("plum", "Plum Pay"))
    configuration('{ "plum.lua" }', '{ provider = "plum", merchant = "m" }')
    local ran = cli.obol(folder, { "providers" })
    assert.truthy(ran.out:find "\nplum +Plum Pay")
    ran = cli.obol(folder, { "describe", "plum", "time.get" })
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find("GET /time", 1, true))
    ran = cli.obol(folder, { "call", "a", "time.get", "--dry-run" })
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find("GET https://api.example/time", 1, true))
    write("plum.lua", "return 5")
    ran = cli.obol(folder, { "describe", "plum" })
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("warning: obol.lua: providers[1]: plum.lua: expected the file to return", 1, true))
    ran = cli.obol(folder, { "providers", "-c", "away.lua" })
    assert.equal(0, ran.status)
    assert.truthy(ran.err:find("warning: away.lua: expected a configuration file", 1, true))
    assert.is_nil(ran.err:find("away.lua.*away.lua"))
    assert.equal("", cli.obol(folder, { "providers" }, { OBOL_CONFIG = "away.lua" }).err)
  end)
end)
