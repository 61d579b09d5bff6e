-- Two merchants at one RuxPay: neither knows of the other's orders, cards and keys.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local support = dofile "spec/sandbox/ruxpay_support.lua"

describe("the second shop of the RuxPay simulator", function()
  local app, second, basic

  before_each(function()
    app = support.open()
    second = app.box:accounts().ruxpay_second
    basic = { authorization = "Basic " .. crypto.base64(second.merchant_no .. ":" .. second.secret_key) }
  end)

  local function sale(fields)
    local body = support.request(fields)
    body.appId = body.appId == support.APP and second.app_id or body.appId
    local _, answer = app.raw("POST", "/api/payment", cjson.encode(body), basic)
    return answer
  end

  it("sells on its own account, under keys of its own", function()
    local answer = sale()
    assert.equal(100, answer.code)
    assert.equal(second.app_id, app.books().payments[1].app_id)
    local notice = app.box:deliver()[1]
    assert.truthy(notice.body:find('"appId":' .. second.app_id, 1, true))
    assert.equal(401, (app.raw("POST", "/api/payment", "{}", { authorization = "Basic "
      .. crypto.base64(second.merchant_no .. ":" .. support.KEY) })).status)
    assert.equal(500, sale({ appId = "1" }).code)
  end)

  it("sells an order that the first one sold too: nothing there holds off a doubled charge", function()
    assert.equal(100, app.sale().code)
    assert.equal(100, sale({ transactionId = "t-2" }).code)
    assert.equal(400, sale({ transactionId = "t-3" }).code)
  end)

  it("shows and refunds nothing of the other", function()
    local of_first = app.sale()
    local _, found = app.raw("GET", "/search/order/" .. of_first.uniqueId, nil, basic)
    assert.equal(122, found.code)
    local path = "/search/list/order?startDate=2023-11-14&endingDate=2023-11-16&orderId=A-1"
    local _, listed = app.raw("GET", path, nil, basic)
    assert.equal(0, listed.totalCount)
    assert.equal(1, app.get(path).totalCount)
    local _, refund = app.raw("POST", "/api/refund", cjson.encode { refundTransactionId = "b-1",
      uniqueId = of_first.uniqueId, amount = "1.00" }, basic)
    assert.equal(112, refund.code)
  end)

  it("can be closed, or declined by every issuer, alone", function()
    app.box:set("ruxpay", { disabled = { support.APP }, declining = { second.app_id } })
    assert.equal(201, app.sale().code)
    assert.equal(101, sale().code)
    app.box:set("ruxpay", { disabled = {}, declining = {} })
    assert.equal(100, app.sale({ transactionId = "t-2" }).code)
    assert.equal(100, sale({ transactionId = "t-3" }).code)
    assert.has_error(function() app.box:set("ruxpay", { app_id = "1" }) end)
    assert.has_error(function() app.box:set("ruxpay", { disabled = "1" }) end)
  end)
end)
