-- Reading orders at MinCloud's simulator: the two forms of an order, and lists with all their parameters.

local cjson = require "cjson"
local support = dofile "spec/sandbox/mincloud_support.lua"

local function percent(text)
  return (text:gsub("[^%w]", function(c) return string.format("%%%02X", c:byte()) end))
end

describe("MinCloud's orders in the sandbox", function()
  local app
  before_each(function() app = support.open() end)

  local function names(list)
    local out = {}
    for i, order in ipairs(list.objects) do out[i] = order.merchandise_description end
    return table.concat(out, " ")
  end
  local function refused(query)
    local reply, decoded = app.raw("GET", support.ORDER .. "?" .. query)
    assert.same({ 400, "error" }, { reply.status, decoded.status })
  end

  it("answers v2.0 as it was recorded", function()
    local made = app.order{ merchandise_snapshot = { a = 1 }, total_cost = 398 }
    local _, order = app.detail(made.transaction_no)
    for name, value in pairs{ total_cost = "398.00", merchandise_snapshot = '{"a":1}', created_by = "92118009020754",
      created_at = "2023-11-15T06:13:20.000125", updated_at = "2023-11-15T06:13:20.000125", paid_at = cjson.null,
      refund_status = cjson.null, merchandise_schema_id = cjson.null, status = "pending", currency_type = "CNY",
      gateway_type = "weixin_tenpay_native", trade_no = made.trade_no, id = 180001 } do
      assert.equal(value, order[name])
    end
    assert.is_nil(order.created_by_id)
    assert.equal(made.code_url, cjson.decode(order.gateway_extra_info).payment_parameters.code_url)
    app.box:advance(61001)
    app.box:pay(made.trade_no)
    _, order = app.detail(made.transaction_no)
    assert.same({ "success", "2023-11-15T06:14:21.001125" }, { order.status, order.paid_at })
  end)

  it("answers v2.2 as the page shows it", function()
    app.paid{ merchandise_snapshot = { a = 1 }, merchandise_schema_id = 7, total_cost = 100, profit_sharing = true }
    local list, reply = app.list("where=%7B%7D")
    local order = list.objects[1]
    assert.truthy(reply.body:find('"total_cost":100.00,', 1, true))
    for name, value in pairs{ created_by_id = 92118009020754, created_at = 1700000000, paid_at = 1700000000,
      merchandise_schema_id = 7, merchandise_record_id = cjson.null, profit_sharing = true, currency_type = "CNY",
      refund_status = cjson.null, status = "success" } do
      assert.equal(value, order[name])
    end
    assert.same({ { a = 1 }, nil }, { order.merchandise_snapshot, order.created_by })
  end)

  it("has WeChat's own record of what was paid through it, all texts", function()
    local made = app.paid{ total_cost = 0.1 }
    local response = app.list("").objects[1].gateway_extra_info.wechat_response
    for name, value in pairs(response) do assert.equal("string", type(value), name) end
    assert.same({ "10", "CNY", made.trade_no, "20231115061320", "NATIVE", "SUCCESS", 28 },
      { response.total_fee, response.fee_type, response.out_trade_no, response.time_end, response.trade_type,
        response.return_code, #response.transaction_id })
    app.paid{ gateway_type = "alipay_page" }
    assert.is_nil(app.list("").objects[1].gateway_extra_info.wechat_response)
  end)

  it("is forced into either form", function()
    for form, kind in pairs{ page = "number", recorded = "string" } do
      local shop = support.open{ order_form = form }
      local made = shop.order()
      assert.equal(kind, type(select(2, shop.detail(made.transaction_no)).created_at))
      assert.equal(kind, type(shop.list("").objects[1].created_at))
    end
  end)

  it("writes the extra information in three ways", function()
    local function extra(form)
      local shop = support.open{ extra_info = form }
      shop.paid{ gateway_type = "weixin_tenpay_wap" }
      return shop.list("").objects[1].gateway_extra_info
    end
    assert.equal("SUCCESS", extra("object").wechat_response.return_code)
    assert.equal("SUCCESS", cjson.decode(extra("text")).wechat_response.return_code)
    local python = extra("python")
    assert.truthy(python:find("^{'payment_parameters': {'mweb_url': 'https://[^']+'}, 'wechat_response': {'appid': "))
    assert.is_false((pcall(cjson.decode, python)))
  end)

  it("tells an order by its flow number, to its own user", function()
    local made = app.order()
    assert.equal(200, app.detail(made.transaction_no).status)
    for _, number in ipairs{ made.trade_no, "x", ("0"):rep(32) } do assert.equal(404, app.detail(number).status) end
    local reply, decoded = app.detail(made.transaction_no, { token = app.payer })
    assert.same({ 404, "error" }, { reply.status, decoded.status })
    assert.equal(404, app.raw("GET", support.ORDER .. made.transaction_no .. "/").status)
    assert.same({}, app.list("", { token = app.payer }).objects)
  end)

  it("lists 20, at most 1000, by pages told as paths", function()
    for i = 1, 23 do app.order{ merchandise_description = "p" .. i } end
    local list = app.list("where=%7B%7D&status=pending")
    assert.equal(20, #list.objects)
    assert.same({ limit = 20, offset = 0, total_count = 23, previous = cjson.null,
      next = "/hserve/v2.2/idp/pay/order/?limit=20&offset=20" }, list.meta)
    list = app.list("limit=20&offset=20")
    assert.same({ 3, cjson.null, "/hserve/v2.2/idp/pay/order/?limit=20&offset=0" },
      { #list.objects, list.meta.next, list.meta.previous })
    list = app.list("limit=5000")
    assert.same({ 23, 1000 }, { #list.objects, list.meta.limit })
    list = app.list("limit=2&offset=23")
    assert.same({ 0, cjson.null }, { #list.objects, list.meta.next })
    assert.truthy(select(2, app.list("offset=23")).body:find('"objects":[]', 1, true))
    for _, query in ipairs{ "limit=-1", "limit=x", "limit=1.5", "offset=-1", "limit=%G1", "status=%FF" } do
      refused(query)
    end
    local _, old = app.raw("GET", support.OLD_ORDER .. "?limit=1")
    assert.same({ "/hserve/v2.0/idp/pay/order/?limit=1&offset=1", "string" },
      { old.meta.next, type(old.objects[1].total_cost) })
  end)

  it("may leave out the count", function()
    local shop = support.open{ total_count = false }
    assert.is_nil(shop.list("").meta.total_count)
  end)

  it("filters by each parameter, all of them together", function()
    app.order{ merchandise_description = "a", merchandise_record_id = "r 1+", merchandise_schema_id = 7 }
    local b = app.order{ merchandise_description = "b", gateway_type = "alipay_page", merchandise_schema_id = 7 }
    app.box:advance(5000)
    app.box:pay(b.trade_no)
    local c = app.paid{ merchandise_description = "c", merchandise_record_id = "r2" }
    app.box:refund(c.trade_no, { amount = 1 })
    for query, wanted in pairs{
      ["status=pending"] = "a", ["status=success"] = "c b", ["status=complete"] = "", ["refund_status="] = "b a",
      ["refund_status=partial"] = "c", ["trade_no=" .. b.trade_no] = "b", ["transaction_no=" .. c.transaction_no] = "c",
      ["trade_no=" .. b.transaction_no] = "", ["merchandise_record_id=r+1%2B"] = "a",
      ["merchandise_record_id=r%201%2b"] = "a", ["merchandise_record_id=r+1+"] = "",
      ["merchandise_schema_id=7"] = "b a", ["gateway_type=alipay_page"] = "b", ["gateway_type=alipay"] = "",
      ["paid_at__gte=1700000005"] = "c b", ["paid_at__gte=1700000006"] = "", ["paid_at__lte=1700000005"] = "c b",
      ["merchandise_schema_id=7&status=success"] = "b", ["unknown=1"] = "c b a",
      ["order_by=id"] = "a b c", ["order_by=-created_at,merchandise_description"] = "c a b",
      ["order_by=status,-id"] = "a c b",
    } do
      assert.equal(wanted, names(app.list(query)), query)
    end
    refused "order_by=name"
    refused "paid_at__gte=x"
  end)

  it("reads where: an empty one, and flat $and and $eq", function()
    app.order{ merchandise_description = "a b", merchandise_record_id = "r1" }
    app.order{ merchandise_description = "c", merchandise_schema_id = 7 }
    for where, wanted in pairs{
      ["{}"] = "c a b", ['{"$and":[]}'] = "c a b", ['{"$and":[{"merchandise_record_id":{"$eq":"r1"}}]}'] = "a b",
      ['{"$and":[{"status":{"$eq":"pending"}},{"merchandise_schema_id":{"$eq":7}}]}'] = "c",
      ['{"refund_status":{"$eq":null}}'] = "c a b", ['{"merchandise_record_id":{"$eq":null}}'] = "c",
      ['{"status":{"$eq":"success"}}'] = "",
    } do
      assert.equal(wanted, names(app.list("where=" .. percent(where))), where)
    end
    -- As the SDK sends it: blanks as plus, and `:` `$` `,` `[` `]` as they are.
    assert.equal("a b", names(app.list("where=%7B%22merchandise_description%22:%7B%22$eq%22:%22a+b%22%7D%7D")))
    for _, where in ipairs{ "", "{", "[]", "7", '{"$or":[]}', '{"$and":{}}', '{"$and":[7]}', '{"status":"pending"}',
      '{"status":{"$ne":"x"}}', '{"status":{"$eq":"x","$ne":"y"}}', '{"nothing":{"$eq":"x"}}',
      '{"status":{"$eq":["x"]}}', '{"$and":[],"status":{"$eq":"x"}}' } do
      refused("where=" .. percent(where))
    end
  end)

  it("answers the members that keys names", function()
    app.order()
    local _, reply = app.list("keys=status,trade_no&expand=created_by")
    assert.truthy(reply.body:find('"objects":%[{"trade_no":"%w+","status":"pending"}%]'))
  end)
end)
