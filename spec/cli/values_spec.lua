-- Parameters of a call, from words to a table.

local json = require "obol.json"
local values = require "obol.cli.values"
local support = require "spec.cli.support"

local types = values.types { { request = {
  { name = "items[1].product_id", type = "text" }, { name = "items[1].quantity", type = "integer" },
  { name = "three_ds", type = "boolean" }, { name = "token", type = "secret" },
} } }

local function problems_of(...)
  local params, problems = values.parse({ ... }, types)
  assert.is_nil(params)
  return problems
end

describe("parameters", function()
  it("follow dots and indices", function()
    assert.same({ order_id = "A-1", customer = { id = "u-7" }, items = { { product_id = "p", quantity = "2" },
      { product_id = "q" } } },
      values.parse({ "order_id=A-1", "customer.id=u-7", "items[1].product_id=p", "items[1].quantity=2",
        "items[2].product_id=q" }, types))
  end)

  it("keep a value as it was written, equals signs and all", function()
    assert.same({ description = "a=b; c", amount = "8.80", empty = "" },
      values.parse({ "description=a=b; c", "amount=8.80", "empty=" }, types))
  end)

  it("are booleans where the field is one", function()
    assert.same({ three_ds = true, other = "true" }, values.parse({ "three_ds=true", "other=true" }, types))
    assert.same({ three_ds = "yes" }, values.parse({ "three_ds=yes" }, types))
  end)

  it("may be JSON", function()
    local params = values.parse({ 'customer:={"id":"u-7","n":9007199254740993}', "list:=[1,2]",
      'at:="@x"', "no:=null" }, types)
    assert.equal("u-7", params.customer.id)
    assert.equal("9007199254740993", params.customer.n)
    assert.equal(2, #params.list)
    assert.equal("@x", params.at)
    assert.equal(json.null, params.no)
  end)

  it("become secrets where the field is one, from a file or a variable alone", function()
    local folder = support.folder()
    support.write(folder .. "/token", "t0ken")
    local params = values.parse({ "token=@" .. folder .. "/token", "card.number=@" .. folder .. "/token" }, types)
    support.remove(folder)
    assert.equal("[secret]", tostring(params.token))
    assert.equal("t0ken", params.token:reveal())
    assert.equal("[secret]", tostring(params.card.number))
    for _, word in ipairs { "token=t0ken", 'token:="t0ken"', "card.number=4242424242424242", "card.cvv=123" } do
      local problems = problems_of(word)
      assert.equal(word:match "^[%w.]+", problems[1].field)
      assert.is_nil(problems[1].message:find(word:match "=(.+)$", 1, true))
    end
  end)

  it("become secrets from a variable where nothing is known of the field", function()
    local params = values.parse({ "unheard_of=env:PATH" }, types)
    assert.equal("[secret]", tostring(params.unheard_of))
  end)

  it("report everything that is wrong, each once", function()
    local problems = problems_of("x", "=1", "a..b=1", "items[0].id=1", "items[1=1", "customer.id=1", "customer.id=2",
      "customer=3", "json:={")
    local fields = {}
    for place, problem in ipairs(problems) do fields[place] = problem.field end
    assert.same({ "parameter 1", "parameter 2", "parameter 3", "parameter 4", "parameter 5", "customer.id", "customer",
      "json" }, fields)
  end)

  it("do not go into what is no table", function()
    assert.equal("a.b", problems_of("a=1", "a.b=2")[1].field)
  end)
end)
