local support = require "spec.account.support"
local secret = require "obol.secret"

-- Every signature vector of the protocol sheet, section 4.2, and the notification's of section 9.
describe("AppWheel's signature", function()
  local account = support.account()
  local urls = { return_url = "https://shop.example/ok", cancel_url = "https://shop.example/no" }

  local function encode(operation, params, moment)
    return assert(account:encode(operation, params, moment))
  end

  it("V1: a POST with an ASCII body", function()
    local request = encode("subscription.create", {
      customer = { id = "user_1" }, item = { product_id = "price_1LGLc9HedDJPunHoY5LZlOJy" },
      return_url = urls.return_url, cancel_url = urls.cancel_url,
    }, { time_ms = 1700000000123 })
    assert.equal('{"appUserId":"user_1","productId":"price_1LGLc9HedDJPunHoY5LZlOJy",'
      .. '"successUrl":"https://shop.example/ok","cancelUrl":"https://shop.example/no"}', request.body)
    assert.equal(144, #request.body)
    assert.equal("POST", request.method)
    assert.equal("https://sdk.api.appwheel.com/v1/stripe/purchase/create", request.url)
    assert.same({
      ["content-type"] = "application/json",
      ["x-request-appid"] = "331058835",
      ["x-request-platform"] = "Stripe",
      ["x-request-timestamp"] = "1700000000",
      ["x-request-nonce"] = "1700000000123",
      ["x-request-uri"] = "/v1/stripe/purchase/create",
      authorization = "Signature de4d631da99328e4d5016b8c3fe6909cd4be3920d8b1453ef956450c8ac7a5d9",
    }, request.headers)
  end)

  it("V2: a POST with a body beyond ASCII, as UTF-8 and without escapes", function()
    local request = encode("payment.create", {
      customer = { id = "用户甲" }, item = { product_id = "price_1", quantity = 1 },
      return_url = urls.return_url, cancel_url = urls.cancel_url,
      amount = "10.00", currency = "USD", description = "深蓝色秋裤 É😀",
    }, { time_ms = 1700000001456 })
    assert.equal('{"appUserId":"用户甲","productId":"price_1","successUrl":"https://shop.example/ok",'
      .. '"cancelUrl":"https://shop.example/no","mode":"payment","quantity":1,"payPrice":1000,'
      .. '"productName":"深蓝色秋裤 É😀","currency":"usd"}', request.body)
    assert.equal("Signature db788aec04eea9d215477e983afc7cd5ae73054c348e3191ca0af289b3eed0fb",
      request.headers.authorization)
  end)

  it("V3: a GET whose URI keeps its case on the wire and loses it in the signature", function()
    local request = encode("entitlement.get", { customer = { id = "User_ABC-1" } },
      { time_ms = 1700000002789 })
    assert.equal("GET", request.method)
    assert.equal("", request.body)
    assert.is_nil(request.headers["content-type"])
    assert.equal("/v1/subscriber/User_ABC-1/entitlement", request.headers["x-request-uri"])
    assert.equal("Signature 6df5982d2cc6d10d145964c19ff43ad022eca29394adb2c00d4f944032ee55d8",
      request.headers.authorization)
  end)

  it("V4: a GET without a customer", function()
    local request = encode("product.list", {}, { time_ms = 1700000003000 })
    assert.equal("Signature 6006bc8881fc3a3b012d015dc9e0175930e1ad73c004535a8173ff111bc1859d",
      request.headers.authorization)
  end)

  it("V5: the body {} is hashed", function()
    local request = encode("customer.create", { customer = { id = "user_1" } },
      { time_ms = 1700000004000 })
    assert.equal("{}", request.body)
    assert.equal("Signature b6e5293d87be3d49a3e11df2d7047ebeee9e51daadcf058c771c21f0da2b6f0f",
      request.headers.authorization)
  end)

  it("V6: a nonce in the style of iOS", function()
    local request = encode("payment_method.list", { customer = { id = "user_1" } },
      { time_ms = 1700000005000, nonce = "6BA7B810-9DAD-11D1-80B4-00C04FD430C8" })
    assert.equal("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", request.headers["x-request-nonce"])
    assert.equal("Signature 9f7fbb0f2149aedf7149b139b3d255a46b2dd9ec481ae8e3ed2625efde860cad",
      request.headers.authorization)
  end)

  it("signs what follows the base URL's own path", function()
    local behind = support.account { base_url = "http://127.0.0.1:8080/appwheel/" }
    local request = assert(behind:encode("product.list", {}, { time_ms = 1700000003000 }))
    assert.equal("http://127.0.0.1:8080/appwheel/v1/purchase/skus", request.url)
    assert.equal("/v1/purchase/skus", request.headers["x-request-uri"])
    assert.equal("Signature 6006bc8881fc3a3b012d015dc9e0175930e1ad73c004535a8173ff111bc1859d",
      request.headers.authorization)
  end)

  it("signs the escaped form of an id that cannot stand in a path", function()
    local request = encode("entitlement.get", { customer = { id = "用/ é?" } }, { time_ms = 1 })
    assert.equal("/v1/subscriber/%E7%94%A8%2F%20%C3%A9%3F/entitlement",
      request.headers["x-request-uri"])
    assert.equal("https://sdk.api.appwheel.com/v1/subscriber/%E7%94%A8%2F%20%C3%A9%3F/entitlement",
      request.url)
  end)

  it("uses the newest of several secrets", function()
    local rolled = support.account {
      secret = { secret "k3yForDocsOnly0123456789ABCDEFgh", secret "the old one" } }
    local request = assert(rolled:encode("product.list", {}, { time_ms = 1700000003000 }))
    assert.equal("Signature 6006bc8881fc3a3b012d015dc9e0175930e1ad73c004535a8173ff111bc1859d",
      request.headers.authorization)
  end)
end)

describe("a forwarded Stripe notification", function()
  local BODY = '{"id":"evt_1","object":"event","type":"invoice.payment_succeeded"}'
  local V1 = "b64536eac8f6b5fe732a97231770251b6ca7a496b557db07a187aeb529e50c8d"
  local account = support.account { webhook_secret = secret "whsec_test_secret" }

  local function open(header, body, time_ms, other)
    return (other or account):open({ method = "POST", url = "/", body = body,
      headers = { ["stripe-signature"] = header } }, { time_ms = time_ms or 1700000000000 })
  end

  local function refused(...)
    local event, err = open(...)
    assert.is_nil(event)
    assert.equal("signature", err.kind)
    assert.equal("expected a signed notification of this account", err.message)
  end

  it("is a hint that proves nothing by itself", function()
    local event = assert(open("t=1700000000,v1=" .. V1, BODY))
    assert.equal("hint", event.type)
    assert.equal("evt_1", event.id)
    assert.equal("invoice.payment_succeeded", event.extra.type)
    assert.is_nil(event.verified_by)
    assert.is_nil(event.amount)
  end)

  it("is none without an id, though it is signed", function()
    -- made with Python's hmac
    for body, v1 in pairs {
      ['{"id":""}'] = "ef38dd234e1be3c99f1bce1351d306d3d7feed8a3464aa94acaf708c3f6bc48b",
      ['{"id":7}'] = "fd830521cfb7e557d90d9694a7ea53a2665af3d2dd61d1dcad2102ed0b355580",
      ['{"type":"a"}'] = "6f29fe580bc06594ca2294d9bcc45643f7625d2cb484c03986b25c49e8c6849b",
      ['[]'] = "0dd5dfde4479f7f03bd154f2cc4f78662a90ae7bef32188082ea6422885c1ab6",
      ['null'] = "adf8c47474aef3788b6c16d51e18ab5a9567daa333900329cb12c27047641ade",
    } do
      local event, err = open("t=1700000000,v1=" .. v1, body)
      assert.same({ nil, "provider" }, { event, err.kind })
    end
  end)

  it("takes any v1 of the header and any secret of the account", function()
    local zeros = ("0"):rep(64)
    assert(open("t=1700000000,v1=" .. zeros .. ",v1=" .. V1 .. ",v0=x", BODY))
    local rolled = support.account {
      webhook_secret = { secret "new one", secret "whsec_test_secret" } }
    assert(open("t=1700000000,v1=" .. V1, BODY, nil, rolled))
  end)

  it("holds the time window on both sides", function()
    assert(open("t=1700000000,v1=" .. V1, BODY, 1700000300000))
    assert(open("t=1700000000,v1=" .. V1, BODY, 1699999700000))
    refused("t=1700000000,v1=" .. V1, BODY, 1700000301000)
    refused("t=1700000000,v1=" .. V1, BODY, 1699999699000)
  end)

  it("refuses whatever is not proven, always in the same words", function()
    refused("t=1700000000,v1=" .. V1, BODY .. " ")
    refused("t=1700000001,v1=" .. V1, BODY)
    refused("t=1700000000,v1=" .. V1:upper(), BODY)
    refused("t=1700000000", BODY)
    refused("v1=" .. V1, BODY)
    refused("t=99999999999999999999,v1=" .. V1, BODY)
    refused("t=-9223372036854775808,v1=" .. V1, BODY)
    refused("", BODY)
    refused(nil, BODY)
    refused(("t=1700000000,"):rep(40) .. "v1=" .. V1, BODY)
    refused("t=1700000000,v1=" .. V1, BODY, nil, support.account())
    refused("t=1700000000,v1=" .. V1, BODY, nil,
      support.account { webhook_secret = secret "another" })
  end)

  it("lets the dashboard's Test button through, which sends nothing", function()
    local event = assert(open(nil, ""))
    assert.equal("hint", event.type)
    assert.is_nil(event.id)
  end)

  it("is answered as AppWheel wants it", function()
    assert.same({ status = 200, headers = { ["content-type"] = "text/plain" }, body = "ok" },
      account:acknowledge "accepted")
    assert.equal(500, account:acknowledge("later").status)
    assert.equal(400, account:acknowledge("refused").status)
    assert.has_error(function() account:acknowledge "maybe" end)
  end)
end)
