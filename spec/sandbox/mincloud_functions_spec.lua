-- Cloud functions at MinCloud's simulator: refunds, profit sharing, and a merchant's own.

local cjson = require "cjson"
local support = dofile "spec/sandbox/mincloud_support.lua"

describe("MinCloud's cloud functions in the sandbox", function()
  local app
  before_each(function() app = support.open() end)

  local function refund(data)
    local reply, decoded = app.invoke("refund", data)
    assert.equal(200, reply.status)
    return decoded, reply
  end
  local function book() return app.books().orders[1] end

  it("refunds a part and then the rest", function()
    local made = app.paid{ total_cost = 12.34 }
    local decoded, reply = refund{ trade_no = made.trade_no, refund_amount = 2.3, memo = "torn" }
    assert.truthy(reply.body:find('^{"code":0,"data":{"id":1,"order_id":180001,"refund_no":"%w+",'
      .. '"refund_amount":"2%.30","status":"succeed","memo":"torn","error_msg":null},"error":{}}$'), reply.body)
    assert.equal(32, #decoded.data.refund_no)
    assert.same({ "partial", 230, "success" }, { book().refund_status, book().refunded, book().status })
    decoded = refund{ transaction_no = made.transaction_no }
    assert.same({ "10.04", "succeed" }, { decoded.data.refund_amount, decoded.data.status })
    assert.same({ "complete", 1234 }, { book().refund_status, book().refunded })
    assert.equal("complete", app.list("").objects[1].refund_status)
    local refunds = app.books().refunds
    assert.same({ 230, 1004, "cny", made.trade_no }, { refunds[1].amount, refunds[2].amount, refunds[1].currency,
      refunds[1].of })
  end)

  it("says of a refund that cannot be that it failed, and why", function()
    local made = app.order()
    local function failed(data)
      local decoded = refund(data)
      assert.same({ 0, "failed", "string" }, { decoded.code, decoded.data.status, type(decoded.data.error_msg) })
    end
    failed{ trade_no = made.trade_no }
    app.box:pay(made.trade_no)
    failed{ trade_no = made.trade_no, refund_amount = 0.11 }
    failed{ trade_no = made.trade_no, refund_amount = 0 }
    assert.same({ 0, nil }, { book().refunded, book().refund_status })
    refund{ order_id = 180001, refund_amount = 0.10000000149011612 }
    assert.equal(10, book().refunded)
    failed{ trade_no = made.trade_no }
    assert.equal("failed", app.books().refunds[1].status)
  end)

  it("has a channel that refuses every refund", function()
    app = support.open{ refunds_fail = true }
    local made = app.paid()
    assert.equal("failed", refund{ trade_no = made.trade_no }.data.status)
    assert.same({ "failed", 0 }, { book().refund_status, book().refunded })
  end)

  it("answers a code where the function itself fails", function()
    local made, other = app.paid(), app.paid()
    for _, data in ipairs{ { trade_no = "x" }, { order_id = 1 }, { memo = "x" }, { trade_no = 7 },
      { trade_no = made.trade_no, refund_amount = "0.1" }, { trade_no = made.trade_no, refund_amount = -1 },
      { trade_no = made.trade_no, transaction_no = other.transaction_no } } do
      local decoded = refund(data)
      assert.same({ 1, cjson.null, "string" }, { decoded.code, decoded.data, type(decoded.error.message) })
    end
    assert.same({}, app.books().refunds)
  end)

  it("runs without waiting", function()
    local made = app.paid()
    local reply = app.invoke("refund", { trade_no = made.trade_no }, { sync = false })
    assert.same({ 200, '{"status":"ok"}' }, { reply.status, reply.body })
    assert.equal("complete", book().refund_status)
  end)

  it("refunds in the dashboard too", function()
    local made = app.named("A-1", { total_cost = 1 })
    assert.equal("invalid", select(2, app.box:refund("A-1")).kind)
    app.box:pay("A-1")
    assert.same({ 30, made.trade_no }, { app.box:refund("A-1", { amount = 30 }).amount, app.books().refunds[2].of })
    assert.equal("partial", book().refund_status)
    for _, amount in ipairs{ 71, 0, 1.5 } do
      assert.equal("invalid", select(2, app.box:refund("A-1", { amount = amount })).kind)
    end
    assert.equal(70, app.box:refund("A-1").amount)
  end)

  local function receiver(more)
    local out = { type = "MERCHANT_ID", account = "1900000109", amount = 40, description = "share" }
    for name, value in pairs(more or {}) do out[name] = value end
    return out
  end
  local function share(made, receivers, more)
    local data = { trade_no = made.trade_no, appid = app.provider.app_id, receivers = receivers }
    for name, value in pairs(more or {}) do data[name] = value end
    return select(2, app.invoke("profit_share", data))
  end

  it("shares a WeChat payment that was made for it", function()
    local made = app.paid{ total_cost = 1, profit_sharing = true }
    local decoded = share(made, { receiver(), receiver{ type = "PERSONAL_OPENID", account = "o1", amount = 60 } })
    assert.same({ 0, "accepted", "multi_profit_sharing", made.trade_no },
      { decoded.code, decoded.data.status, decoded.data.type, decoded.data.trade_no })
    local row = app.books().shares[1]
    assert.same({ 100, "accepted", 2 }, { book().shared, row.status, row.receivers })
    app.box:advance(30000)
    assert.equal("processing", app.books().shares[1].status)
    app.box:advance(30000)
    assert.equal("finished", app.books().shares[1].status)
    assert.equal(1, share(made, { receiver{ amount = 1 } }).code)
    local failed = refund{ trade_no = made.trade_no }
    assert.truthy(failed.data.error_msg:find("shares", 1, true))
  end)

  it("shares an Alipay payment, with Alipay's receivers", function()
    local made = app.paid{ gateway_type = "alipay_page", total_cost = 1 }
    assert.equal("profit_sharing", share(made, { receiver{ type = "loginName" } }, { appid = nil }).data.type)
    assert.equal(1, share(made, { receiver() }).code)
  end)

  it("refuses a share that cannot be", function()
    local plain, pending = app.paid{ total_cost = 1 }, app.order{ profit_sharing = true }
    local qq = app.paid{ gateway_type = "qpay_native" }
    local made = app.paid{ total_cost = 1, profit_sharing = true }
    for _, case in ipairs{ { plain, { receiver() } }, { pending, { receiver() } }, { qq, { receiver{ amount = 1 } } },
      { { trade_no = "x" }, { receiver() } }, { made, {} }, { made, { 7 } }, { made, { receiver{ amount = 101 } } },
      { made, { receiver{ amount = 0 } } }, { made, { receiver{ amount = 0.4 } } },
      { made, { receiver{ amount = "40" } } }, { made, { receiver{ type = "PERSONAL_WECHATID" } } },
      { made, { receiver{ type = "userId" } } }, { made, { receiver() }, { appid = "wx0" } } } do
      local decoded = share(case[1], case[2], case[3])
      assert.same({ 1, "string" }, { decoded.code, type(decoded.error.message) })
    end
    assert.same({}, app.books().shares)
  end)

  it("knows only functions that there are, and refuses an ill-made call", function()
    assert.equal(404, app.invoke("nothing").status)
    for _, body in ipairs{ "{}", '{"function_name":7}', '{"function_name":"refund","data":[]}',
      '{"function_name":"refund","sync":"false"}' } do
      assert.equal(400, app.raw("POST", support.JOB, body).status)
    end
  end)

  it("runs a function of the test's own", function()
    app = support.open{ functions = {
      greet = function(data) return { hello = data.name, n = 3 } end,
      fail = function() return nil, "not today" end,
      crash = function() error("x") end,
    } }
    assert.equal('{"code":0,"data":{"hello":"世界","n":3},"error":{}}', app.invoke("greet", { name = "世界" }).body)
    assert.equal('{"code":1,"data":null,"error":{"message":"not today"}}', app.invoke("fail").body)
    local reply, decoded = app.invoke("crash")
    assert.same({ 400, "error" }, { reply.status, decoded.status })
  end)

  it("meets faults by the function's own operation", function()
    local made = app.paid()
    app.box:fault("refund.create", "status_503")
    assert.equal(404, app.invoke("nothing").status)
    assert.equal(503, app.invoke("refund", { trade_no = made.trade_no }).status)
    assert.equal(0, book().refunded)
    app.box:fault("refund.create", "commit_then_drop")
    assert.is_nil(app.invoke("refund", { trade_no = made.trade_no }))
    assert.equal(10, book().refunded)
    app.box:fault("profit_share.create", "unlisted_code", { code = 9 })
    assert.equal(9, share(made, { receiver() }).code)
    app.box:fault("function.call", "status_429")
    assert.equal(429, app.invoke("refund").status)
  end)
end)
