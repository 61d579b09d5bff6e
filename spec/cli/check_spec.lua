-- obol check: what a reload would say, before there is one.

local cjson = require "cjson"
local support = require "spec.cli.support"

local CONFIGURATION = [[return { mode = "test", ledger = "sqlite:obol.db", routes = "routes.lua", flows = { "flows/" },
  providers = { "acme.lua" }, accounts = {
    subs = { provider = "appwheel", app_id = 1, platform = "Stripe", secret = secret.env "SPEC_SECRET" },
    acme = { provider = "acme", merchant = "m", key = secret.env "SPEC_SECRET" } } }]]

describe("obol check", function()
  local folder

  setup(function()
    folder = support.folder()
    os.execute(("mkdir '%s/flows' && cp scripts/providers/acme.lua '%s/acme.lua'"):format(folder, folder))
  end)
  teardown(function() support.remove(folder) end)

  before_each(function()
    support.write(folder .. "/obol.lua", CONFIGURATION)
    support.write(folder .. "/routes.lua", 'return { { to = "acme" }, expect = { { payment = {}, to = "acme" } } }')
    support.write(folder .. "/flows/x.lua", 'return obol.flow("x", function() end)')
  end)

  local function check(...)
    return support.obol(folder, { "check", ... }, { SPEC_SECRET = "k-1" })
  end

  it("says that all is good, and touches no ledger", function()
    local ran = check()
    assert.equal(0, ran.status, ran.out .. ran.err)
    assert.truthy(ran.out:find("^good  obol%.lua: 2 accounts, 1 rule, 1 expectation, 1 flow\n"))
    assert.truthy(ran.out:find("\ngood  routes.lua  (routes)\n", 1, true))
    assert.truthy(ran.out:find("\ngood  flows/x.lua  (flow: x)\n", 1, true))
    assert.is_nil(io.open(folder .. "/obol.db"))
    local said = cjson.decode(check("--json").out)
    assert.same({ true, 1, 1, "x", "acme.lua" },
      { said.ok, said.rules, said.expectations, said.flows[1], said.files[1].path })
  end)

  it("tells everything that is wrong, with file and line", function()
    support.write(folder .. "/routes.lua", 'return {\n  { to = "acm" },\n}')
    support.write(folder .. "/flows/x.lua", 'return obol.flow("x", functon() end)')
    local ran = check()
    assert.equal(1, ran.status)
    assert.equal("wrong  flows[1]  flows/x.lua:1: ')' expected\n"
      .. "wrong  routes[1].to  routes.lua:2: expected a configured account, did you mean `acme`?\n", ran.out)
    local said = cjson.decode(check("--json").out)
    assert.same({ false, "flows[1]" }, { said.ok, said.fields[1].field })
    support.write(folder .. "/obol.lua", "return { mode = tset }")
    assert.equal("wrong  configuration  obol.lua:1: expected `env`, `file`, `secret` or a name that has a value\n",
      check().out)
    assert.equal(1, check("-c", "away.lua").status)
  end)

  it("tells what is wrong with ledger and transport too, and what is written twice", function()
    support.write(folder .. "/obol.lua", (CONFIGURATION:gsub('"sqlite:obol.db"', '"sqlit:obol.db"')
      :gsub("mode =", "transport = { timeout_ms = 0, ca_fil = 'x' }, mode =")))
    assert.equal("wrong  ledger  expected `memory`, `sqlite:<path>` or `postgres://...`\n"
      .. "wrong  transport.ca_fil  expected a known option, did you mean `ca_file`?\n"
      .. "wrong  transport.timeout_ms  expected a whole number of 1 to 86400000\n", check().out)
    support.write(folder .. "/obol.lua", (CONFIGURATION:gsub("sqlite:obol.db", "sqlite:away/obol.db")
      :gsub("    acme = {", "    subs = {")))
    assert.equal("wrong  accounts.subs  expected each name once in a table (obol.lua:4)\n"
      .. "wrong  ledger  expected a file in a folder that is there and can be read\n"
      .. "wrong  routes.expect[1].to  routes.lua:1: expected a configured account\n"
      .. "wrong  routes[1].to  routes.lua:1: expected a configured account\n", check().out)
    support.write(folder .. "/obol.lua", (CONFIGURATION:gsub("mode =", "transport = 5, mode =")))
    assert.equal("wrong  transport  expected a table\n", check().out)
  end)

  it("runs what is expected beside the rules, as obol doctor does", function()
    support.write(folder .. "/routes.lua",
      'return {\n  { to = "acme" },\n  expect = {\n    { name = "mine", payment = {}, to = "subs" },\n  },\n}')
    local ran = check()
    assert.equal(1, ran.status)
    assert.equal("wrong  routes.expect[1]  routes.lua:4: mine: expected `subs`, found `acme`\n", ran.out)
    ran = support.obol(folder, { "doctor", "--offline" }, { SPEC_SECRET = "k-1" })
    assert.equal(1, ran.status)
    assert.truthy(ran.out:find("\nfail  rules  routes.lua:4: mine: expected `subs`, found `acme`\n", 1, true), ran.out)
    support.write(folder .. "/routes.lua", 'return { { to = "acme" } }')
    ran = support.obol(folder, { "doctor", "--offline" }, { SPEC_SECRET = "k-1" })
    assert.truthy(ran.out:find("\nok    rules  1 rule, and what is expected beside them holds\n", 1, true), ran.out)
  end)
end)
