-- Plan changes and cards of the AppWheel simulator, asked for rightly and wrongly. Expectations come from the
-- protocol sheet, sections 5, 6 and 8.

local cjson = require "cjson"
local support = dofile "spec/sandbox/support.lua"

local DAY = support.DAY

local function code_of(reply) return reply.code end

describe("the AppWheel simulator's API", function()
  local app
  before_each(function()
    app = support.open()
    app.user("u1")
  end)

  describe("plan changes", function()
    local bought
    before_each(function() bought = app.bought() end)
    local function update(product, more)
      local body = { appUserId = "u1", productId = product, purchaseId = bought.subscription }
      for name, value in pairs(more or {}) do body[name] = value end
      return app.post("/v1/stripe/purchase/update", body)
    end

    it("asks to pay the difference upwards, and switches once it is paid", function()
      local reply = update("price_vip_yearly")
      assert.equal(200, reply.code)
      local url = reply.data.hostedInvoiceUrl
      assert.truthy(url:find("/appwheel/invoice/in_%w+"))
      local order = app.entitlement().entitlement.vip.orders[1]
      assert.equal("price_vip_monthly", order.productId)
      assert.equal("open", app.invoices()[1].invoiceStatus)
      assert(app.box:pay(url))
      order = app.entitlement().entitlement.vip.orders[1]
      assert.equal("price_vip_yearly", order.productId)
      assert.equal("P1Y", order.productPeriod)
      -- A year from 14 November 2023 22:13:20 has the leap day.
      assert.equal("1731622400000", order.expiresDateMs)
      assert.equal(bought.subscription, order.originalTransactionId)
      assert.equal(9000, app.box:books().appwheel.invoices[2].paid)
    end)

    it("leaves the plan where the difference is not paid", function()
      local url = update("price_vip_yearly").data.hostedInvoiceUrl
      app.box:fail_card("u1", true)
      local paid, err = app.box:pay(url)
      assert.is_nil(paid)
      assert.equal("declined", err.kind)
      assert.equal("price_vip_monthly", app.entitlement().entitlement.vip.orders[1].productId)
    end)

    it("switches at once downwards", function()
      app.box:pay(update("price_vip_yearly").data.hostedInvoiceUrl)
      local reply = app.raw("POST", "/v1/stripe/purchase/update", cjson.encode{ appUserId = "u1",
        productId = "price_vip_monthly", purchaseId = bought.subscription })
      assert.equal('{"code":200,"data":{}}', reply.body)
      local order = app.entitlement().entitlement.vip.orders[1]
      assert.equal("price_vip_monthly", order.productId)
      assert.equal("1731622400000", order.expiresDateMs)
    end)

    it("refuses other groups, unknown products, orders of others and ended ones", function()
      app.user("u2")
      assert.equal(205007, code_of(update("price_atelier_weekly")))
      assert.equal(205001, code_of(update("price_none")))
      assert.equal(205001, code_of(update("price_lifetime")))
      assert.equal(205005, code_of(update("price_vip_yearly", { purchaseId = "sub_none" })))
      assert.equal(205005, code_of(update("price_vip_yearly", { appUserId = "u2" })))
      assert.equal(205004, code_of(update("price_vip_yearly", { appUserId = "u3" })))
      assert.equal(10002, code_of(update("price_vip_yearly", { purchaseId = 7 })))
      app.box:refund(bought.subscription)
      assert.equal(205005, code_of(update("price_vip_yearly")))
    end)

    it("cancels and renews with code 200, and only what is live", function()
      local body = { appUserId = "u1", purchaseId = bought.subscription }
      local reply = app.raw("POST", "/v1/stripe/purchase/cancel", cjson.encode(body))
      assert.equal('{"code":200,"data":{}}', reply.body)
      assert.is_false(app.entitlement().entitlement.vip.orders[1].isAutoRenew)
      assert.equal(200, code_of(app.post("/v1/stripe/purchase/cancel", body)))
      assert.equal(200, code_of(app.post("/v1/stripe/purchase/renew", body)))
      assert.is_true(app.entitlement().entitlement.vip.orders[1].isAutoRenew)
      for _, verb in ipairs{ "cancel", "renew" } do
        local path = "/v1/stripe/purchase/" .. verb
        assert.equal(205005, code_of(app.post(path, { appUserId = "u1", purchaseId = "sub_x" })))
        assert.equal(205004, code_of(app.post(path, { appUserId = "u9", purchaseId = bought.subscription })))
        assert.equal(10002, code_of(app.post(path, { appUserId = "u1" })))
        assert.equal(10002, code_of(app.post(path, { purchaseId = "sub_x" })))
      end
      app.post("/v1/stripe/purchase/cancel", body)
      app.box:advance(31 * DAY)
      assert.equal(205005, code_of(app.post("/v1/stripe/purchase/renew", body)))
    end)

    it("opens a customer portal", function()
      local reply = app.post("/v1/stripe/customPortal", { appUserId = "u1", returnUrl = "https://shop.example/me" })
      assert.equal(0, reply.code)
      assert.truthy(reply.data.sessionUrl:find("^https://sandbox.invalid/appwheel/portal/bps_%w+$"))
      assert.equal(10002, code_of(app.post("/v1/stripe/customPortal", { appUserId = "u1" })))
      assert.equal(205004, code_of(app.post("/v1/stripe/customPortal", { appUserId = "x",
        returnUrl = "https://a.example" })))
    end)
  end)

  describe("payment methods", function()
    local URLS = { successUrl = "https://shop.example/ok", cancelUrl = "https://shop.example/no" }
    local function create(kind, more)
      local body = { appUserId = "u1", type = kind }
      for name, value in pairs(more or {}) do body[name] = value end
      return app.post("/v1/stripe/paymentMethod/create", body)
    end
    local function list() return app.post("/v1/stripe/paymentMethod", { appUserId = "u1" }).data.methods end

    it("adds a card through a checkout page", function()
      local data = create("checkout", URLS).data
      assert.truthy(data.checkoutId:find("^cs_"))
      assert.same({ "", "" }, { data.setupIntentId, data.clientSecret })
      assert.same({}, list())
      local result = assert(app.box:pay(data.checkoutUrl, { card = "5555 5555 5555 4444" }))
      assert.equal("https://shop.example/ok", result.redirect)
      assert.same({ "mastercard", "4444" }, { list()[1].card.brand, list()[1].card.last4 })
    end)

    it("adds a card through a setup intent", function()
      local data = create("setupIntent").data
      assert.same({ "", "" }, { data.checkoutUrl, data.checkoutId })
      assert.truthy(data.clientSecret:find(data.setupIntentId .. "_secret_", 1, true))
      assert(app.box:pay(data.clientSecret))
      assert.equal(1, #list())
      assert.is_nil((app.box:pay(data.setupIntentId)))
      assert.equal(1, #list())
    end)

    it("gives the types of the sheet", function()
      app.bought()
      local method = list()[1]
      assert.truthy(method.id:find("^pm_"))
      assert.same({ "payment_method", "card", 1700000000 }, { method.object, method.type, method.created })
      assert.same({ "string", "number", "number" },
        { type(method.card.last4), type(method.card.exp_month), type(method.card.exp_year) })
      assert.equal(cjson.null, method.card.wallet)
      assert.is_true(method.card.three_d_secure_usage.supported)
      assert.same({}, method.billing_details.address)
    end)

    it("removes a card once", function()
      app.bought()
      local id = list()[1].id
      local body = { appUserId = "u1", methodId = id }
      assert.equal(id, app.post("/v1/stripe/paymentMethod/remove", body).data.methodId)
      assert.same({}, list())
      assert.equal(205002, code_of(app.post("/v1/stripe/paymentMethod/remove", body)))
    end)

    it("refuses missing and wrong fields, and unknown users", function()
      assert.equal(10002, code_of(create("checkout")))
      assert.equal(10002, code_of(create("card", URLS)))
      assert.equal(10002, code_of(app.post("/v1/stripe/paymentMethod/create", { appUserId = "u1" })))
      assert.equal(10002, code_of(app.post("/v1/stripe/paymentMethod", {})))
      assert.equal(10002, code_of(app.post("/v1/stripe/paymentMethod/remove", { appUserId = "u1" })))
      assert.equal(205004, code_of(create("setupIntent", { appUserId = "x" })))
      assert.equal(205004, code_of(app.post("/v1/stripe/paymentMethod", { appUserId = "x" })))
      assert.equal(205004, code_of(app.post("/v1/stripe/paymentMethod/remove", { appUserId = "x", methodId = "p" })))
    end)
  end)
end)
