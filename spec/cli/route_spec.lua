-- obol route, over a configuration whose addresses nobody answers at: nothing is sent.

local cjson = require "cjson"
local support = require "spec.cli.support"

local RULES = [[
return {
  { name = "euros", when = { currency = "EUR" }, to = "west" },
  { name = "dollars", when = { currency = "USD" }, split = { west = 70, east = 30 }, by = "customer.id" },
  { name = "broken", when = function(p) return p.billing.country end, to = "west" },
  expect = {
    { payment = { currency = "EUR" }, rule = "euros", to = "west" },
    { name = "yen", payment = { currency = "JPY" }, refused = true },
  },
}
]]

local CONFIGURATION = [[
local function subs(id)
  return { provider = "appwheel", app_id = id, base_url = "http://127.0.0.1:1/", secret = secret.env "SPEC_SECRET" }
end
return { mode = "test", ledger = "memory", routes = "rules/routes.lua", accounts = { west = subs "1", east = subs "2" } }
]]

describe("obol route", function()
  local folder
  local environment = { SPEC_SECRET = ("s"):rep(32) }

  setup(function()
    folder = support.folder()
    assert(os.execute("mkdir " .. support.quote(folder .. "/rules")))
    support.write(folder .. "/obol.lua", CONFIGURATION)
  end)

  before_each(function() support.write(folder .. "/rules/routes.lua", RULES) end)

  teardown(function() support.remove(folder) end)

  local function route(...) return support.obol(folder, { "route", ... }, environment) end

  it("explains to people which rule takes a payment and why", function()
    local ran = route("explain", "currency=USD", "customer.id=u-7", "order_id=A-1")
    assert.equal("", ran.err)
    assert.equal(0, ran.status)
    assert.matches("euros%s+no%s+rules/routes.lua:2%s+currency: expected `EUR`", ran.out)
    assert.matches("dollars%s+takes it%s+rules/routes.lua:3%s+every condition holds", ran.out)
    assert.matches("broken%s+failed%s+rules/routes.lua:4", ran.out)
    assert.matches("west%s+appwheel%s+%d%s+fits; as it is written it would be refused for:", ran.out)
    assert.matches("the draw, by customer.id", ran.out)
    assert.matches("west%s+70 of 100", ran.out)
    assert.matches("\n%l%l%l%l, then %l%l%l%l\n$", ran.out)
  end)

  it("explains to programs, in JSON", function()
    local ran = route("explain", "currency=USD", "customer.id=u-7", "--json")
    assert.equal(0, ran.status)
    local answer = cjson.decode(ran.out)
    assert.equal("dollars", answer.rule)
    assert.equal(3, #answer.rules)
    assert.equal(answer.account, answer.order[1])
    assert.equal(answer.account, answer.draw.accounts[1].account)
    assert.is_true(answer.rules[3].raised)
    assert.equal(2, #answer.accounts)
    assert.is_nil(ran.out:find(environment.SPEC_SECRET, 1, true))
  end)

  it("ends with 1 where no account takes the payment, and says why", function()
    local ran = route("explain", "currency=JPY")
    assert.equal(1, ran.status)
    assert.matches("no account: the rule `broken` failed: rules/routes.lua:4: attempt to index", ran.out)
    ran = route("explain", "currency=EUR", "method=card", "--json")
    assert.equal(1, ran.status)
    assert.equal("unsupported", cjson.decode(ran.out).error.kind)
  end)

  it("runs what is expected beside the rules", function()
    local ran = route "test"
    assert.equal("2 of 2 expectations hold\n", ran.out)
    assert.equal(0, ran.status)
    support.write(folder .. "/rules/routes.lua", (RULES:gsub('to = "west" },\n    {', 'to = "east" },\n    {')))
    ran = route "test"
    assert.equal(1, ran.status)
    assert.matches("FAIL  expectation 1  line 6  expected `east`, found `west`", ran.out)
    assert.matches("1 of 2 expectations hold", ran.out)
    ran = route("test", "--json")
    assert.equal(1, ran.status)
    local answer = cjson.decode(ran.out)
    assert.is_false(answer.ok)
    assert.equal(1, answer.failed)
    assert.is_false(answer.expectations[1].ok)
    assert.equal("yen", answer.expectations[2].name)
  end)

  it("tests rules that are not in use, and says what is wrong with them", function()
    support.write(folder .. "/new.lua", (RULES:gsub('to = "west" },\n    {', 'to = "east" },\n    {')))
    local ran = route("test", "--rules", folder .. "/new.lua")
    assert.equal(1, ran.status)
    assert.matches("1 of 2 expectations hold", ran.out)
    support.write(folder .. "/new.lua", "return {\n  { to = 'wset' },\n}")
    ran = route("test", "--rules", folder .. "/new.lua")
    assert.equal(2, ran.status)
    assert.matches("routes%[1%]%.to.*new%.lua:2: expected a configured account, did you mean `west`?", ran.err)
    assert.equal(2, route("test", "--rules", folder .. "/none.lua").status)
    assert.equal(2, route("explain", "--rules", folder .. "/new.lua").status)
    assert.equal(0, route("test").status)
  end)

  it("ends with 2 for rules or words that are wrong", function()
    for _, words in ipairs { { "explain", "currency" }, { "test", "currency=USD" }, { "run" },
      { "test", "--json", "x" } } do
      assert.equal(2, route((table.unpack or unpack)(words)).status)
    end
    support.write(folder .. "/rules/routes.lua", "return {\n  { to = 'wset' },\n}")
    local ran = route "test"
    assert.equal(2, ran.status)
    assert.matches("routes%[1%].to  rules/routes.lua:2: expected a configured account, did you mean `west`?", ran.err)
  end)
end)
