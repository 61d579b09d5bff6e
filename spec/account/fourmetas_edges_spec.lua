-- What 4metas answers beside what decides, and what a configuration may join to the pay page.

local account = require "obol.account"
local common = require "spec.account.common"
local support = require "spec.account.fourmetas_support"

describe("4metas's query", function()
  local function decode(state, created)
    return support.account():decode("payment.query", { status = 200, body = '{"status":1,"msg":"success","data":{'
      .. '"orderId":697,"userId":824,"gameId":22,"goodId":5,"rechargeAmount":3.44,"status":' .. state
      .. ',"createTime":' .. created .. "}}" }, { expect = { provider_id = "697" } })
  end

  it("decides by the order's state, however the time of its making is written", function()
    for _, created in ipairs { '"2023-11-13 16:43"', '"2023/11/13 16:43:27"', "[2023,11,13]", '""', "null", "true" } do
      for state, outcome in pairs { ["1"] = "succeeded", ["0"] = "accepted", ["-1"] = "declined" } do
        local result = assert(decode(state, created))
        assert.same({ outcome, nil }, { result.outcome, result.created_ms }, created)
      end
    end
    assert.equal("2023/11/13 16:43:27", decode("1", '"2023/11/13 16:43:27"').extra.data.createTime)
    assert.equal(1699865007000, decode("1", '"2023-11-13 16:43:27"').created_ms)
  end)
end)

describe("4metas's configuration", function()
  it("wants a pay page to which a fragment can be joined", function()
    for _, base in ipairs { "https://pay.example/?a=1", "https://pay.example/#/pages/pay/detail",
      "https://pay.example#", "https://pay.example/?" } do
      local opened, err = account(support.config(nil, { pay_base = base }))
      assert.is_nil(opened, base)
      assert.equal("expected a URL without query and fragment", common.problems(err).pay_base)
    end
    local opened = assert(account(support.config(nil, { pay_base = "https://pay.example/h5/" })))
    local result = assert(opened:decode("payment.create", { status = 200, body = '{"status":1,"msg":"","data":7}' }))
    assert.equal("https://pay.example/h5/#/pages/pay/detail?id=7", result.action.url)
  end)

  it("asks after 3, 5, 10 and 30 seconds, then each minute for two hours", function()
    local list, wanted = support.account().query_schedule_s, { 3, 5, 10, 30 }
    for minute = 1, 120 do wanted[#wanted + 1] = minute * 60 end
    assert.same(wanted, list)
  end)
end)
