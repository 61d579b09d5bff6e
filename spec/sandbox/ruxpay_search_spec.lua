-- Queries and refunds at the RuxPay simulator.

local cjson = require "cjson"
local support = dofile "spec/sandbox/ruxpay_support.lua"

-- T0 is 2023-11-15 06:13:20 at UTC+8.
local DAYS = "startDate=2023-11-14&endingDate=2023-11-16"

describe("RuxPay's queries", function()
  local app
  before_each(function() app = support.open() end)

  it("tell a transaction's own code", function()
    local declined = app.sale{ card = support.card("800") }
    local found = app.get("/search/order/" .. declined.uniqueId)
    assert.same({ 101, "Declined", "t-1", "8.88" }, { found.code, found.transactionMessage, found.transactionId,
      found.transactionAmount })
    assert.equal(122, app.get("/search/order/1").code)
    assert.equal(122, app.get("/search/order/%").code)
    assert.equal(404, app.get("/search/order/").code)
  end)

  it("list by each condition, newest first, each item with its own code", function()
    app.sale{ card = support.card("800") }
    app.box:advance(1000)
    local second = app.sale{ transactionId = "t/2 +", card = support.card("600") }
    local function list(more)
      local answer = app.get("/search/list/order?" .. DAYS .. more)
      assert.same({ 121, "Search success" }, { answer.code, answer.message })
      local codes = {}
      for i, item in ipairs(answer.data) do codes[i] = item.code end
      assert.equal(#codes, answer.totalCount)
      return codes
    end
    assert.same({ 102, 101 }, list("&orderId=A-1"))
    assert.same({ 101 }, list("&transactionId=t-1"))
    assert.same({ 102 }, list("&transactionId=t%2F2%20%2B"))
    assert.same({}, list("&transactionId=t%2F2+%2B"))
    assert.same({ 102 }, list("&uniqueId=" .. second.uniqueId))
    assert.same({ 102, 101 }, list(""))
    assert.same({}, list("&orderId=A-1&transactionId=none"))
    assert.same({}, list("&orderId=A-2&transactionId=t-1"))
    assert.same({}, list("&orderId=A-2&uniqueId=" .. second.uniqueId))
    assert.same({}, list("&orderId=A-2"))
    assert.same({}, list("&uniqueId=1"))
    assert.same({ 102, 101 }, list("&other=1"))
  end)

  it("write an empty list as a list, and what only lists tell", function()
    local reply = app.raw("GET", "/search/list/order?" .. DAYS)
    assert.equal('{"code":121,"message":"Search success","timestamp":1700000000000,"currPage":1,"totalCount":0,'
      .. '"totalPage":0,"pageSize":10,"data":[]}', reply.body)
    app.sale{ card = support.card("700") }
    local item = app.get("/search/list/order?" .. DAYS).data[1]
    assert.same({ "CreditCard", "true" }, { item.transactionMethod, item.is3d })
    assert.truthy(item.redirectUrl)
  end)

  it("cut lists into pages", function()
    for i = 1, 25 do app.sale{ transactionId = "t" .. i, orderId = "o" .. i } end
    local function page(more)
      local answer = app.get("/search/list/order?" .. DAYS .. more)
      return { answer.currPage, answer.pageSize, answer.totalPage, answer.totalCount, #answer.data }
    end
    assert.same({ 1, 10, 3, 25, 10 }, page(""))
    assert.same({ 3, 10, 3, 25, 5 }, page("&currPage=3"))
    assert.same({ 4, 10, 3, 25, 0 }, page("&currPage=4"))
    assert.same({ 1, 999, 1, 25, 25 }, page("&pageSize=999"))
    for _, wrong in ipairs{ "&pageSize=0", "&pageSize=1000", "&currPage=0", "&currPage=x" } do
      assert.equal(500, app.get("/search/list/order?" .. DAYS .. wrong).code)
    end
  end)

  it("want both dates at UTC+8, a month apart at most", function()
    app.sale()
    local function count(from, to)
      local answer = app.get("/search/list/order?startDate=" .. from .. "&endingDate=" .. to)
      return answer.totalCount or answer.code
    end
    assert.equal(1, count("2023-11-15", "2023-11-15"))
    assert.equal(0, count("2023-11-14", "2023-11-14"))
    assert.equal(1, count("2023-11-15%2006:13:20", "2023-11-15%2006:13:20"))
    assert.equal(0, count("2023-11-15%2006:13:21", "2023-11-16"))
    assert.equal(1, count("2023-10-31", "2023-11-30"))
    assert.equal(122, count("2023-10-31", "2023-12-01"))
    for _, pair in ipairs{ { "", "2023-11-16" }, { "2023-11-14", "" }, { "2023-11-16", "2023-11-15" },
      { "2023-02-30", "2023-03-01" }, { "2023-11-14+00:00:00", "2023-11-16" }, { "14.11.2023", "2023-11-16" },
      { "2023-11-14%2024:00:00", "2023-11-16" } } do
      assert.equal(500, count(pair[1], pair[2]), pair[1])
    end
    local wrong_name = app.get("/search/list/order?startDate=2023-11-14&endDate=2023-11-16")
    assert.equal("endingDate: missing", wrong_name.message)
    assert.equal(500, app.get("/search/list/order?" .. DAYS .. "&orderId=%zz").code)
  end)
end)

describe("RuxPay's refunds", function()
  local app, sale
  before_each(function()
    app = support.open()
    sale = app.sale()
  end)

  local function refund(fields)
    local body = { uniqueId = sale.uniqueId, amount = "5", refundTransactionId = "r-1" }
    for name, value in pairs(fields or {}) do body[name] = value end
    for name, value in pairs(body) do if value == cjson.null then body[name] = nil end end
    return app.post("/api/refund", body)
  end
  local function listed(more) return app.get("/search/list/refund?" .. DAYS .. (more or "")) end

  it("are accepted, and done after a time", function()
    local reply = app.raw("POST", "/api/refund", '{"uniqueId":' .. sale.uniqueId
      .. ',"amount":5.5,"refundTransactionId":"r-1","remark":"broken"}')
    local id = reply.body:match('"refundUniqueId":"(%d+)"')
    assert.equal('{"code":110,"message":"Refund request successful","refundTransactionId":"r-1","uniqueId":"'
      .. sale.uniqueId .. '","refundUniqueId":"' .. id .. '","refundCurrency":"USD","refundAmount":"5.50",'
      .. '"refundRequestAt":"2023-11-15 06:13:20","refundAt":null,"timestamp":1700000000000}', reply.body)
    assert.same({ 110, "r-1", cjson.null }, { listed().data[1].code, listed().data[1].merchantRefundId,
      listed().data[1].refundAt })
    app.box:advance(5000)
    assert.equal('{"code":111,"merchantRefundId":"r-1","uniqueId":"' .. sale.uniqueId .. '","refundUniqueId":"' .. id
      .. '","refundCurrency":"USD","refundAmount":"5.50","refundRequestAt":"2023-11-15 06:13:20",'
      .. '"refundAt":"2023-11-15 06:13:25","message":"Refund successful","timestamp":1700000005000}',
      app.raw("GET", "/search/list/refund?" .. DAYS).body:match('"data":%[(.*)%]}$'))
    assert.same({ 550, "succeeded", "A-1" }, { app.books().refunds[1].amount, app.books().refunds[1].status,
      app.books().refunds[1].order_id })
  end)

  it("may end badly, which gives the amount back", function()
    refund{ amount = 8.88 }
    assert.equal(112, refund{ refundTransactionId = "r-2", amount = 0.01 }.code)
    assert.equal(112, assert(app.box:decline("r-1")).code)
    assert.equal(112, listed("&refundTransactionId=r-1").data[1].code)
    assert.equal(0, app.books().payments[1].refunded)
    assert.equal(110, refund{ refundTransactionId = "r-2", amount = "8.88" }.code)
    assert.equal(111, assert(app.box:pay("r-2")).code)
    app.box:advance(60000)
    assert.same({ 888, 2 }, { app.books().payments[1].refunded, #app.books().refunds })
    assert.is_nil((app.box:pay("r-2")))
    assert.is_nil((app.box:back_out("r-2")))
  end)

  it("never exceed what was paid, in parts or whole", function()
    assert.equal(110, refund{ amount = "8" }.code)
    assert.equal(112, refund{ refundTransactionId = "r-2", amount = "0.89" }.code)
    assert.equal(110, refund{ refundTransactionId = "r-2", amount = "0.88" }.code)
    assert.equal(112, refund{ refundTransactionId = "r-3", amount = "0.01" }.code)
    assert.equal(888, app.books().payments[1].refunded)
  end)

  it("want a success, an id that is new, and whole fields", function()
    local declined = app.sale{ transactionId = "t-2", orderId = "A-2", card = support.card("800") }
    assert.equal(112, refund{ uniqueId = declined.uniqueId }.code)
    assert.equal(112, refund{ uniqueId = "1" }.code)
    assert.equal(110, refund().code)
    assert.equal(501, refund().code)
    for _, fields in ipairs{ { uniqueId = cjson.null }, { uniqueId = "x" }, { amount = 0 }, { amount = "1.2345" },
      { refundTransactionId = cjson.null }, { refundTransactionId = 7 }, { remark = ("x"):rep(256) } } do
      local answer = refund(fields)
      assert.equal(500, answer.code)
      assert.truthy(answer.message:find(next(fields), 1, true))
    end
    assert.equal(1, #app.books().refunds)
  end)

  it("are listed by each of their ids", function()
    local first = refund()
    refund{ refundTransactionId = "r-2", amount = 1 }
    assert.equal(2, listed().totalCount)
    assert.equal(2, listed("&transactionId=t-1").totalCount)
    assert.equal(2, listed("&uniqueId=" .. sale.uniqueId).totalCount)
    assert.equal(1, listed("&refundTransactionId=r-2").totalCount)
    assert.equal("r-1", listed("&refundUniqueId=" .. first.refundUniqueId).data[1].merchantRefundId)
    assert.equal(0, listed("&refundTransactionId=none").totalCount)
    assert.equal(0, listed("&refundUniqueId=1").totalCount)
    assert.equal(0, listed("&refundTransactionId=r-2&refundUniqueId=" .. first.refundUniqueId).totalCount)
    assert.equal(500, app.get("/search/list/refund").code)
  end)

  it("by an order's name are of the payment that money was taken for", function()
    app.sale{ transactionId = "w-1", orderId = "W", card = support.card("700") }
    local taken = app.sale{ transactionId = "w-2", orderId = "W" }
    assert.equal(taken.uniqueId, assert(app.box:refund("W", { amount = 1 })).unique_id)
    assert.equal(taken.uniqueId, assert(app.box:chargeback("W", { amount = 887 })).unique_id)
    assert.is_nil((app.box:refund("W", { amount = 1 })))
  end)

  it("may be made by the merchant's hand", function()
    local done = assert(app.box:refund("A-1", { amount = 100 }))
    assert.same({ 100, "USD", sale.uniqueId }, { done.amount, done.currency, done.unique_id })
    assert.equal(111, listed("&uniqueId=" .. sale.uniqueId).data[1].code)
    for _, amount in ipairs{ 789, 0, -1, 1.5 } do assert.is_nil((app.box:refund("A-1", { amount = amount }))) end
    assert.equal(788, assert(app.box:refund(sale.uniqueId)).amount)
    assert.is_nil((app.box:refund("A-1")))
    assert.is_nil((app.box:refund(done.refund_id)))
  end)
end)
