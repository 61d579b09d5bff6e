-- Names in a call's parameters that look like a row without being one.

local support = require "spec.account.support"
local account = require "obol.account"

local at = { time_ms = 1700000000000 }

local function problem_of(params)
  local request, err = support.account():encode("payment.create", params, at)
  assert.is_nil(request)
  assert.equal("invalid", err.kind)
  return support.problems(err)["?"]
end

describe("the names of parameters", function()
  local expected = "expected a known name: one word, and tables within tables for a path"

  it("are refused when they spell the path of a row instead of being nested", function()
    assert.equal(expected, problem_of(support.one_off { ["extra.appwheel.mode"] = "sku_payment" }))
    assert.equal(expected, problem_of(support.one_off { ["items[1].quantity"] = 5 }))
    assert.equal(expected, problem_of(support.one_off { ["customer.ip"] = "203.0.113.9" }))
  end)

  it("are refused with a NUL or another control character behind a known name", function()
    for _, tail in ipairs { "\0", "\0x", "\n", "\127" } do
      assert.equal(expected, problem_of(support.one_off { ["trial_days" .. tail] = 7 }))
      assert.equal(expected, problem_of(support.one_off { ["order_id" .. tail] = "A-1" }))
    end
  end)

  it("are refused when they are empty, and at any depth", function()
    assert.equal(expected, problem_of(support.one_off { [""] = 1 }))
    local params = support.one_off { customer = { id = "user_1", ["id\0"] = "user_2" } }
    local _, err = support.account():encode("payment.create", params, at)
    assert.equal(expected, support.problems(err)["customer.?"])
  end)

  it("are refused in a configuration too", function()
    local made, err = account(support.config { ["base_url\0"] = "https://elsewhere.example" })
    assert.is_nil(made)
    assert.equal(expected, support.problems(err)["?"])
  end)

  it("stay cheap to refuse when there are very many", function()
    local params = support.one_off()
    for i = 1, 30000 do params[("u"):rep(50) .. i] = 1 end
    local began = os.clock()
    local _, err = support.account():encode("payment.create", params, at)
    assert.equal(64, #err.fields)
    -- without a search for the nearest known name of each, and without one pass over all for each
    assert.is_true(os.clock() - began < 4)
  end)
end)
