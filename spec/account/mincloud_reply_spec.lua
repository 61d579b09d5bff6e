-- What MinCloud answers, protocol sheet, sections 3 to 7.

local support = require "spec.account.mincloud_support"

local account = support.account()
local T, N = support.TRANSACTION, support.TRADE

local function decode(operation, body, more)
  more = more or {}
  return account:decode(operation, { status = more.status or 200, body = body }, more)
end

local function read(operation, body, more)
  return assert(decode(operation, body, more))
end

local NUMBERS = ('"transaction_no":"%s","trade_no":"%s"'):format(T, N)

describe("MinCloud's answer to an order", function()
  it("is a code, a page or the bridge's parameters, and never says paid", function()
    local actions = {
      { '"code_url":"weixin://wxpay/bizpayurl?pr=1"', { type = "qr", data = "weixin://wxpay/bizpayurl?pr=1" } },
      { '"mweb_url":"https://wx.tenpay.com/x?y=1"', { type = "redirect", url = "https://wx.tenpay.com/x?y=1" } },
      { '"payment_url":"https://openapi.alipay.com/g"', { type = "redirect", url = "https://openapi.alipay.com/g" } },
    }
    for _, case in ipairs(actions) do
      for _, status in ipairs { 200, 201 } do
        local result = read("payment.create", "{" .. case[1] .. "," .. NUMBERS .. "}", { status = status })
        assert.equal("accepted", result.outcome)
        assert.equal("requires_action", result.status)
        assert.same(case[2], result.action)
        assert.equal(T, result.provider_id)
        assert.equal(N, result.trade_no)
        assert.is_nil(result.extra)
      end
    end
  end)

  it("hands the bridge's parameters on unchanged", function()
    -- the sheet's vector, section 4.3
    local bridge = { appId = "wx0000000000000001", timeStamp = "1539335891",
      nonceStr = "1gAtaFdVpelLBqH1iNu6Drny159aN7CL", package = "prepay_id=wx121718113084277cb388281e2112421151",
      signType = "MD5", paySign = "ED0CDA1E8588DF0B4CDE3451CD8F367E" }
    local members = {}
    for name, value in pairs(bridge) do members[#members + 1] = ('"%s":"%s"'):format(name, value) end
    local result = read("payment.create", "{" .. NUMBERS .. "," .. table.concat(members, ",") .. "}", { status = 201 })
    assert.equal("accepted", result.outcome)
    assert.equal("jsapi", result.action.type)
    assert.same(bridge, result.action.parameters)
    -- a further member goes along, since which ones there are is not documented
    result = read("payment.create", "{" .. NUMBERS .. ',"timeStamp":1539335891,"more":null,"paySign":"x"}')
    assert.same({ timeStamp = 1539335891, more = require("obol.json").null, paySign = "x" }, result.action.parameters)
  end)

  it("that nobody could pay, or nobody could ask about, is unknown", function()
    for _, body in ipairs { "{" .. NUMBERS .. "}", "{" .. NUMBERS .. ',"code_url":""}',
      "{" .. NUMBERS .. ',"code_url":null}', '{"code_url":"weixin://x"}', '{"code_url":"weixin://x","trade_no":"a"}',
      '{"code_url":"weixin://x","transaction_no":null}', '{"code_url":"weixin://x","transaction_no":""}',
      "{}", '{"status":"ok"}', "{" .. NUMBERS .. ',"timeStamp":"1"}' } do
      local result = read("payment.create", body, { status = 201 })
      assert.equal("unknown", result.outcome, body)
      assert.equal("provider", result.kind)
      assert.equal("unknown", result.status)
    end
  end)

  it("that cannot be read is unknown", function()
    for _, body in ipairs { "", "x", "[]", "null", '{"code_url":',
      "{" .. NUMBERS .. ',"mweb_url":"javascript:alert(1)"}',
      "{" .. NUMBERS .. ',"payment_url":"biz_content=x"}', "{" .. NUMBERS .. ',"code_url":{"a":1}}',
      '{"transaction_no":{"a":1},"code_url":"x"}' } do
      for _, status in ipairs { 200, 201 } do
        local result, err = decode("payment.create", body, { status = status })
        assert.is_nil(result)
        assert.equal("unknown", err.outcome, body)
        assert.equal("provider", err.kind)
      end
    end
  end)

  it("may have numbers as numbers", function()
    local result = read("payment.create", '{"transaction_no":9007199254740993,"trade_no":12,"code_url":"x"}')
    assert.equal("9007199254740993", result.provider_id)
    assert.equal("12", result.trade_no)
  end)
end)

describe("MinCloud's errors", function()
  local rows = {
    { 400, "rejected", "invalid" }, { 401, "rejected", "authentication" }, { 402, "rejected", "provider" },
    { 403, "rejected", "authentication" }, { 404, "rejected", "not_found" }, { 405, "rejected", "invalid" },
    { 500, "unknown", "provider" }, { 502, "unknown", "provider" }, { 503, "unknown", "provider" },
    { 504, "unknown", "provider" }, { 599, "unknown", "provider" },
    -- not listed
    { 302, "unknown", "provider" }, { 406, "unknown", "provider" }, { 409, "unknown", "provider" },
    { 418, "unknown", "provider" }, { 429, "unknown", "provider" }, { 600, "unknown", "provider" },
  }

  for _, row in ipairs(rows) do
    it(("%d is %s, %s"):format(row[1], row[2], row[3]), function()
      for _, name in ipairs { "error_msg", "message" } do
        local result = read("payment.create", ('{"status":"error","%s":"why"}'):format(name), { status = row[1] })
        assert.equal(row[2], result.outcome)
        assert.equal(row[3], result.kind)
        assert.equal("why", result.message)
        assert.equal(tostring(row[1]), result.code)
        assert.equal(row[1], result.http_status)
      end
      local result, err = decode("payment.create", "<html>", { status = row[1] })
      assert.is_nil(result)
      assert.equal(row[2], err.outcome)
      assert.equal(row[3], err.kind)
    end)

    it(("%d says nothing of a payment that is asked about"):format(row[1]), function()
      for _, params in ipairs { { provider_id = T }, { key = "k-1" } } do
        local result = read("payment.query", '{"status":"error","error_msg":"why"}',
          { status = row[1], params = params, expect = { key = "k-1", provider_id = T } })
        assert.equal("unknown", result.outcome)
        assert.equal(row[3], result.kind)
        assert.equal("why", result.message)
        assert.is_nil(result.found)
        local none, err = decode("payment.query", "x", { status = row[1], params = params })
        assert.is_nil(none)
        assert.equal("unknown", err.outcome)
      end
    end)
  end

  it("tell error_msg before message, and are whole where neither is", function()
    assert.equal("a", read("payment.create", '{"message":"b","error_msg":"a"}', { status = 400 }).message)
    assert.is_nil(read("payment.create", '{"status":"error"}', { status = 400 }).message)
    assert.same({ error_msg = { 1 }, status = "error" },
      read("payment.create", '{"status":"error","error_msg":[1]}', { status = 400 }).extra)
  end)

  it("cannot pass for a payment", function()
    local body = '{"status":"success","transaction_no":"a","objects":[],"token":"t","code_url":"x","time":"x"}'
    for _, operation in ipairs { "payment.create", "payment.query", "payment.find", "payment.list", "session.create",
      "time.get" } do
      for _, status in ipairs { 302, 400, 401, 404, 500 } do
        local result = read(operation, body, { status = status })
        assert.is_true(result.outcome == "rejected" or result.outcome == "unknown", operation .. status)
      end
    end
  end)
end)

describe("MinCloud's session", function()
  it("has a token that is a secret, and an end", function()
    local result = read("session.create", '{"token":"abc","expires_in":2592000,"user_id":92118009020754}',
      { status = 201 })
    assert.equal("succeeded", result.outcome)
    assert.equal("abc", result.token:reveal())
    assert.equal("[secret]", tostring(result.token))
    assert.equal(2592000, result.expires_in_s)
    assert.equal("92118009020754", result.customer_id)
    assert.is_nil(result.extra)
    result = read("session.create", '{"token":"abc","expires_in":"60","user_info":{"id":7,"nickname":"x"}}')
    assert.equal("7", result.customer_id)
    assert.equal(60, result.expires_in_s)
  end)

  it("without a token is none", function()
    for _, body in ipairs { "{}", '{"token":null}', '{"token":"","expires_in":1}' } do
      assert.equal("unknown", read("session.create", body, { status = 201 }).outcome)
    end
    for _, body in ipairs { '{"token":5}', '{"token":{}}' } do
      local result, err = decode("session.create", body, { status = 201 })
      assert.is_nil(result)
      assert.equal("unknown", err.outcome)
    end
    local result = read("session.create", '{"status":"error","error_msg":"no"}', { status = 401 })
    assert.same({ "rejected", "authentication" }, { result.outcome, result.kind })
  end)
end)

describe("MinCloud's clock", function()
  it("is told in milliseconds", function()
    local result = read("time.get", '{"time":"2019-11-22T16:09:26.903210+08:00"}')
    assert.equal("succeeded", result.outcome)
    assert.equal(1574410166903, result.time_ms)
    assert.equal("unknown", read("time.get", "{}").outcome)
    assert.is_nil((decode("time.get", '{"time":"noon"}')))
  end)
end)

describe("MinCloud's cloud function", function()
  local function outcome(operation, body, status)
    local result = read(operation, body, { status = status })
    return result.outcome, result
  end

  it("is done with code 0, and unsure with any other", function()
    local known, result = outcome("function.call", '{"code":0,"data":{"a":[1]},"error":{}}')
    assert.equal("succeeded", known)
    assert.same({ a = { 1 } }, result.data)
    assert.equal("accepted", (outcome("function.call", '{"status":"ok"}')))
    known, result = outcome("function.call", '{"code":1,"data":null,"error":{"message":"boom"}}')
    assert.equal("unknown", known)
    assert.equal("boom", result.message)
    assert.is_nil(result.retryable)
    for _, body in ipairs { "{}", '{"data":{}}', '{"status":"error"}' } do
      assert.equal("unknown", (outcome("function.call", body)))
    end
  end)

  it("that failed may have acted", function()
    for _, operation in ipairs { "function.call", "refund.create", "profit_share.create" } do
      for _, status in ipairs { 400, 500, 502 } do
        local known, result = outcome(operation, '{"status":"error","error_msg":"SYSTEMERROR"}', status)
        assert.equal("unknown", known)
        assert.equal("SYSTEMERROR", result.message)
        assert.is_nil(result.retryable)
      end
      assert.equal("rejected", (outcome(operation, '{"status":"error"}', 404)))
      assert.equal("rejected", (outcome(operation, '{"status":"error"}', 401)))
      local none, err = decode(operation, "", { status = 400 })
      assert.is_nil(none)
      assert.equal("unknown", err.outcome)
    end
  end)

  it("that is refused says nothing of the same call before, in the provider's format or not", function()
    for _, operation in ipairs { "function.call", "refund.create", "profit_share.create" } do
      for _, body in ipairs { '{"status":"error"}', "", "<html>" } do
        for sent_before, expected in pairs { [true] = "unknown", [false] = "rejected" } do
          local result, err = decode(operation, body, { status = 401, sent_before = sent_before })
          assert.equal(expected, result and result.outcome or err.outcome)
        end
      end
    end
  end)

  it("gives back, or says that it cannot", function()
    local known, result = outcome("refund.create", '{"code":0,"data":{"id":5,"order_id":81,"refund_no":"R9",'
      .. '"refund_amount":"0.10","status":"succeed","memo":"torn","error_msg":null},"error":{}}')
    assert.equal("succeeded", known)
    assert.equal("R9", result.id)
    assert.equal("0.10 CNY", tostring(result.amount))
    assert.is_nil(result.order_id)
    assert.same({ id = 5, order_id = 81, status = "succeed", memo = "torn" }, result.extra.data)
    known, result = outcome("refund.create",
      '{"code":0,"data":{"status":"failed","error_msg":"no money left","refund_amount":0.1}}')
    assert.equal("declined", known)
    assert.equal("declined", result.kind)
    assert.equal("no money left", result.message)
    for _, body in ipairs { '{"code":0,"data":{"status":"success"}}', '{"code":0,"data":{}}', '{"code":0}',
      '{"code":0,"data":null}', '{"code":1,"data":{"status":"succeed"}}', '{"data":{"status":"succeed"}}' } do
      assert.equal("unknown", (outcome("refund.create", body)), body)
    end
  end)

  it("gives back no other amount than was asked for", function()
    local body = '{"code":0,"data":{"refund_amount":"0.20","status":"succeed"}}'
    local result = read("refund.create", body, { expect = { amount = require("obol.money")("0.10", "CNY") } })
    assert.equal("unknown", result.outcome)
    assert.equal("amount", result.mismatch)
  end)

  it("shares in four states", function()
    for status, expected in pairs { accepted = "accepted", processing = "accepted", finished = "succeeded",
      closed = "declined", other = "unknown" } do
      assert.equal(expected, (outcome("profit_share.create", '{"code":0,"data":{"status":"' .. status .. '"}}')))
    end
  end)
end)
