-- The samples of MinCloud's page on Web payment, as they were printed.

local json = require "obol.json"
local support = require "spec.account.mincloud_support"

local account = support.account()

-- The page's JavaScript as JSON.
local function read(name)
  local text = support.fixture(name):gsub("'", '"'):gsub("(%a[%w_]*):( )", '"%1":%2')
  return assert(json.decode(text))
end

local wire = { gatewayType = "gateway_type", totalCost = "total_cost",
  merchandiseDescription = "merchandise_description" }

describe("MinCloud's published samples", function()
  for name, method in pairs { wechat_native = "wechat_qr", wechat_wap = "wechat_h5", alipay_page = "alipay_page",
    alipay_wap = "alipay_h5", qq_native = "qq_qr" } do
    it("ask for " .. name, function()
      local sample, expected = read(name .. ".request.txt"), {}
      for word, value in pairs(sample) do expected[assert(wire[word])] = value end
      local request = assert(account:encode("payment.create", { method = method, amount = "0.1", currency = "CNY",
        description = "深蓝色秋裤" }, { time_ms = 1 }))
      assert.same(expected, assert(json.decode(request.body)))
    end)
  end

  local function reply(name)
    -- no address has asterisks for its host
    return json.encode(read(name .. ".reply.txt")):gsub("https://%*%*%*", "https://pay.example/x")
  end

  for name, action in pairs {
    wechat_native = { type = "qr", data = "wechat://***" },
    wechat_wap = { type = "redirect", url = "https://pay.example/x" },
    alipay = { type = "redirect", url = "https://pay.example/x" },
    qq_native = { type = "qr", data = "https://pay.example/x" },
  } do
    it("answer " .. name, function()
      local result = assert(account:decode("payment.create", { status = 201, body = (reply(name)) }))
      assert.equal("accepted", result.outcome)
      assert.same(action, result.action)
      assert.equal("MDUhtNmacdYBKokJbCXhvYuoJnHXzpeN", result.provider_id)
      assert.equal("4DySOWgNssfu5XsiTH9Ek2f5m9jWTwTw", result.trade_no)
    end)
  end
end)
