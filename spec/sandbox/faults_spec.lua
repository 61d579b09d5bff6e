-- Faults on request, in process: what the caller gets, and whether the state changed.

local cjson = require "cjson"
local support = dofile "spec/sandbox/support.lua"

describe("the sandbox's faults", function()
  local app, bought
  before_each(function()
    app = support.open()
    app.user("u1")
    bought = app.bought()
  end)

  local function cancel(how)
    return app.raw("POST", "/v1/stripe/purchase/cancel",
      cjson.encode{ appUserId = "u1", purchaseId = bought.subscription }, how)
  end
  local function renews() return app.box:books().appwheel.subscriptions[1].auto_renew end

  -- kind, options, the error's kind and outcome, whether auto-renewal is still on
  local broken = {
    { "commit_then_drop", nil, "network", "unknown", false }, { "refuse", nil, "network", "not_sent", true },
    { "torn", nil, "network", "unknown", false }, { "two_content_lengths", nil, "network", "unknown", false },
    { "stall_headers", nil, "timeout", "unknown", false }, { "stall_body", nil, "timeout", "unknown", false },
    { "drip", nil, "timeout", "unknown", false }, { "oversized", nil, "provider", "unknown", false },
    { "reset", nil, "network", "unknown", false }, { "gzip_bomb", nil, "provider", "unknown", false },
    { "commit_then_drop", { commit = false }, "network", "unknown", true },
  }
  for _, case in ipairs(broken) do
    it("gives no answer under " .. case[1] .. (case[2] and " without commit" or ""), function()
      app.box:fault("subscription.cancel", case[1], case[2])
      local reply, err = cancel()
      assert.is_nil(reply)
      assert.same({ case[3], case[4] }, { err.kind, err.outcome })
      assert.equal(case[5], renews())
      assert.equal(200, (cancel()).status)
    end)
  end

  -- kind, status, a pattern of the body, whether auto-renewal is still on
  local answered = {
    { "truncated", 200, '^{"code":200$', false }, { "empty", 200, "^$", false }, { "html", 200, "<h1>", false },
    { "not_json", 200, "^OK", false }, { "duplicate_names", 200, '^{"code":205002,"code":200,', false },
    { "wrong_envelope", 200, '^{"status":"ok","result":{', false },
    { "wrong_types", 200, '^{"code":200,"data":%[%]}$', false },
    { "unlisted_code", 200, '^{"code":299999,', false }, { "status_500", 500, '"code":10101', false },
    { "status_503", 503, "<html>", true }, { "status_429", 429, "too many", true },
    { "status_401", 401, "^unauthorized", true }, { "redirect", 302, "", true },
  }
  for _, case in ipairs(answered) do
    it("answers wrongly under " .. case[1], function()
      app.box:fault("subscription.cancel", case[1])
      local reply = cancel()
      assert.equal(case[2], reply.status)
      assert.truthy(reply.body:find(case[3]), reply.body)
      assert.equal(case[4], renews())
      if case[1] == "status_429" then assert.equal("1", reply.headers["retry-after"]) end
      if case[1] == "redirect" then assert.equal("https://elsewhere.invalid/", reply.headers.location) end
      local after = cancel()
      assert.equal('{"code":200,"data":{}}', after.body)
    end)
  end

  it("swaps the types of every value but the code", function()
    app.box:fault("customer.create", "wrong_types")
    local reply = app.user("u1")
    assert.equal('{"code":0,"message":7,"data":{"appUserId":7}}', reply.body)
  end)

  it("is slow: an error where the caller's limit is shorter, else an answer", function()
    app.box:fault("subscription.cancel", "slow", { ms = 5000 })
    local reply, err = cancel{ timeout_ms = 4000 }
    assert.is_nil(reply)
    assert.same({ "timeout", "unknown" }, { err.kind, err.outcome })
    assert.is_false(renews())
    app.box:fault("subscription.cancel", "slow", { ms = 5000 })
    assert.equal(200, (cancel{ timeout_ms = 6000 }).status)
  end)

  it("skews the clock of the signature check", function()
    app.box:fault("subscription.cancel", "clock_skew")
    assert.equal(401, (cancel()).status)
    app.box:fault("subscription.cancel", "clock_skew", { ms = -600000 })
    assert.equal(401, (cancel()).status)
    app.box:fault("subscription.cancel", "clock_skew", { ms = 200000 })
    assert.equal(200, (cancel()).status)
  end)

  it("meets only the operation that it was armed for, as often as asked", function()
    app.box:fault("invoice.list", "status_503", { times = 2 })
    assert.equal(200, (cancel()).status)
    local function list() return (app.raw("POST", "/v1/stripe/invoices", '{"appUserId":"u1"}')).status end
    assert.same({ 503, 503, 200 }, { list(), list(), list() })
  end)

  it("tells a purchase's operation by its mode, and takes * for any", function()
    app.box:fault("payment.create", "status_503")
    assert.equal(0, app.buy{ productId = "price_sprint_3days" }.code)
    assert.is_nil(app.buy{ mode = "sku_payment", productId = "price_lifetime", quantity = 1 })
    app.box:fault("*", "status_503")
    assert.equal(503, (app.raw("GET", "/v1/system/time")).status)
  end)

  it("refuses unknown operations, kinds and options at the caller's line", function()
    for _, case in ipairs{ { "payment.creat", "slow" }, { "payment.create", "sloow" },
      { "payment.create", "slow", { wait = 1 } }, { "payment.create", "slow", { ms = "1" } },
      { "notification", "slow" }, { 7, "slow" } } do
      local ok, problem = pcall(function() app.box:fault(case[1], case[2], case[3]) end)
      assert.is_false(ok)
      assert.truthy(tostring(problem):find("faults_spec.lua", 1, true), problem)
    end
  end)

  it("says of a host that it does not know that nothing was sent", function()
    local reply, err = app.transport.send{ method = "GET", url = "https://other.example/v1/purchase/skus" }
    assert.is_nil(reply)
    assert.same({ "network", "not_sent" }, { err.kind, err.outcome })
  end)

  it("answers for the real host too", function()
    local reply = app.transport.send{ method = "GET", url = "https://sdk.api.appwheel.com/v1/purchase/skus",
      headers = support.headers("GET", "/v1/purchase/skus") }
    assert.equal(200, reply.status)
  end)
end)

describe("the reference of the sandbox", function()
  it("lists every kind of fault", function()
    local file = assert(io.open("lua/obol/sandbox/init.lua", "rb"))
    local comment = file:read("*a"):match("%-%-%- Arms a fault(.-)function Sandbox:fault")
    file:close()
    for kind in pairs(require("obol.sandbox.faults").kinds) do
      assert.truthy(comment:find("`" .. kind .. "`", 1, true), kind)
    end
  end)
end)
