-- What a MinCloud account refuses, and what is never shown.

local obol_account = require "obol.account"
local support = require "spec.account.mincloud_support"
local money = require "obol.money"
local null = require("obol.json").null
local secret = require "obol.secret"

local account = support.account { profit_share_function = "share" }

local function problems(operation, params, other)
  local request, err = (other or account):encode(operation, params, { time_ms = 1, key = "k-1" })
  assert.is_nil(request)
  assert.equal("not_sent", err.outcome)
  return support.problems(err), err
end

local function extra(members) return { extra = { mincloud = members } } end

-- path of the field -> a value that is wrong -> what is said of it
local payment_cases = {
  { { method = false }, "method", "expected a value" },
  { { method = null }, "method", "expected a value" },
  { { method = 5 }, "method", "expected a payment method that mincloud has" },
  { { method = "card" }, "method", "expected a payment method that mincloud has" },
  { { amount = false }, "amount", "expected a value" },
  { { amount = null }, "amount", "expected a value" },
  { { amount = 0.1 }, "amount", 'expected text such as "8.88" or an obol.money, not a number' },
  { { amount = 10 }, "amount", 'expected text such as "8.88" or an obol.money, not a number' },
  { { amount = "0" }, "amount", "expected more than 0" },
  { { amount = "0.00" }, "amount", "expected more than 0" },
  { { amount = "-0.01" }, "amount", "expected more than 0" },
  { { amount = "0.001" }, "amount", "expected an exact decimal with at most 2 places" },
  { { amount = "1.2345" }, "amount", "expected an exact decimal with at most 2 places" },
  { { amount = "1e2" }, "amount", "expected an exact decimal with at most 2 places" },
  { { amount = "01.00" }, "amount", "expected an exact decimal with at most 2 places" },
  { { amount = "92233720368547758.08" }, "amount", "expected an exact decimal with at most 2 places" },
  { { amount = "" }, "amount", "expected an exact decimal with at most 2 places" },
  { { amount = { 1 } }, "amount", 'expected text such as "8.88" or an obol.money, not a number' },
  { { currency = false }, "currency", "expected a currency for the amount" },
  { { currency = "USD" }, "currency", "expected a currency that mincloud takes" },
  { { currency = "cny" }, "currency", "expected a currency for the amount" },
  { { amount = money("1.00", "USD"), currency = false }, "currency", "expected a currency that mincloud takes" },
  { { amount = money("1.00", "USD") }, "amount", "expected an amount in the currency of the call" },
  { { description = false }, "description", "expected a value" },
  { { description = null }, "description", "expected a value" },
  { { description = "" }, "description", "expected text of 1 to 16384 characters" },
  { { description = ("x"):rep(16385) }, "description", "expected text of 1 to 16384 characters" },
  { { description = "a\0b" }, "description", "expected UTF-8 text without NUL" },
  { { description = "\255" }, "description", "expected UTF-8 text without NUL" },
  { { description = 5 }, "description", "expected text" },
  { { description = secret "x" }, "description", "expected text" },
  { { order_id = 5 }, "order_id", "expected text" },
  { { order_id = ("x"):rep(16385) }, "order_id", "expected text of 1 to 16384 characters" },
  { { profit_sharing = "yes" }, "profit_sharing", "expected true or false" },
  { extra { schema_id = "x" }, "extra.mincloud.schema_id", "expected an integer" },
  { extra { schema_id = 1.5 }, "extra.mincloud.schema_id", "expected an integer" },
  { extra { schema_id = "9223372036854775808" }, "extra.mincloud.schema_id", "expected an integer" },
  { extra { schema_id = "-9223372036854775809" }, "extra.mincloud.schema_id", "expected an integer" },
  { extra { schema_id = {} }, "extra.mincloud.schema_id", "expected an integer" },
  { extra { record_id = 5 }, "extra.mincloud.record_id", "expected text" },
  { extra { record_id = "" }, "extra.mincloud.record_id", "expected text of 1 to 16384 characters" },
  { extra { snapshot = "{}" }, "extra.mincloud.snapshot", "expected a table with named members" },
  { extra { snapshot = { 1, 2 } }, "extra.mincloud.snapshot", "expected a table with named members" },
  { extra { snapshot = { price = 0.5 } }, "extra.mincloud.snapshot",
    "expected text, integers, booleans and tables of them" },
  { extra { snapshot = { pan = secret "4111" } }, "extra.mincloud.snapshot",
    "expected text, integers, booleans and tables of them" },
  { extra { snapshot = { obol = {} } }, "extra.mincloud.snapshot.obol",
    "expected to be left out: the library's own goes there" },
  { extra { snapshot = { a = 1, obol = "x" } }, "extra.mincloud.snapshot.obol",
    "expected to be left out: the library's own goes there" },
  { extra { shcema_id = 1 }, "extra.mincloud.shcema_id", "expected a known name, perhaps extra.mincloud.schema_id" },
  { { gateway_type = "alipay_page" }, "gateway_type", "expected a known name" },
  { { trial_days = 3 }, "trial_days", "expected to be left out, this operation cannot carry it out" },
  { { interval = "P1M" }, "interval", "expected to be left out, this operation cannot carry it out" },
}

describe("MinCloud's order refuses", function()
  for _, case in ipairs(payment_cases) do
    it(case[2] .. ": " .. case[3], function()
      assert.equal(case[3], problems("payment.create", support.payment(case[1]))[case[2]])
    end)
  end

  it("everything that is wrong at once, in every place", function()
    local found = problems("payment.create", { method = "x", amount = 1, extra = { mincloud = { schema_id = "x" } } })
    for _, field in ipairs { "method", "amount", "description", "extra.mincloud.schema_id" } do
      assert.truthy(found[field], field)
    end
  end)

  it("another currency or method as what another account may take", function()
    for _, more in ipairs { { currency = "USD" }, { method = "card" } } do
      local _, err = problems("payment.create", support.payment(more))
      assert.equal("unsupported", err.kind)
    end
  end)
end)

describe("MinCloud's order takes", function()
  local function body(more)
    return assert(account:encode("payment.create", support.payment(more), { time_ms = 1, key = "k-1" })).body
  end

  it("ids up to the edges of int64, as numbers and as digits", function()
    for _, id in ipairs { "9223372036854775807", "-9223372036854775808", "0" } do
      assert.truthy(body(extra { schema_id = id }):find('"merchandise_schema_id":' .. id .. ",", 1, true))
    end
    assert.truthy(body(extra { schema_id = 9007199254740991 }):find('_id":9007199254740991,', 1, true))
  end)

  it("an empty snapshot, and null for what is left out", function()
    assert.truthy(body(extra { snapshot = {} }):find('"merchandise_snapshot":{"obol":{"key":"k-1"}}', 1, true))
    assert.equal(body(), body { order_id = null, profit_sharing = null, extra = { mincloud = { schema_id = null } } })
  end)

  it("words that mean nothing to it, and those of another provider", function()
    assert.equal(body(), body { customer = { id = "u-7", ip = "203.0.113.9" }, items = { { name = "tea" } },
      return_url = "https://shop.example/", notify_url = "https://shop.example/n",
      extra = { appwheel = { mode = "x" } } })
  end)
end)

describe("MinCloud's other operations refuse", function()
  local receiver = { type = "MERCHANT_ID", account = "1", amount = "0.10", description = "d" }
  local function share(more)
    return { currency = "CNY", extra = { mincloud = support.with({ trade_no = "T", receivers = { receiver } }, more) } }
  end
  local function receivers(more) return share { receivers = { support.with(receiver, more) } } end
  local at = "extra.mincloud.receivers"
  local cases = {
    { "payment.query", {}, "key", "expected a value" },
    { "payment.query", { provider_id = ("x"):rep(256) }, "provider_id", "expected text of 1 to 255 characters" },
    { "payment.query", { provider_id = 5 }, "provider_id", "expected text" },
    { "payment.query", { key = 5 }, "key", "expected text" },
    { "payment.find", { item = { product_id = 5 } }, "items[1].product_id", "expected text" },
    { "payment.list", { limit = 0 }, "limit", "expected an integer from 1 to 1000" },
    { "payment.list", { limit = 1001 }, "limit", "expected an integer from 1 to 1000" },
    { "payment.list", { offset = -1 }, "offset", "expected an integer from 0 to 2147483647" },
    { "payment.list", { status = "complete" }, "status", 'expected "processing", "succeeded" or "failed"' },
    { "payment.list", { refund_status = "x" }, "refund_status", 'expected "partial", "complete" or "failed"' },
    { "payment.list", { paid_from_ms = "x" }, "paid_from_ms", "expected an integer" },
    { "session.create", extra { username = "shop" }, "extra.mincloud.password", "expected a value" },
    { "session.create", extra { username = "shop", password = "x" }, "extra.mincloud.password",
      'expected an obol.secret, such as obol.secret.env "NAME"' },
    { "session.create", extra { username = 5, password = secret "x" }, "extra.mincloud.username", "expected text" },
    { "session.create", extra { email = "", password = secret "x" }, "extra.mincloud.email",
      "expected text of 1 to 16384 characters" },
    { "function.call", {}, "function_name", "expected a value" },
    { "function.call", { function_name = "f", data = { 0.5 } }, "data",
      "expected text, integers, booleans and tables of them" },
    { "function.call", { function_name = "f", sync = "no" }, "sync", "expected true or false" },
    { "refund.create", {}, "provider_id", "expected a value" },
    { "refund.create", { provider_id = "M", amount = "1.234", currency = "CNY" }, "amount",
      "expected an exact decimal with at most 2 places" },
    { "refund.create", { provider_id = "M", amount = "0", currency = "CNY" }, "amount", "expected more than 0" },
    { "refund.create", { provider_id = "M", amount = "1.00", currency = "USD" }, "currency",
      "expected a currency that mincloud takes" },
    { "profit_share.create", share { trade_no = false }, "extra.mincloud.trade_no", "expected a value" },
    { "profit_share.create", share { receivers = false }, at, "expected at least one entry" },
    { "profit_share.create", share { receivers = {} }, at, "expected a list of 1 to 1000 entries" },
    { "profit_share.create", receivers { type = "PERSONAL_WECHATID" }, at .. "[1].type",
      'expected "MERCHANT_ID", "PERSONAL_OPENID", "userId" or "loginName"' },
    { "profit_share.create", receivers { account = false }, at .. "[1].account", "expected a value" },
    { "profit_share.create", receivers { amount = "0" }, at .. "[1].amount", "expected more than 0" },
    { "profit_share.create", receivers { amount = "0.001" }, at .. "[1].amount",
      "expected an exact decimal with at most 2 places" },
    { "profit_share.create", receivers { amount = 10 }, at .. "[1].amount",
      'expected text such as "8.88" or an obol.money, not a number' },
    { "profit_share.create", receivers { description = 5 }, at .. "[1].description", "expected text" },
  }
  for _, case in ipairs(cases) do
    it(("%s, %s: %s"):format(case[1], case[3], case[4]), function()
      assert.equal(case[4], problems(case[1], case[2])[case[3]])
    end)
  end

  it("shares in another currency, and without a function to do it", function()
    local params = receivers { amount = money("1.00", "USD") }
    params.currency = "USD"
    local found, err = problems("profit_share.create", params)
    assert.equal("unsupported", err.kind)
    assert.truthy(found.currency)
    assert.equal("expected a value", problems("profit_share.create", share(), support.account())
      ["account.profit_share_function"])
  end)

  it("what MinCloud does not have", function()
    for _, operation in ipairs { "payment.cancel", "refund.query", "subscription.create" } do
      local request, err = account:encode(operation, {})
      assert.is_nil(request)
      assert.equal("unsupported", err.kind)
    end
  end)
end)

describe("MinCloud's configuration", function()
  local function refused(more)
    local made, err = obol_account(support.config(more))
    assert.is_nil(made)
    return support.problems(err), err
  end

  it("is refused with the place and the expectation", function()
    local secrets = 'expected an obol.secret, such as obol.secret.env "NAME"'
    local cases = {
      { { client_id = false }, "client_id", "expected a value" },
      { { client_id = 5 }, "client_id", "expected text" },
      { { client_id = ("a"):rep(65) }, "client_id", "expected text of 1 to 64 characters" },
      { { client_id = "a\nb" }, "client_id", "expected text of ASCII without control characters and outer blanks" },
      { { base_url = "ftp://x" }, "base_url", "expected an absolute URL in ASCII: http or https" },
      { { base_url = "https://x.example/?a" }, "base_url", "expected a URL without query and fragment" },
      { { token = "plain" }, "token", secrets },
      { { token = secret(("x"):rep(4097)) }, "token", "expected a secret of at most 4096 bytes" },
      { { webhook_key = "plain" }, "webhook_key", secrets },
      { { webhook_key = {} }, "webhook_key", secrets },
      { { login = { username = "shop" } }, "login.password", "expected a value, because login is given" },
      { { login = { phone = "1", password = "plain" } }, "login.password", secrets },
      { { login = "shop" }, "login", "expected a table with named members" },
      { { anonymous = "yes" }, "anonymous", "expected true or false" },
      { { env = "é" }, "env", "expected text of ASCII without control characters and outer blanks" },
      { { expire_after = 7200 }, "expire_after", 'expected a duration such as "90s", "30m", "2h" or "1d"' },
      { { tokn = "x" }, "tokn", "expected a known name, perhaps token" },
    }
    for _, case in ipairs(cases) do assert.equal(case[3], refused(case[1])[case[2]], case[2]) end
  end)

  it("says in one way who asks", function()
    local login = { username = "shop", password = secret "p" }
    for _, more in ipairs { { login = login }, { anonymous = true }, { token = false, login = login, anonymous = true },
      { token = false, login = { username = "shop", email = "a@b.example", password = secret "p" } } } do
      assert.equal("expected one of a token, a login by one name, and anonymous", refused(more).token)
    end
    local config = support.config()
    config.anonymous = false
    assert(obol_account(config))
  end)

  it("never lets a ClientID lead to another host", function()
    for _, id in ipairs { "evil.example/", "evil.example#", "evil.example?x", "a@evil.example", "a b" } do
      local made, err = obol_account(support.config { client_id = id })
      assert.is_nil(made)
      assert.truthy(support.problems(err).base_url, id)
    end
    local made = assert(obol_account(support.config { client_id = "a.b" }))
    assert.equal("https://a.b.myminapp.com/hserve/v2.2/server/time/", assert(made:encode("time.get", {})).url)
  end)

  it("has the ends that it was given", function()
    assert.equal(7200000, account.expire_after_ms)
    assert.equal(60000, support.account { expire_after = "1m" }.expire_after_ms)
  end)
end)

describe("MinCloud's secrets", function()
  local TOKEN, PASSWORD, KEY = "tok-5d41402abc4b", "pass-7d793037a076", "key-9e107d9d372bb"

  it("are nowhere to be read", function()
    local other = support.account { token = false,
      login = { email = "a@b.example", password = secret(PASSWORD) }, webhook_key = secret(KEY) }
    local shown = { tostring(other), tostring(support.account { token = secret(TOKEN) }) }
    local function add(value) shown[#shown + 1] = tostring(value) end
    add(support.account { token = secret(TOKEN) }:encode("payment.create", support.payment(), { time_ms = 1 }))
    add(other:encode("payment.create", support.payment(), { time_ms = 1, token = secret(TOKEN) }))
    local request = other:encode("session.create", {}, { time_ms = 1 })
    add(request)
    add(request.body)
    add(select(2, other:encode("payment.create", {}, { time_ms = 1 })))
    add(select(2, other:open({ body = support.token("[]", nil, KEY) }, { time_ms = 1 })))
    add(select(2, other:open({ body = "x" }, { time_ms = 1 })))
    local redacted = other:redact("session.create", { extra = { mincloud = { email = "somebody@b.example",
      password = secret(PASSWORD) } } })
    assert.equal("so...", redacted.extra.mincloud.email)
    assert.equal("[secret]", redacted.extra.mincloud.password)
    local result = assert(other:decode("session.create", { status = 201,
      body = ('{"token":"%s","expires_in":2592000,"user_id":1}'):format(TOKEN) }))
    assert.equal(TOKEN, result.token:reveal())
    add(result.token)
    for _, value in pairs(result.extra or {}) do add(value) end
    for _, text in ipairs(shown) do
      for _, hidden in ipairs { TOKEN, PASSWORD, KEY } do assert.is_nil(text:find(hidden, 1, true), text) end
    end
  end)
end)
