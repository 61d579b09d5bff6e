local json = require "obol.json"
local money = require "obol.money"
local secret = require "obol.secret"
local support = require "spec.account.fourmetas_support"

local function encode(params, moment, account)
  return (account or support.account()):encode("payment.create", params, moment or { time_ms = 1700000000000 })
end

local function problems(err)
  local found = {}
  for _, each in ipairs(err.fields or {}) do found[each.field] = each.message end
  return found
end

describe("4metas's create", function()
  it("is the documented body, byte for byte", function()
    local request = assert(encode(support.order{
      notify_url = "https://shop.example/notify/games", return_url = "game://paid",
      extra = { fourmetas = { echo = "区服7" } },
    }, { time_ms = 1700000000000, key = "k-1" }))
    assert.equal("POST", request.method)
    assert.equal("https://api.example/prefix/formetas/thirdRecharge/createThirdOrder", request.url)
    assert.same({ ["content-type"] = "application/json; charset=utf-8" }, request.headers)
    assert.equal('{"thirdId":167123123123,"goodId":1,"gameId":22,"rechargeAmount":3.44,' ..
      '"notify_url":"https://shop.example/notify/games","page_url":"game://paid","extra":"k-1|A-1001|区服7"}',
      request.body)
  end)

  it("is the page's own sample", function()
    local account = support.account(nil, { game_id = 935 })
    local request = assert(encode({ customer = { id = 640 }, item = { product_id = 929 }, amount = "373.00",
      currency = "USD" }, nil, account))
    assert.same(json.decode(support.fixture "create.request.json"), json.decode(request.body))
    assert.equal('{"thirdId":640,"goodId":929,"gameId":935,"rechargeAmount":373}', request.body)
  end)

  it("writes amounts as the shortest exact number", function()
    for amount, wire in pairs { ["3.44"] = "3.44", ["373"] = "373", ["0.10"] = "0.1", ["0.07"] = "0.07",
      ["19.99"] = "19.99", ["4.35"] = "4.35", ["999999999.99"] = "999999999.99" } do
      assert.equal(wire, encode(support.order{ amount = amount }).body:match '"rechargeAmount":([^,]+),')
    end
  end)

  it("encodes what could be taken for a border in the order", function()
    local request = encode(support.order{ order_id = "A|1%2", extra = { fourmetas = { echo = "a|b%" } } },
      { key = "k" })
    assert.equal('"extra":"k|A%7C1%252|a|b%"', request.body:match '"extra":".*"')
  end)

  it("keeps ids beyond 2^53 exact, given as text", function()
    local request = encode(support.order{ customer = { id = "9223372036854775807" } })
    assert.truthy(request.body:find('"thirdId":9223372036854775807,', 1, true))
  end)

  it("adds the configured headers", function()
    local account = support.account(nil, { extra_headers = { { name = "access-token", value = secret "t-1" } } })
    local request = encode(support.order(), nil, account)
    assert.equal("t-1", request.headers["access-token"])
    assert.is_nil(tostring(request):find("t-1", 1, true))
    local query = assert(account:encode("payment.query", { provider_id = "5" }, { time_ms = 1 }))
    assert.equal("t-1", query.headers["access-token"])
  end)

  local bad = {
    { "items[1].product_id", { item = { product_id = 2147483648 } }, "an integer from 1 to 2147483647" },
    { "items[1].product_id", { item = { product_id = "x" } }, "an integer from 1 to 2147483647" },
    { "items[1].product_id", { item = false }, "a value" },
    { "customer.id", { customer = { id = "9223372036854775808" } }, "an integer of 1 or more" },
    { "customer.id", { customer = { id = 0 } }, "an integer of 1 or more" },
    { "customer.id", { customer = { id = 1.5 } }, "an integer of 1 or more" },
    { "customer.id", { customer = { id = json.null } }, "a value" },
    { "amount", { amount = "3.441" }, "an exact decimal with at most 2 places" },
    { "amount", { amount = "0.00" }, "more than 0" },
    { "amount", { amount = "-1" }, "more than 0" },
    { "amount", { amount = "1000000000" }, "at most 9 digits before the point" },
    { "amount", { amount = 3.44 }, "text such as \"8.88\" or an obol.money, not a number" },
    { "amount", { amount = false }, "a value" },
    { "currency", { currency = "EUR" }, "a currency that fourmetas takes" },
    { "method", { method = "card" }, "a payment method that fourmetas has" },
    { "items[1].quantity", { item = { product_id = 1, quantity = 2 } },
      "to be left out, this operation cannot carry it out" },
    { "items[2]", { items = { { product_id = 1 }, { product_id = 2 } } },
      "to be left out, this operation takes one entry" },
    { "notify_url", { notify_url = "https://x.example/" .. ("a"):rep(512) }, "a URL of at most 512 bytes" },
    { "notify_url", { notify_url = "game://x" }, "an absolute URL in ASCII: http or https" },
    { "return_url", { return_url = "javascript:alert(1)" },
      "an absolute URL in ASCII: http, https or an app's own scheme" },
    { "extra.fourmetas.echo", { extra = { fourmetas = { echo = ("x"):rep(1018) } } },
      "at most 1024 bytes together with key and order_id" },
    { "extra.fourmetas.ecko", { extra = { fourmetas = { ecko = "x" } } },
      "a known name, perhaps extra.fourmetas.echo" },
    { "order_id", { order_id = 7 }, "text" },
  }
  for place, case in ipairs(bad) do
    it(("refuses a wrong %s (%d)"):format(case[1], place), function()
      local request, err = encode(support.order(case[2]), { key = "k" })
      assert.is_nil(request)
      assert.equal("not_sent", err.outcome)
      local message = problems(err)[case[1]] or err.field == case[1] and err.message
      assert.equal("expected " .. case[3], message)
    end)
  end

  it("takes an echo that just fits", function()
    local request = encode(support.order{ extra = { fourmetas = { echo = ("x"):rep(1015) } } }, { key = "k" })
    assert.equal(1024, #request.body:match '"extra":"(.-)"')
  end)
end)

describe("4metas's answer to a create", function()
  local account = support.account()
  local function decode(body, status, options)
    return account:decode("payment.create", { status = status or 200, body = body }, options)
  end

  it("is an order and a page, whatever its text says", function()
    local result = assert(decode(support.fixture "create.reply.json"))
    assert.equal("accepted", result.outcome)
    assert.equal("requires_action", result.status)
    assert.equal("235", result.provider_id)
    assert.same({ type = "redirect", url = "https://pay.example/#/pages/pay/detail?id=235" }, result.action)
    assert.equal("server error", result.message)
  end)

  it("keeps an id beyond 2^53 as it was written", function()
    local result = assert(decode '{"status":1,"msg":"success","data":1738513709476610049}')
    assert.equal("1738513709476610049", result.provider_id)
    assert.equal("https://pay.example/#/pages/pay/detail?id=1738513709476610049", result.action.url)
  end)

  for body, outcome in pairs {
    ['{"status":0,"msg":"gameId","data":null}'] = "rejected",
    ['{"status":-7,"msg":"x"}'] = "rejected",
    ['{"status":1,"msg":"success","data":null}'] = "unknown",
    ['{"status":1,"msg":"success"}'] = "unknown",
    ['{"status":"1","msg":"success","data":5}'] = "unknown",
    ['{"status":1.0,"msg":"success","data":5}'] = "unknown",
    ['{"status":true,"data":5}'] = "unknown",
    ['{"status":null,"data":5}'] = "unknown",
    ['{"status":1,"data":0}'] = "unknown",
    ['{"status":1,"data":-5}'] = "unknown",
    ['{"status":1,"data":9223372036854775808}'] = "unknown",
    ['{"status":1,"data":"5"}'] = "unknown",
    ['{"data":5}'] = "unknown",
    ['[]'] = "unknown",
    [''] = "unknown",
    ['<html>'] = "unknown",
  } do
    it("to " .. body .. " is " .. outcome, function()
      local result, err = decode(body)
      assert.equal(outcome, result and result.outcome or err.outcome)
    end)
  end

  it("says nothing under another HTTP status", function()
    for _, status in ipairs { 201, 302, 400, 401, 500, 503 } do
      for _, body in ipairs { '{"status":1,"data":5}', '{"status":0,"data":null}', "x" } do
        local result, err = decode(body, status)
        assert.equal("unknown", result and result.outcome or err.outcome)
      end
    end
  end)
end)

describe("4metas's query", function()
  local account = support.account(nil, { game_id = 588 })
  local expect = { provider_id = "697", customer_id = "824", product_id = "5", amount = money("324", "USD") }

  local function decode(change, more)
    local text = support.fixture "query.reply.json"
    for from, to in pairs(change or {}) do
      local count
      text, count = text:gsub(from, to)
      assert(count > 0, from)
    end
    local wanted = {}
    for name, value in pairs(expect) do wanted[name] = value end
    for name, value in pairs(more or {}) do wanted[name] = value end
    return account:decode("payment.query", { status = 200, body = text }, { expect = wanted })
  end

  it("asks with the number itself", function()
    local request = assert(account:encode("payment.query", { provider_id = "1738513709476610049" }, { time_ms = 1 }))
    assert.equal('{"id":1738513709476610049}', request.body)
    request = assert(account:encode("payment.query", { provider_id = 692 }, { time_ms = 1 }))
    assert.same(json.decode(support.fixture "query.request.json"), json.decode(request.body))
    local _, err = account:encode("payment.query", {}, { time_ms = 1 })
    assert.equal("provider_id: expected a value", err.field .. ": " .. err.message)
  end)

  it("does not know the sample's generated state", function()
    local result = assert(decode())
    assert.equal("unknown", result.outcome)
  end)

  it("tells paid, open and closed", function()
    local result = assert(decode{ ['383'] = "1" })
    assert.equal("succeeded", result.outcome)
    assert.equal("324.00", result.amount:format())
    assert.same({ "amount", "provider_id", "customer_id", "product_id" }, result.checked)
    assert.equal(1699865007000, result.created_ms)
    result = assert(decode{ ['383'] = "0" })
    assert.same({ "accepted", "processing" }, { result.outcome, result.status })
    result = assert(decode{ ['383'] = "-1" })
    assert.same({ "declined", "expired" }, { result.outcome, result.status })
  end)

  it("takes an outer 1 for no payment, and an outer 0 for no answer", function()
    assert.equal("unknown", decode{ ['"status": 1'] = '"status": 0', ['383'] = "1" }.outcome)
    assert.equal("unknown", decode{ ['383'] = "null" }.outcome)
    local failed = account:decode("payment.query", { status = 200,
      body = '{"status":0,"msg":"order not found","data":null}' }, { expect = expect })
    assert.equal("unknown", failed.outcome)
  end)

  it("believes no answer about another order", function()
    for wanted, case in pairs {
      provider_id = { {}, { provider_id = "698" } }, customer_id = { {}, { customer_id = "825" } },
      product_id = { {}, { product_id = "6" } }, game_id = { { ['588'] = "589" } },
      amount = { {}, { amount = money("324.01", "USD") } },
    } do
      for _, state in ipairs { "1", "0", "-1" } do
        case[1]['383'] = state
        local result = decode(case[1], case[2])
        assert.same({ "unknown", wanted }, { result.outcome, result.mismatch })
      end
    end
  end)

  it("ends no order by an answer that does not show which one it is about", function()
    for _, member in ipairs { "orderId", "userId", "goodId", "gameId", "rechargeAmount" } do
      for _, state in ipairs { "1", "0", "-1" } do
        local result, err = decode{ ['383'] = state, ['"' .. member .. '"'] = '"other"' }
        assert.same({ nil, "unknown" }, { result, err.outcome })
      end
    end
  end)

  it("reads dollars exactly however they are written", function()
    for text, amount in pairs { ["3.4"] = "3.40", ["373.0"] = "373.00", ["3.44E0"] = "3.44", ["344e-2"] = "3.44" } do
      local result = decode({ ['383'] = "1", ['"rechargeAmount": 324'] = '"rechargeAmount": ' .. text },
        { amount = money(amount, "USD") })
      assert.equal("succeeded", result.outcome)
    end
    local result, err = decode{ ['383'] = "1", ['"rechargeAmount": 324'] = '"rechargeAmount": 3.441' }
    assert.is_nil(result)
    assert.equal("unknown", err.outcome)
  end)
end)

describe("4metas's configuration", function()
  local account = require "obol.account"
  local function refused(rsa, more)
    local opened, err = account(support.config(rsa, more))
    assert.is_nil(opened)
    return problems(err)
  end

  it("takes the key as PEM and as bare base64, and two while one is replaced", function()
    local pem = "-----BEGIN PRIVATE KEY-----\n" .. support.pair.private:gsub(("."):rep(64), "%0\n") ..
      "\n-----END PRIVATE KEY-----\n"
    support.account{ key = secret(pem) }
    support.account{ key = { secret(support.stranger.private), secret(support.pair.private) } }
    support.account(nil, { rsa = {} })
  end)

  it("refuses a key that does not fit its mode", function()
    assert.equal("expected the merchant's private key, not a public one",
      refused{ key = secret(support.pair.public) }["rsa.key"])
    assert.equal("expected the platform's public key, not a private one",
      refused{ mode = "private_encrypt", key = secret(support.pair.private) }["rsa.key"])
    assert.equal("expected an RSA key as PEM, DER or the base64 of DER", refused{ key = secret "x" }["rsa.key"])
    assert.truthy(refused{ key = support.pair.private }["rsa.key"]:find("obol.secret", 1, true))
    assert.equal('expected "pkcs1" with private_encrypt',
      refused{ mode = "private_encrypt", padding = "oaep_sha1", key = secret(support.pair.public) }["rsa.padding"])
    assert.equal('expected "public_encrypt" or "private_encrypt"', refused{ mode = "x" }["rsa.mode"])
  end)

  it("wants both bases and the game", function()
    assert.same({ api_base = "expected a value", pay_base = "expected a value", game_id = "expected a value" },
      problems(select(2, account{ provider = "fourmetas" })))
    assert.equal("expected an integer from 1 to 2147483647", refused(nil, { game_id = 2147483648 }).game_id)
    assert.equal("expected a known name, perhaps rsa.mode", refused{ mod = "x" }["rsa.mod"])
  end)

  it("refuses headers that cannot be sent", function()
    local opened = support.account(nil, { extra_headers = { { name = "a b", value = secret "x" } } })
    local _, err = encode(support.order(), nil, opened)
    assert.equal("extra_headers", err.field)
    assert.truthy(refused(nil, { extra_headers = { { name = "a" } } })["extra_headers[1].value"])
  end)

  it("declares an offer that may be made again and is found by nothing", function()
    assert.same({ operation = "payment.create", effect = "offer", found_by = "nothing", repeat_safe = true,
      found_with = "payment.query" }, support.account():plan("payment.create", {}))
    assert.same({ "game" }, support.account().methods)
    assert.is_false(support.account().session)
  end)
end)
