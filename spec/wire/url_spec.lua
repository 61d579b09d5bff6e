local url = require "obol.core".url

local function refused(text, message)
  local parts, err = url.parse(text)
  assert.is_nil(parts)
  assert.equal("invalid", err.kind)
  if message then assert.equal(message, err.message) end
  return err
end

describe("url.parse", function()
  it("takes an address apart", function()
    assert.same({ scheme = "https", host = "shop.example", port = "8443", path = "/a/%20b",
      query = "c=d&e=?", fragment = "f?/", loopback = false },
      url.parse "https://shop.example:8443/a/%20b?c=d&e=?#f?/")
    assert.same({ scheme = "http", host = "a", path = "", loopback = false }, url.parse "http://a")
    assert.same({ scheme = "http", host = "a", path = "", query = "", fragment = "",
      loopback = false }, url.parse "http://a?#")
    assert.same({ scheme = "HTTPS", host = "Shop.Example.", path = "/", query = "x=/@:",
      loopback = false }, url.parse "HTTPS://Shop.Example./?x=/@:")
    assert.equal("2001:db8::1", url.parse("https://[2001:db8::1]:443/").host)
  end)

  it("takes the schemes of apps", function()
    assert.same({ scheme = "myapp", host = "back", path = "", loopback = false },
      url.parse "myapp://back")
    assert.equal("/pay", url.parse("com.example.shop+1-2:///pay").path)
    assert.equal("1.2", url.parse("myapp://1.2").host)
  end)

  it("takes placeholders of providers", function()
    assert.equal("id={CHECKOUT_SESSION_ID}",
      url.parse("https://a.example/?id={CHECKOUT_SESSION_ID}").query)
  end)

  it("refuses what is no absolute URL", function()
    for _, text in ipairs { "", "shop.example", "/a", "//shop.example/a", "https:shop.example",
      "https:/shop.example", "://a", "1http://a", "ht_tp://a",
      "javascript:alert(1)", "mailto:a" } do
      refused(text, "expected an absolute URL, such as https://shop.example/back")
    end
  end)

  it("refuses blanks, control characters and what is not ASCII", function()
    for _, bad in ipairs { " ", "\t", "\n", "\r", "\0", "\127", "\195\169", "\\", '"',
      "<", ">", "`" } do
      for _, text in ipairs { bad .. "https://a.example/", "https://a" .. bad .. ".example/",
        "https://a.example/" .. bad, "https://a.example/?" .. bad, "https://a.example/#" .. bad } do
        refused(text, "expected a URL of ASCII characters, without blanks")
      end
    end
  end)

  it("refuses torn escapes", function()
    for _, text in ipairs { "https://a.example/%", "https://a.example/%4", "https://a.example/%4g",
      "https://a.example/?%%41" } do
      refused(text, "expected two hexadecimal digits after % in the URL")
    end
  end)

  it("refuses userinfo", function()
    for _, text in ipairs { "https://user@a.example/", "https://user:pass@a.example/",
      "https://@a.example/", "https://shop.example@evil.example/" } do
      refused(text, "expected a URL without a user name or password")
    end
    assert.equal("/a@b", url.parse("https://a.example/a@b").path)
  end)

  it("refuses hosts that are none", function()
    for _, text in ipairs { "https://", "https:///a", "https://?a", "https://.a/", "https://a..b/",
      "https://a%2eb/", "https://[::1/", "https://[::1]x/", "https://[1.2.3.4]/", "https://[]/",
      "https://[::g]/", "https://::1/", "https://a,b/", "https://a[1]/", "https://a@b@c/",
      "https://" .. ("a."):rep(127) .. "/" } do
      refused(text)
    end
  end)

  it("refuses other spellings of addresses", function()
    for _, host in ipairs { "127.1", "2130706433", "0x7f.0.0.1", "0x7f000001", "0177.0.0.1",
      "1.2.3", "1.2.3.4.5", "256.1.1.1", "a.0x1" } do
      refused("http://" .. host .. "/", "expected a valid host in the URL")
    end
    assert.equal("1.2.3.4", url.parse("http://1.2.3.4/").host)
  end)

  it("refuses ports that are none", function()
    for _, port in ipairs { "", "0", "65536", "080", "-1", "+1", "8o", "99999999999999999999" } do
      refused("https://a.example:" .. port .. "/", "expected a port of 1 to 65535 in the URL")
    end
    assert.equal("65535", url.parse("https://a.example:65535").port)
  end)

  it("knows this machine", function()
    for _, host in ipairs { "localhost", "LocalHost", "127.0.0.1", "127.255.0.9", "[::1]" } do
      assert.is_true(url.parse("http://" .. host .. ":8080/").loopback)
    end
    for _, host in ipairs { "localhost.example", "127.0.0.1.example", "128.0.0.1", "[::2]",
      "xlocalhost", "10.0.0.1", "0.0.0.0" } do
      assert.is_false(url.parse("http://" .. host .. "/").loopback)
    end
  end)

  it("never shows what it was given", function()
    for _, text in ipairs { "https://token4242:x@a", "token4242", "https://token4242 /",
      "https://a:4242424242" } do
      for _, member in pairs(refused(text)) do
        assert.is_nil(tostring(member):find("4242", 1, true))
      end
    end
  end)
end)
