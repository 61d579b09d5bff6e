-- The bytes of every request, typed by hand from the protocol sheet, sections 1 to 7.

local support = require "spec.account.mincloud_support"
local money = require "obol.money"
local secret = require "obol.secret"

local HOST = "https://a4d2d62965dda4d2d62965dd.myminapp.com"
local account = support.account()

local function encode(operation, params, moment, other)
  return assert((other or account):encode(operation, params, moment or { time_ms = 1 }))
end

local function body(operation, params, moment, other)
  local bytes = encode(operation, params, moment, other).body
  return type(bytes) == "string" and bytes or bytes:reveal()
end

local function url(operation, params)
  local request = encode(operation, params)
  assert.equal("GET", request.method)
  assert.equal("", request.body)
  return request.url
end

describe("MinCloud's order", function()
  it("is the sheet's request, byte for byte, where the same is given", function()
    local request = encode("payment.create", support.payment { extra = { mincloud = { snapshot = { a = 1 } } } })
    assert.equal("POST", request.method)
    assert.equal(HOST .. "/hserve/v2.2/idp/pay/order/", request.url)
    assert.equal('{"gateway_type":"weixin_tenpay_native","total_cost":0.1,"merchandise_description":"深蓝色秋裤",'
      .. '"merchandise_snapshot":{"a":1}}', request.body)
    assert.equal(131, #request.body)
    assert.is_false(request.repeat_safe)
  end)

  it("carries order and key in the snapshot, and the key as the record", function()
    assert.equal('{"gateway_type":"weixin_tenpay_native","total_cost":0.1,"merchandise_description":"深蓝色秋裤",'
      .. '"merchandise_record_id":"k-1","merchandise_snapshot":{"obol":{"order_id":"A-1","key":"k-1"}}}',
      body("payment.create", support.payment { order_id = "A-1" }, { time_ms = 1, key = "k-1" }))
    assert.equal('{"gateway_type":"weixin_tenpay_native","total_cost":0.1,"merchandise_description":"深蓝色秋裤",'
      .. '"merchandise_record_id":"k-1","merchandise_snapshot":{"a":1,"b":["x",true],'
      .. '"obol":{"order_id":"A-1","key":"k-1"}}}',
      body("payment.create", support.payment { order_id = "A-1",
        extra = { mincloud = { snapshot = { a = 1, b = { "x", true } } } } }, { time_ms = 1, key = "k-1" }))
  end)

  it("has its fields in the sheet's order", function()
    assert.equal('{"gateway_type":"weixin_tenpay_js","total_cost":398,"merchandise_description":"茶",'
      .. '"merchandise_schema_id":42,"merchandise_record_id":"5a","merchandise_snapshot":'
      .. '{"obol":{"order_id":"A-1","key":"k-1"}},"profit_sharing":true}',
      body("payment.create", support.payment { method = "wechat_jsapi", amount = "398.00", description = "茶",
        order_id = "A-1", profit_sharing = true, extra = { mincloud = { schema_id = 42, record_id = "5a" } } },
        { time_ms = 1, key = "k-1" }))
  end)

  it("names each way to pay as MinCloud does", function()
    for method, gateway in pairs { wechat_qr = "weixin_tenpay_native", wechat_jsapi = "weixin_tenpay_js",
      wechat_h5 = "weixin_tenpay_wap", alipay_page = "alipay_page", alipay_h5 = "alipay_wap", qq_qr = "qpay_native" } do
      assert.equal('{"gateway_type":"' .. gateway .. '","total_cost":0.1,"merchandise_description":"深蓝色秋裤"}',
        body("payment.create", support.payment { method = method }))
    end
    assert.same({ "wechat_qr", "wechat_jsapi", "wechat_h5", "alipay_page", "alipay_h5", "qq_qr" }, account.methods)
  end)

  it("writes yuan as the shortest exact number", function()
    local numbers = { ["0.01"] = "0.01", ["0.07"] = "0.07", ["0.1"] = "0.1", ["0.10"] = "0.1", ["0.29"] = "0.29",
      ["1"] = "1", ["1.10"] = "1.1", ["10.01"] = "10.01", ["19.99"] = "19.99", ["100"] = "100", ["398"] = "398",
      ["398.00"] = "398", ["99999999.99"] = "99999999.99", ["90071992547409.93"] = "90071992547409.93",
      ["92233720368547758.07"] = "92233720368547758.07" }
    for amount, number in pairs(numbers) do
      local text = body("payment.create", support.payment { amount = amount })
      assert.truthy(text:find('"total_cost":' .. number .. ",", 1, true), text)
    end
    assert.truthy(body("payment.create", support.payment { amount = money("19.99", "CNY"), currency = false })
      :find('"total_cost":19.99,', 1, true))
  end)

  it("plans profit sharing with WeChat alone", function()
    for _, method in ipairs { "wechat_qr", "wechat_jsapi", "wechat_h5" } do
      for _, wanted in ipairs { "true", "false" } do
        local params = support.payment { method = method }
        params.profit_sharing = wanted == "true"
        local text = body("payment.create", params)
        assert.equal('"profit_sharing":' .. wanted .. "}", text:match '"profit_sharing.*')
      end
    end
    for _, method in ipairs { "alipay_page", "alipay_h5", "qq_qr" } do
      local params = support.payment { method = method }
      params.profit_sharing = false
      assert.is_nil(body("payment.create", params):find("profit", 1, true))
      params.profit_sharing = true
      local request, err = account:encode("payment.create", params, { time_ms = 1 })
      assert.is_nil(request)
      assert.equal("unsupported", err.kind)
      assert.truthy(support.problems(err).profit_sharing)
    end
  end)

  it("is an offer that the key finds, unless the record is the caller's", function()
    local plan = assert(account:plan("payment.create", support.payment()))
    assert.same({ "offer", "our_ref", "payment.query", false },
      { plan.effect, plan.found_by, plan.found_with, plan.repeat_safe })
    plan = assert(account:plan("payment.create", support.payment { extra = { mincloud = { record_id = "5a" } } }))
    assert.same({ "offer", "nothing", false }, { plan.effect, plan.found_by, plan.repeat_safe })
    assert.is_nil(plan.found_with)
    assert.equal("offer", account:effect("payment.create", support.payment()))
    assert.equal("none", account:effect("payment.query", { order_id = "A-1" }))
    assert.is_nil(account:effect("payment.invent", {}))
    assert.has_error(function() account:effect "payment.create" end)
  end)
end)

describe("MinCloud's questions", function()
  it("ask for one order by its flow number, on the older version", function()
    assert.equal(HOST .. "/hserve/v2.0/idp/pay/order/MDUhtNmacdYBKokJbCXhvYuoJnHXzpeN/",
      url("payment.query", { provider_id = support.TRANSACTION, key = "k-1", order_id = "A-1", created_ms = 1 }))
    assert.equal(HOST .. "/hserve/v2.0/idp/pay/order/a%2Fb%3Fc/", url("payment.query", { provider_id = "a/b?c" }))
  end)

  it("ask for an attempt by its key", function()
    assert.equal(HOST .. "/hserve/v2.2/idp/pay/order/?limit=20&offset=0&where=%7B%7D&merchandise_record_id=k-1",
      url("payment.query", { key = "k-1", order_id = "A-1", created_ms = 1, customer = { id = "u" } }))
  end)

  it("ask whether an item was paid for", function()
    local path = HOST .. "/hserve/v2.2/idp/pay/order/?limit=20&offset=0&where=%7B%7D&status=success"
    assert.equal(path, url("payment.find", { customer = "u-7" }))
    assert.equal(path .. "&merchandise_record_id=5a", url("payment.find", { item = { product_id = "5a" } }))
    assert.equal(path .. "&merchandise_schema_id=42&merchandise_record_id=5a",
      url("payment.find", { item = { product_id = "5a" }, extra = { mincloud = { schema_id = 42 } } }))
    assert.equal(path .. "&merchandise_schema_id=42&merchandise_record_id=5a",
      url("payment.find", { extra = { mincloud = { schema_id = "42", record_id = "5a" } } }))
  end)

  it("list by everything that MinCloud filters by", function()
    assert.equal(HOST .. "/hserve/v2.2/idp/pay/order/?limit=20&offset=0&where=%7B%7D", url("payment.list", {}))
    assert.equal(HOST .. "/hserve/v2.2/idp/pay/order/?limit=20&offset=0&where=%7B%7D"
      .. "&trade_no=1iAU6ujm3HR7nePPBHR46vtIpJZfa6sk",
      url("payment.list", { trade_no = "1iAU6ujm3HR7nePPBHR46vtIpJZfa6sk" }))
    assert.equal(HOST .. "/hserve/v2.2/idp/pay/order/?limit=1000&offset=40&order_by=-created_at%2Cid&keys=id%2Cstatus"
      .. "&expand=created_by&where=%7B%22%24and%22%3A%5B%5D%7D&status=pending&refund_status=partial&trade_no=T"
      .. "&transaction_no=M&merchandise_record_id=5a%205b&merchandise_schema_id=7&gateway_type=alipay"
      .. "&paid_at__gte=1568790700&paid_at__lte=1568790701",
      url("payment.list", { limit = 1000, offset = 40, status = "processing", refund_status = "partial",
        trade_no = "T", provider_id = "M", paid_from_ms = 1568790700000, paid_to_ms = 1568790701999,
        extra = { mincloud = { order_by = "-created_at,id", keys = "id,status", expand = "created_by",
          where = '{"$and":[]}', record_id = "5a 5b", schema_id = 7, gateway_type = "alipay" } } }))
  end)

  it("ask for the clock", function()
    assert.equal(HOST .. "/hserve/v2.2/server/time/", url("time.get", {}))
  end)
end)

describe("MinCloud's sessions", function()
  local function session(params, other)
    local request = encode("session.create", params, { time_ms = 1, token = secret "payer" }, other)
    assert.equal("POST", request.method)
    assert.is_nil(request.headers.authorization)
    assert.is_true(request.repeat_safe)
    local bytes = type(request.body) == "string" and request.body or request.body:reveal()
    return request.url:sub(#HOST + 1) .. " " .. bytes, type(request.body)
  end

  it("log in by what the call says", function()
    for way, who in pairs { username = "shop", email = "a@shop.example", phone = "13800000000" } do
      local line, kind = session { extra = { mincloud = { [way] = who, password = secret "p w" } } }
      assert.equal("/hserve/v2.1/login/" .. way .. '/ {"' .. way .. '":"' .. who .. '","password":"p w"}', line)
      assert.equal("userdata", kind)
    end
  end)

  it("log in by what the configuration says", function()
    for way, who in pairs { username = "shop", email = "a@shop.example", phone = "13800000000" } do
      local other = support.account { token = false, login = { [way] = who, password = secret "p w" } }
      assert.is_true(other.session)
      local line, kind = session({}, other)
      assert.equal("/hserve/v2.1/login/" .. way .. '/ {"' .. way .. '":"' .. who .. '","password":"p w"}', line)
      assert.equal("userdata", kind)
    end
  end)

  it("log in as nobody", function()
    local other = support.account { token = false, anonymous = true }
    assert.is_true(other.session)
    assert.equal("/hserve/v2.0/login/anonymous/ {}", (session({}, other)))
  end)

  it("are not wanted where there is a token, or nothing", function()
    assert.is_false(account.session)
    assert.is_false(support.account { token = false }.session)
    local config = support.config { token = false }
    config.anonymous = false
    assert.is_false(assert(require("obol.account")(config)).session)
  end)
end)

describe("MinCloud's cloud functions", function()
  it("are called by name", function()
    local request = encode("function.call", { function_name = "hello", data = { a = { 1, 2 }, b = "é" } })
    assert.equal(HOST .. "/hserve/v1/cloud-function/job/", request.url)
    assert.equal('{"function_name":"hello","data":{"a":[1,2],"b":"é"},"sync":true}', request.body)
    assert.is_false(request.repeat_safe)
    assert.equal('{"function_name":"hello","sync":false}',
      body("function.call", { function_name = "hello", sync = false }))
  end)

  it("give back", function()
    local params = { order_id = "A-1", provider_id = support.TRANSACTION, refund_id = "R-1", amount = "0.10",
      currency = "CNY", reason = "torn" }
    assert.equal('{"function_name":"refund","data":{"transaction_no":"MDUhtNmacdYBKokJbCXhvYuoJnHXzpeN",'
      .. '"refund_amount":0.1,"memo":"torn"},"sync":true}', body("refund.create", params))
    assert.equal('{"function_name":"give-back","data":{"transaction_no":"M"},"sync":true}',
      body("refund.create", { provider_id = "M" }, nil, support.account { refund_function = "give-back" }))
    local plan = account:plan("refund.create", params)
    assert.same({ "money", "nothing", false }, { plan.effect, plan.found_by, plan.repeat_safe })
  end)

  it("share", function()
    local other = support.account { profit_share_function = "share" }
    local params = { currency = "CNY", extra = { mincloud = { trade_no = "T", appid = "wx01", receivers = {
      { type = "MERCHANT_ID", account = "190001001", amount = "0.10", description = "分到商户" },
      { type = "PERSONAL_OPENID", account = "o1", amount = "12.34", description = "x" } } } } }
    assert.equal('{"function_name":"share","data":{"trade_no":"T","appid":"wx01","receivers":['
      .. '{"type":"MERCHANT_ID","account":"190001001","amount":10,"description":"分到商户"},'
      .. '{"type":"PERSONAL_OPENID","account":"o1","amount":1234,"description":"x"}]},"sync":true}',
      body("profit_share.create", params, nil, other))
    local plan = other:plan("profit_share.create", params)
    assert.same({ "money", "nothing", false }, { plan.effect, plan.found_by, plan.repeat_safe })
  end)
end)

describe("MinCloud's headers", function()
  local function headers(operation, params, moment, other)
    local found = {}
    for name, value in pairs(encode(operation, params, moment, other).headers) do found[name] = value end
    return found
  end

  it("are those of the Web SDK", function()
    local expected = {
      ["x-hydrogen-client-id"] = "a4d2d62965dda4d2d62965dd", ["x-hydrogen-client-version"] = "v3.23.3",
      ["x-hydrogen-client-platform"] = "WEB", ["x-hydrogen-client-sdk-type"] = "file",
      accept = "application/json, text/plain, */*", authorization = "Hydrogen-r1 t0ken",
    }
    assert.same(expected, headers("payment.list", {}))
    expected["content-type"] = "application/json"
    assert.same(expected, headers("payment.create", support.payment()))
    expected.authorization = nil
    assert.same(expected, headers("session.create", {}))
    expected["x-hydrogen-env-id"], expected["x-hydrogen-client-version"] = "e-1", "v9"
    expected["x-hydrogen-client-platform"], expected["x-hydrogen-client-sdk-type"] = "NATIVE_IOS", "x"
    assert.same(expected, headers("session.create", {}, nil,
      support.account { env = "e-1", sdk_version = "v9", platform = "NATIVE_IOS", sdk_type = "x" }))
  end)

  it("take the call's token before the account's, and the newest of a list", function()
    assert.equal("Hydrogen-r1 payer", headers("payment.list", {}, { token = secret "payer" }).authorization)
    local two = support.account { token = { secret "new", secret "old" } }
    assert.equal("Hydrogen-r1 new", headers("payment.list", {}, nil, two).authorization)
    assert.is_nil(headers("payment.list", {}, nil, support.account { token = false }).authorization)
  end)

  it("refuse a token that would begin another", function()
    for _, token in ipairs { "zq\r\nx-evil: 1", "zq\0b", "zq\nb", " zq", "zq ", "zqé" } do
      local request, err = account:encode("payment.list", {}, { time_ms = 1, token = secret(token) })
      assert.is_nil(request)
      assert.equal("token", err.field)
      assert.is_nil(tostring(err):find("zq", 1, true))
    end
  end)
end)

describe("MinCloud's address", function()
  it("is made of the ClientID unless one is given", function()
    local other = support.account { base_url = "http://127.0.0.1:8080/mincloud/" }
    assert.equal("http://127.0.0.1:8080/mincloud/hserve/v2.2/server/time/", encode("time.get", {}, nil, other).url)
    assert.equal("https://0f17262d58e0071e6cf3.myminapp.com/hserve/v2.2/server/time/",
      encode("time.get", {}, nil, support.account { client_id = "0f17262d58e0071e6cf3" }).url)
  end)
end)
