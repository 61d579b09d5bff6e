-- Values at the edge of what an account takes.

local crypto = require "obol.crypto"
local json = require "obol.json"
local money = require "obol.money"
local secret = require "obol.secret"
local account = require "obol.account"
local support = require "spec.account.support"

local function misuse(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  return tostring(err)
end

describe("a base_url", function()
  it("has no query and no fragment, not even an empty one", function()
    for _, url in ipairs { "https://api.example/?", "https://api.example#", "https://api.example/v?#" } do
      local made, err = account(support.config { base_url = url })
      assert.is_nil(made)
      assert.equal("expected a URL without query and fragment", support.problems(err).base_url)
    end
  end)
end)

describe("a header's value", function()
  local expected = "expected text that can stand in a header"

  it("is ASCII without outer blanks, so that what is signed is what a server reads", function()
    for _, nonce in ipairs { "\195\169", " 1", "1 ", "a\tb", "a\r\nx: y", "\0", "\127" } do
      local request, err = support.account():encode("product.list", {}, { time_ms = 1, nonce = nonce })
      assert.is_nil(request)
      assert.equal("nonce", err.field)
      assert.equal(expected, err.message)
    end
    assert(support.account():encode("product.list", {}, { time_ms = 1, nonce = "6BA7B810 ~" }))
  end)

  it("of the configuration is the same", function()
    for _, platform in ipairs { "Stripé", " Stripe", "Stripe ", "a\nb" } do
      local made, err = account(support.config { platform = platform })
      assert.is_nil(made)
      assert.equal("expected text of ASCII without control characters and outer blanks",
        support.problems(err).platform)
    end
  end)
end)

-- As a double 2^53 is also 2^53 + 1, rounded: not exact.
describe("an integer written as a double", function()
  it("ends below 2^53 on every Lua", function()
    local made = assert(account(support.config { app_id = 2 ^ 53 - 1 }))
    assert.equal("9007199254740991", made:encode("product.list").headers["x-request-appid"])
    made = assert(account(support.config { app_id = "9007199254740993" }))
    assert.equal("9007199254740993", made:encode("product.list").headers["x-request-appid"])
    for _, id in ipairs { 2 ^ 53, 2 ^ 53 + 2, 2 ^ 63 } do
      local refused, err = account(support.config { app_id = id })
      assert.is_nil(refused)
      assert.truthy(support.problems(err).app_id)
    end
    assert.is_false((pcall(money.minor, 2 ^ 53, "USD")))
    assert.equal("9007199254740992", json.encode(2 ^ 53))
  end)
end)

describe("a time", function()
  it("is whole milliseconds since 1970, or the caller's mistake", function()
    local one = support.account { webhook_secret = secret "whsec_test_secret" }
    for _, time in ipairs { 1.5, -1, 0 / 0, 1 / 0, 2 ^ 53, 1e300, "1700000000000", true } do
      assert.truthy(misuse(one.encode, one, "product.list", {}, { time_ms = time }):find("time_ms", 1, true))
      assert.truthy(misuse(one.open, one, { body = "x", headers = {} }, { time_ms = time }):find("time_ms", 1, true))
    end
  end)
end)

describe("an HTTP status", function()
  it("is a small whole number, or the transport's mistake", function()
    local one = support.account()
    for _, status in ipairs { 1e300, -1, 0 / 0, 200.5, 1000, "200", true } do
      assert.truthy(misuse(one.decode, one, "product.list", { status = status, body = "" })
        :find("expected status as an HTTP status", 1, true))
    end
    local _, err = one:decode("product.list", { status = 502, body = "" })
    assert.equal(502, err.http_status)
  end)
end)

describe("a notification's own time", function()
  local one = support.account { webhook_secret = secret "whsec_test_secret" }
  local function open(created)
    local body = '{"id":"evt_1","created":' .. created .. "}"
    local mac = crypto.hex(crypto.hmac("sha256", "whsec_test_secret", "1700000000." .. body))
    return one:open({ headers = { ["stripe-signature"] = "t=1700000000,v1=" .. mac }, body = body },
      { time_ms = 1700000000000 })
  end

  it("is refused when its milliseconds are beyond int64", function()
    assert.equal(1700000000000, open("1700000000").time_ms)
    for _, created in ipairs { "9223372036854775807", "-9223372036854775808", "9223372036854776" } do
      local event, err = open(created)
      assert.is_nil(event)
      assert.equal("provider", err.kind)
    end
  end)

  -- Sheet 9 knows one header; of two, nobody can say which one counts.
  it("is not looked for in a header that came twice", function()
    local body = '{"id":"evt_1"}'
    local mac = crypto.hex(crypto.hmac("sha256", "whsec_test_secret", "1700000000." .. body))
    local value = "t=1700000000,v1=" .. mac
    local headers = { ["stripe-signature"] = value }
    assert(one:open({ headers = headers, body = body }, { time_ms = 1700000000000 }))
    for _, twice in ipairs { { value, value }, { value }, { "t=1,v1=x", value } } do
      local event, err = one:open({ headers = { ["stripe-signature"] = twice }, body = body },
        { time_ms = 1700000000000 })
      assert.is_nil(event)
      assert.equal("signature", err.kind)
    end
  end)
end)

-- Sheet 9: the Test button sends an empty body, to be answered 200.
describe("an empty notification", function()
  local one = support.account { webhook_secret = secret "whsec_test_secret" }

  it("is a test", function()
    for _, headers in ipairs { {}, { ["content-length"] = "0" } } do
      assert.equal("hint", assert(one:open { headers = headers, body = "" }).type)
      assert.equal("hint", assert(one:open { headers = headers }).type)
    end
  end)

  it("is refused when its headers announce bytes, which were lost on the way", function()
    for _, body in ipairs { "", false } do
      local event, err = one:open { headers = { ["content-length"] = "20480" }, body = body or nil }
      assert.is_nil(event)
      assert.equal("signature", err.kind)
    end
  end)
end)

describe("secret.file", function()
  local function read(bytes)
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(bytes)
    file:close()
    local value, err = secret.file(path)
    os.remove(path)
    return value and value:reveal(), err, value and #value
  end

  it("takes a line of text without its end, as editors write it", function()
    for _, bytes in ipairs { "k3y", "k3y\n", "k3y\r\n" } do
      local text, _, size = read(bytes)
      assert.same({ "k3y", 3 }, { text, size })
    end
    assert.equal(" a key ", (read " a key \n"))
  end)

  it("takes everything else byte by byte", function()
    for _, bytes in ipairs { "one\ntwo\n", "k3y\n\n", "\0\1\n", "k\r", "\xff\n", ("k"):rep(70000) .. "\t\n" } do
      assert.equal(bytes, (read(bytes)))
    end
  end)

  it("finds nothing in a file of a line end alone", function()
    for _, bytes in ipairs { "\n", "\r\n", "" } do
      local text, err = read(bytes)
      assert.is_nil(text)
      assert.equal("expected a regular file of 1 byte to 1 MiB", err.message)
    end
  end)

  it("does not wait for a pipe that nobody writes to", function()
    local path = os.tmpname()
    os.remove(path)
    assert(os.execute("mkfifo " .. path))
    local value, err = secret.file(path)
    os.remove(path)
    assert.is_nil(value)
    assert.equal("expected a regular file of 1 byte to 1 MiB", err.message)
  end)
end)
