-- Users, products and purchases of the AppWheel simulator, asked for rightly and wrongly. Expectations come from the
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

  describe("envelope", function()
    it("answers unknown paths, wrong methods, broken bodies and large ones with an envelope", function()
      local cases = {
        { "GET", "/v1/nothing", nil, 404 }, { "GET", "/v1/purchase/skus/", nil, 404 },
        { "GET", "/v1/purchase/Skus", nil, 404 }, { "POST", "/v1/users/", "{}", 404 },
        { "POST", "/v1/purchase/skus", "{}", 405 }, { "GET", "/v1/stripe/invoices", nil, 405 },
        { "POST", "/v1/stripe/invoices", "{", 400 }, { "POST", "/v1/stripe/invoices", "[]", 400 },
        { "POST", "/v1/stripe/invoices", "", 400 }, { "POST", "/v1/stripe/invoices", '{"a":1,"a":2}', 400 },
        { "POST", "/v1/stripe/invoices", '{"appUserId":"\255"}', 400 }, { "POST", "/v1/users/u1", "[]", 400 },
        { "POST", "/v1/stripe/invoices", '{"appUserId":"' .. ("x"):rep(1048577) .. '"}', 413 },
      }
      for _, case in ipairs(cases) do
        local reply, decoded = app.raw(case[1], case[2], case[3])
        assert.equal(case[4], reply.status)
        assert.equal(10002, decoded.code)
        assert.is_nil(decoded.data)
      end
    end)

    it("writes members in the order of the documented samples", function()
      assert.equal('{"code":0,"message":"success","data":{"appUserId":"u1"}}', (app.user("u1")).body)
      local reply = app.raw("POST", "/v1/stripe/invoices", '{"appUserId":"u1"}')
      assert.equal('{"code":0,"data":{"invoices":[]},"message":"success"}', reply.body)
      reply = app.raw("GET", "/v1/subscriber/u1/entitlement")
      assert.equal('{"code":0,"message":"操作成功","data":{"entitlement":{},"invalidEntitlement":{}}}', reply.body)
    end)

    it("ignores unknown headers, and a query that was signed", function()
      local reply = app.raw("GET", "/v1/purchase/skus?Lang=%E7%94%A8")
      assert.equal(200, reply.status)
    end)
  end)

  describe("customer.create", function()
    it("takes an id of the path, encoded or not, with and without a body", function()
      assert.equal("用户", app.post("/v1/users/%E7%94%A8%E6%88%B7", {}).data.appUserId)
      local reply, decoded = app.raw("POST", "/v1/users/u2", "")
      assert.equal(200, reply.status)
      assert.equal("u2", decoded.data.appUserId)
      app.user("u2")
      assert.equal(3, #app.box:books().appwheel.users)
    end)

    it("makes an id where none is given", function()
      local first, second = app.post("/v1/users", {}), app.post("/v1/users", {})
      assert.truthy(#first.data.appUserId > 0)
      assert.not_equal(first.data.appUserId, second.data.appUserId)
    end)

    it("refuses ids that are too long or badly encoded", function()
      assert.equal(0, code_of(app.post("/v1/users/" .. ("a"):rep(255), {})))
      assert.equal(10002, code_of(app.post("/v1/users/" .. ("a"):rep(256), {})))
      assert.equal(10002, code_of(app.post("/v1/users/%ZZ", {})))
      assert.equal(10002, code_of(app.post("/v1/users/%FF", {})))
    end)
  end)

  describe("product.list", function()
    it("gives every kind of price with the types of the sheet", function()
      local kinds = {}
      for _, sku in ipairs(app.get("/v1/purchase/skus").data.skus) do
        local info = sku.pricingInfo
        assert.equal(sku.productId, info.id)
        assert.equal("string", type(info.unit_amount_decimal))
        assert.equal("number", type(info.unit_amount))
        assert.equal(tostring(info.unit_amount_decimal), string.format("%d", info.unit_amount))
        assert.equal(info.currency:lower(), info.currency)
        assert.equal(info.type == "one_time", info.recurring == cjson.null)
        kinds[info.type .. " " .. info.currency .. (info.active and "" or " closed")] = true
      end
      for _, kind in ipairs{ "recurring usd", "recurring eur", "recurring kwd", "one_time usd", "one_time jpy",
        "recurring usd closed" } do
        assert.is_true(kinds[kind], kind)
      end
    end)
  end)

  describe("purchase", function()
    it("opens a checkout session whose address is long and has a fragment", function()
      local created = app.buy()
      assert.equal(0, created.code)
      assert.truthy(#created.data.checkoutUrl > 400)
      assert.truthy(created.data.checkoutUrl:find("^https://sandbox.invalid/appwheel/pay/cs_test_%w+#.+%%2F"))
      assert.truthy(created.data.awTransId:find("^%d+$"))
      assert.same({}, app.entitlement().entitlement)
    end)

    it("refuses each missing field with 10002", function()
      local modes = {
        { {}, { "appUserId", "productId", "successUrl", "cancelUrl" } },
        { { mode = "sku_payment", productId = "price_lifetime", quantity = 1 },
          { "appUserId", "productId", "successUrl", "cancelUrl", "quantity" } },
        { { mode = "payment", productId = "price_tip", quantity = 1, payPrice = 5, productName = "x" },
          { "appUserId", "productId", "successUrl", "cancelUrl", "quantity", "payPrice", "productName" } },
      }
      for _, mode in ipairs(modes) do
        assert.equal(0, code_of(app.buy(mode[1])))
        for _, name in ipairs(mode[2]) do
          local fields = {}
          for key, value in pairs(mode[1]) do fields[key] = value end
          fields[name] = cjson.null
          assert.equal(10002, code_of(app.buy(fields)), name)
        end
      end
    end)

    it("refuses each ill-typed or unfit field with 10002", function()
      local payment = { mode = "payment", productId = "price_tip", quantity = 1, payPrice = 5, productName = "x" }
      local wrong = {
        { {}, "appUserId", 7 }, { {}, "appUserId", "" }, { {}, "appUserId", ("a"):rep(256) }, { {}, "productId", true },
        { {}, "successUrl", "shop" }, { {}, "successUrl", "javascript:alert(1)" }, { {}, "successUrl", "https://" },
        { {}, "cancelUrl", "https://a.example/" .. ("x"):rep(2048) }, { {}, "cancelUrl", "https://a.example/\r\nX: 1" },
        { {}, "mode", "subscription" }, { {}, "mode", "gift" }, { {}, "mode", 1 },
        { {}, "trialPeriodDays", 0 }, { {}, "trialPeriodDays", 731 }, { {}, "trialPeriodDays", 1.5 },
        { {}, "trialPeriodDays", "7" }, { {}, "promotionCode", "WELCOME10" },
        { {}, "promotionCode", { "WELCOME10", "HALF" } }, { {}, "promotionCode", { 1 } },
        { payment, "quantity", 0 }, { payment, "quantity", "1" }, { payment, "payPrice", 0 },
        { payment, "payPrice", 9.99 }, { payment, "payPrice", "1000" }, { payment, "productName", ("é"):rep(251) },
        { payment, "currency", "USD" }, { payment, "currency", "xyz" }, { payment, "currency", 840 },
      }
      for _, case in ipairs(wrong) do
        local fields = {}
        for key, value in pairs(case[1]) do fields[key] = value end
        fields[case[2]] = case[3]
        assert.equal(10002, code_of(app.buy(fields)), case[2])
      end
      assert.equal(0, #app.box:books().appwheel.sessions)
    end)

    it("takes app schemes, a name of 250 characters and an empty list of codes", function()
      assert.equal(0, code_of(app.buy{ successUrl = "shop.app://done" }))
      assert.equal(0, code_of(app.buy{ mode = "payment", productId = "price_tip", quantity = 1, payPrice = 5,
        productName = ("é"):rep(250), currency = "kwd" }))
      local body = '{"appUserId":"u1","productId":"price_vip_yearly","successUrl":"https://a.example/",'
        .. '"cancelUrl":"https://a.example/","promotionCode":[]}'
      local _, decoded = app.raw("POST", "/v1/stripe/purchase/create", body)
      assert.equal(0, decoded.code)
    end)

    it("refuses a product that is unknown, closed or of the wrong kind", function()
      assert.equal(205001, code_of(app.buy{ productId = "price_none" }))
      assert.equal(205001, code_of(app.buy{ productId = "price_vip_2021" }))
      assert.equal(205001, code_of(app.buy{ productId = "price_lifetime" }))
      assert.equal(205001, code_of(app.buy{ productId = "price_vip_monthly", mode = "sku_payment", quantity = 1 }))
    end)

    it("refuses a user who was never initialised, unless the switch is on", function()
      assert.equal(205004, code_of(app.buy{ appUserId = "stranger" }))
      local lenient = support.open{ appwheel = { implicit_users = true } }
      assert.equal(0, code_of(lenient.buy{ appUserId = "stranger" }))
    end)

    it("refuses a second subscription of a group, not another group's", function()
      app.bought()
      assert.equal(205003, code_of(app.buy()))
      assert.equal(205003, code_of(app.buy{ productId = "price_vip_yearly" }))
      assert.equal(0, code_of(app.buy{ productId = "price_atelier_weekly" }))
    end)

    it("knows its promotion codes and takes them off the first charge alone", function()
      assert.equal(205002, code_of(app.buy{ promotionCode = { "NOPE" } }))
      assert.equal(205002, code_of(app.buy{ promotionCode = { "SUMMER2021" } }))
      app.bought{ promotionCode = { "WELCOME10" } }
      app.box:advance(31 * DAY)
      local invoices = app.box:books().appwheel.invoices
      -- 9.99 less 10 %: 0.99 is taken off, as parts of a cent are never given.
      assert.equal(900, invoices[1].paid)
      assert.equal(999, invoices[2].paid)
    end)

    it("sells one-off at the listed price times quantity, and at a free price", function()
      app.bought{ productId = "price_lifetime", mode = "sku_payment", quantity = 3 }
      app.bought{ productId = "price_tip", mode = "payment", quantity = 2, payPrice = 1000, productName = "打赏" }
      app.bought{ productId = "price_tip", mode = "payment", quantity = 1, payPrice = 1500, productName = "x",
        currency = "kwd" }
      local sales = app.box:books().appwheel.sales
      assert.same({ 14700, "usd" }, { sales[1].amount, sales[1].currency })
      assert.same({ 2000, "usd", "打赏" }, { sales[2].amount, sales[2].currency, sales[2].name })
      assert.same({ 1500, "kwd" }, { sales[3].amount, sales[3].currency })
    end)
  end)
end)
