-- 4metas: orders are made and asked about, with every check.

local support = dofile "spec/sandbox/fourmetas_support.lua"

describe("the sandbox's 4metas", function()
  local app
  before_each(function() app = support.open() end)

  local function order() return app.box:books().fourmetas.orders[1] end

  local function refused(answer, msg)
    assert.equal('{"status":0,"msg":"' .. msg .. '","data":null}', answer)
  end

  it("makes orders with ids of 19 digits that no double holds, near each other", function()
    local seen, first = {}, app.create()
    for _ = 1, 600 do
      local id = app.create()
      assert.truthy(id:find("^17%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d$"), id)
      assert.is_nil(seen[id])
      seen[id] = true
      assert.not_equal(id, string.format("%.0f", tonumber(id)))
      assert.equal(first:sub(1, 14), id:sub(1, 14))
    end
    assert.equal(601, #app.box:books().fourmetas.orders)
  end)

  it("gives other ids after a reset, the same for the same seed", function()
    local id = app.create()
    app.box:reset()
    assert.not_equal(id, app.create())
    assert.equal(id, support.open().create())
  end)

  it("tells an order as the sheet has it", function()
    local id = app.create()
    assert.equal('{"status":1,"msg":"success","data":{"orderId":' .. id .. ',"userId":167123123123,"gameId":22,'
      .. '"goodId":1,"rechargeAmount":3.44,"status":0,"createTime":"2023-11-15 06:13:20"}}', app.query(id))
    local reply = app.raw("queryMyOrder", '{"id":' .. id .. "}")
    assert.same({ 200, "application/json" }, { reply.status, reply.headers["content-type"] })
  end)

  it("keeps integers to the edge of their size, exactly", function()
    local id = app.create{ thirdId = "9223372036854775807", goodId = "2147483647", gameId = "2147483647" }
    assert.truthy(app.query(id):find('"userId":9223372036854775807,"gameId":2147483647,"goodId":2147483647', 1, true))
  end)

  it("does not find a rounded id", function()
    local id = app.create()
    local rounded = string.format("%.0f", tonumber(id))
    refused(app.query(rounded), "order not found")
    refused(app.query("1"), "order not found")
  end)

  -- As sent, as told, in cents.
  for _, case in ipairs{ { "3.44", "3.44", 344 }, { "373", "373", 37300 }, { "0.01", "0.01", 1 },
    { "4.35", "4.35", 435 },
    { "3.4", "3.4", 340 }, { "3.40", "3.4", 340 }, { "373.0", "373", 37300 }, { "3.44E0", "3.44", 344 },
    { "344e-2", "3.44", 344 }, { "1.5e3", "1500", 150000 }, { "3.44000", "3.44", 344 }, { "0.07", "0.07", 7 },
    { "999999999.99", "999999999.99", 99999999999 }, { "999999999", "999999999", 99999999900 },
    { "1e-2", "0.01", 1 } } do
    it("reads and tells the amount " .. case[1], function()
      local id = assert(app.create{ rechargeAmount = case[1] })
      assert.truthy(app.query(id):find('"rechargeAmount":' .. case[2] .. ",", 1, true))
      assert.equal(case[3], order().amount)
    end)
  end

  it("writes amounts as other backends do", function()
    for style, texts in pairs{ decimal = { "373.0", "3.4", "3.44" }, exponent = { "3.73E2", "3.4E0", "3.44E0" } } do
      local other = support.open{ amounts = style }
      for i, sent in ipairs{ "373", "3.4", "3.44" } do
        local id = other.create{ rechargeAmount = sent }
        assert.truthy(other.query(id):find('"rechargeAmount":' .. texts[i] .. ",", 1, true))
      end
    end
  end)

  local AMOUNT = "rechargeAmount: expected a number above 0 with at most 2 decimals and 9 digits before them"
  local INT32, INT64 = "expected an integer of 32 bits above 0", "expected an integer of 64 bits above 0"
  for _, case in ipairs{
    { "rechargeAmount", AMOUNT, "0", "-1", "0.00", "3.441", "0.001", "1000000000", "1e9", "1e400", '"3.44"', "true",
      "[]", "{}", "1e-3", "-0.01" },
    { "thirdId", "thirdId: " .. INT64, "0", "-1", "1.0", "1.5", "1e3", '"1"', "9223372036854775808", "true", "[1]",
      "99999999999999999999" },
    { "goodId", "goodId: " .. INT32, "0", "-2147483648", "2147483648", "1.5", '"1"', "{}" },
    { "gameId", "gameId: " .. INT32, "0", "-1", "2147483648", "22.0", '"22"', "false" },
    { "notify_url", "notify_url: expected an absolute address", "1", "true", '"/relative"', '"http://a b/"',
      '"http://a/\\r\\nx: y"', "[]" },
    { "page_url", "page_url: expected an address for a browser or an app", "1", '"javascript:alert(1)"', '"no scheme"',
      "{}" },
    { "extra", "extra: expected a string", "1", "true", "{}", "[]" },
  } do
    it("refuses what is wrong with " .. case[1], function()
      for i = 3, #case do
        local id, answer = app.create{ [case[1]] = case[i] }
        assert.is_nil(id, case[i])
        refused(answer, case[2])
      end
      assert.same({}, app.box:books().fourmetas.orders)
    end)
  end

  it("refuses an order without what it needs, and takes one without the rest", function()
    for _, name in ipairs{ "thirdId", "goodId", "gameId", "rechargeAmount" } do
      refused(select(2, app.create{ [name] = false }), name .. ": missing")
      refused(select(2, app.create{ [name] = "null" }), name .. ": missing")
    end
    assert.is_string((app.create{ notify_url = false, page_url = "null", extra = "null" }))
    assert.is_string((app.create{ notify_url = '""', page_url = '""', extra = '""' }))
    refused(app.post("queryMyOrder", "{}"), "id: missing")
    refused(app.post("queryMyOrder", '{"id":"1"}'), "id: " .. INT64)
  end)

  it("refuses bodies that are no object", function()
    for _, body in ipairs{ "", "x", "[]", "1", "null", '"a"', '{"id":1', '{"id":1}}', '{"id":1,"id":2}', "{'id':1}",
      '{"id":"\255"}' } do
      refused(app.post("queryMyOrder", body), "body: expected a JSON object")
      refused(app.post("createThirdOrder", body), "body: expected a JSON object")
    end
    assert.equal(413, app.raw("queryMyOrder", (" "):rep(1048577)).status)
  end)

  it("knows no other path and no other method", function()
    assert.equal(404, app.raw("other", "{}").status)
    local url = app.account.api_base .. "/formetas/thirdRecharge/queryMyOrder"
    assert.equal(405, app.get(url).status)
    assert.equal(404, app.get(app.account.api_base .. "/").status)
  end)

  it("takes both spellings, the one with underscores first; strict, that one alone", function()
    local both = { notify_url = false, notifyUrl = '"http://a.example/n"', pageUrl = '"game://a"' }
    app.create(both)
    assert.same({ "http://a.example/n", "game://a" }, { order().notify_url, order().page_url })
    local mixed = support.open()
    mixed.create{ notifyUrl = '"http://a.example/n"' }
    assert.equal(support.NOTIFY, mixed.box:books().fourmetas.orders[1].notify_url)
    local strict = support.open{ strict = true }
    strict.create(both)
    local made = strict.box:books().fourmetas.orders[1]
    assert.is_nil(made.notify_url)
    assert.is_nil(made.page_url)
  end)

  it("holds strict callers to content type and limits", function()
    local strict = support.open{ strict = true }
    for _, kind in ipairs{ "application/json", "text/plain", "application/json; charset=gbk" } do
      refused(strict.post("queryMyOrder", '{"id":1}', { ["content-type"] = kind }),
        "content-type: expected application/json; charset=utf-8")
    end
    refused(strict.post("queryMyOrder", '{"id":1}', { ["content-type"] = "application/json;charset=UTF-8" }),
      "order not found")
    local long = { notify_url = '"http://a/' .. ("x"):rep(504) .. '"', page_url = '"game://' .. ("x"):rep(506) .. '"',
      extra = '"' .. ("\195\179"):rep(513) .. '"' }
    for name, value in pairs(long) do
      assert.is_nil((strict.create{ [name] = value }))
      assert.is_string((app.create{ [name] = value }))
    end
    assert.is_string((strict.create{ notify_url = '"http://a/' .. ("x"):rep(503) .. '"',
      extra = '"' .. ("\195\179"):rep(512) .. '"' }))
  end)

  it("wants the access token where it has one", function()
    local guarded = support.open{ access_token = "t-1" }
    assert.same({ { name = "access-token", value = "t-1" } }, guarded.account.extra_headers)
    assert.is_nil(app.account.extra_headers)
    for _, path in ipairs{ "createThirdOrder", "queryMyOrder" } do
      refused(guarded.post(path, "{}"), "not login")
      refused(guarded.post(path, "{}", { ["access-token"] = "t-2" }), "not login")
      refused(guarded.post(path, "x", { ["access-token"] = "t-1" }), "body: expected a JSON object")
    end
  end)

  it("says success with another msg, as the samples do", function()
    local odd = support.open{ success_msg = "server error" }
    local _, answer = odd.create()
    assert.truthy(answer:find('^{"status":1,"msg":"server error","data":%d+}$'))
  end)

  it("gives an account in the configuration's words", function()
    assert.same({ "https://sandbox.invalid/fourmetas", "https://sandbox.invalid/fourmetas/pay", 22 },
      { app.account.api_base, app.account.pay_base, app.account.game_id })
    assert.same({ "public_encrypt", "base64", "pkcs1", "param" }, { app.account.rsa.mode, app.account.rsa.encoding,
      app.account.rsa.padding, app.account.rsa.param_name })
    assert.equal(7, support.open{ game_id = 7 }.account.game_id)
  end)

  it("refuses options that it does not know", function()
    local sandbox = require "obol.sandbox"
    for _, options in ipairs{ { strict = 1 }, { sttrict = true }, { wrapping = "tape" }, { transport = "pigeon" },
      { amounts = "roman" }, { rsa = { mode = "none" } }, { rsa = { keys = "big" } }, { rsa = { keys = {} } },
      { rsa = { segment = 0 } }, { rsa = { segment = 246 } }, { rsa = { segment = 1.5 } },
      { rsa = { padding = "pss" } },
      { rsa = { mode = "private_encrypt", padding = "oaep_sha1" } }, { rsa = { encoding = "base32" } },
      { rsa = { color = "red" } } } do
      local ok, problem = pcall(sandbox.new, { fourmetas = options })
      assert.is_false(ok)
      assert.is_string(problem)
      assert.has_error(function() app.box:set("fourmetas", options) end)
    end
    assert.has_error(function() app.box:set("none", {}) end)
    assert.has_error(function() app.box:set("appwheel", {}) end)
  end)
end)
