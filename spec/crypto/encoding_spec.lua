local crypto = require "obol.crypto"
local secret = require "obol.secret"

local every_byte = {}
for i = 0, 255 do every_byte[i + 1] = string.char(i) end
every_byte = table.concat(every_byte)

describe("crypto.hex", function()
  it("writes two lower-case digits a byte", function()
    assert.equal("", crypto.hex "")
    assert.equal("00ff0a", crypto.hex "\0\255\n")
    assert.equal("ff", crypto.hex(secret "\255"))
    assert.equal(512, #crypto.hex(every_byte))
  end)

  it("reads both cases", function()
    assert.equal("", crypto.unhex "")
    assert.equal("\171\205", crypto.unhex "abCD")
    assert.equal(every_byte, crypto.unhex(crypto.hex(every_byte)))
  end)

  it("refuses everything else", function()
    for _, bad in ipairs { "a", "abc", "0x", "g0", " 00", "0 ", "00\n0", "\0\0" } do
      local bytes, err = crypto.unhex(bad)
      assert.is_nil(bytes)
      assert.equal("invalid", err.kind)
      assert.equal("expected pairs of hexadecimal digits", err.message)
    end
    assert.has_error(function() crypto.hex(1) end)
    assert.has_error(function() crypto.unhex() end)
  end)
end)

describe("crypto.base64", function()
  -- RFC 4648 section 10
  local known = {
    { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\251\255\254", "+//+" },
  }
  it("agrees with RFC 4648", function()
    for _, case in ipairs(known) do
      assert.equal(case[2], crypto.base64(case[1]))
      assert.equal(case[1], crypto.unbase64(case[2]))
    end
    assert.equal("Zm9v", crypto.base64(secret "foo"))
  end)

  it("takes bytes of every kind, also many", function()
    assert.equal(every_byte, crypto.unbase64(crypto.base64(every_byte)))
    local much = every_byte:rep(4099) .. "x"
    assert.equal(much, crypto.unbase64(crypto.base64(much)))
  end)

  it("refuses everything else", function()
    local bad = { "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm9v=", "Z===", "Zm=v", "Zm9v\n",
      "Zm 9", "Zm9v====", "+//_", "-__-", "Zh==", "Zm9=", "Zg==Zg==", "\0\0\0\0" }
    for _, text in ipairs(bad) do
      local bytes, err = crypto.unbase64(text)
      assert.is_nil(bytes, text)
      assert.equal("invalid", err.kind)
    end
    assert.has_error(function() crypto.base64 {} end)
    assert.has_error(function() crypto.unbase64(true) end)
  end)
end)

describe("crypto.equal", function()
  it("compares bytes", function()
    assert.is_true(crypto.equal("", ""))
    assert.is_true(crypto.equal("a\0b", secret "a\0b"))
    assert.is_true(crypto.equal(secret "", ""))
    assert.is_false(crypto.equal("a\0b", "a\0c"))
    assert.is_false(crypto.equal("a", "ab"))
    assert.is_false(crypto.equal("", secret "x"))
    assert.is_false(crypto.equal("abc", "Abc"))
  end)

  it("raises for other types", function()
    assert.has_error(function() crypto.equal("a") end)
    assert.has_error(function() crypto.equal(nil, nil) end)
    assert.has_error(function() crypto.equal(1, 1) end)
  end)
end)
