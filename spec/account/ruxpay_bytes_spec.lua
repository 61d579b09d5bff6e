-- The bytes of every operation and of every way to prove who asks, typed from the protocol sheet; hashes
-- made with Python's hashlib.

local account = require "obol.account"
local core = require "obol.core"
local ruxpay = require "spec.account.ruxpay"
local secret = require "obol.secret"

local one = ruxpay.account()

local ORDER = '{"transactionId":"123456","orderId":"A-1001","currency":"USD","amount":"8.88",'
  .. '"transactionIp":"127.0.0.1","appId":"123456","callbackUrl":"https://domain/callback",'
  .. '"notificationUrl":"https://domain/notification","productInfos":[{"productName":"tea lights",'
  .. '"currency":"USD","price":"8.88","sku":"123-456-789","quantity":1,"productLink":"https://domain/123-456-789"}],'
local CARD = '"card":{"cardNumber":"4200000000000000","expiredYear":"23","expiredMonth":"12",'
  .. '"cardholder":"san zhang","cvv":"012"},'
local BILLING = '"billingAddress":{"country":"CA"}}'
local REFUND = '{"uniqueId":"1669548151356891137","amount":"8.88","refundTransactionId":"R-1","remark":"sent back"}'
local refund = { provider_id = "1669548151356891137", refund_id = "R-1", amount = "8.88", currency = "USD",
  reason = "sent back", order_id = "A-1001" }

local function sent(operation, params)
  local request = assert(ruxpay.encode(one, operation, params))
  return request.method .. " " .. request.url
end

describe("RuxPay's operations", function()
  it("pay by card", function()
    assert.equal("POST https://domain/api/payment", sent("payment.create", ruxpay.payment()))
    assert.equal(ORDER .. '"transactionType":"Sale",' .. CARD .. BILLING,
      ruxpay.body(one, "payment.create", ruxpay.payment()))
    assert.equal(ORDER .. '"transactionType":"Sale",' .. CARD .. BILLING, ruxpay.body(one,
      "payment.create", ruxpay.payment { method = "card", extra = { ruxpay = { transaction_type = "Sale" } } }))
  end)

  it("open a page", function()
    assert.equal("POST https://domain/checkout/payment", sent("payment.create", ruxpay.checkout()))
    assert.equal(ORDER .. '"transactionType":"Sale","transactionMethod":"Default",' .. BILLING,
      ruxpay.body(one, "payment.create", ruxpay.checkout()))
    assert.truthy(ruxpay.body(one, "payment.create", ruxpay.checkout { extra = { ruxpay = {
      transaction_method = "alipay" } } }):find('"transactionMethod":"alipay"', 1, true))
  end)

  it("subscribe, with every word for a period", function()
    for interval, cycle in pairs { P1D = "DAY", P1W = "WEEK", P1M = "MONTH", P3M = "THREE_MONTHS",
      P6M = "SIX_MONTHS", P1Y = "YEAR" } do
      local params = ruxpay.subscription { interval = interval, cycles = 3 }
      assert.equal("POST https://domain/api/subscription", sent("subscription.create", params))
      assert.equal(ORDER .. CARD .. '"extension":{"subscriptionCycle":"' .. cycle .. '","subscriptionPeriod":3},'
        .. BILLING, ruxpay.body(one, "subscription.create", params))
    end
  end)

  it("send the domain, addresses and the browser's words", function()
    local full = ruxpay.account { domain = "shop.example" }
    local place = { first_name = "Gross", last_name = "Schmidt", country = "CA", email = "k@a.example", city = "L",
      address = "rue", phone = "450", state = "Quebec", zip = "J4H", street_number = "3226", document = "1" }
    local body = ruxpay.body(full, "payment.create", ruxpay.payment { billing = place, shipping = place,
      three_ds = true, browser = { accept = "text/html", user_agent = ("x"):rep(129), accept_language = "fr",
        referer = "https://r.example", java_enabled = false, color_depth = 24, screen_height = "1080",
        screen_width = 1920, time_zone_offset = -480 } })
    local address = '{"country":"CA","firstName":"Gross","lastName":"Schmidt","email":"k@a.example","phone":"450",'
      .. '"state":"Quebec","city":"L","address":"rue","streetNumber":"3226","zipCode":"J4H","document":"1"}'
    assert.equal(ORDER:gsub('"appId":"123456",', '%0"domain":"shop.example",') .. '"transactionType":"Sale",'
      .. CARD .. '"billingAddress":' .. address .. ',"shippingAddress":' .. address .. ',"secure":true,'
      .. '"browser":{"accept":"text/html","userAgent":"' .. ("x"):rep(129) .. '","acceptLanguage":"fr",'
      .. '"referer":"https://r.example","javaEnabled":false,"colorDepth":"24","screenHeight":"1080",'
      .. '"screenWidth":"1920","timeZoneOffset":"-480"}}', body)
  end)

  it("ask about one payment, about an attempt, and for a list", function()
    assert.equal("GET https://domain/search/order/1669548151356891137",
      sent("payment.query", { provider_id = "1669548151356891137", key = "123456", created_ms = 0 }))
    assert.equal("GET https://domain/search/order/a%2Fb%3Fc", sent("payment.query", { provider_id = "a/b?c" }))
    -- 2023-06-16 11:31:13 in UTC+8
    assert.equal("GET https://domain/search/list/order?transactionId=123456&startDate=2023-06-15&endingDate=2023-06-17",
      sent("payment.query", { key = "123456", created_ms = ruxpay.TIME }))
    assert.equal("GET https://domain/search/list/order?orderId=A-1001&startDate=2023-06-16%2000%3A00%3A00"
      .. "&endingDate=2023-06-17%2000%3A00%3A00&currPage=2&pageSize=100", sent("payment.list", {
        order_id = "A-1001", from_ms = 1686844800000, to_ms = 1686931200000, page = 2, page_size = 100 }))
  end)

  it("lists no more than a month of its own calendar", function()
    -- from the first to the second by the clock of UTC+8, made with Python's datetime
    for _, span in ipairs {
      { 1738339200000, 1740758400000 },
      { 1706630400000, 1709136000000 },
      { 1738166400000, 1740672000000 },
      { 1765728000000, 1768406400000 },
      { 1753891200000, 1756569600000 },
      { 1751297400000, 1753889400000 },
    } do
      assert(ruxpay.encode(one, "payment.list", { from_ms = span[1], to_ms = span[2] }))
      for _, to_ms in ipairs { span[2] + 1000, span[1] - 1000 } do
        local request, err = ruxpay.encode(one, "payment.list", { from_ms = span[1], to_ms = to_ms })
        assert.is_nil(request)
        assert.same({ "to_ms", "expected from_ms or later, and at most a month later" }, { err.field, err.message })
      end
    end
  end)

  it("ask within days of the provider's clock", function()
    -- 16:00 in UTC is midnight in UTC+8; a leap day; the year's end
    for created_ms, days in pairs { [1686931199999] = "startDate=2023-06-15&endingDate=2023-06-17",
      [1686931200000] = "startDate=2023-06-16&endingDate=2023-06-18",
      [1709136000000] = "startDate=2024-02-28&endingDate=2024-03-01",
      [1704038400000] = "startDate=2023-12-31&endingDate=2024-01-02",
        [0] = "startDate=1969-12-31&endingDate=1970-01-02" } do
      assert.truthy(sent("payment.query", { key = "k", created_ms = created_ms }):find(days, 1, true), days)
    end
  end)

  it("give back, and ask about that", function()
    assert.equal("POST https://domain/api/refund", sent("refund.create", refund))
    assert.equal(REFUND, ruxpay.body(one, "refund.create", refund))
    assert.equal("GET https://domain/search/list/refund?refundTransactionId=R-1&uniqueId=1669548151356891137"
      .. "&startDate=2023-06-15&endingDate=2023-06-17", sent("refund.query", { refund_id = "R-1",
      provider_id = "1669548151356891137", key = "k", created_ms = ruxpay.TIME, order_id = "A-1001" }))
  end)

  it("declare what an unanswered one means", function()
    local card = one:plan("payment.create", {})
    assert.same({ operation = "payment.create", variant = "card", effect = "money", found_by = "our_ref",
      found_with = "payment.query", repeat_safe = false }, card)
    assert.equal("offer", one:plan("payment.create", { method = "checkout" }).effect)
    assert.equal("refund.query", one:plan("refund.create", {}).found_with)
    assert.is_false(one:supports "subscription.cancel")
    local provider = core.describe "ruxpay"
    assert.same({ "card", "checkout" }, provider.methods)
    assert.same({ 60000, { 5, 30, 120, 600, 3600 } }, { provider.timeout_ms, provider.query_schedule_s })
    assert.equal(7200000, one.expire_after_ms)
  end)
end)

describe("RuxPay's ways to prove who asks", function()
  local function headers(auth, operation, params, more)
    local config = { auth = auth }
    for name, value in pairs(more or {}) do config[name] = value end
    local request = assert(ruxpay.encode(ruxpay.account(config), operation, params))
    return request.headers, type(request.body) == "string" and request.body or request.body:reveal()
  end
  local json = "application/json"

  it("are basic unless another is configured", function()
    local expected = { ["content-type"] = json, authorization = "Basic MTAwMDAxOlRFU1QtT05MWS1zZWNyZXQta2V5LTAwMDE=" }
    assert.same(expected, (headers(nil, "refund.create", refund)))
    assert.same(expected, (headers({ mode = "basic" }, "refund.create", refund)))
    assert.same({ authorization = expected.authorization }, (headers(nil, "payment.query", { provider_id = "1" })))
  end)

  it("are two headers, of any name", function()
    assert.same({ ["content-type"] = json, merchantno = "100001", secretkey = ruxpay.KEY },
      (headers({ mode = "headers" }, "refund.create", refund)))
    assert.same({ ["content-type"] = json, ["x-mer"] = "100001", ["x-key"] = ruxpay.KEY },
      (headers({ mode = "headers", merchant_header = "X-Mer", secret_header = "X-Key" }, "refund.create", refund)))
  end)

  it("are a hash over the body", function()
    local made, body = headers({ mode = "sha256" }, "refund.create", refund)
    assert.same({ ["content-type"] = json, merchantno = "100001", timestamp = "1686886273516",
      sign = "278cd8bb879a1aa97915390a257840ef883b711bf373d1f4add795df036d886c" }, made)
    assert.equal(REFUND, body)
    assert.same({ merchantno = "100001", timestamp = "1686886273516",
      sign = "f34d0e03ce0ee1d002d25e6230820470bf62734512cc2316eefa80b68d77ab1a" },
      (headers({ mode = "sha256" }, "payment.query", { provider_id = "1" })))
  end)

  it("are a member of the body, over text and containers", function()
    local made, body = headers({ mode = "body_sign" }, "refund.create", refund, { merchant_no = false })
    assert.same({ ["content-type"] = json }, made)
    assert.equal(REFUND:sub(1, -2) .. ',"sign":"b63c3f6d732472928930b26bfff6147f3b4e39414ad3b1c500d337a626ee849a"}',
      body)
    made, body = headers({ mode = "body_sign" }, "payment.create", ruxpay.payment())
    assert.same({ ["content-type"] = json }, made)
    assert.equal(ORDER .. '"transactionType":"Sale",' .. CARD .. BILLING:sub(1, -2)
      .. ',"sign":"9b52dc3269db416473e70e3f57bbbf56de1b7b431ef65d6722eb58315f9251de"}', body)
    assert.same({}, (headers({ mode = "body_sign" }, "payment.query", { provider_id = "1" })))
  end)

  it("are none, and any headers beside", function()
    assert.same({ ["content-type"] = json }, (headers({ mode = "none" }, "refund.create", refund,
      { merchant_no = false, secret_key = false })))
    local extra = { { name = "X-Channel", value = secret "shop" }, { name = "x-two", value = secret "2" } }
    assert.same({ ["x-channel"] = "shop", ["x-two"] = "2" },
      (headers({ mode = "none", extra_headers = extra }, "payment.query", { provider_id = "1" })))
  end)

  it("use the newest of several keys", function()
    local keys = { secret(ruxpay.KEY), secret "older" }
    assert.equal("Basic MTAwMDAxOlRFU1QtT05MWS1zZWNyZXQta2V5LTAwMDE=",
      headers(nil, "refund.create", refund, { secret_key = keys }).authorization)
  end)

  it("want their credentials when the account is made", function()
    for mode, lacks in pairs { basic = "merchant_no secret_key", headers = "merchant_no secret_key",
      sha256 = "merchant_no secret_key", body_sign = "secret_key" } do
      local made, err = account { provider = "ruxpay", base_url = "https://domain", app_id = "1",
        auth = { mode = mode } }
      assert.is_nil(made)
      local found = ruxpay.problems(err)
      for field in lacks:gmatch "%S+" do
        assert.equal("expected a value, because auth.mode is " .. mode, found[field])
        found[field] = nil
      end
      assert.same({}, found)
    end
    assert(account { provider = "ruxpay", base_url = "https://domain", app_id = "1", auth = { mode = "none" } })
  end)

  it("refuse what can stand in no header", function()
    for _, auth in ipairs { { mode = "headers", merchant_header = "a b" }, { mode = "headers", secret_header = "x:" },
      { mode = "none", extra_headers = { { name = "a\tb", value = secret "x" } } },
      { mode = "none", extra_headers = { { name = "x", value = secret "a\r\nb: c" } } } } do
      local made, err = account(ruxpay.config { auth = auth })
      if made then made, err = ruxpay.encode(made, "refund.create", refund) end
      assert.is_nil(made)
      assert.equal("invalid", err.kind)
    end
    local made, err = ruxpay.encode(ruxpay.account { auth = { mode = "headers" }, secret_key = secret "a\nb" },
      "refund.create", refund)
    assert.is_nil(made)
    assert.same({ "invalid", "auth" }, { err.kind, err.field })
    assert.is_nil(tostring(err):find("a\nb", 1, true))
  end)
end)
