local form = require "obol.core".form
local secret = require "obol.secret"

local function refused(text, message)
  local pairs_read, err = form.decode(text)
  assert.is_nil(pairs_read)
  assert.equal("invalid", err.kind)
  assert.equal(message, err.message)
end

describe("form.encode", function()
  -- the application/x-www-form-urlencoded percent-encode set of the URL Standard
  it("keeps letters, digits and * - . _ alone", function()
    assert.equal("a=AZaz09*-._", form.encode { a = "AZaz09*-._" })
    assert.equal("a=%7E%21%27%28%29%2F%3F%3D%26%25%2B+%40%3A", form.encode { a = "~!'()/?=&%+ @:" })
    assert.equal("%E5%90%8D+a=%0D%0A%00", form.encode { ["\229\144\141 a"] = "\r\n\0" })
  end)

  it("writes the pairs in the order of their names, integers plainly", function()
    assert.equal("a=1&b=100000000000000&c=", form.encode { c = "", b = 100000000000000, a = 1 })
    assert.equal("", form.encode {})
  end)

  it("refuses everything but strings and numbers", function()
    for _, value in ipairs { true, {}, secret "4242" } do
      local text, err = form.encode { a = value }
      assert.is_nil(text)
      assert.equal("invalid", err.kind)
      assert.equal("a", err.field)
    end
    assert.is_nil((form.encode { "x" }))
  end)
end)

describe("form.decode", function()
  it("reads pairs", function()
    assert.same({ a = "1", b = "\229\144\141 x+", c = "", d = "", ["e f"] = "=" },
      form.decode "a=1&b=%E5%90%8d+x%2B&c=&d&e+f==")
    assert.same({}, form.decode "")
    assert.same({ a = "\0\255" }, form.decode "a=%00%FF")
  end)

  it("refuses names that are empty or come twice", function()
    refused("a=1&b=2&a=3", "name comes twice at byte 8")
    refused("a=1&%61=1", "name comes twice at byte 4")
    refused("=1", "expected a name at byte 0")
    refused("a=1&", "expected a name at byte 4")
    refused("a=1&&b=2", "expected a name at byte 4")
  end)

  it("refuses torn escapes, blanks and control characters", function()
    for _, text in ipairs { "a=%", "a=%4", "a=%4g", "%=1", "a=b c", "a=\n", "a\0=1", "a=\127" } do
      refused(text, "expected a pair in form encoding at byte 0")
    end
  end)

  it("takes 1024 pairs", function()
    local list = {}
    for i = 1, 1024 do list[i] = "k" .. i .. "=" .. i end
    assert.equal("1024", form.decode(table.concat(list, "&")).k1024)
    list[1025] = "x=1"
    assert.is_nil((form.decode(table.concat(list, "&"))))
  end)

  it("reads a long value", function()
    local long = ("x"):rep(1024 * 1024)
    assert.equal(long, form.decode("a=" .. long).a)
  end)
end)
