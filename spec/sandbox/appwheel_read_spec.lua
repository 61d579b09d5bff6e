-- Bills, entitlements and histories of the AppWheel simulator. Expectations come from the
-- protocol sheet, sections 5, 6 and 8.

local support = dofile "spec/sandbox/support.lua"

local DAY = support.DAY

local function code_of(reply) return reply.code end

describe("the AppWheel simulator's API", function()
  local app
  before_each(function()
    app = support.open()
    app.user("u1")
  end)

  describe("invoices", function()
    it("writes all documented fields, ms as strings, thousandths of the major unit", function()
      local bought = app.bought()
      local invoice = app.invoices()[1]
      assert.equal(bought.subscription, invoice.originOrderId)
      assert.equal(bought.invoice, invoice.orderId)
      assert.same({ "price_vip_monthly", "P1M", "VIP 月度会员" },
        { invoice.productId, invoice.productPeriod, invoice.productReferenceName })
      assert.same({ "1702592000000", "1700000000000", "1700000000000" },
        { invoice.billingCycleAnchor, invoice.paidAt, invoice.invoiceCreatedAt })
      assert.same({ "paid", 1, "9990", "USD", "" }, { invoice.invoiceStatus, invoice.orderStatus, invoice.payPrice,
        invoice.payCurrency, invoice.customerEmail })
      assert.truthy(invoice.hostedInvoiceUrl:find(bought.invoice, 1, true))
      assert.truthy(invoice.invoicePdf:find("/pdf", 1, true))
    end)

    it("counts thousandths by the currency's own places", function()
      app.bought{ productId = "price_gulf_monthly" }
      assert.same({ "1500", "KWD" }, { app.invoices()[1].payPrice, app.invoices()[1].payCurrency })
      app.bought{ productId = "price_atelier_weekly" }
      assert.same({ "2500", "EUR", "P1W" },
        { app.invoices()[1].payPrice, app.invoices()[1].payCurrency, app.invoices()[1].productPeriod })
    end)

    it("lists bills of subscriptions alone, newest first, of this user alone", function()
      app.user("u2")
      app.bought()
      app.bought{ appUserId = "u2", productId = "price_sprint_3days" }
      app.bought{ productId = "price_lifetime", mode = "sku_payment", quantity = 1 }
      app.box:advance(31 * DAY)
      local list = app.invoices()
      assert.equal(2, #list)
      assert.equal("1702592000000", list[1].invoiceCreatedAt)
      assert.equal("1700000000000", list[2].invoiceCreatedAt)
      assert.equal(205004, code_of(app.post("/v1/stripe/invoices", { appUserId = "x" })))
      assert.equal(10002, code_of(app.post("/v1/stripe/invoices", {})))
    end)
  end)

  describe("entitlement.get", function()
    it("writes an order with the types of the sheet", function()
      local bought = app.bought()
      local vip = app.entitlement().entitlement.vip
      assert.same({ "1700000000000", "1702592000000", "0" },
        { vip.originalPurchaseDateMs, vip.expiresDateMs, vip.gracePeriodExpiresDateMs })
      assert.same({ productPeriod = "P1M", appId = 331058835, platform = "Stripe", productId = "price_vip_monthly",
        isAutoRenew = true, productType = 2, originalTransactionId = bought.subscription,
          transactionId = bought.invoice,
        originalPurchaseDateMs = "1700000000000", expiresDateMs = "1702592000000", gracePeriodExpiresDateMs = "0",
        purchaseDateMs = "1700000000000", isTrialPeriod = false, status = 1 }, vip.orders[1])
    end)

    it("unlocks a one-time product for good, and nothing where none is attached", function()
      local sold = app.bought{ productId = "price_lifetime", mode = "sku_payment", quantity = 1 }
      app.bought{ productId = "price_gems", mode = "payment", quantity = 1, payPrice = 5, productName = "x",
        currency = "jpy" }
      app.box:advance(4000 * DAY)
      local entitlement = app.entitlement()
      assert.same({}, entitlement.invalidEntitlement)
      local order = entitlement.entitlement.brushes.orders[1]
      assert.same({ "0", 1, false, "", 1 }, { order.expiresDateMs, order.productType, order.isAutoRenew,
        order.productPeriod, order.status })
      assert.same({ sold.sale, sold.sale }, { order.originalTransactionId, order.transactionId })
      assert.truthy(sold.sale:find("^pi_"))
      local names = 0
      for _ in pairs(entitlement.entitlement) do names = names + 1 end
      assert.equal(1, names)
    end)

    it("shows one order a product, the last one bought", function()
      app.bought{ productId = "price_lifetime", mode = "sku_payment", quantity = 1 }
      local second = app.bought{ productId = "price_lifetime", mode = "sku_payment", quantity = 1 }
      local orders = app.entitlement().entitlement.brushes.orders
      assert.equal(1, #orders)
      assert.equal(second.sale, orders[1].transactionId)
    end)

    it("puts an order in use before one in grace, and takes the dates from it", function()
      local shop = support.open{ appwheel = { products = {
        { id = "price_a", name = "a", currency = "usd", amount = 100, interval = "month", count = 1,
          entitlement = "all" },
        { id = "price_b", name = "b", currency = "usd", amount = 100, interval = "day", count = 1,
          entitlement = "all" },
      } } }
      shop.user("u1")
      shop.bought{ productId = "price_b" }
      shop.bought{ productId = "price_a" }
      shop.box:fail_card("u1", true)
      shop.box:advance(DAY)
      local all = shop.entitlement().entitlement.all
      assert.same({ "price_a", "price_b" }, { all.orders[1].productId, all.orders[2].productId })
      assert.same({ 1, 3 }, { all.orders[1].status, all.orders[2].status })
      assert.equal("1702592000000", all.expiresDateMs)
      assert.equal("0", all.gracePeriodExpiresDateMs)
    end)

    it("keeps keys that are not ASCII, and refuses unknown users", function()
      app.bought{ productId = "price_atelier_weekly" }
      assert.is_table(app.entitlement().entitlement["Atelier É"])
      assert.equal(205004, code_of(app.get("/v1/subscriber/x/entitlement")))
    end)
  end)

  describe("product.history", function()
    local function history(product) return app.get("/v1/subscriber/u1/product/" .. product .. "/history") end

    it("tells trials, payments, grace and renewal as 0 and 1", function()
      assert.same({ productId = "price_vip_monthly", hasTrialed = 0, hasPaid = 0, inGracePeriod = 0,
        autoRenewStatus = 0 },
        history("price_vip_monthly").data)
      app.bought{ trialPeriodDays = 7 }
      assert.same({ productId = "price_vip_monthly", hasTrialed = 1, hasPaid = 0, inGracePeriod = 0,
        autoRenewStatus = 1 },
        history("price_vip_monthly").data)
      app.box:advance(7 * DAY)
      app.box:fail_card("u1", true)
      app.box:advance(30 * DAY)
      assert.same({ productId = "price_vip_monthly", hasTrialed = 1, hasPaid = 1, inGracePeriod = 1,
        autoRenewStatus = 1 },
        history("price_vip_monthly").data)
    end)

    it("refuses unknown users and products", function()
      assert.equal(205001, code_of(history("price_none")))
      assert.equal(205004, code_of(app.get("/v1/subscriber/x/product/price_vip_monthly/history")))
    end)
  end)
end)
