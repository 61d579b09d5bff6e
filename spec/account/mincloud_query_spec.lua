-- Orders as MinCloud tells them, protocol sheet, section 5 and the traps of section 11.

local support = require "spec.account.mincloud_support"
local json = require "obol.json"
local money = require "obol.money"

local account = support.account()
local T, N = support.TRANSACTION, support.TRADE
local null = json.null

local function read(operation, order, more)
  more = more or {}
  local body = type(order) == "string" and order or json.encode(order)
  return account:decode(operation, { status = more.status or 200, body = body }, more)
end

local SNAPSHOT = { a = 1, obol = { order_id = "A-1", key = "k-1" } }

-- The older version's form, as recorded: texts, a text of JSON, zone-less times.
local function recorded(more)
  return support.with({
    id = 2331, transaction_no = T, trade_no = N, gateway_type = "weixin_tenpay_native", currency_type = "CNY",
    total_cost = "398.00", status = "success", refund_status = null, merchandise_description = "深蓝色秋裤",
    merchandise_schema_id = null, merchandise_record_id = "k-1", merchandise_snapshot = json.encode(SNAPSHOT),
    gateway_extra_info = '{"wechat_response":{"transaction_id":"4200000189201810121234567890","total_fee":"39800"}}',
    ip_address = "203.0.113.9", created_at = "2018-10-12T17:18:10.992125", updated_at = "2018-10-12T17:18:11.000001",
    paid_at = "2018-10-12T17:18:11", created_by = "92118009020754",
  }, more)
end

-- The newer version's, as its page has it: numbers and objects. The amount is typed in the text.
local function page(more)
  return support.with({
    id = 2331, transaction_no = T, trade_no = N, total_cost = 100, status = "success", refund_status = null,
    merchandise_description = "x", merchandise_schema_id = 42, merchandise_record_id = "k-1",
    merchandise_snapshot = SNAPSHOT, gateway_extra_info = {}, ip_address = "203.0.113.9", created_at = 1568790600,
    updated_at = 1568790701, paid_at = 1568790700, created_by_id = 92118009020754,
  }, more)
end

describe("MinCloud's order", function()
  it("is read in its older form", function()
    local result = assert(read("payment.query", recorded()))
    assert.same({ "succeeded", "succeeded", T, N, "A-1", "k-1", "wechat_qr", "CNY", "398.00 CNY", "k-1",
      "92118009020754", "4200000189201810121234567890" },
      { result.outcome, result.status, result.provider_id, result.trade_no, result.order_id, result.key, result.method,
        result.currency, tostring(result.amount), result.record_id, result.payer_id, result.channel_id })
    -- Beijing time: date -u -d "2018-10-12 17:18:10.992 +0800" +%s%3N
    assert.equal(1539335890992, result.created_ms)
    assert.equal(1539335891000, result.paid_ms)
    assert.is_nil(result.refund_status)
    assert.is_nil(result.schema_id)
    assert.equal(json.encode(SNAPSHOT), result.extra.merchandise_snapshot)
    assert.equal(2331, result.extra.id)
  end)

  it("is read in its newer form", function()
    local result = assert(read("payment.query", page()))
    assert.same({ "succeeded", "A-1", "k-1", "100.00 CNY", "42", "92118009020754" },
      { result.outcome, result.order_id, result.key, tostring(result.amount), result.schema_id, result.payer_id })
    assert.is_nil(result.method)
    assert.is_nil(result.currency)
    assert.same({ 1568790600000, 1568790700000, 1568790701000 },
      { result.created_ms, result.paid_ms, result.updated_ms })
    assert.same(SNAPSHOT, result.extra.merchandise_snapshot)
  end)

  it("has each value as a number, a text or null", function()
    local values = {
      transaction_no = { 12, "12", null, "" }, trade_no = { 12, "12", null, "" },
      total_cost = { "1.00", 1, "1", null, "" },
      merchandise_schema_id = { 42, "42", null, "" }, merchandise_record_id = { 5, "5", null, "" },
      merchandise_description = { 5, "5", null, "" }, created_by = { 7, "7", null }, created_by_id = { 7, "7", null },
      created_at = { 1568790700, "1568790700", "2019-09-18T15:11:40", "2019-09-18T15:11:40.5+08:00", null, "" },
      paid_at = { 1568790700, "2019-09-18T15:11:40.992125", null, "", 0 }, updated_at = { 1568790700, null },
      refund_status = { null, "", "partial", "complete", "failed", "other", 5 },
      gateway_type = { null, "", "alipay_wap", "bytedance_miniapp_pay", 5 }, currency_type = { null, "", "CNY", "cny" },
      merchandise_snapshot = { null, "", "{}", {}, "{'a': 1}", "[]", "x", 5, "null" },
      gateway_extra_info = { null, "", "{}", {}, "{'return_code': 'SUCCESS'}", "[1]", 5 },
      ip_address = { null, 5, "x" }, id = { null, "5", 5 },
    }
    for name, list in pairs(values) do
      for _, form in ipairs { recorded, page } do
        for _, value in ipairs(list) do
          local order = form()
          order[name] = value
          local result, err = read("payment.query", order)
          assert(result, name .. " " .. tostring(value) .. " " .. tostring(err))
          local numbered = name ~= "transaction_no" or (value ~= null and value ~= "")
          assert.equal(numbered and "succeeded" or "unknown", result.outcome, name)
        end
      end
      local order = recorded()
      order[name] = nil
      assert.equal(name == "transaction_no" and "unknown" or "succeeded", assert(read("payment.query", order)).outcome)
    end
  end)

  it("is unknown where a value is none of these", function()
    for name, value in pairs { total_cost = "abc", trade_no = { 1 }, currency_type = 5, merchandise_record_id = true,
      refund_status = true } do
      local order = recorded()
      order[name] = value
      local result, err = read("payment.query", order)
      assert.is_nil(result)
      assert.equal("unknown", err.outcome, name)
    end
  end)

  it("is read where what only people read has another form", function()
    for name, value in pairs { created_at = "noon", paid_at = { 1 }, updated_at = true, merchandise_description = true,
      merchandise_schema_id = { 1 }, created_by = { id = 5 } } do
      local result = assert(read("payment.query", recorded { [name] = value }))
      assert.equal("succeeded", result.outcome)
      assert.same(value, result.extra[name])
    end
  end)

  it("has an amount that is exact, or none", function()
    for number, expected in pairs { ["0.1"] = "0.10", ["0.07"] = "0.07", ["19.99"] = "19.99",
      ["99999999.99"] = "99999999.99", ["100.00"] = "100.00", ["398"] = "398.00", ['"398.00"'] = "398.00",
      ['"0.1"'] = "0.10", ["0.1000"] = "0.10", ['"92233720368547758.07"'] = "92233720368547758.07" } do
      local text = json.encode(page { total_cost = "AMOUNT" }):gsub('"AMOUNT"', number)
      assert.equal(expected .. " CNY", tostring(assert(read("payment.query", text)).amount), number)
    end
    for _, number in ipairs { "0.009999999776482582", "0.001", '"1.234"', '"92233720368547758.08"', '"1,00"' } do
      local text = json.encode(page { total_cost = "AMOUNT" }):gsub('"AMOUNT"', number)
      local result, err = read("payment.query", text)
      assert.is_nil(result, number)
      assert.equal("unknown", err.outcome)
    end
  end)

  it("without a word for its currency is in yuan", function()
    for _, currency in ipairs { "", null } do
      local result = assert(read("payment.query", page { total_cost = 100, currency_type = currency }))
      assert.equal("100.00 CNY", tostring(result.amount))
    end
  end)

  it("has its state by its status alone", function()
    for status, expected in pairs { success = { "succeeded", "succeeded" }, pending = { "accepted", "processing" },
      failed = { "declined", "failed" } } do
      for _, refund in ipairs { null, "", "partial", "complete", "failed" } do
        local result = assert(read("payment.query", recorded { status = status, refund_status = refund }))
        assert.same(expected, { result.outcome, result.status })
        assert.equal(refund ~= null and refund ~= "" and refund or nil, result.refund_status)
      end
    end
    for _, status in ipairs { "complete", "partial", "SUCCESS", "succeed", "paid", "", null, 1, "error" } do
      local result = assert(read("payment.query", recorded { status = status }))
      assert.same({ "unknown", "unknown" }, { result.outcome, result.status }, tostring(status))
    end
    assert.equal("unknown", assert(read("payment.query", "{}")).outcome)
  end)

  it("is held against what was asked", function()
    local expect = { key = "k-1", order_id = "A-1", provider_id = T, amount = money("398.00", "CNY"),
      customer_id = "u-7", product_id = "tea" }
    local result = assert(read("payment.query", recorded(), { expect = expect }))
    assert.equal("succeeded", result.outcome)
    assert.same({ "key", "order_id", "amount", "provider_id" }, result.checked)
    for name, value in pairs { key = "k-2", order_id = "A-2", provider_id = "M", amount = money("398.01", "CNY") } do
      result = assert(read("payment.query", recorded(), { expect = support.with(expect, { [name] = value }) }))
      assert.same({ "unknown", "unknown", name }, { result.outcome, result.status, result.mismatch })
    end
    -- what cannot be read is not compared
    result = assert(read("payment.query", recorded { merchandise_snapshot = "{'obol': {'key': 'k-2'}}" },
      { expect = expect }))
    assert.same({ "succeeded", { "amount", "provider_id" } }, { result.outcome, result.checked })
  end)

  it("keeps its snapshot readable, whatever somebody put under obol", function()
    for _, own in ipairs { "x", 5, null, { 1 }, { order_id = 5, key = {} }, {} } do
      local result = assert(read("payment.query", recorded { merchandise_snapshot = { obol = own } }))
      assert.same({ "succeeded" }, { result.outcome, result.order_id, result.key })
    end
  end)
end)

describe("MinCloud's orders", function()
  local function list(...)
    return { meta = { limit = 20, offset = 0, next = "/hserve/v2.2/idp/pay/order/?limit=20&offset=20", previous = null,
      total_count = 41 }, objects = { ... } }
  end
  local empty = '{"meta":{"limit":20,"offset":0},"objects":[]}'
  local by_key = { params = { key = "k-1" }, expect = { key = "k-1", order_id = "A-1" } }

  it("have the one that the key made", function()
    local other = page { merchandise_record_id = "k-2", transaction_no = "M2" }
    local result = assert(read("payment.query", list(other, page()), by_key))
    assert.same({ "succeeded", "succeeded", T, N, "A-1", "100.00 CNY" },
      { result.outcome, result.status, result.provider_id, result.trade_no, result.order_id, tostring(result.amount) })
    assert.is_nil(result.found)
    assert.equal(2, #result.payments)
    for status, expected in pairs { pending = "accepted", failed = "declined", other = "unknown" } do
      assert.equal(expected, assert(read("payment.query", list(page { status = status }), by_key)).outcome)
    end
  end)

  it("of which one was paid count as paid", function()
    local orders = list(page { status = "failed", transaction_no = "M1" }, page())
    local result = assert(read("payment.query", orders, by_key))
    assert.same({ "succeeded", T }, { result.outcome, result.provider_id })
  end)

  it("may not have it", function()
    for _, body in ipairs { empty, '{"objects":[]}' } do
      local result = assert(read("payment.query", body, by_key))
      assert.same({ "unknown", false, "not_found" }, { result.outcome, result.found, result.kind })
    end
  end)

  it("that were not asked for prove nothing", function()
    for _, record in ipairs { "k-2", "", null } do
      local orders = list(page { merchandise_record_id = record })
      for _, asked in ipairs { { "payment.query", by_key }, { "payment.find", { expect = { product_id = "k-1" } } } } do
        local result = assert(read(asked[1], orders, asked[2]))
        assert.equal("unknown", result.outcome)
        assert.is_nil(result.found)
      end
    end
  end)

  it("with another key in the snapshot are somebody else's", function()
    local stranger = page { merchandise_snapshot = { obol = { order_id = "A-1", key = "k-9" } } }
    local result = assert(read("payment.query", list(stranger), by_key))
    assert.same({ "unknown", "key" }, { result.outcome, result.mismatch })
  end)

  it("say nothing of a payment when nobody says which", function()
    local result = assert(read("payment.query", list(page()), { params = { key = "k-1" } }))
    assert.equal("unknown", result.outcome)
    assert.equal("unknown", assert(read("payment.query", list(page()))).outcome)
  end)

  it("that did not come are no empty list", function()
    for _, body in ipairs { "{}", '{"objects":null}', '{"meta":{}}' } do
      local result = assert(read("payment.query", body, by_key))
      assert.same({ "unknown", "provider" }, { result.outcome, result.kind })
      assert.is_nil(result.found)
    end
    for _, body in ipairs { '{"objects":"x"}', '{"objects":[1]}', '{"objects":{"a":1}}' } do
      local result, err = read("payment.query", body, by_key)
      assert.is_nil(result)
      assert.equal("unknown", err.outcome)
    end
  end)

  it("tell whether an item was paid for", function()
    local asked = { params = { item = { product_id = "5a" } }, expect = { product_id = "5a" } }
    local paid = page { merchandise_record_id = "5a" }
    local result = assert(read("payment.find", list(paid), asked))
    assert.equal("succeeded", result.outcome)
    assert.same({ "succeeded", T, "5a" },
      { result.payments[1].status, result.payments[1].provider_id, result.payments[1].record_id })
    assert.equal(T, result.payment.provider_id)
    result = assert(read("payment.find", empty, asked))
    assert.same({ "unknown", false, {} }, { result.outcome, result.found, { unpack = result.payments[1] } })
    -- without a word of which, all that were paid
    result = assert(read("payment.find", list(paid, page())))
    assert.same({ "succeeded", 2 }, { result.outcome, #result.payments })
  end)

  it("tell of the row that was asked for by its own word, and of no other", function()
    local asked = { params = { extra = { mincloud = { record_id = "5a" } } } }
    local paid = page { merchandise_record_id = "5a" }
    assert.same({ "succeeded", T }, { read("payment.find", list(paid), asked).outcome,
      read("payment.find", list(page(), paid), asked).payment.provider_id })
    local other = assert(read("payment.find", list(page()), asked))
    assert.same({ "unknown" }, { other.outcome, other.found, other.payment })
    assert.is_false(assert(read("payment.find", empty, asked)).found)
  end)

  it("are listed with their count where it is told", function()
    local result = assert(read("payment.list", list(page(), recorded { status = "pending" })))
    assert.same({ "succeeded", 2, 41, "succeeded", "processing" },
      { result.outcome, #result.payments, result.total, result.payments[1].status, result.payments[2].status })
    assert.equal("/hserve/v2.2/idp/pay/order/?limit=20&offset=20", result.extra.meta.next)
    assert.is_nil(assert(read("payment.list", empty)).total)
  end)
end)
