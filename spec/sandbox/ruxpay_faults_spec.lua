-- Faults of every operation of RuxPay: what the caller gets, and whether the state changed.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local faults = require "obol.sandbox.faults"
local support = dofile "spec/sandbox/ruxpay_support.lua"

local DAYS = "startDate=2023-11-14&endingDate=2023-11-16"

describe("RuxPay's faults", function()
  local app, paid
  before_each(function()
    app = support.open()
    paid = app.sale{ transactionId = "t-0", orderId = "A-0" }
    app.box:deliver()
  end)

  -- What each operation sends, and a measure that its effect changes.
  local function payments() return #app.books().payments end
  local plan = { subscriptionCycle = "WEEK", subscriptionPeriod = 3 }
  local calls = {
    { "subscription.create", "POST", "/api/subscription", payments,
      function() return support.request{ extension = plan } end },
    { "payment.create", "POST", "/api/payment", payments, support.request },
    { "payment.create", "POST", "/checkout/payment", payments, function()
      return support.request{ card = cjson.null, transactionType = "Sale", transactionMethod = "Default" }
    end },
    { "refund.create", "POST", "/api/refund", function() return #app.books().refunds end,
      function() return { uniqueId = paid.uniqueId, amount = "1", refundTransactionId = "r-1" } end },
    { "payment.query", "GET", function() return "/search/order/" .. paid.uniqueId end },
    { "payment.query", "GET", "/search/list/order?" .. DAYS },
    { "payment.list", "GET", "/search/list/order?" .. DAYS },
    { "refund.query", "GET", "/search/list/refund?" .. DAYS },
  }
  local function send(call)
    local path = type(call[3]) == "function" and call[3]() or call[3]
    return app.raw(call[2], path, call[5] and cjson.encode(call[5]()))
  end

  local broken = { refuse = "not_sent", commit_then_drop = "unknown", reset = "unknown", torn = "unknown",
    two_content_lengths = "unknown", stall_headers = "unknown", stall_body = "unknown", drip = "unknown",
    oversized = "unknown", gzip_bomb = "unknown" }

  for kind, outcome in pairs(broken) do
    it("give no answer under " .. kind, function()
      for _, call in ipairs(calls) do
        app.box:reset()
        paid = app.sale{ transactionId = "t-0", orderId = "A-0" }
        local before = call[4] and call[4]()
        app.box:fault(call[1], kind, { provider = "ruxpay" })
        local reply, err = send(call)
        assert.same({ nil, outcome }, { reply, err.outcome })
        if before then assert.equal(kind == "refuse" and before or before + 1, call[4]()) end
      end
    end)
  end

  -- kind, status, a pattern of the body
  local answered = {
    truncated = { 200, '^{"code":%d' }, empty = { 200, "^$" }, html = { 200, "<h1>" }, not_json = { 200, "^OK" },
    duplicate_names = { 200, '^{"code":101,"code":%d' }, wrong_envelope = { 200, '^{"status":"ok","result":{"code":' },
    wrong_types = { 200, '^{"code":%d%d%d,.*"timestamp":"%d+"' }, unlisted_code = { 200, '^{"code":777,' },
    system_error = { 200, '^{"code":999,"message":"system error"}$' }, status_500 = { 500, "<h1>" },
    status_503 = { 503, "<html>" }, status_429 = { 429, "too many" }, status_401 = { 401, "^unauthorized" },
    redirect = { 302, "<html>" }, slow = { 200, '^{"code":%d%d%d,' }, clock_skew = { 200, '"timestamp":1700000600000' },
  }
  for kind, wanted in pairs(answered) do
    it("answer wrongly under " .. kind, function()
      for _, call in ipairs(calls) do
        app.box:reset()
        paid = app.sale{ transactionId = "t-0", orderId = "A-0" }
        local before = call[4] and call[4]()
        app.box:fault(call[1], kind, { provider = "ruxpay" })
        local reply = send(call)
        assert.equal(wanted[1], reply.status)
        assert.truthy(reply.body:find(wanted[2]), reply.body)
        if before then assert.equal(faults.kinds[kind] == "before" and before or before + 1, call[4]()) end
      end
    end)
  end

  it("answer 999 after charging: the query tells what happened, a repeat is a duplicate", function()
    app.box:fault("payment.create", "unlisted_code", { code = 999, provider = "ruxpay" })
    local reply = app.sale()
    assert.equal(999, reply.code)
    assert.is_nil(reply.uniqueId)
    assert.equal(501, app.sale().code)
    local found = app.get("/search/list/order?" .. DAYS .. "&transactionId=t-1")
    assert.same({ 1, 100 }, { found.totalCount, found.data[1].code })
    assert.equal("t-1", app.notices()[1].transactionId)
  end)

  it("leave other providers' calls alone", function()
    app.box:fault("payment.create", "status_503", { provider = "appwheel" })
    assert.equal(100, app.sale().code)
    app.box:fault("*", "status_503", { provider = "ruxpay" })
    assert.equal(503, (app.raw("GET", "/search/order/1")).status)
    assert.equal(122, app.get("/search/order/1").code)
  end)

  it("of the provider's clock show in what it wrote down, and pass", function()
    app.box:fault("payment.create", "clock_skew", { ms = 3600000, provider = "ruxpay" })
    local reply = app.sale()
    assert.same({ "2023-11-15 07:13:20", support.T0 + 3600000 }, { reply.transactionAt, reply.timestamp })
    local after = app.sale{ transactionId = "t-2", orderId = "A-2" }
    assert.same({ "2023-11-15 06:13:20", support.T0 },
      { after.transactionAt, app.get("/search/order/" .. reply.uniqueId).timestamp })
    assert.equal(support.T0, app.books().payments[2].created_ms)
  end)

  it("never write what was sent", function()
    for kind in pairs(answered) do
      app.box:fault("payment.create", kind, { provider = "ruxpay" })
      local reply = app.raw("POST", "/api/payment", cjson.encode(support.request{ transactionId = kind, orderId = kind,
        card = support.card("321", "5412345678901234") }))
      assert.is_nil(reply.body:find("5412345678901234", 1, true))
    end
  end)

  it("hold for the stamp of a signed call as well", function()
    local checked = support.open{ auth = { mode = "sha256" }, timestamp_window_ms = 300000 }
    local stamp = string.format("%d", support.T0)
    local headers = { merchantNo = "100868", timestamp = stamp,
      sign = crypto.hex(crypto.digest("sha256", "100868" .. stamp .. support.KEY)) }
    checked.box:fault("payment.query", "clock_skew", { ms = -400000 })
    assert.equal(401, (checked.raw("GET", "/search/order/1", nil, headers)).status)
    assert.equal(200, (checked.raw("GET", "/search/order/1", nil, headers)).status)
  end)
end)
