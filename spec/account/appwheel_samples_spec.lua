local support = require "spec.account.support"
local json = require "obol.json"

-- The samples of the seed pages, as they were printed.
describe("AppWheel's published samples", function()
  local account = support.account()

  -- { key: placeholder } of the page's JavaScript as JSON
  local function filled(name, values)
    return (support.fixture(name):gsub("{(%a+)}", function(word)
      return values[word] and json.encode(values[word]) or nil
    end))
  end

  local values = {
    appuserid = "u-7", productId = "price_1",
    successUrl = "https://shop.example/ok", cancelUrl = "https://shop.example/no",
  }
  local params = {
    customer = { id = "u-7" }, items = { { product_id = "price_1" } },
    return_url = values.successUrl, cancel_url = values.cancelUrl,
  }

  local function with(more)
    local all = {}
    for name, value in pairs(params) do all[name] = value end
    for name, value in pairs(more) do all[name] = value end
    return all
  end

  local function sends(operation, given, text)
    local request = assert(account:encode(operation, given, { time_ms = 1700000000000 }))
    assert.same(assert(json.decode(text)), assert(json.decode(request.body)))
  end

  it("asks for a subscription", function()
    sends("subscription.create", params, filled("purchase_subscription.request.txt", values))
  end)

  it("asks for a purchase of a configured product", function()
    -- the page's sample ends in a comma that JSON does not allow
    local text = filled("purchase_sku_payment.request.txt", values):gsub(",%s*}", "}")
    sends("payment.create", with { extra = { appwheel = { mode = "sku_payment" } } }, text)
  end)

  it("asks for a purchase at a price of its own", function()
    sends("payment.create", with { amount = "10.00", currency = "USD", description = "test" },
      filled("purchase_payment.request.txt", values))
  end)

  it("asks for, lists and removes payment methods, and lists invoices", function()
    sends("payment_method.create", { customer = "appuserid", type = "checkout",
      return_url = "http://www.baidu.com?success", cancel_url = "http://www.baidu.com?cancelurl" },
      support.fixture "payment_method_create.request.json")
    sends("payment_method.list", { customer = "appuserid" },
      support.fixture "payment_method_list.request.json")
    sends("payment_method.remove", { customer = "stripe_test", provider_id = "pm_1LQnxxxx" },
      support.fixture "payment_method_remove.request.json")
    sends("invoice.list", { customer = "stripe_test" }, support.fixture "invoice_list.request.json")
  end)

  it("reads the answer to a purchase, with its fragment whole", function()
    for _, name in ipairs { "purchase_subscription", "purchase_sku_payment", "purchase_payment" } do
      -- the page lacks a comma between the two members
      local body = support.fixture(name .. ".reply.txt"):gsub('"\n"awTransId"', '",\n"awTransId"')
      local result = assert(account:decode("payment.create", { status = 200, body = body }))
      assert.equal("accepted", result.outcome)
      assert.equal("requires_action", result.status)
      assert.equal("redirect", result.action.type)
      assert.equal("https://checkout.stripe.com/pay/cs_test_b1w30tabJbJnX8GMOoZVvLef1ReZ1phM6N7aRce"
        .. "XwezIGKa8gKFOWTakhA#fidkdWxOYHwnPyd1blpxYHZxWjA0Tlc8XXBNYGFBT1Vwa01qQFNGdmA9TmlTTnU1SkZn"
        .. "NWJBfFZWX0tPQjBqalc0TU9yY0xMalZAfXFSbHJqX2REPEFBNGRBbkRKMGxXc2xjcUxiaHxKPUtmNTVRRkN%2FSnB"
        .. "mMCcpJ2N3amhWYHdzYHcnP3F3cGApJ2lkfGpwcVF8dWAnPydocGlxbFpscWBoJyknYGtkZ2lgVWlkZmBtamlhYHd2"
        .. "Jz9xd3BgeCUl", result.action.url)
      assert.same({ data = { awTransId = "" } }, result.extra)
    end
  end)

  it("refuses the page's answer as it was printed, without its comma", function()
    local result, err = account:decode("payment.create",
      { status = 200, body = support.fixture "purchase_payment.reply.txt" })
    assert.is_nil(result)
    assert.equal("unknown", err.outcome)
    assert.equal("provider", err.kind)
  end)

  it("reads a new payment method, by a page or by a script", function()
    local body = support.fixture "payment_method_create.reply.json"
    local page = assert(account:decode("payment_method.create", { status = 200, body = body },
      { params = { type = "checkout" } }))
    assert.same({ type = "redirect", url = "https://checkout.stripe.com/pay/cs_test_xxx" }, page.action)
    assert.equal("cs_test_c1RgAVGryEHuAkgCp7uu5vRPjB5tx0kQz8OMc663ZRqYwCmtmV6nWSDE0E",
      page.provider_id)
    local script = assert(account:decode("payment_method.create", { status = 200, body = body },
      { params = { type = "setupIntent" } }))
    assert.same({ type = "client_secret", client_secret =
      "seti_1LQne5HedDJPunHoLNgozUjU_secret_M95pS4k3ATxviQuFZrW8aPY60FrAR4p" }, script.action)
    assert.equal("seti_1LQne5HedDJPunHoLNgozUjU", script.provider_id)
  end)

  it("reads the list of payment methods", function()
    local result = assert(account:decode("payment_method.list",
      { status = 200, body = support.fixture "payment_method_list.reply.json" }))
    assert.equal("succeeded", result.outcome)
    local method = result.payment_methods[1]
    assert.equal("pm_1LIAMpHedDJPunHopnXVhytz", method.id)
    assert.equal(1657022195, method.created_s)
    assert.same({ brand = "visa", last4 = "4242", exp_month = 3, exp_year = 2033, country = "US",
      funding = "credit" }, method.card)
    assert.equal("xx@pixocial.com", method.extra.billing_details.email)
    assert.equal("pass", method.extra.card.checks.cvc_check)
    assert.equal(json.null, method.extra.card.wallet)
  end)

  it("reads what was removed, and sees that it is another one than was asked for", function()
    local reply = { status = 200, body = support.fixture "payment_method_remove.reply.json" }
    local result = assert(account:decode("payment_method.remove", reply,
      { expect = { provider_id = "pm_1LQneqHedDJPunHoLCaQBcWM" } }))
    assert.equal("succeeded", result.outcome)
    assert.same({ "provider_id" }, result.checked)
    result = assert(account:decode("payment_method.remove", reply,
      { expect = { provider_id = "pm_other" } }))
    assert.equal("unknown", result.outcome)
    assert.equal("conflict", result.kind)
  end)

  it("reads the list of invoices", function()
    local result = assert(account:decode("invoice.list",
      { status = 200, body = support.fixture "invoice_list.reply.json" }))
    local invoice = result.invoices[1]
    assert.equal("in_1LNX9zHedDJPunHoTK37GPVK", invoice.id)
    assert.equal("sub_1LNX9zHedDJPunHoLEuMu7y7", invoice.subscription_id)
    assert.equal("price_1LGe1wHedDJPunHob19JriJl", invoice.product_id)
    assert.equal("P1D", invoice.interval)
    assert.equal("active", invoice.subscription_status)
    assert.is_nil(invoice.paid_ms)
    assert.is_nil(invoice.next_charge_ms)
    assert.is_nil(invoice.status)
    assert.truthy(invoice.url:find("?s=ap", 1, true))
    assert.truthy(invoice.pdf_url:find("/pdf?s=ap", 1, true))
  end)
end)
