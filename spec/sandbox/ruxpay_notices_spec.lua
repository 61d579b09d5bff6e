-- RuxPay's notifications: signature, members, schedule, renewals, chargebacks, faults.

local cjson = require "cjson"
local members = require "obol.sandbox.ruxpay.members"
local support = dofile "spec/sandbox/ruxpay_support.lua"

-- The sheet's vectors, made with openssl.
local S1 = [[{"code":100,"appId":1625420154047475713,"isTest":true,"uniqueId":"1669548151356891137",]]
  .. [["transactionType":"Sale","transactionCurrency":"USD","transactionAmount":"8.88",]]
  .. [["transactionId":"sdk-test-0001",]]
  .. [["billDescription":"*Description","transactionCardNumber":"430000******0000","transactionMessage":"Approved",]]
  .. [["redirectUrl":"","message":"successful transaction","timestamp":1686886273516,]]
  .. [["sign":"e793a11ad984aed4d923c153a6e153c6f119a5c7e28f28add086446a1d183c34"}]]
local S1_TEXT = "1625420154047475713*Description100truesuccessful transaction16868862735168.88430000******0000USD"
  .. "sdk-test-0001ApprovedSale1669548151356891137TEST-ONLY-secret-key-0001"
local S2 = [[{"code":111,"transactionType":"Refund","appId":1625420154047475713,"uniqueId":"1669548151356891137",]]
  .. [["refundCurrency":"USD","refundAmount":"8.88","refundUniqueId":"1669548151356891201","refundMessage":"退款成功",]]
  .. [["merchantRefundId":"sdk-refund-0001","message":"Refund successful","timestamp":1686886300000,]]
  .. [["sign":"d52af4e9249e4e6bc07cb1655175e98cc4488dc6fe8b035fa6e3cfef6c62d0ca"}]]
local S2_TEXT = "1625420154047475713111sdk-refund-0001Refund successful8.88USD退款成功1669548151356891201"
  .. "1686886300000Refund1669548151356891137TEST-ONLY-secret-key-0001"

describe("RuxPay's notifications", function()
  local app
  before_each(function() app = support.open() end)

  local function is_signed(body)
    return cjson.decode(body).sign == members.sign(body, support.KEY)
  end

  it("are signed as the sheet's vectors are", function()
    for body, text in pairs{ [S1] = S1_TEXT, [S2] = S2_TEXT } do
      assert.equal(text, members.input(body, support.KEY))
      assert.is_true(is_signed(body))
      assert.is_false(is_signed((body:gsub('8%.88', "8.89"))))
    end
  end)

  it("tell a sale with the members of the sample, to the address of the request", function()
    local sale = app.sale()
    local list = app.box:deliver()
    assert.equal(1, #list)
    assert.same({ "https://shop.example/notify", "POST", "application/json", "ruxpay", "Sale" },
      { list[1].url, list[1].method, list[1].headers["content-type"], list[1].provider, list[1].type })
    assert.is_true(is_signed(list[1].body))
    assert.equal('{"code":100,"appId":1625420154047475713,"isTest":true,"uniqueId":"' .. sale.uniqueId
      .. '","transactionType":"Sale","transactionCurrency":"USD","transactionAmount":"8.88","transactionId":"t-1",'
      .. '"billDescription":"*Description","transactionCardNumber":"430000******0000","transactionMessage":"Approved",'
      .. '"message":"successful transaction","timestamp":1700000000000,"sign":"'
      .. members.sign(list[1].body, support.KEY) .. '"}', list[1].body)
    assert.same({}, app.box:deliver())
  end)

  it("come for 100, 101 and 103, and for what was pending once it ends", function()
    app.sale{ card = support.card("800") }
    assert.equal(101, app.notices()[1].code)
    for i, verb in ipairs{ "pay", "decline", "back_out" } do
      app.sale{ transactionId = "p" .. i, orderId = "o" .. i, card = support.card(i == 2 and "600" or "700") }
      assert.same({}, app.box:deliver())
      app.box[verb](app.box, "o" .. i)
      local notice = app.notices()
      assert.same({ 1, ({ 100, 101, 103 })[i], "p" .. i }, { #notice, notice[1].code, notice[1].transactionId })
    end
    app.sale{ transactionId = "q", orderId = "q", card = support.card("700") }
    app.box:advance(support.DAY)
    assert.equal(103, app.notices()[1].code)
  end)

  it("tell how a refund ended", function()
    local sale = app.sale()
    app.box:deliver()
    app.post("/api/refund", { uniqueId = sale.uniqueId, amount = 5, refundTransactionId = "r-1" })
    app.post("/api/refund", { uniqueId = sale.uniqueId, amount = 1, refundTransactionId = "r-2" })
    assert.same({}, app.box:deliver())
    app.box:decline("r-2")
    app.box:advance(5000)
    local list = app.box:deliver()
    assert.is_true(is_signed(list[1].body) and is_signed(list[2].body))
    local bad, good = cjson.decode(list[1].body), cjson.decode(list[2].body)
    assert.same({ 112, "r-2", "1.00" }, { bad.code, bad.merchantRefundId, bad.refundAmount })
    assert.same({ 111, "Refund", sale.uniqueId, "USD", "5.00", "退款成功", "r-1", "Refund successful", 1700000005000 },
      { good.code, good.transactionType, good.uniqueId, good.refundCurrency, good.refundAmount, good.refundMessage,
        good.merchantRefundId, good.message, good.timestamp })
  end)

  it("come again 5 s, 5 min, 15 min and 30 min after the first, until exactly 200", function()
    app.sale()
    local times, answers, first = {}, { 201, 204, nil, 500, 302 }, nil
    for second = 0, 2000 do
      app.box:deliver(function(request)
        first = first or request.body
        assert.equal(first, request.body)
        times[#times + 1] = second
        return answers[#times]
      end)
      app.box:advance(1000)
    end
    assert.same({ 0, 5, 300, 900, 1800 }, times)
    assert.equal("failed", app.box:deliveries()[1].status)
    app.sale{ transactionId = "t-2", orderId = "A-2" }
    app.box:deliver(function() return 200, "whatever" end)
    assert.same({ "delivered", 1 }, { app.box:deliveries()[2].status, app.box:deliveries()[2].attempts })
    assert.is_true(app.box:resend(2))
    assert.equal(1, #app.box:deliver())
  end)

  it("renew a subscription on command alone, under a new id of the platform", function()
    local first = app.subscribe()
    app.box:deliver()
    app.box:advance(30 * support.DAY)
    assert.same({}, app.box:deliver())
    local renewed = assert(app.box:renew("A-1"))
    assert.same({ 100, "t-1" }, { renewed.code, renewed.transaction_id })
    assert.truthy(renewed.unique_id ~= first.uniqueId)
    assert.equal(2, app.books().subscriptions[1].charges)
    local notice = app.notices()[1]
    assert.same({ 100, "Sale", renewed.unique_id, "t-1", "8.88" }, { notice.code, notice.transactionType,
      notice.uniqueId, notice.transactionId, notice.transactionAmount })
    assert.equal(101, assert(app.box:renew("t-1", { declined = true })).code)
    assert.equal(101, app.notices()[1].code)
    local books = app.books()
    assert.same({ 3, 2, "renewal", 100 }, { #books.payments, books.subscriptions[1].charges, books.payments[2].kind,
      books.payments[1].code })
    assert.equal(100, app.get("/search/order/" .. first.uniqueId).code)
    assert.equal(100, app.get("/search/order/" .. renewed.unique_id).code)
    local listed = app.get("/search/list/order?transactionId=t-1&startDate=2023-11-14&endingDate=2023-12-14")
    assert.equal(1, listed.totalCount) -- the renewals are later
  end)

  it("renew nothing that is no paid subscription", function()
    app.sale()
    app.subscribe{ transactionId = "t-2", orderId = "A-2", card = support.card("800") }
    app.subscribe{ transactionId = "t-3", orderId = "A-3", card = support.card("600") }
    for _, order in ipairs{ "A-1", "A-2", "A-3" } do
      local renewed, err = app.box:renew(order)
      assert.same({ nil, "invalid" }, { renewed, err.kind })
    end
    app.box:pay("A-3")
    assert.equal(100, assert(app.box:renew("A-3")).code)
  end)

  it("charge back on command, which changes no code", function()
    local sale = app.sale()
    app.box:deliver()
    local done = assert(app.box:chargeback("A-1", { amount = 300 }))
    assert.same({ 300, "USD" }, { done.amount, done.currency })
    local list = app.box:deliver()
    assert.is_true(is_signed(list[1].body))
    local notice = cjson.decode(list[1].body)
    assert.same({ "Chargeback", "USD", "3.00", sale.uniqueId }, { notice.transactionType, notice.chargebackCurrency,
      notice.chargebackAmount, notice.uniqueId })
    assert.is_nil(notice.code)
    assert.equal(100, app.get("/search/order/" .. sale.uniqueId).code)
    assert.same({ 300, 1 }, { app.books().payments[1].charged_back, #app.books().chargebacks })
    assert.is_nil((app.box:refund("A-1", { amount = 600 })))
    assert.equal(588, assert(app.box:chargeback("A-1")).amount)
    assert.is_nil((app.box:chargeback("A-1")))
    app.sale{ transactionId = "t-2", orderId = "A-2", card = support.card("800") }
    assert.is_nil((app.box:chargeback("A-2")))
  end)

  it("follow the controls over HTTP", function()
    local http = require "obol.sandbox.http"
    local function control(name, fields)
      local reply = http.serve(app.box, { method = fields and "POST" or "GET", target = "/_sandbox/" .. name,
        headers = {}, body = fields and cjson.encode(fields) })
      return cjson.decode(reply.body), reply.status
    end
    local url = app.checkout{ extension = { subscriptionCycle = "DAY", subscriptionPeriod = 9 } }.redirectUrl
    assert.equal(url, control("pages").ruxpay[1].url)
    assert.equal(100, control("pay", { reference = "A-1", provider = "ruxpay" }).code)
    assert.equal(409, select(2, control("pay", { reference = "A-1" })))
    assert.equal(404, select(2, control("pay", { reference = "A-1", provider = "appwheel" })))
    assert.equal(100, control("renew", { reference = "A-1" }).code)
    assert.equal(101, control("renew", { reference = "A-1", declined = true }).code)
    assert.equal(400, select(2, control("renew", { reference = "A-1", declined = "yes" })))
    assert.equal(5, control("chargeback", { reference = "t-1", amount = 5 }).amount)
    assert.equal(4, #control("deliver", {}).delivered)
    assert.is_true(control("resend", { id = control("deliveries").deliveries[2].id }).ok)
    assert.equal(404, select(2, control("resend", { id = 99 })))
    assert.equal(1, #control("deliver", {}).delivered)
  end)

  it("come late, twice, out of order, forged, under another key, and over another amount", function()
    local count = 0
    local function sold()
      count = count + 1
      app.sale{ transactionId = "f" .. count, orderId = "f" .. count }
      return app.box:deliver()
    end
    app.box:fault("notification", "late", { ms = 90000, provider = "ruxpay" })
    assert.same({}, sold())
    app.box:advance(90000)
    assert.equal(1, #app.box:deliver())
    app.box:fault("Sale", "duplicated")
    local list = sold()
    assert.same({ 2, list[1].body }, { #list, list[2].body })
    app.box:fault("Sale", "reordered")
    app.sale{ transactionId = "held", orderId = "held" }
    list = sold()
    assert.same({ "f3", "held" },
      { cjson.decode(list[1].body).transactionId, cjson.decode(list[2].body).transactionId })
    for _, kind in ipairs{ "forged", "wrong_key" } do
      app.box:fault("Sale", kind)
      assert.is_false(is_signed(sold()[1].body))
    end
    app.box:fault("Sale", "wrong_amount")
    list = sold()
    assert.is_true(is_signed(list[1].body))
    assert.equal("9.88", cjson.decode(list[1].body).transactionAmount)
    for operation, verb in pairs{ Refund = "refund", Chargeback = "chargeback" } do
      app.box:fault(operation, "wrong_amount")
      assert(app.box[verb](app.box, "f1", { amount = 100 }))
      local notice = app.notices()[1]
      assert.equal("2.00", notice.refundAmount or notice.chargebackAmount)
    end
    assert.is_true(is_signed(sold()[1].body))
  end)

  it("say that nothing is real, or that all is, as they are told", function()
    local live = support.open{ is_test = false }
    assert.is_false(live.sale().isTest)
    assert.is_false(live.notices()[1].isTest)
  end)
end)
