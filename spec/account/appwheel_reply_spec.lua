local support = require "spec.account.support"

local account = support.account()

local function decode(operation, body, more)
  more = more or {}
  return account:decode(operation, { status = more.status or 200, body = body }, more)
end

local function read(operation, body, more)
  return assert(decode(operation, body, more))
end

-- Protocol sheet, sections 5 and 8.
describe("AppWheel's envelope", function()
  it("is a success with code 0 and with 200, with or without message and data", function()
    for _, body in ipairs { '{"code":0}', '{"code":200,"data":{}}', '{"message":"操作成功","code":0}',
      '{"data":null,"code":200,"message":""}' } do
      assert.equal("succeeded", read("subscription.cancel", body).outcome)
      assert.equal("succeeded", read("subscription.renew", body, { status = 500 }).outcome)
    end
  end)

  it("gives every documented code its kind and outcome, under any HTTP status", function()
    local codes = {
      ["205001"] = { "rejected", "invalid" }, ["205002"] = { "rejected", "provider" },
      ["205003"] = { "rejected", "conflict" }, ["205004"] = { "rejected", "not_found" },
      ["205005"] = { "rejected", "not_found" }, ["205006"] = { "rejected", "not_found" },
      ["205007"] = { "rejected", "invalid" },
      ["10000"] = { "rejected", "authentication" }, ["10001"] = { "rejected", "authentication" },
      ["10002"] = { "rejected", "invalid" },
      ["10100"] = { "unknown", "provider" }, ["10101"] = { "unknown", "provider" },
      ["10200"] = { "unknown", "provider" },
      ["205008"] = { "unknown", "provider" }, ["1"] = { "unknown", "provider" },
      ["-1"] = { "unknown", "provider" }, ["0.0"] = { "unknown", "provider" },
      ["2e2"] = { "unknown", "provider" },
    }
    for code, expected in pairs(codes) do
      for _, status in ipairs { 200, 401, 429, 500, 503 } do
        local result = read("payment.create", '{"code":' .. code .. ',"message":"why"}', { status = status })
        assert.equal(expected[1], result.outcome, code)
        assert.equal(expected[2], result.kind, code)
        assert.equal(code, result.code)
        assert.equal("why", result.message)
        assert.equal(status, result.http_status)
      end
    end
  end)

  it("takes a refusal by Stripe during an update as the card's", function()
    local result = read("subscription.update", '{"code":205002}')
    assert.equal("declined", result.outcome)
    assert.equal("declined", result.kind)
  end)

  it("leaves a purchase without a page to open unknown", function()
    for _, body in ipairs { '{"code":0}', '{"code":0,"data":{}}', '{"code":200,"data":{"checkoutUrl":""}}',
      '{"code":0,"data":{"checkoutUrl":null}}', '{"code":0,"data":[]}' } do
      local result = read("payment.create", body)
      assert.equal("unknown", result.outcome)
      assert.equal("provider", result.kind)
    end
  end)

  it("cannot be read from anything else, and says what the HTTP status says", function()
    local statuses = {
      [200] = { "unknown", "provider" }, [204] = { "unknown", "provider" },
      [302] = { "unknown", "provider" }, [400] = { "rejected", "invalid" },
      [401] = { "rejected", "authentication" }, [403] = { "rejected", "authentication" },
      [404] = { "rejected", "not_found" }, [405] = { "rejected", "invalid" },
      [408] = { "unknown", "provider" }, [413] = { "rejected", "invalid" },
      [429] = { "rejected", "rate_limited" }, [500] = { "unknown", "provider" },
      [502] = { "unknown", "provider" }, [503] = { "unknown", "provider" },
    }
    local bodies = { "", "<html>busy</html>", '{"code":0', "null", "[]", '"code"', '{"Code":0}', "{}",
      '{"code":0,"code":0}', '{"code":0}x', "\239\187\191{}" }
    for status, expected in pairs(statuses) do
      for _, body in ipairs(bodies) do
        local result, err = decode("payment.create", body, { status = status })
        assert.is_nil(result)
        assert.equal(expected[1], err.outcome, body)
        assert.equal(expected[2], err.kind, body)
        assert.equal(status, err.http_status)
      end
    end
  end)

  it("makes nothing of a code of another type", function()
    for _, code in ipairs { '"0"', '"200"', "true", "null", "{}", "[0]", '""' } do
      assert.equal("unknown", read("subscription.cancel", '{"code":' .. code .. "}").outcome)
    end
  end)

  it("fails to read values of the wrong type, and leaves the call unknown", function()
    local wrong = {
      ["payment.create"] = { '{"code":0,"data":{"checkoutUrl":5}}',
        '{"code":0,"data":{"checkoutUrl":"javascript:alert(1)"}}',
        '{"code":0,"data":{"checkoutUrl":"nowhere"}}', '{"code":0,"data":{"checkoutUrl":["x"]}}' },
      ["product.list"] = { '{"code":0,"data":{"skus":{}}}', '{"code":0,"data":{"skus":[5]}}',
        '{"code":0,"data":{"skus":[{}]}}' },
      ["entitlement.get"] = { '{"code":0,"data":{"entitlement":[]}}',
        '{"code":0,"data":{"entitlement":{"vip":{"expiresDateMs":"soon","orders":[]}}}}',
        '{"code":0,"data":{"entitlement":{"vip":{"orders":[{"productId":7}]}}}}',
        '{"code":0,"data":{"entitlement":{"vip":5}}}' },
      ["time.get"] = { '{"code":0,"data":{"remoteTime":"now"}}', '{"code":0,"data":{"remoteTime":-1}}' },
    }
    for operation, bodies in pairs(wrong) do
      for _, body in ipairs(bodies) do
        local result, err = decode(operation, body)
        assert.is_nil(result, body)
        assert.equal("provider", err.kind)
        assert.equal("unknown", err.outcome)
      end
    end
  end)

  it("never shows in an error what the provider sent", function()
    local _, err = decode("payment.create", '{"code":0,"data":{"checkoutUrl":"4242424242424242"}}')
    assert.is_nil(tostring(err):find("4242", 1, true))
    _, err = decode("payment.create", "4242424242424242 <html>")
    assert.is_nil(tostring(err):find("4242", 1, true))
  end)
end)

describe("what AppWheel's operations find", function()
  it("products, with prices as Stripe counts them", function()
    local products = read("product.list", [[{"code":0,"data":{"skus":[
      {"productId":"price_1","referenceName":"黄金会员","pricingInfo":{"active":true,"currency":"usd",
        "unit_amount":999,"unit_amount_decimal":"999","created":1738513709476610049,"livemode":false,
        "recurring":{"interval":"month","interval_count":3,"trial_period_days":7,"usage_type":"licensed"}}},
      {"productId":"price_2","referenceName":"","pricingInfo":{"active":false,"currency":"isk",
        "unit_amount":50000,"recurring":null}},
      {"productId":"price_3"}]}}]]).products
    assert.equal("price_1", products[1].id)
    assert.equal("黄金会员", products[1].name)
    assert.equal("9.99 USD", tostring(products[1].price))
    assert.equal("P3M", products[1].interval)
    assert.is_true(products[1].active)
    assert.equal("1738513709476610049", products[1].extra.pricingInfo.created)
    assert.equal(7, products[1].extra.pricingInfo.recurring.trial_period_days)
    assert.equal("500 ISK", tostring(products[2].price))
    assert.is_false(products[2].active)
    assert.is_nil(products[2].interval)
    assert.is_nil(products[2].name)
    assert.same({ id = "price_3" }, products[3])
  end)

  -- names and types of section 6.7
  local ENTITLEMENTS = [[{"code":0,"message":"操作成功","data":{"entitlement":{"vip":{
    "originalPurchaseDateMs":"1657022195000","expiresDateMs":"1738513709476","gracePeriodExpiresDateMs":"0",
    "orders":[{"productPeriod":"P1M","appId":331058835,"platform":"Stripe","productId":"price_1",
      "isAutoRenew":true,"productType":2,"originalTransactionId":"sub_1","transactionId":"in_5",
      "originalPurchaseDateMs":"1657022195000","expiresDateMs":"1738513709476",
      "gracePeriodExpiresDateMs":"0","purchaseDateMs":"1657022195001","isTrialPeriod":false,"status":1}]},
    "终身":{"expiresDateMs":"0","orders":[{"productPeriod":"","productId":"price_9","isAutoRenew":false,
      "productType":1,"originalTransactionId":"pi_1","transactionId":"pi_1","expiresDateMs":"0","status":1}]}},
    "invalidEntitlement":{"old":{"expiresDateMs":"5","orders":[{"productId":"price_2","isAutoRenew":false,
      "originalTransactionId":"sub_0","transactionId":"in_0","status":2,"productType":2}]}}}}]]

  it("entitlements by the merchant's names, in force and over", function()
    local entitlements = read("entitlement.get", ENTITLEMENTS).entitlements
    assert.equal(3, #entitlements)
    local by_name = {}
    for _, each in ipairs(entitlements) do by_name[each.name] = each end
    assert.is_true(by_name.vip.active)
    assert.equal(1738513709476, by_name.vip.expires_ms)
    assert.is_nil(by_name.vip.grace_until_ms)
    assert.same({
      product_id = "price_1", provider_id = "sub_1", transaction_id = "in_5", status = "active",
      auto_renew = true, trial = false, interval = "P1M", type = "auto_renewing", platform = "Stripe",
      app_id = "331058835", started_ms = 1657022195000, purchased_ms = 1657022195001,
      expires_ms = 1738513709476, extra = { status = 1 },
    }, by_name.vip.orders[1])
    assert.is_nil(by_name["终身"].expires_ms)
    assert.equal("non_consumable", by_name["终身"].orders[1].type)
    assert.is_false(by_name.old.active)
    assert.equal("canceled", by_name.old.orders[1].status)
  end)

  it("nothing for a user who owns nothing", function()
    local result = read("entitlement.get", '{"code":0,"data":{"entitlement":{},"invalidEntitlement":{}}}')
    assert.equal("succeeded", result.outcome)
    assert.same({}, result.entitlements)
  end)

  it("the one subscription that is asked for", function()
    local result = read("subscription.query", ENTITLEMENTS, { expect = { provider_id = "sub_1" } })
    assert.equal("succeeded", result.outcome)
    assert.equal("sub_1", result.provider_id)
    assert.equal("sub_1", result.subscription.id)
    assert.is_true(result.subscription.auto_renew)
    assert.equal(1738513709476, result.subscription.period_end_ms)
    result = read("subscription.query", ENTITLEMENTS, { expect = { provider_id = "sub_other" } })
    assert.equal("unknown", result.outcome)
    assert.is_nil(result.subscription)
    assert.equal(3, #result.subscriptions)
  end)

  it("the state of an order as the state of a subscription", function()
    local function state(status, trial, renew)
      local body = ('{"code":0,"data":{"entitlement":{"vip":{"orders":[{"productId":"p",'
        .. '"originalTransactionId":"s","status":%d,"isTrialPeriod":%s,"isAutoRenew":%s}]}}}}')
        :format(status, tostring(trial), tostring(renew))
      local result = read("subscription.query", body, { expect = { provider_id = "s" } })
      return result.subscription.status, result.outcome
    end
    assert.same({ "incomplete", "accepted" }, { state(0, false, true) })
    assert.same({ "active", "succeeded" }, { state(1, false, true) })
    assert.same({ "active", "succeeded" }, { state(1, false, false) })
    assert.same({ "trialing", "succeeded" }, { state(1, true, true) })
    assert.same({ "expired", "succeeded" }, { state(2, false, true) })
    assert.same({ "canceled", "succeeded" }, { state(2, false, false) })
    assert.same({ "past_due", "succeeded" }, { state(3, false, true) })
    assert.same({ "paused", "succeeded" }, { state(4, false, true) })
    assert.same({ "past_due", "succeeded" }, { state(5, false, true) })
    assert.same({ nil, "unknown" }, { state(6, false, true) })
  end)

  it("nothing about a payment when the question fails", function()
    for _, code in ipairs { "205004", "10000", "10101", "7" } do
      local result = read("subscription.query", '{"code":' .. code .. '}', { expect = { provider_id = "s" } })
      assert.equal("unknown", result.outcome)
      assert.equal(code, result.code)
    end
    local _, err = decode("subscription.query", "busy", { status = 401 })
    assert.equal("unknown", err.outcome)
  end)

  it("the difference to pay after a change of plan, if any", function()
    assert.equal("succeeded", read("subscription.update", '{"code":200,"data":{}}').outcome)
    assert.equal("succeeded", read("subscription.update", '{"code":200,"data":{"hostedInvoiceUrl":""}}').outcome)
    local result = read("subscription.update",
      '{"code":200,"data":{"hostedInvoiceUrl":"https://invoice.stripe.com/i/x"}}')
    assert.equal("accepted", result.outcome)
    assert.same({ type = "redirect", url = "https://invoice.stripe.com/i/x" }, result.action)
  end)

  it("the portal's page, the history, the customer and the time", function()
    assert.equal("https://billing.stripe.com/session/x", read("subscription.portal",
      '{"code":0,"data":{"sessionUrl":"https://billing.stripe.com/session/x"}}').action.url)
    assert.same({ product_id = "p", has_trialed = true, has_paid = false, in_grace_period = false,
      auto_renew = true }, read("product.history", [[{"code":0,"data":{"productId":"p","hasTrialed":1,
      "hasPaid":0,"inGracePeriod":0,"autoRenewStatus":1}}]]).history)
    assert.equal("u-7", read("customer.create", '{"code":0,"data":{"appUserId":"u-7"}}').customer_id)
    assert.equal(1700000000, read("time.get", '{"code":0,"data":{"remoteTime":1700000000}}').time_s)
    assert.equal(1700000000, read("time.get", '{"code":0,"data":{"remoteTime":"1700000000"}}').time_s)
  end)

  it("invoices in both published forms", function()
    local invoices = read("invoice.list", [[{"code":0,"data":{"invoices":[
      {"orderId":"in_1","payPrice":"9990","payCurrency":"USD","paidAt":"1657022195000","invoiceStatus":"paid"},
      {"orderId":"in_2","payPrice":"500000","payCurrency":"JPY","invoiceStatus":"open","orderStatus":3},
      {"orderId":"in_3","payPrice":"9995","payCurrency":"USD"},
      {"orderId":"in_4","payPrice":"1000"},
      {"orderId":"in_5","invoiceStatus":"strange","orderStatus":9}]}}]]).invoices
    assert.equal("9.99 USD", tostring(invoices[1].amount))
    assert.equal(1657022195000, invoices[1].paid_ms)
    assert.equal("500 JPY", tostring(invoices[2].amount))
    assert.equal("past_due", invoices[2].subscription_status)
    -- half a cent is no amount of dollars, and without a currency there is none: kept as they came
    assert.is_nil(invoices[3].amount)
    assert.equal("9995", invoices[3].extra.payPrice)
    assert.is_nil(invoices[4].amount)
    assert.equal("1000", invoices[4].extra.payPrice)
    assert.same({ invoiceStatus = "strange", orderStatus = 9 }, invoices[5].extra)
    local minor = support.account { invoice_price = "minor" }
    local result = assert(minor:decode("invoice.list", { status = 200,
      body = '{"code":0,"data":{"invoices":[{"orderId":"in_1","payPrice":"999","payCurrency":"USD"}]}}' }))
    assert.equal("9.99 USD", tostring(result.invoices[1].amount))
  end)

  it("whether a purchase takes real money, where the session's id tells", function()
    local function live(url)
      return read("payment.create", '{"code":0,"data":{"checkoutUrl":"' .. url .. '"}}').live
    end
    assert.is_false(live "https://checkout.stripe.com/pay/cs_test_b1#x")
    assert.is_true(live "https://checkout.stripe.com/pay/cs_live_b1#/cs_test_")
    assert.is_nil(live "https://checkout.stripe.com/pay/b1#/cs_live_x")
  end)

  it("what a refusal means when the same key went out before", function()
    assert.equal("unknown", read("subscription.update", '{"code":10002}', { sent_before = true }).outcome)
    assert.equal("rejected", read("subscription.update", '{"code":10002}').outcome)
  end)
end)
