-- What a query of a definition says of a payment, and when it says nothing.

local obol = require "obol"
local support = require "spec.provider.support"

local function decode(query, body, options)
  assert(obol.provider.define(support.definition(function(d) d.operations["payment.query"] = query end)))
  local account = assert(obol.account { provider = "bolt", merchant = "m" })
  local result, err = account:decode("payment.query", { status = 200, body = body }, options)
  return result and result.outcome or err.outcome, result
end

local function single(required)
  return { "GET /pay/{order_id}", effect = "none", request = { { "order_id", "no", "text", required = true } },
    reply = { { "provider_id", "id", "text", required = required } },
    outcomes = { at = "code", ["0"] = "succeeded", ["1"] = "accepted", ["2"] = "declined", ["3"] = "rejected" } }
end

describe("a query", function()
  it("settles nothing without the rows that it requires", function()
    for code, outcome in pairs { ["0"] = "succeeded", ["1"] = "accepted", ["2"] = "declined", ["3"] = "unknown" } do
      local text = '{"code":' .. code
      assert.equal(outcome, (decode(single(true), text .. ',"id":"7"}')))
      assert.equal("unknown", (decode(single(true), text .. "}")))
      assert.equal(outcome, (decode(single(false), text .. "}")))
    end
  end)

  local function list()
    return { "GET /pays", effect = "none", request = { { "key", "k", "text", required = true } },
      reply = { { "payments", "list", "list", sub = { { "key", "k", "text" }, { "state", "s", "text" } } },
        { "total", "count", "integer" } },
      outcomes = { at = "code", ["0"] = "succeeded" }, pick_from = "payments", pick_by = "key", pick_with = "key",
      item_outcomes = { at = "state", ok = "succeeded", open = "accepted", no = "declined" } }
  end

  it("of a list takes what may still take money before a decline", function()
    local asked = { params = { key = "a" }, expect = { key = "a" } }
    for states, outcome in pairs { ["no open"] = "accepted", ["open no"] = "accepted", ["no what"] = "unknown",
      ["no open ok"] = "succeeded", ["no no"] = "declined" } do
      local items = states:gsub("%a+%s?", function(word)
        return '{"k":"a","s":"' .. word:gsub("%s", "") .. '"},'
      end):sub(1, -2)
      assert.equal(outcome, (decode(list(), '{"code":0,"list":[' .. items .. "]}", asked)), states)
    end
  end)

  it("of a list has found nothing only where it counts no more than it holds", function()
    local asked = { params = { key = "a" }, expect = { key = "a" } }
    for text, found in pairs { [""] = false, [',"count":0'] = false, [',"count":1'] = "unsaid" } do
      local outcome, result = decode(list(), '{"code":0,"list":[]' .. text .. "}", asked)
      assert.equal("unknown", outcome)
      if found == "unsaid" then assert.is_nil(result.found) else assert.is_false(result.found) end
    end
  end)
end)
