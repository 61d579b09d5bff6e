-- The whole way: client, ledger, the real account and the simulator of AppWheel.

local appwheel = require "spec.client.appwheel"
local money = require "obol.money"

local DAY = 86400000
local open, plan, tip, subscribed = appwheel.open, appwheel.plan, appwheel.tip, appwheel.subscribed

describe("AppWheel, from the client to the simulator", function()
  it("lists products, entitlements, invoices, cards and history", function()
    local pay = subscribed()
    local found
    for _, product in ipairs(pay.products:list()) do
      if product.id == "price_vip_monthly" then found = product end
    end
    assert.equal(money("9.99", "USD"), found.price)
    local customer = { customer = { id = "u-7" } }
    assert.equal("vip", pay.entitlements:get(customer)[1].name)
    local invoices = pay.invoices:list(customer)
    assert.equal(1, #invoices)
    assert.equal(money("9.99", "USD"), invoices[1].amount)
    assert.equal("paid", invoices[1].status)
    assert.equal(1, #pay.payment_methods:list(customer))
    local history = pay.products:history { customer = { id = "u-7" }, item = { product_id = "price_vip_monthly" } }
    assert.is_true(history.has_paid)
    assert.equal("redirect", pay.subscriptions:portal { customer = { id = "u-7" },
      return_url = "https://shop.example/me" }.action.type)
  end)

  it("takes a subscription through trial, renewals, cancel and end", function()
    local pay, box = open()
    local subscription = pay.subscriptions:create(plan("S-1", { trial_days = 7, amount = "9.99", currency = "USD" }))
    assert.equal("incomplete", subscription.status)
    assert.equal("requires_action", subscription.payment.status)
    assert.equal("incomplete", pay.subscriptions:refresh("S-1").status)
    assert(box:pay(subscription.action.url))
    subscription = pay.subscriptions:refresh("S-1")
    assert.equal("trialing", subscription.status)
    assert.equal("succeeded", subscription.payment.status)
    box:advance(8 * DAY)
    subscription = pay.subscriptions:refresh("S-1")
    assert.equal("active", subscription.status)
    assert.equal(1, #pay.payments:list { status = "succeeded", product_id = "price_vip_monthly" } - 1)
    subscription = pay.subscriptions:cancel("S-1")
    assert.equal("active", subscription.status)
    assert.is_false(subscription.auto_renew)
    assert.is_true(pay.subscriptions:renew("S-1").auto_renew)
    assert.is_false(pay.subscriptions:cancel("S-1").auto_renew)
    box:advance(40 * DAY)
    assert.equal("canceled", pay.subscriptions:refresh("S-1").status)
    assert.equal("succeeded", pay.payments:get("S-1").status)
  end)

  it("changes the plan, with a page for the difference", function()
    local pay, box = subscribed()
    local subscription = pay.subscriptions:update("S-1", { item = { product_id = "price_vip_yearly" } })
    assert.is_string(subscription.action.url)
    assert.equal("price_vip_monthly", subscription.product_id)
    assert(box:pay(subscription.action.url))
    subscription = pay.subscriptions:refresh("S-1")
    assert.equal("price_vip_yearly", subscription.product_id)
    assert.is_nil(subscription.action)
    -- the difference was a charge too, of what its bill says
    local renewal = pay.payments:list()[2]
    assert.equal("S-1", renewal.renewal_of)
    assert.equal(money("90.00", "USD"), renewal.amount)
  end)

  it("makes every charge a payment, also those between two looks and before the end", function()
    local pay, box = open()
    local subscription = pay.subscriptions:create(plan("S-1", { amount = "9.99", currency = "USD" }))
    assert(box:pay(subscription.action.url))
    assert.equal("active", pay.subscriptions:refresh("S-1").status)
    box:advance(95 * DAY)
    -- the subscription moves on only with all of its charges
    box:fault("invoice.list", "commit_then_drop")
    assert.equal("unknown", pay.subscriptions:refresh("S-1").error.outcome)
    assert.equal(1, #pay.payments:list())
    pay.subscriptions:refresh("S-1")
    assert.equal(4, #pay.payments:list { status = "succeeded" })
    pay.subscriptions:refresh("S-1")
    assert.equal(4, #pay.payments:list())
    -- one more charge, then the end: seen by a look after both
    box:advance(30 * DAY)
    assert(box:fail_card("u-7"))
    box:advance(60 * DAY)
    assert.equal("canceled", pay.subscriptions:refresh("S-1").status)
    local paid, booked = 0, 0
    for _, bill in ipairs(pay.invoices:list { customer = { id = "u-7" } }) do
      if bill.status == "paid" then booked = booked + 1 end
    end
    for _, payment in ipairs(pay.payments:list()) do
      if payment.status == "succeeded" then paid = paid + 1 end
      assert.equal(money("9.99", "USD"), payment.amount)
    end
    assert.equal(5, booked)
    assert.equal(booked, paid)
    local renewed = 0
    pay.events:consume("spec", function(event)
      if event.type == "subscription.renewed" then renewed = renewed + 1 end
    end)
    assert.equal(4, renewed)
  end)

  it("tells past_due when the card fails", function()
    local pay, box = subscribed()
    box:fail_card("u-7")
    box:advance(32 * DAY)
    assert.equal("past_due", pay.subscriptions:refresh("S-1").status)
    assert.equal(1, #pay.payments:list())
  end)

  it("proves a one-off payment of a product attached to an entitlement", function()
    local pay, box = open()
    local payment = assert(pay.payments:create(tip "A-1"))
    assert.equal("requires_action", payment.status)
    assert.equal("redirect", payment.action.type)
    assert(box:pay(payment.action.url))
    payment = pay.payments:refresh("A-1")
    assert.equal("succeeded", payment.status)
    assert.equal(money("6.00", "USD"), payment.amount)
    assert.equal(1, #box:books().appwheel.sales)
    assert.equal("succeeded", pay.payments:create(tip "A-1").status)
    -- the next tip is another order with a transaction of its own
    payment = assert(pay.payments:create(tip "A-2"))
    assert.equal("requires_action", pay.payments:refresh("A-2").status)
    assert(box:pay(payment.action.url))
    assert.equal("succeeded", pay.payments:refresh("A-2").status)
    assert.not_equal(pay.payments:get("A-1").provider_id, pay.payments:get("A-2").provider_id)
  end)

  it("ends as expired and unresolved what is attached to no entitlement", function()
    local pay, box = open()
    local payment = pay.payments:create(tip("A-1", { item = { product_id = "price_gems" } }))
    assert(box:pay(payment.action.url))
    assert.equal("requires_action", pay.payments:refresh("A-1").status)
    box:advance(DAY)
    payment = pay.payments:refresh("A-1")
    assert.equal("expired", payment.status)
    assert.is_true(payment.unresolved)
    assert.equal("A-1", pay.payments:list { unresolved = true }[1].order_id)
  end)

  it("refuses a price that is not the listed one, before sending", function()
    local pay, box = open()
    local payment, err = pay.payments:create(tip("A-1", { extra = { appwheel = { mode = "sku_payment" } } }))
    assert.is_nil(payment)
    assert.equal("amount", err.field)
    assert.equal(0, #(box:books().appwheel.sessions or {}))
    local listed = tip("A-1", { amount = "2.00", extra = { appwheel = { mode = "sku_payment" } } })
    payment = assert(pay.payments:create(listed))
    assert.equal("requires_action", payment.status)
  end)

  it("has no refunds and cannot close a payment", function()
    local pay, box = open()
    local payment = pay.payments:create(tip "A-1")
    local canceled, err = pay.payments:cancel("A-1")
    assert.is_nil(canceled)
    assert.equal("unsupported", err.kind)
    assert(box:pay(payment.action.url))
    pay.payments:refresh("A-1")
    local refund
    refund, err = pay.refunds:create("A-1", { refund_id = "r-1" })
    assert.is_nil(refund)
    assert.equal("unsupported", err.kind)
  end)

  it("starts keeping a card by page or by script, and forgets it", function()
    local pay = subscribed()
    local page = assert(pay.payment_methods:create { customer = { id = "u-7" }, return_url = "https://shop.example/ok",
      cancel_url = "https://shop.example/no" })
    assert.equal("redirect", page.action.type)
    local script = assert(pay.payment_methods:create { customer = { id = "u-7" }, type = "setupIntent" })
    assert.equal("client_secret", script.action.type)
    local cards = pay.payment_methods:list { customer = { id = "u-7" } }
    assert(pay.payment_methods:remove { customer = { id = "u-7" }, provider_id = cards[1].id })
    assert.equal(0, #pay.payment_methods:list { customer = { id = "u-7" } })
  end)

  it("raises at the caller's line for wrong options of a removal", function()
    local pay = appwheel.open()
    local ok, err = pcall(function()
      local result = pay.payment_methods:remove({ customer = { id = "u-7" }, provider_id = "pm_1" }, 5)
      return result
    end)
    assert.is_false(ok)
    assert.matches("appwheel_spec%.lua:%d+: expected options as a table", err)
  end)

  it("reports every mistake of a purchase at once", function()
    local pay = open()
    local payment, err = pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD", retrun_url = "x",
      customer = {}, item = { product_id = "price_tip" } }
    assert.is_nil(payment)
    assert.equal("invalid", err.kind)
    assert.equal("subs", err.account)
    local paths = {}
    for _, problem in ipairs(err.fields) do paths[problem.field] = true end
    for _, path in ipairs { "retrun_url", "customer.id", "return_url", "cancel_url", "description" } do
      assert.is_true(paths[path], path)
    end
    payment, err = pay.payments:create { order_id = "", amount = 1.5, item = { product_id = "price_tip" } }
    assert.is_nil(payment)
    paths = {}
    for _, problem in ipairs(err.fields) do paths[problem.field] = true end
    assert.is_true(paths.order_id and paths["customer.id"] and paths.return_url)
  end)
end)
