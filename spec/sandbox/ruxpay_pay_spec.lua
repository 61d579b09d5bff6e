-- Sales and subscriptions at the RuxPay simulator: the order of checks, the test rules, ids.

local cjson = require "cjson"
local support = dofile "spec/sandbox/ruxpay_support.lua"

-- The example of the provider's own page, as it is printed: no orderId, an expired card, a long agent.
local EXAMPLE = [[{
"transactionId": "123456", "currency": "USD", "amount": "8.88", "appId": "123456",
"callbackUrl": "https://domain/callback", "notificationUrl": "https://domain/notification",
"transactionIp": "127.0.0.1",
"productInfos": [ { "productName": "Stonebriar Unscented Tea Light Candles with 6-7 Hour Burn Time - White, Pack of 100",
"currency": "USD", "price": "8.88", "sku": "123-456-789", "quantity": 1, "productLink": "https://domain/123-456-789" } ],
"card": { "expiredYear": "23", "expiredMonth": "12", "cardNumber": "4200000000000000", "cardholder": "san zhang",
"cvv": "123" },
"billingAddress": { "firstName": "Gross", "lastName": "Schmidt", "country": "CA", "email": "kael@gmail.com",
"city": "Longueuil", "address": "3226 rue Saint-Charles", "phone": "450-928-5752", "state": "Quebec",
"zipCode": "J4H 1M3" },
"shippingAddress": { "firstName": "Gross", "lastName": "Schmidt", "country": "CA", "email": "kael@gmail.com",
"city": "Longueuil", "address": "3226 rue Saint-Charles", "phone": "450-928-5752", "state": "Quebec",
"zipCode": "J4H 1M3" },
"browser": { "userAgent": "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ]]
  .. [[Chrome/83.0.4103.24 Safari/537.36 Edg/83.0.478.18", "referer": "https://www.domain.com" },
"extension": { "subscriptionCycle": "WEEK", "subscriptionPeriod": 3 } }]]

describe("RuxPay's sales", function()
  local app
  before_each(function() app = support.open() end)

  it("answer as the samples do, members in their order", function()
    local reply = app.raw("POST", "/api/payment", cjson.encode(support.request()))
    assert.equal(200, reply.status)
    assert.equal("application/json", reply.headers["content-type"])
    -- The id holds the time: (1700000000000 - 1288834974657) * 2^22 = 1724551110456246272, and a number.
    local id = reply.body:match('"uniqueId":"(172455111045624%d+)"')
    assert.equal('{"code":100,"isTest":true,"appId":1625420154047475713,"uniqueId":"' .. id .. '",'
      .. '"billDescription":"*Description","message":"successful transaction","timestamp":1700000000000,'
      .. '"transactionAmount":"8.88","transactionAt":"2023-11-15 06:13:20",'
      .. '"transactionCardNumber":"430000******0000","transactionCurrency":"USD","transactionId":"t-1",'
      .. '"transactionMessage":"Approved"}', reply.body)
    assert.equal(19, #id)
  end)

  it("take the page's own example in lenient mode, and want the order otherwise", function()
    local strict = support.open{ app_id = "123456" }
    local _, answer = strict.raw("POST", "/api/subscription", EXAMPLE)
    assert.same({ 500, "orderId: missing" }, { answer.code, answer.message })
    local lenient = support.open{ app_id = "123456", lenient = true }
    _, answer = lenient.raw("POST", "/api/subscription", EXAMPLE)
    assert.same({ 100, 123456, "420000******0000" }, { answer.code, answer.appId, answer.transactionCardNumber })
    assert.same({ "WEEK", 3, 1 }, { lenient.books().subscriptions[1].cycle, lenient.books().subscriptions[1].periods,
      lenient.books().subscriptions[1].charges })
  end)

  for _, case in ipairs{ { "001", 100 }, { "599", 100 }, { "600", 102 }, { "699", 102 }, { "700", 301 }, { "799", 301 },
    { "800", 101 }, { "999", 101 }, { "9123", 100 }, { "1850", 101 }, { "000", 500 }, { "1000", 500 }, { "12a", 500 },
    { "12", 500 }, { "12345", 500 } } do
    it("follow the CVV " .. case[1], function()
      local answer = app.sale{ card = support.card(case[1]) }
      assert.equal(case[2], answer.code)
      assert.equal(case[2] == 301, answer.redirectUrl ~= nil)
      assert.equal(case[2] == 500 and 0 or 1, #app.books().payments)
    end)
  end

  it("ask the issuer where the merchant wants it, and want the browser then", function()
    local function secure(cvv, browser)
      return app.sale{ transactionId = "t" .. cvv, orderId = "A" .. cvv, card = support.card(cvv), secure = true,
        browser = browser }
    end
    assert.same({ 500, "browser: missing" }, { secure("123").code, secure("123").message })
    local browser = { userAgent = ("x"):rep(129), javaEnabled = false }
    assert.same({ 301, 301, 102, 101 }, { secure("123", browser).code, secure("700", browser).code,
      secure("600", browser).code, secure("800", browser).code })
    assert.truthy(app.get("/search/order/" .. app.books().payments[1].unique_id).redirectUrl
      :find("^https://sandbox.invalid/ruxpay/redirect/%x+$"))
    assert.equal(500, app.sale{ secure = "true" }.code)
  end)

  it("read amounts as texts or numbers, and write two places or three", function()
    local function amount(text, currency)
      local body = cjson.encode(support.request{ transactionId = "t" .. text, orderId = "o" .. text,
        amount = "@", currency = currency }):gsub('"@"', text)
      local _, answer = app.raw("POST", "/api/payment", body)
      return answer.transactionAmount or answer.code
    end
    local same = { ['"8.88"'] = "8.88", ["8.8"] = "8.80", ["10"] = "10.00", ['"999999999.99"'] = "999999999.99" }
    for text, written in pairs(same) do assert.equal(written, amount(text)) end
    assert.equal("1.125", amount('"1.125"', "KWD"))
    assert.equal("100.00", amount('"100.000"', "JPY"))
    for _, text in ipairs{ '"0"', "0", '"0.00"', '"-1"', "-1", '"1e2"', "1e2", '"1.2345"', '"01.00"', '"1."', '".5"',
      '"1000000000"', '" 1"', '"1,00"', "true", "[]", "{}", "null", '""' } do
      assert.equal(500, amount(text), text)
    end
    assert.equal(500, amount('"1.5"', "JPY"))
    assert.equal(500, amount('"1.005"', "USD"))
  end)

  it("name the field that is wrong, and never its value", function()
    local long = ("x"):rep(129)
    local cases = {
      { { transactionId = cjson.null }, "transactionId" }, { { transactionId = "" }, "transactionId" },
      { { transactionId = long }, "transactionId" }, { { orderId = 7 }, "orderId" },
      { { currency = "usd" }, "currency" },
      { { currency = "XXX" }, "currency" }, { { transactionIp = cjson.null }, "transactionIp" },
      { { appId = "12a" }, "appId" }, { { appId = ("1"):rep(21) }, "appId" }, { { appId = "999" }, "appId" },
      { { domain = long }, "domain" }, { { callbackUrl = "back" }, "callbackUrl" },
      { { callbackUrl = "https://shop.example/" .. ("x"):rep(240) }, "callbackUrl" },
      { { notificationUrl = "app://x" }, "notificationUrl" },
      { { notificationUrl = "https://a/\r\nX: 1" }, "notificationUrl" },
      { { productInfos = {} }, "productInfos" }, { { productInfos = { { productName = "x", price = "1" } } },
        "productInfos%[1%]%.quantity" },
      { { productInfos = { 7 } }, "productInfos%[1%]" }, { { card = cjson.null }, "card" },
      { { card = support.card("123", "430000000000000x") }, "card%.cardNumber" },
      { { card = support.card(123) }, "card%.cvv" }, { { billingAddress = {} }, "billingAddress%.country" },
      { { billingAddress = { country = "Canada" } }, "billingAddress%.country" },
      { { transactionType = "Gift" }, "transactionType" }, { { shippingAddress = { country = "CA", phone = 7 } },
        "shippingAddress%.phone" },
    }
    for _, case in ipairs(cases) do
      local answer = app.sale(case[1])
      assert.equal(500, answer.code)
      assert.truthy(answer.message:find("^" .. case[2] .. ": "), answer.message)
      assert.is_nil(answer.message:find("43000", 1, true))
      assert.is_nil(answer.uniqueId)
    end
    assert.equal(0, #app.books().payments)
  end)

  it("want a whole plan", function()
    for _, extension in ipairs{ {}, { subscriptionCycle = "FORTNIGHT", subscriptionPeriod = 3 },
      { subscriptionCycle = "WEEK" }, { subscriptionCycle = "WEEK", subscriptionPeriod = 0 },
      { subscriptionCycle = "WEEK", subscriptionPeriod = "3" } } do
      assert.truthy(app.subscribe{ extension = extension }.message:find("^extension"))
    end
    assert.equal(500, app.post("/api/subscription", support.request()).code)
    for i, cycle in ipairs{ "DAY", "WEEK", "MONTH", "THREE_MONTHS", "SIX_MONTHS", "YEAR" } do
      assert.equal(100, app.subscribe{ transactionId = "t" .. i, orderId = "o" .. i,
        extension = { subscriptionCycle = cycle, subscriptionPeriod = 12 } }.code)
    end
  end)

  it("hold what brands differ in as data", function()
    local strict = support.open{ strict_shipping = true, required = { ["productInfos.sku"] = true, domain = true } }
    assert.equal("domain: missing", strict.sale().message)
    local items = { { productName = "x", price = 1, quantity = 1 } }
    assert.equal("productInfos[1].sku: missing", strict.sale{ domain = "shop.example", productInfos = items }.message)
    local ship = { country = "CA" }
    assert.equal("shippingAddress.firstName: missing", strict.sale{ domain = "x", shippingAddress = ship }.message)
    assert.equal(100, app.sale{ shippingAddress = ship, productInfos = items }.code)
  end)

  it("check in the sheet's order", function()
    local closed = support.open{ disabled = { "42" } }
    local bad = { ["authorization"] = "Basic x" }
    assert.same({ 404, 404 }, { (closed.raw("POST", "/api/sale", "{", bad)).status,
      select(2, closed.raw("GET", "/api/payment", nil, bad)).code })
    local reply, answer = closed.raw("POST", "/api/payment", "{", bad)
    assert.same({ 401, 401, "Unauthorized", support.T0 },
      { reply.status, answer.code, answer.message, answer.timestamp })
    for _, body in ipairs{ "{", "[]", "7", "", '{"a":1,"a":2}', '{"a":"\255"}' } do
      reply, answer = closed.raw("POST", "/api/payment", body)
      assert.same({ 200, 500 }, { reply.status, answer.code })
    end
    assert.same({ 201, 201, 500 }, { closed.post("/api/payment", { appId = "42" }).code,
      closed.post("/api/payment", { appId = 42 }).code, closed.post("/api/payment", { appId = "43" }).code })
    assert.equal(100, closed.sale().code)
    assert.equal(500, closed.sale{ amount = "0" }.code)
    assert.equal(501, closed.sale().code)
    assert.equal(501, closed.sale{ orderId = "A-2" }.code)
    answer = closed.sale{ transactionId = "t-2" }
    assert.same({ 400, "order already paid" }, { answer.code, answer.message })
    assert.is_nil(answer.uniqueId)
    assert.same({ 1, 2 }, { #closed.books().payments, closed.books().duplicates })
  end)

  it("take one success for an order, also where two were under way", function()
    assert.equal(301, app.sale{ card = support.card("700") }.code)
    assert.equal(101, app.sale{ transactionId = "t-2", card = support.card("800") }.code)
    assert.equal(100, app.sale{ transactionId = "t-3" }.code)
    local paid, err = app.box:pay("t-1")
    assert.same({ nil, "declined", "101" }, { paid, err.kind, err.provider_code })
    local codes = {}
    for i, payment in ipairs(app.books().payments) do codes[i] = payment.code end
    assert.same({ 101, 101, 100 }, codes)
  end)

  it("are meant by their order: the newest that is open, else the newest", function()
    for i = 1, 3 do app.sale{ transactionId = "t" .. i, card = support.card(i == 3 and "800" or "700") } end
    assert.equal("t2", assert(app.box:pay("A-1")).transaction_id)
    assert.equal(101, assert(app.box:decline("A-1")).code)
    local done, err = app.box:pay("A-1")
    assert.same({ nil, "not_found", "101" }, { done, err.kind, err.provider_code })
  end)

  it("approve what is pending after a time, or on command", function()
    assert.equal(102, app.sale{ card = support.card("600") }.code)
    app.box:advance(59999)
    assert.equal("pending", app.books().payments[1].status)
    app.box:advance(1)
    assert.equal("succeeded", app.books().payments[1].status)
    for verb, code in pairs{ pay = 100, decline = 101, back_out = 103 } do
      app.sale{ transactionId = "t" .. verb, orderId = "o" .. verb, card = support.card("600") }
      local result = assert(app.box[verb](app.box, "o" .. verb))
      assert.same({ code, "t" .. verb, "o" .. verb }, { result.code, result.transaction_id, result.order_id })
      local again, err = app.box[verb](app.box, "o" .. verb)
      assert.is_nil(again)
      assert.equal(code == 100 and "conflict" or "not_found", err.kind)
    end
  end)

  it("keep of a card its first six and last four digits alone", function()
    app.sale{ card = support.card("789", "5412345678901234567") }
    local function holds(value, seen)
      if type(value) == "string" then return value:find("5678901", 1, true) or value == "789" end
      if type(value) ~= "table" or seen[value] then return false end
      seen[value] = true
      for key, member in pairs(value) do
        if holds(key, seen) or holds(member, seen) then return true end
      end
      return false
    end
    assert.falsy(holds(app.box.providers.ruxpay, {}))
    assert.equal("541234*********4567", app.books().payments[1].card)
  end)

  it("refuse a body over the limit, and options that are no such", function()
    local reply, answer = app.raw("POST", "/api/payment", ("x"):rep(1048577))
    assert.same({ 413, 500 }, { reply.status, answer.code })
    for _, options in ipairs{ { colour = "red" }, { app_id = 7 }, { app_id = "0123" }, { auth = { mode = "magic" } },
      { auth = { mode = "headers", extra_headers = { { name = "x" } } } } } do
      local ok, problem = pcall(function() return (support.open(options)) end)
      assert.is_false(ok)
      assert.truthy(tostring(problem):find("option", 1, true))
    end
  end)
end)
