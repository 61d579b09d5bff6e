local json = require "obol.json"
local money = require "obol.money"
local secret = require "obol.secret"

local function refused(value, field, message)
  local text, err = json.encode(value)
  assert.is_nil(text)
  assert.equal("invalid", err.kind)
  assert.equal(field, err.field)
  if message then assert.equal(message, err.message) end
end

describe("json.encode", function()
  it("writes every kind of value, names sorted", function()
    assert.equal('{"a":{"b":[1,"x",false]},"c":null,"d":true}',
      json.encode { d = true, c = json.null, a = { b = { 1, "x", false } } })
    assert.equal('"x"', json.encode "x")
    assert.equal("true", json.encode(true))
    assert.equal("null", json.encode(json.null))
  end)

  it("sorts the names of any number of members", function()
    local value, names = {}, {}
    for i = 1, 100 do names[i] = ("k%03d"):format(i) end
    for i = 100, 1, -1 do value[names[i]] = i end
    local expected = {}
    for i = 1, 100 do expected[i] = ('"%s":%d'):format(names[i], i) end
    assert.equal("{" .. table.concat(expected, ",") .. "}", json.encode(value))
    assert.equal('{"A":1,"a":3,"aa":4,"b":2}', json.encode { b = 2, aa = 4, A = 1, a = 3 })
  end)

  it("writes integers plainly", function()
    assert.equal("[0,-1,100,100000000000000,9007199254740991,-9007199254740991]",
      json.encode { 0, -1, 100, 100000000000000, 9007199254740991, -9007199254740991 })
    assert.equal("[1,1000000000000000]", json.encode { 1.0, 1e15 })
    assert.equal("0", json.encode(-0.0))
    if rawget(math, "type") then
      assert.equal("1738513709476610049", json.encode(1738513709476610049))
      assert.equal("-9223372036854775808", json.encode(rawget(math, "mininteger")))
    end
  end)

  it("writes other floats with the fewest digits that read back", function()
    local floats = { ["8.88"] = 8.88, ["0.1"] = 0.1, ["0.30000000000000004"] = 0.1 + 0.2,
      ["1234567890123.45"] = 1234567890123.45, ["-2.5"] = -2.5, ["1e+300"] = 1e300,
      ["5e-324"] = 5e-324, ["1.7976931348623157e+308"] = 1.7976931348623157e308,
      ["0.3333333333333333"] = 1 / 3 }
    for text, float in pairs(floats) do assert.equal(text, json.encode(float)) end
  end)

  it("writes floats with a point in every locale", function()
    local before = os.setlocale(nil, "numeric")
    local found = os.setlocale("de_DE.UTF-8", "numeric") or os.setlocale("fr_FR.UTF-8", "numeric")
    local text = json.encode(8.5)
    os.setlocale(before, "numeric")
    assert.equal("8.5", text)
    if not found then pending("no locale with a comma is installed") end
  end)

  it("escapes what it must and nothing else", function()
    assert.equal([["\"\\/\b\f\n\r\t\u0000\u001f]] .. '\127caf\195\169\240\159\152\128"',
      json.encode '"\\/\b\f\n\r\t\0\31\127caf\195\169\240\159\152\128')
    assert.equal([[{"a\u0000\"":1}]], json.encode { ['a\0"'] = 1 })
  end)

  it("keeps arrays apart from objects", function()
    assert.equal("{}", json.encode {})
    assert.equal("[]", json.encode(json.array()))
    assert.equal("[]", json.encode(json.array {}))
    assert.equal("[1]", json.encode(json.array { 1 }))
    assert.equal('{"a":[],"b":{},"c":[[]]}', json.encode(json.decode '{"c":[[]],"b":{},"a":[]}'))
  end)

  it("gives back what was read, on every Lua", function()
    local text = '{"amount":"3.44","big":"1738513709476610049","id":9007199254740991}'
    assert.equal(text, json.encode(json.decode(text)))
    local value = json.decode '{"id":1738513709476610049,"amount":3.44}'
    assert.equal("1738513709476610049", value.id)
    assert.equal("3.44", value.amount)
  end)

  it("refuses what has no place in JSON, and says where", function()
    refused({ a = { b = { print } } }, "a.b[1]",
      "expected a value that can be sent, not a function")
    refused({ coroutine.create(print) }, "[1]")
    refused({ a = io.stdout }, "a")
    refused({ a = 0 / 0 }, "a", "expected a finite number")
    refused({ 1 / 0 }, "[1]", "expected a finite number")
    refused({ -1 / 0 }, "[1]", "expected a finite number")
    refused({ x = { secret "4242424242424242" } }, "x[1]", "expected no secret")
    refused(secret "x", nil, "expected no secret")
    refused({ price = money("1", "USD") }, "price")
    refused(nil)
  end)

  it("refuses text that is not UTF-8", function()
    refused({ a = { "\255" } }, "a[1]", "expected valid UTF-8")
    refused({ a = { "\237\160\128" } }, "a[1]", "expected valid UTF-8")
    refused({ a = { ["\255"] = 1 } }, "a", "expected valid UTF-8")
  end)

  it("refuses mixed keys and gaps", function()
    for _, value in ipairs { { 1, a = 2 }, { 1, nil, 3 }, { [0] = 1 }, { [-1] = 1 }, { [1.5] = 1 },
      { [2] = 1 }, { [2 ^ 53] = 1 }, { [true] = 1 }, { a = 1, [1] = 2 },
      json.array { a = 1 }, json.array { 1, nil, 3 } } do
      refused({ x = value }, "x", "expected the keys 1 to n without a gap, or names alone")
    end
  end)

  it("refuses circles and more than 64 levels", function()
    local circle = {}
    circle.a = circle
    local text, err = json.encode(circle)
    assert.is_nil(text)
    assert.equal("tables are nested deeper than 64, or in a circle", err.message)
    assert.truthy(err.field:find("^a%.a%.a"))
    local deep = {}
    for _ = 2, 64 do deep = { deep } end
    assert.equal(("["):rep(63) .. "{}" .. ("]"):rep(63), json.encode(deep))
    assert.is_nil((json.encode { deep }))
  end)

  it("refuses a closed secret and a document over 8 MiB", function()
    local closed = secret "x"
    closed:close()
    refused({ a = closed }, "a", "secret is closed")
    refused(("x"):rep(8 * 1024 * 1024), nil, "document is longer than allowed")
    refused({ ("\1"):rep(2 * 1024 * 1024) }, nil, "document is longer than allowed")
  end)

  it("does not look at metamethods", function()
    local proxy = setmetatable({ a = 1 }, { __index = function() error "asked" end,
      __pairs = function() error "asked" end, __len = function() error "asked" end })
    assert.equal('{"a":1}', json.encode(proxy))
  end)

  it("raises without an argument and for an array that is no table", function()
    assert.has_error(function() local _ = json.encode() end)
    assert.has_error(function() local _ = json.array("x") end)
  end)
end)
