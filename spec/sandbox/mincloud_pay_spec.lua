-- Payments at MinCloud's simulator: the six ways, what is refused, amounts, and what a payer can do.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local sandbox = require "obol.sandbox"
local support = dofile "spec/sandbox/mincloud_support.lua"
local wechat = require "obol.sandbox.mincloud.wechat"

describe("MinCloud's payments in the sandbox", function()
  local app
  before_each(function() app = support.open() end)

  local function members(text)
    local out = {}
    for name in text:gmatch('"([%w_]+)":') do out[#out + 1] = name end
    return out
  end

  it("takes the documented body and answers a flat object", function()
    local reply, decoded = app.raw("POST", support.ORDER, '{"gateway_type":"weixin_tenpay_native","total_cost":0.1,'
      .. '"merchandise_description":"深蓝色秋裤","merchandise_snapshot":{"a":1}}')
    assert.equal(201, reply.status)
    assert.same({ "transaction_no", "trade_no", "code_url" }, members(reply.body))
    for _, name in ipairs{ "transaction_no", "trade_no" } do
      assert.truthy(decoded[name]:find("^%w+$"))
      assert.equal(32, #decoded[name])
    end
    assert.are_not.equal(decoded.transaction_no, decoded.trade_no)
    assert.truthy(decoded.code_url:find("^weixin://wxpay/bizpayurl%?pr=%w+$"))
    local order = app.books().orders[1]
    assert.same({ 10, "cny", "pending", false }, { order.amount, order.currency, order.status, order.expired })
  end)

  it("gives each way its own address", function()
    local page = "^https://sandbox%.invalid/mincloud/pay/%w+"
    for gateway_type, case in pairs{ weixin_tenpay_wap = { "mweb_url", page .. "%?prepay_id=wx%w+" },
      alipay_page = { "payment_url", page .. "%?.*method=alipay%.trade%.page%.pay&" },
      alipay_wap = { "payment_url", page .. "%?.*method=alipay%.trade%.wap%.pay&" },
      qpay_native = { "code_url", page .. "$" } } do
      local reply, decoded = app.raw("POST", support.ORDER, app.body{ gateway_type = gateway_type })
      assert.same({ "transaction_no", "trade_no", case[1] }, members(reply.body))
      assert.truthy(decoded[case[1]]:find(case[2]), decoded[case[1]])
    end
  end)

  it("makes orders under the path of v2.0 too", function()
    assert.equal(201, app.raw("POST", support.OLD_ORDER, app.body()).status)
    assert.equal(1, #app.books().orders)
  end)

  it("signs the bridge's parameters as the sheet's vector does", function()
    assert.equal("ED0CDA1E8588DF0B4CDE3451CD8F367E", wechat.pay_sign({ appId = "wx0000000000000001",
      timeStamp = "1539335891", nonceStr = "1gAtaFdVpelLBqH1iNu6Drny159aN7CL", signType = "MD5",
      package = "prepay_id=wx121718113084277cb388281e2112421151" }, "0123456789abcdef0123456789abcdef"))
  end)

  it("hands out signed bridge parameters to a user of the official account alone", function()
    local shop = support.open{ merchant_key = "0123456789abcdef0123456789abcdef", app_id = "wx0000000000000001" }
    local body = shop.body{ gateway_type = "weixin_tenpay_js" }
    local reply, decoded = shop.raw("POST", support.ORDER, body)
    assert.same({ 400, "error" }, { reply.status, decoded.status })
    reply, decoded = shop.raw("POST", support.ORDER, body, { token = shop.payer })
    assert.equal(201, reply.status)
    assert.same({ "transaction_no", "trade_no", "appId", "timeStamp", "nonceStr", "package", "signType", "paySign" },
      members(reply.body))
    assert.same({ "wx0000000000000001", "1700000000", 32, "MD5" },
      { decoded.appId, decoded.timeStamp, #decoded.nonceStr, decoded.signType })
    assert.truthy(decoded.package:find("^prepay_id=wx%w+$"))
    assert.equal(crypto.hex(crypto.digest("md5", "appId=wx0000000000000001&nonceStr=" .. decoded.nonceStr .. "&package="
      .. decoded.package .. "&signType=MD5&timeStamp=1700000000&key=0123456789abcdef0123456789abcdef")):upper(),
      decoded.paySign)
  end)

  local good = {
    { "0.01", 1 }, { "0.1", 10 }, { "0.07", 7 }, { "0.29", 29 }, { "19.99", 1999 }, { "398", 39800 },
    { "99999999.99", 9999999999 }, { "0.009999999776482582", 1 }, { "0.10000000149011612", 10 },
    { "0.005", 1 }, { "1e2", 10000 }, { "1.5E1", 1500 }, { "12.34", 1234 }, { "19.989999771118164", 1999 },
    { "1234567.895", 123456790 }, { "0.994999", 99 }, { "9.999", 1000 }, { "100.00", 10000 },
  }
  for _, case in ipairs(good) do
    it("rounds " .. case[1] .. " yuan to the nearest fen", function()
      local reply = app.raw("POST", support.ORDER, '{"gateway_type":"alipay_page","merchandise_description":"x",'
        .. '"total_cost":' .. case[1] .. "}")
      assert.equal(201, reply.status)
      assert.equal(case[2], app.books().orders[1].amount)
    end)
  end

  local bad = {
    '"total_cost":"0.1"', '"total_cost":0', '"total_cost":0.0', '"total_cost":-1', '"total_cost":0.004999',
    '"total_cost":null', '"total_cost":true', '"total_cost":1e999', '"total_cost":12345678901234567890',
    '"total_cost":1,"gateway_type":"weixin_tenpay"', '"total_cost":1,"gateway_type":7',
    '"total_cost":1,"gateway_type":""', '"total_cost":1,"merchandise_description":""',
    '"total_cost":1,"merchandise_description":null', '"total_cost":1,"merchandise_schema_id":"x"',
    '"total_cost":1,"merchandise_schema_id":1.5', '"total_cost":1,"merchandise_record_id":7',
    '"total_cost":1,"merchandise_snapshot":[]', '"total_cost":1,"merchandise_snapshot":"{"',
    '"total_cost":1,"profit_sharing":"true"',
  }
  for _, text in ipairs(bad) do
    it("refuses " .. text, function()
      for name, value in pairs{ gateway_type = '"alipay_page"', merchandise_description = '"x"' } do
        if not text:find(name, 1, true) then text = text .. ',"' .. name .. '":' .. value end
      end
      local reply, decoded = app.raw("POST", support.ORDER, "{" .. text .. "}")
      assert.same({ 400, "error" }, { reply.status, decoded.status })
      assert.same({}, app.books().orders)
    end)
  end

  it("refuses a body that lacks what is required", function()
    for _, name in ipairs{ "gateway_type", "total_cost", "merchandise_description" } do
      local body = app.body()
      body[name] = nil
      assert.equal(400, app.raw("POST", support.ORDER, body).status)
    end
  end)

  it("takes a table's id and a snapshot also as the mobile SDKs write them", function()
    app.order{ merchandise_schema_id = "42", merchandise_snapshot = '{"obol":{"order_id":"A-1","key":"k"}}' }
    app.order{ merchandise_schema_id = 43, merchandise_record_id = "r-1" }
    local orders = app.books().orders
    assert.same({ 42, "A-1", "k" }, { orders[1].schema_id, orders[1].order_id, orders[1].key })
    assert.same({ 43, "r-1" }, { orders[2].schema_id, orders[2].record_id })
    -- What it does not know of a snapshot is the merchant's own affair.
    app.order{ merchandise_snapshot = { obol = "x" } }
    app.order{ merchandise_snapshot = { obol = { order_id = 7 } } }
    assert.is_nil(app.books().orders[4].order_id)
  end)

  it("notes profit sharing for WeChat alone", function()
    for gateway_type, noted in pairs{ weixin_tenpay_wap = true, alipay_wap = false, qpay_native = false } do
      app.order{ gateway_type = gateway_type, profit_sharing = true }
      local orders = app.books().orders
      assert.equal(noted, orders[#orders].profit_sharing)
    end
  end)

  it("is paid by the merchant's order, by either number and by each address", function()
    local function check(order_id, reference)
      local result = assert(app.box:pay(reference))
      assert.same({ order_id, "success" }, { result.order_id, result.status })
    end
    check("A-1", app.named("A-1") and "A-1")
    check("A-2", app.named("A-2").trade_no)
    check("A-3", app.named("A-3").transaction_no)
    check("A-4", app.named("A-4").code_url)
    check("A-5", app.named("A-5", { gateway_type = "weixin_tenpay_wap" }).mweb_url)
    check("A-6", app.named("A-6", { gateway_type = "alipay_page" }).payment_url)
    check("A-7", app.named("A-7", { gateway_type = "qpay_native" }).code_url)
    check("A-8", app.named("A-8", { gateway_type = "weixin_tenpay_js" }, { token = app.payer }).package)
    check("A-9", app.named("A-9") and "k-A-9")
    local result, err = app.box:pay("nobody")
    assert.same({ nil, "not_found" }, { result, err.kind })
  end)

  it("takes the newest of an order's attempts that can still be paid", function()
    local first, second = app.named("A-1"), app.named("A-1")
    assert.equal(second.trade_no, app.box:pay("A-1").trade_no)
    assert.equal(first.trade_no, app.box:pay("A-1").trade_no)
    assert.equal("conflict", select(2, app.box:pay("A-1")).kind)
  end)

  it("takes the money once", function()
    local order = app.paid()
    local result, err = app.box:pay(order.trade_no)
    assert.same({ nil, "conflict" }, { result, err.kind })
    assert.equal("conflict", select(2, app.box:decline(order.trade_no)).kind)
    assert.equal(support.T0, app.books().orders[1].paid_ms)
  end)

  it("fails for good, or stays open when the payer leaves", function()
    local order = app.order()
    assert.equal("pending", app.box:back_out(order.trade_no).status)
    assert.equal("pending", app.books().orders[1].status)
    assert.is_true(app.box:decline(order.trade_no).declined)
    assert.equal("failed", app.books().orders[1].status)
    assert.equal("conflict", select(2, app.box:pay(order.trade_no)).kind)
    assert.same({}, app.box:deliver())
  end)

  it("declines what a failing user pays, and leaves the order open", function()
    local order = app.order()
    assert.is_true(app.box:fail_card("shop"))
    assert.equal("declined", select(2, app.box:pay(order.trade_no)).kind)
    assert.same({ "pending", 1 }, { app.books().orders[1].status, app.books().orders[1].declines })
    app.box:fail_card(app.books().users[1].id, false)
    assert.equal("success", app.box:pay(order.trade_no).status)
  end)

  it("can be paid for as long as orders live, and stays pending after it", function()
    local short = support.open{ order_life_ms = 300000 }
    local first, second = short.order(), short.order()
    short.box:advance(300000)
    assert.truthy(short.box:pay(first.trade_no))
    short.box:advance(1)
    local result, err = short.box:pay(second.trade_no)
    assert.same({ nil, "not_found" }, { result, err.kind })
    local book = short.books().orders[2]
    assert.same({ "pending", true }, { book.status, book.expired })
    assert.equal(300000, book.expires_ms - book.created_ms)
    assert.equal(7200000, app.order() and app.books().orders[1].expires_ms - support.T0)
  end)

  it("gives the same numbers for the same seed", function()
    assert.same(support.open().order(), support.open().order())
    local other = sandbox.new{ seed = "other" }
    assert.are_not.equal(app.account.token, other:accounts().mincloud.token)
  end)

  it("keeps a snapshot as it came", function()
    local snapshot = '{"list":[1,2.50,"三",true,null,{}],"members":{"items":[]},"text":"a\\"b"}'
    local order = cjson.decode((app.raw("POST", support.ORDER, '{"gateway_type":"alipay_wap","total_cost":1,'
      .. '"merchandise_description":"x","merchandise_snapshot":' .. snapshot .. "}")).body)
    local reply = app.detail(order.transaction_no)
    assert.truthy(reply.body:find('"merchandise_snapshot":"' .. snapshot:gsub('[\\"]', "\\%0") .. '"', 1, true))
    local _, list = app.list("")
    assert.truthy(list.body:find('"merchandise_snapshot":' .. snapshot, 1, true))
  end)
end)
