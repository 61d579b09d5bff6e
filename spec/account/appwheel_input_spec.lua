local support = require "spec.account.support"
local money = require "obol.money"
local secret = require "obol.secret"

local account = support.account()

local function problems(operation, params)
  local request, err = account:encode(operation, params, { time_ms = 1 })
  assert.is_nil(request)
  assert.equal("not_sent", err.outcome)
  return support.problems(err), err
end

local function body(operation, params, other)
  return assert((other or account):encode(operation, params, { time_ms = 1 })).body
end

describe("what a purchase may hold", function()
  it("takes trial days and one promotion code with a subscription", function()
    local text = body("subscription.create", support.purchase { trial_days = 7, promotion_code = "SPRING" })
    assert.truthy(text:find('"trialPeriodDays":7,"promotionCode":["SPRING"]}', 1, true))
  end)

  it("takes text beyond ASCII in every field, and URLs percent-encoded", function()
    local text = body("payment.create", support.one_off {
      customer = { id = "用户 é" }, item = { product_id = "价格" }, description = "灯😀",
      return_url = "https://shop.example/%E8%B7%AF?x=%C3%A9",
    })
    assert.equal('{"appUserId":"用户 é","productId":"价格","successUrl":"https://shop.example/%E8%B7%AF?x=%C3%A9",'
      .. '"cancelUrl":"https://shop.example/no","mode":"payment","quantity":1,"payPrice":1000,'
      .. '"productName":"灯😀","currency":"usd"}', text)
    text = body("subscription.create", support.purchase { promotion_code = "春天" })
    assert.truthy(text:find('"promotionCode":["春天"]', 1, true))
    local request = assert(account:encode("product.history",
      { customer = "用户", item = { product_id = "é/1" } }, { time_ms = 1 }))
    assert.truthy(request.url:find("/v1/subscriber/%E7%94%A8%E6%88%B7/product/%C3%A9%2F1/history", 1, true))
    local request_of, err = account:encode("subscription.create",
      support.purchase { return_url = "https://shop.example/路" })
    assert.is_nil(request_of)
    assert.equal("return_url", err.field)
  end)

  it("takes item = x as items = { x }, and a customer by id alone", function()
    local short = body("subscription.create", support.purchase { customer = "user_1" })
    local long = body("subscription.create",
      support.purchase { item = false, items = { { product_id = "price_1" } } })
    assert.equal(long, short)
  end)

  it("sends the price of one unit, or of all where the account says so", function()
    local params = support.one_off { item = { product_id = "p", quantity = 3 }, amount = "9.99" }
    assert.truthy(body("payment.create", params):find('"quantity":3,"payPrice":333,', 1, true))
    local total = support.account { pay_price = "total" }
    assert.truthy(body("payment.create", params, total):find('"quantity":3,"payPrice":999,', 1, true))
  end)

  it("refuses an amount that its quantity does not divide", function()
    assert.same({ amount = "expected a multiple of the quantity" }, problems("payment.create",
      support.one_off { item = { product_id = "p", quantity = 3 }, amount = "10.00" }))
  end)

  it("counts in the minor units of the currency, and in Stripe's own where they differ", function()
    local function price(amount, currency)
      return body("payment.create", support.one_off { amount = amount, currency = currency })
        :match '"payPrice":(%d+)'
    end
    assert.equal("500", price("500", "JPY"))
    assert.equal("1234", price("1.234", "KWD"))
    assert.equal("500", price("5", "ISK"))  -- docs.stripe.com/currencies, special cases
    assert.equal("500", price("5", "UGX"))
    assert.equal("7", price("7.00", "MGA"))
    assert.equal("9007199254740993", price("90071992547409.93", "USD"))
    assert.equal("expected an amount that the provider can count exactly",
      problems("payment.create", support.one_off { amount = "7.50", currency = "MGA" }).amount)
  end)

  it("takes money as it is, with its currency", function()
    local text = body("payment.create", support.one_off { amount = money("8.88", "EUR"), currency = false })
    assert.truthy(text:find('"payPrice":888,', 1, true))
    assert.truthy(text:find('"currency":"eur"', 1, true))
    assert.equal("expected an amount in the currency of the call",
      problems("payment.create", support.one_off { amount = money("8.88", "EUR") }).amount)
  end)

  it("lets an app's own scheme come back, but nothing that runs in a page", function()
    body("subscription.create", support.purchase { return_url = "myshop://paid?x=1" })
    for _, url in ipairs { "javascript:alert(1)", "JavaScript:x", "data:text/html,x", "file:///etc/passwd",
      "/relative", "https://", "https://a b/", "https://user:pass@shop.example/" } do
      assert.equal("expected an absolute URL in ASCII: http, https or an app's own scheme",
        problems("subscription.create", support.purchase { return_url = url }).return_url)
    end
  end)

  it("ignores the words of other providers, and of the ledger", function()
    body("subscription.create", support.purchase {
      order_id = "A-1", amount = "9.99", currency = "USD", description = "plan", method = "checkout",
      notify_url = "https://shop.example/notify", billing = { country = "CA" },
      card = { number = secret "4111111111111111", cvv = secret "123" },
      extra = { ruxpay = { anything = true }, mincloud = {} },
    })
  end)
end)

describe("bad input", function()
  it("is reported all together, each with its path", function()
    local found, err = problems("payment.create", {
      customer = { id = 5, nam = "x" }, items = { { product_id = "p", quantity = "many" } },
      amount = 8.88, curency = "USD", return_url = 7, extra = { appwheel = { modee = "x" } },
    })
    assert.equal("invalid", err.kind)
    assert.same({
      ["customer.id"] = "expected text",
      ["customer.nam"] = "expected a known name, perhaps customer.id",
      ["items[1].quantity"] = "expected an integer from 1 to 1000000",
      amount = 'expected text such as "8.88" or an obol.money, not a number',
      currency = "expected a value",
      curency = "expected a known name, perhaps currency",
      return_url = "expected an absolute URL in ASCII: http, https or an app's own scheme",
      cancel_url = "expected a value",
      description = "expected a value",
      ["extra.appwheel.modee"] = "expected a known name, perhaps extra.appwheel.mode",
    }, found)
  end)

  it("takes an item or a list of them, not both", function()
    local found = problems("payment.create", support.one_off { items = { { product_id = "price_1" } } })
    assert.same({ item = "expected `item` or `items`, not both" }, found)
  end)

  it("never shows what was given", function()
    local _, err = problems("payment.create", support.one_off {
      amount = "4111 1111 1111 1111", currency = "4242", description = ("4242"):rep(100), trial_days = 4242,
    })
    local text = tostring(err)
    for _, problem in ipairs(err.fields) do text = text .. problem.field .. problem.message end
    assert.is_nil(text:find("4242", 1, true))
    assert.is_nil(text:find("4111", 1, true))
  end)

  it("names everything that is missing", function()
    assert.same({
      ["customer.id"] = "expected a value", ["items[1].product_id"] = "expected a value",
      return_url = "expected a value", cancel_url = "expected a value", amount = "expected a value",
      description = "expected a value", currency = "expected a value",
    }, problems("payment.create", {}))
  end)

  it("refuses two promotion codes, however they are written", function()
    for _, codes in ipairs { { "A", "B" }, { "A" }, 5, true, "" } do
      assert.truthy(problems("subscription.create", support.purchase { promotion_code = codes }).promotion_code)
    end
  end)

  it("refuses amounts that are not exact", function()
    for _, amount in ipairs { 8, 8.88, true, {}, "8.888", "8,88", "1e2", "+8", " 8", "8.", ".8", "08", "", "0",
      "0.00", "-1", "92233720368547758.08", "NaN", ("9"):rep(400) } do
      assert.truthy(problems("payment.create", support.one_off { amount = amount }).amount)
    end
  end)

  it("refuses currencies that are none, or have no minor unit", function()
    for _, currency in ipairs { "usd", "US", "USDX", "ZZZ", "XAU", "XXX", "HRK", "", 840, {} } do
      assert.truthy(problems("payment.create", support.one_off { currency = currency }).currency)
    end
  end)

  it("refuses NUL and bytes that are no UTF-8 in every text", function()
    for _, text in ipairs { "a\0b", "\255", "\192\175", "\237\160\128", "\244\144\128\128" } do
      local found = problems("payment.create", support.one_off {
        customer = { id = text }, item = { product_id = text }, description = text, return_url = text,
      })
      assert.equal("expected UTF-8 text without NUL", found["customer.id"])
      assert.equal("expected UTF-8 text without NUL", found["items[1].product_id"])
      assert.equal("expected UTF-8 text without NUL", found.description)
      assert.truthy(found.return_url)
    end
  end)

  it("holds every limit, in bytes or in characters", function()
    body("payment.create", support.one_off { description = ("灯"):rep(250), customer = { id = ("x"):rep(255) } })
    local found = problems("payment.create", support.one_off {
      description = ("灯"):rep(251), customer = { id = ("灯"):rep(86) }, item = { product_id = "" },
      return_url = "https://shop.example/" .. ("x"):rep(2048),
    })
    assert.equal("expected text of 1 to 250 characters", found.description)
    assert.equal("expected text of 1 to 255 bytes", found["customer.id"])
    assert.equal("expected text of 1 to 255 characters", found["items[1].product_id"])
    assert.equal("expected a URL of at most 2048 bytes", found.return_url)
    assert.same({ ["items[1].quantity"] = "expected an integer from 1 to 1000000" },
      problems("payment.create", support.one_off { item = { product_id = "p", quantity = 0 } }))
    assert.same({ trial_days = "expected an integer from 1 to 730" },
      problems("subscription.create", support.purchase { trial_days = 731 }))
  end)

  it("refuses a text of 1 MiB in every field", function()
    local long = ("x"):rep(1024 * 1024)
    local found = problems("payment.create", support.one_off {
      customer = { id = long }, item = { product_id = long }, return_url = "https://a/" .. long,
      description = long, amount = long,
    })
    assert.truthy(problems("payment.create", support.one_off { currency = long }).currency)
    for _, field in ipairs { "customer.id", "items[1].product_id", "return_url", "description", "amount" } do
      assert.truthy(found[field], field)
    end
  end)

  it("refuses a secret where no secret belongs", function()
    assert.same({ description = "expected text" },
      problems("payment.create", support.one_off { description = secret "4111111111111111" }))
  end)

  it("tells what another account might carry out from what is wrong", function()
    local function unsupported(operation, params, field)
      local found, err = problems(operation, params)
      assert.equal("unsupported", err.kind)
      assert.truthy(found[field], field)
    end
    unsupported("payment.create", support.one_off { trial_days = 3 }, "trial_days")
    unsupported("payment.create", support.one_off { promotion_code = "A" }, "promotion_code")
    unsupported("payment.create", support.one_off { profit_sharing = true }, "profit_sharing")
    unsupported("subscription.create", support.purchase { interval = "P1M" }, "interval")
    unsupported("subscription.create", support.purchase { cycles = 3 }, "cycles")
    unsupported("subscription.create", support.purchase { method = "wechat_qr" }, "method")
    unsupported("subscription.create", support.purchase { item = { product_id = "p", quantity = 2 } },
      "items[1].quantity")
    unsupported("subscription.create",
      support.purchase { item = false, items = { { product_id = "p" }, { product_id = "q" } } }, "items[2]")
    local request, err = account:encode("refund.create", {})
    assert.is_nil(request)
    assert.equal("unsupported", err.kind)
  end)

  it("lets pass what changes nothing", function()
    body("subscription.create", support.purchase { item = { product_id = "p", quantity = 1 }, profit_sharing = false })
  end)

  it("refuses the mode that is not documented, and words for another provider that does not exist", function()
    assert.equal('expected "payment" or "sku_payment"', select(2, account:encode("payment.create",
      support.one_off { extra = { appwheel = { mode = "subscription" } } })).message)
    assert.truthy(problems("payment.create", support.one_off { extra = { stripee = {} } })["extra.stripee"])
    assert.truthy(problems("subscription.create",
      support.purchase { extra = { appwheel = { mode = "payment" } } })["extra.appwheel"])
    assert.truthy(problems("payment.create", support.one_off { pay_price = 5 }).pay_price)
  end)

  it("refuses steps that a path would take", function()
    for _, id in ipairs { ".", ".." } do
      local request, err = account:encode("entitlement.get", { customer = id })
      assert.is_nil(request)
      assert.equal("customer.id", err.field)
    end
  end)

  it("refuses values that have no place in a table of values", function()
    for _, value in ipairs { print, coroutine.create(print), 0 / 0, 1 / 0 } do
      local request, err = account:encode("payment.create", support.one_off { description = value })
      assert.is_nil(request)
      assert.equal("invalid", err.kind)
    end
    local cycle = {}
    cycle.extra = cycle
    assert.is_nil((account:encode("payment.create", cycle)))
  end)

  it("refuses a nonce that would begin another header", function()
    for _, nonce in ipairs { "a\r\nx-evil: 1", "a\0", "a\nb" } do
      local request, err = account:encode("product.list", {}, { time_ms = 1, nonce = nonce })
      assert.is_nil(request)
      assert.equal("nonce", err.field)
    end
  end)

  it("raises for a programmer's mistake", function()
    assert.has_error(function() account:encode() end)
    assert.has_error(function() account.encode({}, "payment.create", {}) end)
    assert.has_error(function() account:encode("payment.create", "text") end)
  end)
end)
