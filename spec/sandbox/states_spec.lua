-- The state model of the AppWheel simulator, row by row of the sheet's section 10.

local support = dofile "spec/sandbox/support.lua"

local DAY = support.DAY
local MONTH_END = "1702592000000" -- 14 December 2023, a month after the start

describe("the AppWheel simulator's states", function()
  local app
  before_each(function()
    app = support.open()
    app.user("u1")
  end)

  local function order() return app.entitlement().entitlement.vip.orders[1] end
  local function past() return app.entitlement().invalidEntitlement.vip.orders[1] end

  it("shows no order before a session is paid", function()
    local url = app.buy().data.checkoutUrl
    assert.same({ entitlement = {}, invalidEntitlement = {} }, app.entitlement())
    assert.same({}, app.invoices())
    assert(app.box:pay(url))
    assert.equal(1, order().status)
  end)

  it("keeps a session open for a day", function()
    local url = app.buy().data.checkoutUrl
    app.box:advance(DAY)
    assert(app.box:pay(url))
    app.user("u2")
    url = app.buy{ appUserId = "u2" }.data.checkoutUrl
    app.box:advance(DAY + 1)
    local paid, err = app.box:pay(url)
    assert.is_nil(paid)
    assert.equal("205006", err.provider_code)
    assert.same({ entitlement = {}, invalidEntitlement = {} }, app.entitlement("u2"))
    assert.equal("expired", app.box:books().appwheel.sessions[2].status)
  end)

  it("stores nothing of a payer who backs out, and refuses a later payment", function()
    local url = app.buy().data.checkoutUrl
    assert.equal("https://shop.example/no", app.box:back_out(url).redirect)
    local paid, err = app.box:pay(url)
    assert.is_nil(paid)
    assert.equal("205006", err.provider_code)
    assert.is_nil((app.box:back_out(url)))
    assert.same({}, app.invoices())
  end)

  it("starts a subscription with a first bill and redirects to the address as given", function()
    local bought = app.bought()
    assert.equal("https://shop.example/ok?a=1&b=%2F#x", bought.redirect)
    assert.truthy(bought.subscription:find("^sub_"))
    assert.truthy(bought.invoice:find("^in_"))
    assert.same({ 1, true, false, MONTH_END },
      { order().status, order().isAutoRenew, order().isTrialPeriod, order().expiresDateMs })
  end)

  it("starts a trial with a bill over nothing, and charges when it ends", function()
    app.bought{ trialPeriodDays = 7 }
    assert.same({ true, 1, "1700604800000" }, { order().isTrialPeriod, order().status, order().expiresDateMs })
    assert.same({ "0", "paid" }, { app.invoices()[1].payPrice, app.invoices()[1].invoiceStatus })
    app.box:advance(7 * DAY)
    assert.same({ false, 1 }, { order().isTrialPeriod, order().status })
    assert.equal("1703196800000", order().expiresDateMs)
    assert.equal("9990", app.invoices()[1].payPrice)
    assert.equal(2, #app.invoices())
  end)

  it("ignores the trial days that the product only mentions", function()
    app.bought()
    assert.is_false(order().isTrialPeriod)
  end)

  it("sells a one-off order without an end", function()
    app.bought{ productId = "price_lifetime", mode = "sku_payment", quantity = 1 }
    local sale = app.entitlement().entitlement.brushes.orders[1]
    assert.same({ "0", 1 }, { sale.expiresDateMs, sale.status })
  end)

  it("cancels and renews by auto-renewal alone", function()
    local bought = app.bought()
    local body = { appUserId = "u1", purchaseId = bought.subscription }
    app.post("/v1/stripe/purchase/cancel", body)
    assert.same({ false, 1, MONTH_END }, { order().isAutoRenew, order().status, order().expiresDateMs })
    app.post("/v1/stripe/purchase/renew", body)
    assert.same({ true, 1, MONTH_END }, { order().isAutoRenew, order().status, order().expiresDateMs })
  end)

  it("renews the same subscription at the end of each period", function()
    local bought = app.bought()
    app.box:advance(30 * DAY)
    assert.same({ bought.subscription, 1, "1705270400000" },
      { order().originalTransactionId, order().status, order().expiresDateMs })
    assert.not_equal(bought.invoice, order().transactionId)
    assert.same({ "1700000000000", MONTH_END }, { order().originalPurchaseDateMs, order().purchaseDateMs })
  end)

  it("steps period by period when the clock leaps", function()
    app.bought()
    app.box:advance(366 * DAY)
    local books = app.box:books().appwheel
    assert.equal(13, #books.invoices)
    for _, invoice in ipairs(books.invoices) do assert.equal(999, invoice.paid) end
    -- 14 January, then on the 14th of each month: the 12th month after 14 December 2023.
    assert.equal(1705270400000, books.invoices[3].created_ms)
    assert.equal(1731622400000, books.invoices[13].created_ms)
    assert.equal(support.T0 + 366 * DAY, app.box:now_ms())
  end)

  it("goes into grace when the card fails, with an open bill", function()
    local bought = app.bought()
    app.box:fail_card("u1", true)
    app.box:advance(30 * DAY)
    assert.same({ 3, MONTH_END, bought.invoice }, { order().status, order().expiresDateMs, order().transactionId })
    assert.equal("1705270400000", order().gracePeriodExpiresDateMs)
    local invoice = app.invoices()[1]
    assert.same({ "open", 3, "0", "0" },
      { invoice.invoiceStatus, invoice.orderStatus, invoice.payPrice, invoice.paidAt })
  end)

  it("leaves grace when the card works again", function()
    app.bought()
    app.box:fail_card("u1", true)
    app.box:advance(31 * DAY)
    app.box:fail_card("u1", false)
    app.box:advance(8 * DAY)
    assert.same({ 1, "1705270400000", "0" },
      { order().status, order().expiresDateMs, order().gracePeriodExpiresDateMs })
    assert.equal("paid", app.invoices()[1].invoiceStatus)
    assert.equal(2, #app.invoices())
  end)

  it("leaves grace when the open bill is paid on its page", function()
    app.bought()
    app.box:fail_card("u1", true)
    app.box:advance(31 * DAY)
    local url = app.invoices()[1].hostedInvoiceUrl
    assert.is_nil((app.box:pay(url)))
    app.box:fail_card("u1", false)
    assert(app.box:pay(url))
    assert.equal(1, order().status)
    local again, err = app.box:pay(url)
    assert.is_nil(again)
    assert.equal("conflict", err.kind)
    assert.equal(1998, app.box:books().appwheel.invoices[1].paid + app.box:books().appwheel.invoices[2].paid)
  end)

  it("expires when grace ends", function()
    app.bought()
    app.box:fail_card("u1", true)
    app.box:advance(61 * DAY)
    assert.same({}, app.entitlement().entitlement)
    assert.same({ 2, MONTH_END }, { past().status, past().expiresDateMs })
    assert.equal("uncollectible", app.invoices()[1].invoiceStatus)
    app.box:fail_card("u1", false)
    assert.is_nil((app.box:pay(app.invoices()[1].orderId)))
    app.box:advance(100 * DAY)
    assert.equal(2, #app.invoices())
  end)

  it("fails the renewal of a customer without a card, or with one that dies", function()
    app.bought()
    local id = app.post("/v1/stripe/paymentMethod", { appUserId = "u1" }).data.methods[1].id
    app.post("/v1/stripe/paymentMethod/remove", { appUserId = "u1", methodId = id })
    app.user("u2")
    assert(app.box:pay(app.buy{ appUserId = "u2" }.data.checkoutUrl, { card = "4000000000000341" }))
    app.box:advance(31 * DAY)
    assert.equal(3, order().status)
    assert.equal(3, app.entitlement("u2").entitlement.vip.orders[1].status)
  end)

  it("expires at the period's end where auto-renewal is off", function()
    local bought = app.bought()
    app.post("/v1/stripe/purchase/cancel", { appUserId = "u1", purchaseId = bought.subscription })
    app.box:advance(30 * DAY - 1)
    assert.equal(1, order().status)
    app.box:advance(1)
    assert.same({ 2, false, MONTH_END }, { past().status, past().isAutoRenew, past().expiresDateMs })
    assert.equal(1, #app.invoices())
    assert.equal(0, app.buy().code)
  end)

  it("ends an order at once when it is refunded", function()
    local bought = app.bought()
    app.box:advance(DAY)
    local refund = assert(app.box:refund(bought.subscription))
    assert.same({ 999, "usd", bought.invoice }, { refund.amount, refund.currency, refund.of })
    assert.same({ 2, "1700086400000" }, { past().status, past().expiresDateMs })
    local again, err = app.box:refund(bought.subscription)
    assert.is_nil(again)
    assert.equal("205002", err.provider_code)
    app.box:advance(60 * DAY)
    assert.equal(1, #app.invoices())
  end)

  it("refunds one-off sales, whole and in part", function()
    local sold = app.bought{ productId = "price_tip", mode = "payment", quantity = 2, payPrice = 500,
      productName = "x" }
    assert(app.box:refund(sold.sale, { amount = 300 }))
    assert.is_table(app.entitlement().entitlement.supporter)
    assert.is_nil((app.box:refund(sold.sale, { amount = 701 })))
    assert.equal(700, app.box:refund(sold.session).amount)
    assert.equal(2, app.entitlement().invalidEntitlement.supporter.orders[1].status)
    local refunds = app.box:books().appwheel.refunds
    assert.same({ 300, 700 }, { refunds[1].amount, refunds[2].amount })
  end)

  it("has nothing to refund of a trial", function()
    local bought = app.bought{ trialPeriodDays = 7 }
    assert.is_nil((app.box:refund(bought.subscription)))
    assert.equal(1, order().status)
  end)

  it("pays a session once", function()
    local url = app.buy().data.checkoutUrl
    assert(app.box:pay(url))
    local again, err = app.box:pay(url)
    assert.is_nil(again)
    assert.equal("conflict", err.kind)
    assert.equal(1, #app.box:books().appwheel.invoices)
  end)

  it("keeps a session open after a declined card", function()
    local url = app.buy().data.checkoutUrl
    assert.is_true(app.box:decline(url).declined)
    local paid, err = app.box:pay(url, { card = "4000 0000 0000 0002" })
    assert.is_nil(paid)
    assert.equal("declined", err.kind)
    assert.equal("declined", select(2, app.box:pay(url, { card = "4242424242424241" })).kind)
    assert.same({}, app.invoices())
    assert(app.box:pay(url, { card = require("obol.secret")("4242424242424242") }))
  end)

  it("finds a session by its address, its id, and a customer with one open session", function()
    local first = app.buy().data.checkoutUrl
    assert(app.box:decline(first:match("cs_test_%w+")))
    assert(app.box:decline("u1"))
    assert(app.box:decline(app.box:books().appwheel.users[1].customer))
    app.buy()
    local _, several = app.box:decline("u1")
    assert.equal("invalid", several.kind)
    local _, none = app.box:pay("cs_test_none")
    assert.equal("not_found", none.kind)
    local _, stranger = app.box:fail_card("nobody")
    assert.equal("not_found", stranger.kind)
    assert.has_error(function() app.box:pay(7) end)
  end)

  it("forgets what was sold on reset, and keeps its credentials", function()
    app.bought()
    local before = app.box:accounts()
    app.box:reset()
    assert.same(before, app.box:accounts())
    assert.same({}, app.box:books().appwheel.subscriptions)
    assert.equal(205004, app.get("/v1/subscriber/u1/entitlement").code)
  end)

  it("refuses unknown options and a clock that goes back", function()
    local new = require("obol.sandbox").new
    assert.has_error(function() new{ clock = 1 } end)
    assert.has_error(function() new{ clock_ms = "1" } end)
    assert.has_error(function() new{ appwheel = { app = "1" } } end)
    assert.has_error(function() new{ sign_clock = "other" } end)
    local function said(fn) return select(2, pcall(fn)) end
    assert.matches("clok_ms: expected a known option of the sandbox, did you mean `clock_ms`%?",
      said(function() new{ clok_ms = 1 } end))
    assert.matches("clock_ms: expected a number or a function as the sandbox's option, got string",
      said(function() new{ clock_ms = "7" } end))
    assert.matches("seed: expected a string as the sandbox's option, got number", said(function() new{ seed = 7 } end))
    assert.matches("kind: expected a known kind of fault, did you mean `commit_then_drop`%?",
      said(function() app.box:fault("payment.create", "commit_then_dorp") end))
    assert.matches("tiems: expected a known option of a fault, did you mean `times`%?",
      said(function() app.box:fault("payment.create", "slow", { tiems = 2 }) end))
    assert.has_error(function() app.box:advance(-1) end)
    assert.has_error(function() app.box:advance(0.5) end)
  end)
end)

describe("the sandbox's calendar", function()
  local add = require("obol.sandbox.calendar").add

  it("keeps the day of the month from one anchor", function()
    local january = 1706659200000 -- 31 January 2024
    assert.equal(1709164800000, add(january, "month", 1, 1)) -- 29 February 2024
    assert.equal(1711843200000, add(january, "month", 1, 2)) -- 31 March 2024
    assert.equal(1738281600000, add(january, "year", 1, 1)) -- 31 January 2025
    assert.equal(january + 14 * 86400000, add(january, "week", 2, 1))
    assert.equal(january + 6 * 86400000, add(january, "day", 3, 2))
    assert.equal(1740787200000 - 86400000, add(1709164800000, "year", 1, 1)) -- 28 February 2025
  end)
end)
