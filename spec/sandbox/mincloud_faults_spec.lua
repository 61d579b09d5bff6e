-- Faults on request at MinCloud's simulator: what the caller gets, and whether the order was made.

local cjson = require "cjson"
local support = dofile "spec/sandbox/mincloud_support.lua"

describe("MinCloud's faults in the sandbox", function()
  local app
  before_each(function() app = support.open() end)

  local function create(how) return app.raw("POST", support.ORDER, app.body(), how) end
  local function made() return #app.books().orders end

  local broken = {
    { "commit_then_drop", "network", "unknown", 1 }, { "refuse", "network", "not_sent", 0 },
    { "torn", "network", "unknown", 1 }, { "reset", "network", "unknown", 1 },
    { "two_content_lengths", "network", "unknown", 1 }, { "stall_headers", "timeout", "unknown", 1 },
    { "stall_body", "timeout", "unknown", 1 }, { "drip", "timeout", "unknown", 1 },
    { "oversized", "provider", "unknown", 1 }, { "gzip_bomb", "provider", "unknown", 1 },
  }
  for _, case in ipairs(broken) do
    it("gives no answer under " .. case[1], function()
      app.box:fault("payment.create", case[1], { provider = "mincloud" })
      local reply, err = create()
      assert.same({ nil, case[2], case[3], case[4] }, { reply, err.kind, err.outcome, made() })
      assert.equal(201, (create()).status)
    end)
  end

  local answered = {
    { "truncated", 201, '^{"transaction_no":"%w+"[^}]*$', 1 }, { "empty", 201, "^$", 1 }, { "html", 201, "<h1>", 1 },
    { "not_json", 201, "^OK", 1 }, { "duplicate_names", 201, '^{"transaction_no":null,"transaction_no":', 1 },
    { "wrong_envelope", 201, '^{"status":"ok","result":{"transaction_no"', 1 },
    { "wrong_types", 201, '^{"transaction_no":7,"trade_no":7,"code_url":7}$', 1 },
    { "unlisted_code", 201, '^{"code":7,"data":null,', 1 },
    { "system_error", 201, '^{"status":"error","error_msg":"server error"}$', 1 },
    { "status_500", 500, '^{"status":"error","error_msg":"server error"}$', 1 }, { "status_503", 503, "<html>", 0 },
    { "status_429", 429, "too many", 0 }, { "status_401", 401, '^{"status":"error","error_msg":"%l+"}$', 0 },
    { "status_402", 402, '^{"status":"error",', 0 }, { "status_403", 403, '^{"status":"error",', 0 },
    { "redirect", 302, "", 0 },
  }
  for _, case in ipairs(answered) do
    it("answers wrongly under " .. case[1], function()
      app.box:fault("payment.create", case[1])
      local reply = create()
      assert.same({ case[2], case[4] }, { reply.status, made() })
      assert.truthy(reply.body:find(case[3]), reply.body)
      assert.equal(201, (create()).status)
    end)
  end

  it("is slow", function()
    app.box:fault("payment.create", "slow", { ms = 5000 })
    local reply, err = create{ timeout_ms = 4000 }
    assert.same({ nil, "timeout", 1 }, { reply, err.kind, made() })
    app.box:fault("payment.create", "slow", { ms = 5000 })
    assert.equal(201, (create{ timeout_ms = 6000 }).status)
  end)

  it("meets each way to read an order", function()
    local order = app.order()
    app.box:fault("payment.query", "status_503", { times = 2 })
    assert.equal(503, (app.detail(order.transaction_no)).status)
    assert.equal(503, app.raw("GET", support.ORDER).status)
    app.box:fault("payment.find", "status_503")
    assert.equal(503, app.raw("GET", support.ORDER).status)
    app.box:fault("payment.list", "status_503")
    assert.equal(200, (app.detail(order.transaction_no)).status)
    assert.equal(503, app.raw("GET", support.ORDER).status)
  end)

  it("swaps the types of an order's members", function()
    app.order()
    app.box:fault("payment.list", "wrong_types")
    local _, decoded = app.raw("GET", support.ORDER)
    local order = decoded.objects[1]
    assert.same({ "0.10", 7, "180001", cjson.null }, { order.total_cost, order.trade_no, order.id, order.paid_at })
  end)

  it("tells of an order what is old, unheard of, or a fen too much", function()
    local sold = app.paid{ total_cost = 19.99 }
    local function seen()
      local _, detail = app.detail(sold.transaction_no)
      local _, list = app.raw("GET", support.ORDER)
      return detail, list.objects[1]
    end
    app.box:fault("payment.query", "stale", { times = 2 })
    local detail, listed = seen()
    assert.same({ "pending", cjson.null, "pending", cjson.null },
      { detail.status, detail.paid_at, listed.status, listed.paid_at })
    app.box:fault("payment.query", "unlisted_state", { times = 2 })
    detail, listed = seen()
    assert.same({ "unheard_of", "unheard_of" }, { detail.status, listed.status })
    app.box:fault("payment.query", "mismatched", { times = 2 })
    detail, listed = seen()
    assert.same({ "20.00", 20 }, { detail.total_cost, listed.total_cost })
    detail, listed = seen()
    assert.same({ "19.99", 19.99, "success" }, { detail.total_cost, listed.total_cost, listed.status })
    -- An answer without orders stays as it is.
    app.box:fault("payment.query", "stale")
    assert.equal(404, app.detail("x").status)
  end)

  it("meets the login", function()
    app.box:fault("session.create", "status_500")
    local reply = app.raw("POST", "/hserve/v2.0/login/anonymous/", "{}", { token = false })
    assert.equal(500, reply.status)
    assert.equal(201, app.raw("POST", "/hserve/v2.0/login/anonymous/", "{}", { token = false }).status)
  end)

  it("has a clock that is ahead: tokens end early, and orders come from the future", function()
    app.box:fault("payment.create", "clock_skew", { ms = 2592000000 })
    assert.equal(401, (create()).status)
    app.box:fault("payment.create", "clock_skew")
    assert.equal(201, (create()).status)
    assert.equal(support.T0 + 600000, app.books().orders[1].created_ms)
    assert.equal(1700000600, app.list("").objects[1].created_at)
    assert.equal(201, (create()).status)
    assert.equal(support.T0, app.books().orders[2].created_ms)
  end)
end)
