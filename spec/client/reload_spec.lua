-- Rules and providers that are loaded again while a client is in use.

local cli = require "spec.cli.support"
local obol = require "obol"

local NOW = 1700000000000

-- A payment system that answers `code`; what that means, and where it is asked, can be changed.
local PROVIDER = [[
return obol.provider.define {
  name = "%s", title = "%s", base_url = "https://api.fig.example%s", code_at = "code",
  config = { { "merchant", "text", required = true }, { "key", "secret" }%s },
  operations = {
    ["payment.create"] = { "POST /pay", effect = "money", found_by = "our_ref", repeat_safe = false,
      request = { { "order_id", "order", "text", required = true }, { "amount", "total", "money", as = "minor_number" },
        { "currency", "currency", "currency" }, { "account.key", "key", "secret" } },
      reply = { { "provider_id", "id", "text" } },
      outcomes = { ["0"] = "succeeded", ["1"] = "%s" } },
    ["payment.query"] = { "GET /pay/{order}", effect = "none",
      request = { { "order_id", "order", "text", required = true } },
      reply = { { "provider_id", "id", "text" } },
      outcomes = { ["0"] = "succeeded", ["1"] = "rejected" } },
  },
}
]]

local RULES = [[
return {
  { name = "%s", when = { currency = "USD" }, to = "%s" },
  accounts = { %s },
  expect = { { payment = { currency = "USD" }, to = "%s" } },
}
]]

describe("a client whose scripts change", function()
  local folder, sent, clock, opened
  setup(function() folder = cli.folder() end)
  teardown(function() cli.remove(folder) end)
  before_each(function() sent, clock, opened = {}, NOW, {} end)
  after_each(function()
    for _, pay in ipairs(opened) do pay:close() end
  end)

  local function write(name, text) cli.write(folder .. "/" .. name, text) end

  local function provider(more)
    more = more or {}
    write(more.file or "fig.lua", PROVIDER:format(more.name or "fig", more.title or "Fig", more.base or "",
      more.config or "", more.one or "declined"))
  end

  local function rules(to, more, expected) write("routes.lua", RULES:format(to, to, more or "", expected or to)) end

  -- `during(request)`, if given, runs while a call is under way.
  local function open(code, during)
    local key = obol.secret "k-1"
    local pay = assert(obol.open {
      mode = "test", ledger = "memory", clock = function() return clock end,
      providers = { folder .. "/fig.lua", folder .. "/plum.lua" }, routes = folder .. "/routes.lua",
      accounts = { one = { provider = "fig", merchant = "m", key = key }, two = { provider = "plum", merchant = "m" } },
      transport = { send = function(request)
        sent[#sent + 1] = request.url
        if during then during(request) end
        return { status = 200, headers = { ["content-type"] = "application/json" },
          body = ('{"code":%d,"id":"x-%d"}'):format(code or 0, #sent) }
      end },
    })
    key:close()
    opened[#opened + 1] = pay
    return pay
  end

  local function create(pay, order_id, more)
    local params = { order_id = order_id, amount = "8.88", currency = "USD" }
    for name, value in pairs(more or {}) do params[name] = value end
    return pay.payments:create(params)
  end

  before_each(function()
    provider()
    provider { file = "plum.lua", name = "plum", title = "Plum" }
    rules "one"
  end)

  it("takes new rules, and says so", function()
    local pay = open()
    assert.equal("one", assert(create(pay, "A-1")).account)
    local status = pay:status()
    assert.same({ 1, NOW, NOW, "test" }, { status.generation, status.opened_ms, status.loaded_ms, status.mode })
    assert.same({ rules = 1, expectations = 1 }, status.routes)
    assert.same({ "fig", "plum" }, status.providers)
    assert.same({ "one", "two" }, status.accounts)
    assert.is_nil(status.reload)
    assert.same({ "provider", "provider", "routes" },
      { status.files[1].kind, status.files[2].kind, status.files[3].kind })
    assert.equal(folder .. "/routes.lua", status.files[3].path)
    local file = assert(io.open(folder .. "/routes.lua"))
    assert.equal(obol.crypto.hex(obol.crypto.digest("sha256", file:read "*a")), status.files[3].digest)
    file:close()
    rules "two"
    clock = NOW + 5
    assert.equal("one", assert(create(pay, "A-2")).account)
    local report = assert(pay:reload())
    assert.is_true(report.changed)
    assert.same({ 2, NOW, NOW + 5 }, { report.generation, report.opened_ms, report.loaded_ms })
    assert.same({ at_ms = NOW + 5, ok = true }, report.reload)
    assert.equal("two", assert(create(pay, "A-3")).account)
    assert.equal("two", pay:explain({ currency = "USD" }).rule)
    assert.not_equal(status.files[3].digest, pay:status().files[3].digest)
  end)

  it("keeps what it has when anything is wrong, says where, and goes on until it is mended", function()
    for _, case in ipairs {
      { "return {\n  { to = 'one' },\n  { to = 'on' },\n}", "routes[2].to",
        "/routes.lua:3: expected a configured account" },
      { "return {\n  { to = 'one', when = { curency = 'USD' } },\n}", "routes[1].when.curency", "/routes.lua:2: " },
      { "return {\n  { to = 'one' },\n", "routes", "/routes.lua:3: " },
      { "\nerror 'not today'", "routes", "/routes.lua:2: not today" },
      { "while true do end", "routes", "/routes.lua:1: expected a script that ends" },
      { "\27Lua", "routes", "/routes.lua: expected text, not compiled code" },
      { "return {\n  { to = 'one' },\n  expect = {\n    { name = 'mine', payment = {}, to = 'two' },\n  } }",
        "routes.expect[1]", "/routes.lua:4: mine: expected `two`, found `one`" },
      { "return {\n { to = 'one', when = function(p) return p.x.y end },\n expect = { { payment = {}, to = 'one' } } }",
        "routes.expect[1]", "/routes.lua:3: expectation 1: expected `one`, found the rule `rule 1` failed: " .. folder
          .. "/routes.lua:2: " },
      { nil, "routes", "expected a readable file of 1 MiB at most at " .. folder .. "/routes.lua" },
    } do
      rules "one"
      local pay = open()
      clock = clock + 1
      if case[1] then write("routes.lua", case[1]) else os.remove(folder .. "/routes.lua") end
      local report, err = pay:reload()
      assert.is_nil(report)
      assert.equal("invalid", err.kind)
      assert.equal(case[2], err.fields[1].field)
      assert.truthy(err.fields[1].message:find(case[3], 1, true), err.fields[1].message)
      local status = pay:status()
      assert.same({ 1, false, clock }, { status.generation, status.reload.ok, status.reload.at_ms })
      assert.equal(err.fields[1].message, status.reload.fields[1].message)
      assert.truthy(status.reload.error:find(case[3], 1, true), status.reload.error)
      assert.equal("one", assert(create(pay, "A-1")).account)
      rules "two"
      assert(pay:reload())
      assert.is_true(pay:status().reload.ok)
      assert.equal("two", assert(create(pay, "A-2")).account)
    end
  end)

  it("gives accounts the new tables of their provider, with the words that they were opened with", function()
    local pay = open()
    create(pay, "A-1")
    provider { base = "/v2", title = "Fig 2" }
    assert.same({ "https://api.fig.example/pay" }, sent)
    assert(pay:reload())
    assert.equal("Fig 2", obol.describe("fig").title)
    create(pay, "A-2")
    assert.equal("https://api.fig.example/v2/pay", sent[2])
    assert.equal("succeeded", pay.payments:get("A-2").status)
    collectgarbage()
    collectgarbage()
    assert.equal("succeeded", create(pay, "A-3").status)
  end)

  it("ends a call as it began, whatever was loaded meanwhile", function()
    local pay
    pay = open(1, function()
      if #sent > 1 then return end
      provider { one = "succeeded" }
      rules "two"
      assert(pay:reload())
      collectgarbage()
      collectgarbage()
    end)
    local payment = create(pay, "A-1")
    assert.same({ "failed", "one" }, { payment.status, payment.account })
    assert.equal("declined", payment.attempts[1].outcome)
    assert.equal("two", create(pay, "A-2").account)
    assert.equal("succeeded", pay.payments:create({ order_id = "A-3", amount = "1.00", currency = "USD" },
      { account = "one" }).status)
  end)

  it("changes nothing of any provider when one of them is bad", function()
    local pay = open()
    for _, case in ipairs {
      { "return {{", "providers[2]", "/plum.lua:1: " },
      { "local a\nreturn a.b", "providers[2]", "/plum.lua:2: attempt to index" },
      { "\27Lua", "providers[2]", "expected text, not compiled code, at " },
      { "error(setmetatable({}, { __tostring = function() error 'x' end }))", "providers[2]",
        "/plum.lua: raised no text" },
      { "error(setmetatable({}, { __tostring = function() return {} end }))", "providers[2]",
        "/plum.lua: raised no text" },
      { "error()", "providers[2]", "/plum.lua: raised no text" },
      { "return 5", "providers[2]", "/plum.lua: expected the file to return" },
      { PROVIDER:format("plum", "Plum", "", "", "luck"), "providers[2].operations.payment.create.outcomes.1",
        "/plum.lua:9: expected" },
      { PROVIDER:format("peach", "Peach", "", "", "declined"), "accounts.two.provider",
        "expected a file of `providers` to define `plum`" },
      { PROVIDER:format("plum", "Plum", "", ', { "shop", "text", required = true }', "declined"), "accounts.two.shop",
        "expected" },
    } do
      provider { title = "Fig 2", base = "/v2" }
      write("plum.lua", case[1])
      local report, err = pay:reload()
      assert.is_nil(report)
      assert.equal(case[2], err.fields[1].field)
      assert.truthy(err.fields[1].message:find(case[3], 1, true), err.fields[1].message)
      assert.equal("Fig", obol.describe("fig").title)
      assert.is_nil((obol.describe "peach"))
      assert.equal("https://api.fig.example/pay", (create(pay, "B-" .. case[2] .. case[3]) and sent[#sent]))
    end
    provider { file = "plum.lua", name = "plum" }
    assert(pay:reload())
    assert.equal("Fig 2", obol.describe("fig").title)
  end)

  it("keeps what was counted towards limits, and counts what is newly limited from the ledger", function()
    rules("one", "one = { limits = { count = 3, per = '1h' } }")
    local pay = open()
    for place = 1, 2 do assert(create(pay, "A-" .. place)) end
    rules("one", "one = { limits = { { count = 3, per = '1h' }, { count = 5, per = '2h' } } }")
    assert(pay:reload())
    assert(create(pay, "A-3"))
    local payment, err = create(pay, "A-4")
    assert.is_nil(payment)
    assert.truthy(tostring(err):find("its limit of 3 payments in 1h is used up", 1, true), tostring(err))
    rules("one", "one = { limits = { count = 4, per = '2h' } }")
    assert(pay:reload())
    assert(create(pay, "A-4"))
    payment, err = create(pay, "A-5")
    assert.is_nil(payment)
    assert.truthy(tostring(err):find("its limit of 4 payments in 2h is used up", 1, true), tostring(err))
    rules("one", "one = { limits = { count = 5, per = '1h' } }")
    assert(pay:reload())
    assert(create(pay, "A-5"))
    assert.is_nil((create(pay, "A-6")))
    rules "two"
    assert(pay:reload())
    assert.equal("two", create(pay, "A-6").account)
    rules("two", "two = { limits = { count = 2, per = '1h' } }")
    assert(pay:reload())
    assert.equal("two", create(pay, "A-7").account)
    assert.is_nil((create(pay, "A-8")))
  end)

  it("can be asked to look whether anything changed", function()
    local pay = open()
    assert.is_false(pay:reload { if_changed = true }.changed)
    assert.equal(1, pay:status().generation)
    rules "two"
    assert.is_true(pay:reload { if_changed = true }.changed)
    assert.is_false(pay:reload({ if_changed = true }).changed)
    assert.equal(2, pay:status().generation)
    write("routes.lua", "return {")
    local _, first = pay:reload { if_changed = true }
    local report, again = pay:reload { if_changed = true }
    assert.is_nil(report)
    assert.equal(first, again)
    rules "two"
    report = assert(pay:reload { if_changed = true })
    assert.is_true(report.changed and report.reload.ok)
    os.remove(folder .. "/fig.lua")
    assert.is_nil((pay:reload { if_changed = true }))
    assert.is_true(pay:status().files[1].digest ~= nil)
  end)

  it("takes what is used wrongly for an error of whoever calls", function()
    local pay = open()
    local report, err = pay:reload { if_change = true }
    assert.is_nil(report)
    assert.equal("options.if_change: expected a known option, did you mean `if_changed`?", tostring(err))
    assert.error_matches(function() pay.reload() end, "expected pay:reload%(%.%.%.%), called with a colon")
    assert.error_matches(function() pay:reload(5) end, "expected options as a table, got number")
    pay:close()
    assert.error_matches(function() pay:reload() end, "the client is closed")
    assert.error_matches(function() pay:status() end, "the client is closed")
  end)

  it("has nothing to load where its configuration names no files", function()
    local pay = assert(obol.open { mode = "test", ledger = "memory", transport = { send = function() end },
      routes = { { to = "one" } }, accounts = { one = { provider = "appwheel", app_id = 1, platform = "Stripe",
        secret = obol.secret "s" } } })
    opened[1] = pay
    local report = assert(pay:reload())
    assert.same({}, report.files)
    assert.same({ rules = 1, expectations = 0 }, report.routes)
    assert.equal("one", pay:explain({}).rules and pay:explain({}).order and pay:status().routes and "one")
  end)
end)
