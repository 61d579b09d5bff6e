-- What RuxPay's answers mean for money: every code of every operation, lists, and what is no answer at all.

local json = require "obol.json"
local ruxpay = require "spec.account.ruxpay"

local one = ruxpay.account()
local KEY = { params = { key = "123456", created_ms = 1 }, expect = { key = "123456" } }
local BY_ID = { params = { provider_id = "1" } }

local function decode(operation, body, options, status)
  return one:decode(operation, { status = status or 200, body = body }, options)
end

local function outcome(operation, body, options, status)
  local result, err = decode(operation, body, options, status)
  return result and result.outcome or err.outcome, result and (result.kind or "-") or err.kind
end

-- code, members beside it, outcome of a payment, kind
local payment = {
  { 100, "", "succeeded", "-" }, { 101, "", "declined", "declined" }, { 102, "", "accepted", "-" },
  { 103, "", "declined", "declined" }, { 201, "", "rejected", "authentication" },
  { 301, ',"redirectUrl":"https://domain/redirect/a"', "accepted", "-" }, { 301, "", "unknown", "provider" },
  { 301, ',"redirectUrl":""', "unknown", "provider" }, { 301, ',"redirectUrl":null', "unknown", "provider" },
  { 400, "", "rejected", "provider" }, { 400, ',"uniqueId":"1"', "unknown", "provider" },
  { 401, "", "rejected", "authentication" }, { 404, "", "rejected", "not_found" },
  { 500, "", "rejected", "invalid" }, { 501, "", "unknown", "conflict" }, { 999, "", "unknown", "provider" },
  { 110, "", "unknown", "provider" }, { 111, "", "unknown", "provider" }, { 112, "", "unknown", "provider" },
  { 121, "", "unknown", "provider" }, { 122, "", "unknown", "provider" }, { 141, "", "unknown", "provider" },
  { 142, "", "unknown", "provider" }, { 0, "", "unknown", "provider" }, { 200, "", "unknown", "provider" },
  { -100, "", "unknown", "provider" }, { "100.0", "", "unknown", "provider" }, { "1e2", "", "unknown", "provider" },
}

describe("a code of RuxPay", function()
  it("says what became of a payment, under any HTTP status and in quotes too", function()
    for _, operation in ipairs { "payment.create", "subscription.create" } do
      for _, row in ipairs(payment) do
        for _, status in ipairs { 200, 401, 404, 500, 503 } do
          for _, mark in ipairs { "", '"' } do
            local body = '{"code":' .. mark .. row[1] .. mark .. row[2] .. ',"message":"x","timestamp":1686886273516}'
            assert.same({ row[3], row[4] }, { outcome(operation, body, nil, status) }, body)
          end
        end
      end
    end
  end)

  it("says nothing certain of a refusal when the key went out before", function()
    for _, row in ipairs(payment) do
      local expected = row[3] == "rejected" and "unknown" or row[3]
      assert.equal(expected, (outcome("payment.create", '{"code":' .. row[1] .. row[2] .. "}", { sent_before = true })))
    end
  end)

  it("says what became of the payment asked about, and nothing when the question failed", function()
    for _, row in ipairs(payment) do
      local expected = row[3] == "rejected" and "unknown" or row[3]
      assert.equal(expected, (outcome("payment.query", '{"code":' .. row[1] .. row[2] .. "}", BY_ID)), row[1])
    end
    local failed = assert(decode("payment.query", '{"code":122,"message":"no"}', BY_ID))
    assert.same({ "unknown", "122", "no" }, { failed.outcome, failed.code, failed.message })
    assert.is_nil(failed.found)
  end)

  it("says what became of a refund", function()
    local expected = { [110] = "accepted", [111] = "succeeded", [112] = "declined", [201] = "rejected",
      [400] = "rejected",
      [401] = "rejected", [404] = "rejected", [500] = "rejected" }
    for _, row in ipairs(payment) do
      local said = row[2] == "" and expected[row[1]] or "unknown"
      assert.equal(said, (outcome("refund.create", '{"code":' .. row[1] .. row[2] .. "}")), row[1])
    end
    assert.equal("failed", assert(decode("refund.create", '{"code":112,"message":"larger"}')).status)
  end)

  it("says that a closed order is expired", function()
    assert.equal("expired", assert(decode("payment.create", '{"code":103}')).status)
    assert.equal("processing", assert(decode("payment.create", '{"code":102}')).status)
  end)
end)

describe("RuxPay's answer", function()
  it("is none without a code in a JSON object, whatever the HTTP status", function()
    local noise = {}
    for i = 1, 255 do noise[i] = string.char(i * 37 % 256) end
    for _, body in ipairs { "", "{", "null", "[]", "100", '"100"', "{}", '{"code":null}', '{"code":true}',
      '{"code":""}',
      '{"code":100,"code":101}', '{"code":[100]}', '{"message":"ok"}', "<html>100</html>", table.concat(noise),
      (" "):rep(64 * 1024 + 1), '{"code":"100"', '{"code":0100}', '\239\187\191{"code":100}' } do
      for _, status in ipairs { 200, 400, 401, 404, 429, 500, 502 } do
        assert.equal("unknown", (outcome("payment.create", body, nil, status)), body:sub(1, 20))
        assert.equal("unknown", (outcome("refund.create", body, nil, status)))
      end
    end
    assert.equal("succeeded", (outcome("payment.create", '{"code":100,"pad":"' .. ("x"):rep(64 * 1024) .. '"}')))
  end)

  it("is tolerant of how a value is written, and exact about what it says", function()
    local result = assert(decode("payment.create", '{"code":100,"uniqueId":1669548151356891137,"transactionId":123456,'
      .. '"transactionAmount":8.88,"transactionCurrency":"USD","isTest":"false","is3d":"false",'
      .. '"appId":99999999999999999999,"timestamp":"1686886273516"}', { expect = { key = "123456",
        provider_id = "1669548151356891137", amount = ruxpay.usd "8.88" } }))
    assert.same({ "key", "amount", "provider_id" }, result.checked)
    assert.same({ true, false, 1686886273516 }, { result.live, result.three_ds, result.time_ms })
    assert.equal("99999999999999999999", result.extra.appId)
    for amount, same in pairs { ["8.880"] = true, ["8.88000"] = true, ["8.8801"] = false, ["8.881"] = false,
      ["-8.88"] = false } do
      result = decode("payment.create", '{"code":100,"transactionAmount":"' .. amount
        .. '","transactionCurrency":"USD"}',
        { expect = { amount = ruxpay.usd "8.88" } })
      assert.equal(same, (result and result.outcome) == "succeeded", amount)
    end
  end)

  it("is no success in a currency that nobody here knows, or in another one", function()
    local expected = { USD = "succeeded", usd = "succeeded", XYZ = "unknown", US = "unknown", XAU = "unknown",
      EUR = "unknown" }
    for currency, said in pairs(expected) do
      local text = '"code":100,"transactionAmount":"8.88","transactionId":"123456","transactionCurrency":"'
        .. currency .. '"'
      local options = { params = KEY.params, expect = { key = "123456", amount = ruxpay.usd "8.88" } }
      local result = assert(decode("payment.create", "{" .. text .. "}", options))
      assert.same({ said, said == "unknown" and "amount" or nil }, { result.outcome, result.mismatch }, currency)
      result = assert(decode("payment.query", '{"code":121,"data":[{' .. text .. "}]}", options))
      assert.same({ said, said == "unknown" and "amount" or nil }, { result.outcome, result.mismatch }, currency)
      result = assert(decode("payment.create", "{" .. text .. "}", KEY))
      assert.same({ "succeeded", nil }, { result.outcome, result.mismatch })
    end
  end)

  it("is not made unreadable by what only people read", function()
    local result = assert(decode("payment.create", '{"code":100,"uniqueId":"1","transactionAt":"soon","timestamp":[],'
      .. '"billDescription":{"a":1},"transactionMessage":7,"is3d":"perhaps","isTest":"perhaps",'
      .. '"transactionMethod":[]}'))
    assert.equal("succeeded", result.outcome)
    assert.is_nil(result.live)
    assert.same({ "soon", "perhaps" }, { result.extra.transactionAt, result.extra.isTest })
  end)

  it("sends nobody to what is no page", function()
    for _, url in ipairs { "javascript:alert(1)", "data:text/html,x", "//domain/x", "redirect" } do
      assert.equal("unknown", (outcome("payment.create", '{"code":301,"redirectUrl":"' .. url .. '"}')))
    end
  end)

  it("shows of a card its ends, even where the number came whole", function()
    for number, ends in pairs { ["420000******0000"] = "420000 0000", ["4200001234560000"] = "420000 0000",
      ["4200 0012 3456 0001"] = "- 0001", ["************1234"] = "- 1234", ["42000012"] = "- 0012",
        ["420000123456 0000 "] = "420000 0000" } do
      local result = assert(decode("payment.create", '{"code":101,"transactionCardNumber":"' .. number .. '"}'))
      assert.equal(ends, (result.card.first6 or "-") .. " " .. result.card.last4)
      assert.is_nil(result.extra)
    end
  end)
end)

describe("a list of RuxPay", function()
  local function list(...)
    return '{"code":121,"message":"Search success","timestamp":1,"currPage":1,"totalCount":' .. select("#", ...)
      .. ',"totalPage":1,"pageSize":10,"data":[' .. table.concat({ ... }, ",") .. "]}"
  end
  local function item(code, key, id, more)
    return ('{"code":%s,"message":"m%s","transactionId":"%s","uniqueId":"%s","transactionAmount":"8.88",'
      .. '"transactionCurrency":"USD","isTest":false%s}'):format(code, code, key, id, more or "")
  end

  it("tells of the attempt that was asked for", function()
    for _, row in ipairs(payment) do
      local more = row[2]:find("uniqueId", 1, true) and "" or row[2]
      local result = assert(decode("payment.query", list(item(tostring(row[1]), "123456", "7", more)), KEY))
      local expected = row[3] == "rejected" and "unknown" or row[3]
      assert.equal(expected, result.outcome, row[1])
      assert.equal(tostring(row[1]), result.code)
      assert.is_nil(result.found)
    end
    local result = assert(decode("payment.query", list(item("101", "123456", "7")), KEY))
    assert.same({ "7", "123456", "m101", ruxpay.usd "8.88", true }, { result.provider_id, result.key, result.message,
      result.amount, result.live })
    assert.same({ "key" }, result.checked)
  end)

  it("lets a success stand beside a renewal's decline", function()
    local result = assert(decode("payment.query", list(item("101", "123456", "8"), item("100", "123456", "7")), KEY))
    assert.same({ "succeeded", "7" }, { result.outcome, result.provider_id })
  end)

  it("lets nothing fail while another charge of the same attempt may still take money", function()
    local said = { ["102"] = "accepted", ["301"] = "unknown", ["999"] = "unknown", ["100"] = "succeeded" }
    for code, expected in pairs(said) do
      for _, items in ipairs { { item("101", "123456", "8"), item(code, "123456", "7") },
        { item(code, "123456", "7"), item("101", "123456", "8"), item("103", "123456", "9") } } do
        local result = assert(decode("payment.query", list((table.unpack or unpack)(items)), KEY))
        assert.same({ expected, "7" }, { result.outcome, result.provider_id }, code)
      end
    end
    local result = assert(decode("payment.query", list(item("101", "123456", "8"), item("103", "123456", "9")), KEY))
    assert.equal("declined", result.outcome)
  end)

  it("that counts more than it holds has not said not found", function()
    for _, count in ipairs { "1", '"1"', "99" } do
      local result = assert(decode("payment.query", '{"code":121,"totalCount":' .. count .. ',"data":[]}', KEY))
      assert.equal("unknown", result.outcome)
      assert.is_nil(result.found)
    end
    for _, count in ipairs { "0", "null", '"many"' } do
      local result = assert(decode("payment.query", '{"code":121,"totalCount":' .. count .. ',"data":[]}', KEY))
      assert.is_false(result.found)
    end
  end)

  it("that is empty says not found; one of others, or that is none, says nothing", function()
    local result = assert(decode("payment.query", list(), KEY))
    assert.same({ "unknown", "not_found", false }, { result.outcome, result.kind, result.found })
    result = assert(decode("payment.query", list(item("100", "999999", "7")), KEY))
    assert.same({ "unknown", "provider" }, { result.outcome, result.kind })
    assert.is_nil(result.found)
    for _, body in ipairs { '{"code":121}', '{"code":121,"data":null}', '{"code":122,"data":[]}', '{"code":100}',
      '{"code":401}', '{"code":121,"data":{}}', '{"code":121,"data":[1]}' } do
      local read, err = decode("payment.query", body, KEY)
      assert.equal("unknown", read and read.outcome or err.outcome, body)
      assert.is_nil(read and read.found)
    end
  end)

  it("is no success of a payment that nobody named", function()
    local result = assert(decode("payment.query", list(item("100", "123456", "7")), { params = KEY.params }))
    assert.equal("unknown", result.outcome)
    assert.equal("unknown", (outcome("payment.query", list(item("100", "123456", "7")))))
  end)

  it("gives its items and its pages", function()
    local result = assert(decode("payment.list", list(item("100", "a", "1"), item("101", "b", "2"))))
    assert.same({ "succeeded", 1, 10, 1, 2 }, { result.outcome, result.page, result.page_size, result.pages,
      result.total })
    assert.same({ "100", "a", "101", "b" }, { result.payments[1].code, result.payments[1].key, result.payments[2].code,
      result.payments[2].key })
  end)

  it("tells of the refund that was asked for, by the word that lists have", function()
    local function refund(code, id)
      return ('{"code":%d,"merchantRefundId":"%s","uniqueId":"1","refundUniqueId":"9","refundCurrency":"USD",'
        .. '"refundAmount":"8.88","refundRequestAt":"2023-06-16 11:31:12","refundAt":"","message":"m"}'):format(code,
        id)
    end
    local asked = { expect = { refund_id = "R-1", provider_id = "1", amount = ruxpay.usd "8.88" } }
    for code, expected in pairs { [110] = "accepted", [111] = "succeeded", [112] = "declined", [100] = "unknown",
      [501] = "unknown" } do
      local result = assert(decode("refund.query", list(refund(code, "R-1")), asked))
      assert.equal(expected, result.outcome)
      assert.same({ "refund_id", "amount", "provider_id" }, result.checked)
      assert.same({ "9", 1686886272000 }, { result.id, result.created_ms })
    end
    assert.is_false(assert(decode("refund.query", list(), asked)).found)
    assert.is_nil(assert(decode("refund.query", list(refund(111, "R-2")), asked)).found)
    local made = assert(decode("refund.create", '{"code":110,"message":"Refund request successful",'
      .. '"refundTransactionId":"R-1","uniqueId":"1","refundUniqueId":"9","refundCurrency":"USD","refundAmount":"8.88",'
      .. '"timestamp":1}', asked))
    assert.same({ "accepted", "processing", "9" }, { made.outcome, made.status, made.id })
    assert.same({ "refund_id", "amount", "provider_id" }, made.checked)
  end)

  it("keeps what no row knows, exact", function()
    local result = assert(decode("payment.query", '{"code":100,"other":1738513709476610049,"none":null}', BY_ID))
    assert.same({ other = "1738513709476610049", none = json.null }, result.extra)
  end)
end)
