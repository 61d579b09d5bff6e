-- Orders from the merchant's server.

local json = require "obol.json"
local obol = require "obol"
local support = require "spec.nginx.checkout.support"

local function is_problem(answer, status)
  assert.equal(status, answer.status)
  assert.equal("application/problem+json", answer.headers["content-type"])
  return assert(json.decode(answer.body))
end

describe("create", function()
  local at
  before_each(function() at = support.open() end)

  it("creates a payment, with what the payer does next and the page that shows it", function()
    local answer, body = at.create(support.tea("C-1", { method = "wechat_qr" }))
    assert.equal(201, answer.status)
    assert.equal("requires_action", body.status)
    assert.equal("19.99", body.amount)
    assert.equal("CNY", body.currency)
    assert.equal("qr", body.action.type)
    assert.equal("web", body.account)
    assert(at.browser().get(body.checkout_url).body:find("<svg", 1, true))
  end)

  it("answers a link for the payer's browser, and sends nothing", function()
    local checkout = { expires_s = 60, methods = json.array { "qq_qr" } }
    local answer, body = at.create(support.tea("C-2", { checkout = checkout }))
    assert.equal(201, answer.status)
    assert.equal(support.T0 + 60000, body.expires_ms)
    assert.equal(200, at.browser().get(body.checkout_url).status)
    assert.equal(0, #at.records)
  end)

  it("tells a payment by its order", function()
    at.create(support.tea("C-3", { method = "wechat_qr" }))
    local function get(query)
      return at.request("create", { path = "/pay/create", query = query,
        headers = { authorization = "Bearer " .. support.KEY } })
    end
    assert.equal("requires_action", json.decode(get("order_id=C-3").body).status)
    is_problem(get "order_id=C-4", 404)
    is_problem(get(nil), 400)
  end)

  it("tells where notifications come in", function()
    local _, body = at.create(support.lights("C-5", { method = "game", items = { { product_id = 1 } } }))
    assert.equal("requires_action", body.status)
    assert(at.box:pay "C-5")
    assert.equal(200, at.deliver()[1].status)
    assert.equal("succeeded", at.pay.payments:get("C-5").status)
  end)

  it("leaves the account to the rules, and a failover is told of at its own address", function()
    at = support.open(nil, nil, function(config, found)
      local other = found.ruxpay_second
      other.provider, other.secret_key = "ruxpay", obol.secret(other.secret_key)
      config.accounts.spare, config.routes = other, { { to = { "cards", "spare" } } }
    end)
    at.box:set("ruxpay", { disabled = { at.found.ruxpay.app_id } })
    local answer, body = at.create(support.lights("C-13", { method = "checkout",
      customer = { id = "u", ip = "192.0.2.1" } }))
    assert.same({ 201, "requires_action", "spare" }, { answer.status, body.status, body.account })
    assert(at.box:pay "C-13")
    assert.equal(200, at.deliver()[1].status)
    assert.equal("succeeded", at.pay.payments:get("C-13").status)
  end)

  it("takes an account and the payer's own token", function()
    local _, body = at.create(support.tea("C-6", { method = "wechat_jsapi", account = "web",
      payer_token = at.found.mincloud_payer.token }))
    assert.equal("jsapi", body.action.type)
    is_problem(at.create(support.tea("C-7", { account = "nobody" })), 422)
    is_problem(at.create(support.tea("C-7", { account = 7 })), 422)
    is_problem(at.create(support.tea("C-7", { payer_token = {} })), 422)
  end)

  it("answers a decline with the payment and its error", function()
    at.box:fault("payment.create", "status_401", { provider = "appwheel" })
    local answer, body = at.create(support.lights("C-8", { account = "subs", cancel_url = "https://shop.example/no" }))
    assert.equal(201, answer.status)
    assert.equal("failed", body.status)
    assert.equal("rejected", body.error.outcome)
  end)

  it("creates a subscription", function()
    assert(at.pay.customers:create({ customer = { id = "u-1" } }, { account = "subs" }))
    local plan = { order_id = "C-12", subscription = true, account = "subs", customer = { id = "u-1" },
      items = { { product_id = "price_vip_monthly" } }, return_url = "https://shop.example/paid",
      cancel_url = "https://shop.example/no" }
    local answer, body = at.create(plan)
    assert.equal(201, answer.status)
    assert.equal("incomplete", body.status)
    assert.equal("redirect", body.action.type)
    assert.equal("requires_action", body.payment.status)
    assert(at.box:pay(body.action.url))
    at.pay.subscriptions:refresh "C-12"
    local _, again = at.create(plan)
    assert(again.status == "active" or again.status == "trialing", again.status)
    assert.equal(1, at.calls "subscription.create")
    plan.card = { number = "4300000000000000" }
    is_problem(at.create(plan), 422)
    is_problem(at.create(support.tea("C-13", { subscription = true, checkout = {} })), 422)
    is_problem(at.create(support.tea("C-13", { subscription = 1 })), 422)
    is_problem(at.create(support.tea("C-13", { subscription = true, account = "web" })), 422)
    assert.equal(201, at.create(support.tea("C-14", { subscription = false, method = "wechat_qr" })).status)
  end)

  it("says what is wrong with an order, and nothing of what was sent", function()
    local body = is_problem(at.create(support.tea("C-9", { method = "wechat_qr", amount = "19.999" })), 422)
    assert.equal("invalid", body.kind)
    assert.equal("amount", body.errors[1].field)
    assert.is_nil(json.encode(body):find("19.999", 1, true))
    assert.equal("conflict", is_problem((function()
      at.create(support.tea("C-10", { method = "wechat_qr" }))
      return (at.create(support.tea("C-10", { method = "wechat_qr", amount = "1.00" })))
    end)(), 409).kind)
  end)

  it("takes a key of any visible characters, however the scheme is written", function()
    local key = "!key\"of:the/shop,@2~"
    local other = support.open { keys = { key } }
    for _, scheme in ipairs { "Bearer ", "bearer ", "BEARER  " } do
      assert.equal(201, other.create(support.tea("D-9", { checkout = {} }), { authorization = scheme .. key }).status)
    end
    is_problem(other.create(support.tea "D-9", { authorization = "Bearer " .. key .. " x" }), 401)
  end)

  it("reads an amount of JSON exactly, be it text or a number, whole or not", function()
    for place, amount in ipairs { '"20"', "20", "20.00", '"20.00"', "19.99" } do
      local body = ('{"order_id":"C-2%d","amount":%s,"currency":"USD","description":"tea","method":"checkout",'
        .. '"customer":{"id":"7","ip":"203.0.113.9"},"billing":{"country":"CA"},"account":"cards",'
        .. '"return_url":"https://shop.example/paid",'
        .. '"items":[{"product_id":"p","name":"tea","price":%s,"quantity":1,"sku":"1"}]}'):format(place, amount, amount)
      local answer, payment = at.create(body)
      assert.equal(201, answer.status, answer.body)
      assert.equal(place < 5 and "20.00" or "19.99", payment.amount)
    end
    for _, amount in ipairs { "20.001", "2e1", "-20", "0", "true", "[20]" } do
      local answer = at.create(('{"order_id":"C-30","amount":%s,"currency":"USD","description":"tea",'
        .. '"method":"checkout"}'):format(amount))
      is_problem(answer, 422)
    end
  end)

  it("says of a link's order which of amount and currency is wrong", function()
    for _, case in ipairs { { "19.99", nil, "currency", "ISO 4217" }, { "19.99", "cny", "currency", "ISO 4217" },
      { "19.999", "CNY", "amount", "at most 2 decimal places" }, { nil, "CNY", "amount", "positive amount" } } do
      local order = support.lights("C-31", { checkout = {} })
      order.amount, order.currency = case[1], case[2]
      local wrong = is_problem(at.create(order), 422).errors
      assert.equal(1, #wrong)
      assert.equal(case[3], wrong[1].field)
      assert.truthy(wrong[1].message:find(case[4], 1, true))
    end
  end)

  it("takes no card", function()
    local order = support.lights("C-11", { account = "cards", method = "card", card = { number = "4300000000000000" } })
    local answer = at.create(order)
    assert.equal("card", is_problem(answer, 422).errors[1].field)
    assert.is_nil(answer.body:find("4300", 1, true))
    order.checkout = {}
    is_problem(at.create(order), 422)
    assert.equal(0, #at.records)
  end)
end)

describe("create is refused", function()
  local at
  before_each(function() at = support.open { limits = { create_body = 2000, key_failures = 3 } } end)
  after_each(function() assert.equal(0, #at.records) end)

  it("without a key, with a wrong one, and with two", function()
    for _, value in ipairs { "", "Bearer ", "Bearer wrong", "Basic " .. support.KEY, support.KEY } do
      local answer = at.create(support.tea "D-1", { authorization = value })
      assert(answer.status == 401 or answer.status == 429)
    end
    at.box:advance(60000)
    local answer = at.create(support.tea "D-1", { authorization = { "Bearer " .. support.KEY, "Bearer a" } })
    is_problem(answer, 401)
    assert(answer.headers["www-authenticate"]:find "^Bearer")
  end)

  it("with a key, whatever its beginning", function()
    for length = 1, #support.KEY - 1, 5 do
      local answer = at.create(support.tea "D-2", { authorization = "Bearer " .. support.KEY:sub(1, length) })
      assert.not_equal(201, answer.status)
    end
  end)

  it("for a while, after many wrong keys; the right one still works", function()
    for _ = 1, 3 do is_problem(at.create(support.tea "D-3", { authorization = "Bearer wrong" }), 401) end
    local answer = at.create(support.tea "D-3", { authorization = "Bearer wrong" })
    is_problem(answer, 429)
    assert.equal("60", answer.headers["retry-after"])
    assert.equal(201, at.create(support.tea("D-3", { checkout = {} })).status)
  end)

  it("for what is no JSON object", function()
    for _, kind in ipairs { "text/plain", "application/x-www-form-urlencoded", "", "application/jsonp" } do
      is_problem(at.create("{}", { ["content-type"] = kind }), 415)
    end
    for _, body in ipairs { "", "{", "[1]", '"a"', "7", "null", '{"a":1,"a":2}', "\255" } do
      is_problem(at.create(body), 400)
    end
    assert.equal(201, at.create(support.tea("D-4", { checkout = {} }),
      { ["content-type"] = "Application/JSON; charset=utf-8" }).status)
  end)

  it("for a body over the limit", function()
    is_problem(at.create('{"order_id":"' .. ("a"):rep(2000) .. '"}'), 413)
  end)

  it("for a link that is none", function()
    is_problem(at.create(support.tea("D-5", { checkout = true })), 422)
    is_problem(at.create(support.tea("D-5", { checkout = { colour = "red" } })), 422)
  end)

  it("by other methods", function()
    local answer = at.request("create", { method = "PUT", path = "/pay/create" })
    is_problem(answer, 405)
    assert.equal("GET, POST", answer.headers.allow)
  end)
end)

describe("an Idempotency-Key", function()
  local at
  before_each(function() at = support.open() end)

  local function create(order, key) return at.create(order, { ["idempotency-key"] = key }) end

  it("gives the first answer again, byte for byte", function()
    local first = create(support.tea("E-1", { method = "wechat_qr" }), "one")
    at.box:pay "E-1"
    at.deliver()
    local again = create(support.tea("E-1", { method = "wechat_qr" }), "one")
    assert.equal(201, again.status)
    assert.equal(first.body, again.body)
    assert.equal("true", again.headers["idempotent-replayed"])
    assert.is_nil(first.headers["idempotent-replayed"])
    assert.equal(1, at.calls "payment.create")
  end)

  it("goes with one body alone", function()
    create(support.tea("E-2", { method = "wechat_qr" }), "two")
    is_problem(create(support.tea("E-3", { method = "wechat_qr" }), "two"), 422)
    assert.equal(1, at.calls "payment.create")
  end)

  it("of a call that failed may be used again", function()
    local real = at.pay.payments.create
    local away = obol.error.new { kind = "storage", message = "the ledger is away" }
    at.pay.payments.create = function() return nil, away end
    is_problem(create(support.tea("E-4", { method = "wechat_qr" }), "three"), 503)
    at.pay.payments.create = real
    assert.equal(201, create(support.tea("E-4", { method = "wechat_qr" }), "three").status)
  end)

  it("of a call that broke may be used again", function()
    local real = at.pay.payments.create
    at.pay.payments.create = function() error "broken" end
    is_problem(create(support.tea("E-9", { method = "wechat_qr" }), "nine"), 500)
    at.pay.payments.create = real
    assert.equal(201, create(support.tea("E-9", { method = "wechat_qr" }), "nine").status)
  end)

  it("has a form", function()
    for _, key in ipairs { "", ("a"):rep(256), "a b", "a\1", "ü" } do
      is_problem(create(support.tea("E-5", { method = "wechat_qr" }), key), 400)
    end
    is_problem(create(support.tea("E-5", { method = "wechat_qr" }), { "a", "b" }), 400)
    assert.equal(0, #at.records)
  end)

  it("is another one for another API key", function()
    local two = support.open { keys = { support.KEY, "another-key-of-the-shop" } }
    at = two
    create(support.tea("E-6", { method = "wechat_qr" }), "same")
    local answer = at.create(support.tea("E-7", { method = "wechat_qr" }),
      { ["idempotency-key"] = "same", authorization = "Bearer another-key-of-the-shop" })
    assert.equal(201, answer.status)
  end)

  it("whose call is under way is answered so", function()
    local order = support.tea("E-8", { method = "wechat_qr" })
    local real = at.pay.payments.create
    local seen
    at.pay.payments.create = function(...)
      seen = create(order, "busy")
      return real(...)
    end
    local first = create(order, "busy")
    at.pay.payments.create = real
    assert.equal(201, first.status)
    is_problem(seen, 409)
  end)
end)
