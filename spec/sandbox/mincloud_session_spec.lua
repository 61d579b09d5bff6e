-- MinCloud's users and tokens, headers, and what is answered to a request that is not in order.

local cjson = require "cjson"
local sandbox = require "obol.sandbox"
local support = dofile "spec/sandbox/mincloud_support.lua"

describe("MinCloud's sessions in the sandbox", function()
  local app
  before_each(function() app = support.open() end)

  local function login(kind, name, password)
    return app.raw("POST", "/hserve/v2.1/login/" .. kind .. "/", { [kind] = name, password = password },
      { token = false })
  end
  local function works(token) return app.raw("GET", support.ORDER, nil, { token = token }).status == 200 end

  it("logs in by user name, email and phone", function()
    local words = app.box:accounts().mincloud_login.login
    for kind, name in pairs{ username = words.username, email = "shop@sandbox.invalid", phone = "13800138000" } do
      local reply, decoded = login(kind, name, words.password)
      assert.equal(201, reply.status)
      assert.same({ 2592000, 92118009020754 }, { decoded.expires_in, decoded.user_id })
      assert.is_true(works(decoded.token))
    end
    for _, case in ipairs{ { "username", "shop", "wrong" }, { "username", "nobody", words.password },
      { "email", "shop", words.password } } do
      assert.equal(400, login(case[1], case[2], case[3]).status)
    end
    assert.equal(400, login("username", nil, "x").status)
    assert.equal(400, login("username", 7, "x").status)
    assert.equal(405, login("sms", "1", "x").status)
    assert.equal(404, login("fingerprint", "1", "x").status)
  end)

  it("registers a user once", function()
    local function register(name)
      return app.raw("POST", "/hserve/v2.1/register/username/", { username = name, password = "p" }, { token = false })
    end
    local reply, decoded = register("new")
    assert.equal(201, reply.status)
    assert.is_true(works(decoded.token))
    assert.equal(201, login("username", "new", "p").status)
    assert.equal(400, register("new").status)
  end)

  it("makes a new user of every anonymous login", function()
    local seen = {}
    for i = 1, 2 do
      local reply, decoded = app.raw("POST", "/hserve/v2.0/login/anonymous/", "{}", { token = false })
      assert.equal(201, reply.status)
      seen[i] = decoded
    end
    assert.is_true(works(seen[1].token))
    assert.are_not.equal(seen[1].user_id, seen[2].user_id)
    local order = app.order({}, { token = seen[1].token })
    assert.equal(200, app.detail(order.transaction_no, { token = seen[1].token }).status)
    assert.equal(404, app.detail(order.transaction_no, { token = seen[2].token }).status)
  end)

  it("ends a session", function()
    local reply = app.raw("POST", "/hserve/v2.0/session/destroy/", "{}")
    assert.same({ 201, '{"status":"ok","message":"Destroy succeed."}' }, { reply.status, reply.body })
    assert.is_false(works(app.account.token))
    assert.equal(401, app.raw("POST", "/hserve/v2.0/session/destroy/", "{}").status)
  end)

  it("lets a token expire on the sandbox's clock", function()
    local short = support.open{ token_life_s = 60 }
    local _, decoded = short.raw("POST", "/hserve/v2.0/login/anonymous/", "{}", { token = false })
    assert.equal(60, decoded.expires_in)
    short.box:advance(59999)
    assert.equal(200, short.raw("GET", support.ORDER, nil, { token = decoded.token }).status)
    short.box:advance(1)
    assert.equal(401, short.raw("GET", support.ORDER, nil, { token = decoded.token }).status)
    app.box:advance(2592000000 - 1)
    assert.is_true(works(app.account.token))
    app.box:advance(1)
    assert.is_false(works(app.account.token))
    local fresh = app.box:accounts()
    assert.are_not.equal(app.account.token, fresh.mincloud.token)
    assert.is_true(works(fresh.mincloud.token))
    assert.is_true(works(fresh.mincloud_payer.token))
    assert.same(fresh, app.box:accounts())
  end)

  it("tells the server's time in Beijing's zone", function()
    local reply = app.raw("GET", "/hserve/v2.2/server/time/", nil, { token = false })
    assert.same({ 200, '{"time":"2023-11-15T06:13:20.000000+08:00"}' }, { reply.status, reply.body })
    app.box:advance(903)
    assert.equal('{"time":"2023-11-15T06:13:20.903000+08:00"}', app.raw("GET", "/hserve/v2.2/server/time/").body)
    app.box:fault("time.get", "clock_skew", { ms = 60000 })
    assert.equal('{"time":"2023-11-15T06:14:20.903000+08:00"}', app.raw("GET", "/hserve/v2.2/server/time/").body)
  end)

  it("wants the client id always, and a token for what is a user's", function()
    local function status(path, how) return app.raw("GET", path, nil, how).status end
    assert.equal(401, status("/hserve/v2.2/server/time/", { headers = { ["X-Hydrogen-Client-ID"] = false } }))
    assert.equal(401, status(support.ORDER, { headers = { ["X-Hydrogen-Client-ID"] = "other" } }))
    for _, value in ipairs{ "Hydrogen-r1 unknown", "Bearer " .. app.account.token, app.account.token,
      "hydrogen-r1 " .. app.account.token, "Hydrogen-r1" } do
      assert.equal(401, status(support.ORDER, { headers = { Authorization = value } }))
    end
    assert.equal(401, status(support.ORDER, { token = false }))
    assert.equal(401, app.raw("POST", support.ORDER, app.body(), { token = false }).status)
    assert.equal(401, app.raw("POST", support.JOB, { function_name = "refund" }, { token = false }).status)
    assert.same({}, app.books().orders)
  end)

  it("answers errors with error_msg, or with message", function()
    local _, decoded = app.raw("GET", support.ORDER, nil, { token = false })
    assert.same({ "error", "string", nil }, { decoded.status, type(decoded.error_msg), decoded.message })
    _, decoded = support.open{ error_word = "message" }.raw("GET", support.ORDER, nil, { token = false })
    assert.same({ "error", "string", nil }, { decoded.status, type(decoded.message), decoded.error_msg })
  end)

  it("knows paths that end in a slash, and their methods", function()
    assert.equal(404, app.raw("GET", "/hserve/v2.2/idp/pay/order").status)
    assert.equal(404, app.raw("GET", "/hserve/v2.3/idp/pay/order/").status)
    assert.equal(404, app.raw("GET", support.ORDER .. "abc/").status)
    assert.equal(405, app.raw("DELETE", support.ORDER).status)
    assert.equal(405, app.raw("GET", support.JOB).status)
    assert.equal(405, app.raw("POST", "/hserve/v2.0/idp/oauth-wechat-mp/redirect/", "{}").status)
    assert.equal(502, app.raw("GET", support.ORDER .. "?a=" .. ("x"):rep(16386)).status)
    assert.equal(200, app.raw("GET", support.ORDER .. "?a=" .. ("x"):rep(16000)).status)
  end)

  it("answers 402 while the merchant's app is in arrears", function()
    local poor = support.open{ arrears = true }
    assert.equal(402, poor.raw("POST", support.ORDER, poor.body()).status)
    assert.same({}, poor.books().orders)
  end)

  it("answers 402 and 403 on request, before acting", function()
    for _, status in ipairs{ 402, 403 } do
      app.box:fault("payment.create", "status_" .. status)
      local reply, decoded = app.raw("POST", support.ORDER, app.body())
      assert.same({ status, "error" }, { reply.status, decoded.status })
    end
    assert.same({}, app.books().orders)
  end)

  it("answers for the real host too, and says what the ready accounts are", function()
    local reply = app.transport.send{ method = "GET", headers = { ["X-Hydrogen-Client-ID"] = app.account.client_id },
      url = "https://" .. app.account.client_id .. ".myminapp.com/hserve/v2.2/server/time/" }
    assert.equal(200, reply.status)
    local accounts = app.box:accounts()
    assert.same({ "https://sandbox.invalid/mincloud", 20, 32, "refund", "profit_share" },
      { app.account.base_url, #app.account.client_id, #app.account.webhook_key, app.account.refund_function,
        app.account.profit_share_function })
    assert.are_not.equal(accounts.mincloud.token, accounts.mincloud_payer.token)
    assert.is_nil(accounts.mincloud_login.token)
    app.box:reset()
    assert.same(accounts, app.box:accounts())
  end)

  it("refuses unknown options and words", function()
    for _, options in ipairs{ { secret = "x" }, { client_id = 7 }, { order_form = "html" }, { extra_info = "perl" },
      { error_word = "msg" } } do
      local ok, problem = pcall(function() return sandbox.new{ mincloud = options }, nil end)
      assert.is_false(ok)
      assert.truthy(tostring(problem):find("mincloud_session_spec.lua", 1, true), problem)
    end
  end)

  it("changes some options while it runs", function()
    app.box:set("mincloud", { arrears = true })
    assert.equal(402, app.raw("GET", support.ORDER).status)
    app.box:set("mincloud", { arrears = false, error_word = "message", token_life_s = 1 })
    assert.equal(200, app.raw("GET", support.ORDER).status)
    local _, decoded = app.raw("POST", "/hserve/v2.0/login/anonymous/", "{}")
    assert.equal(1, decoded.expires_in)
    for _, options in ipairs{ { client_id = "x" }, { token = "x" }, { nothing = true }, { order_form = "html" } } do
      local ok, problem = pcall(function() app.box:set("mincloud", options) end)
      assert.is_false(ok)
      assert.truthy(tostring(problem):find("mincloud_session_spec.lua", 1, true), problem)
    end
  end)

  it("refuses a body over 1 MiB and one that is no JSON object", function()
    local reply = app.raw("POST", support.ORDER, cjson.encode{ a = ("x"):rep(1048577) })
    assert.equal(413, reply.status)
    for _, body in ipairs{ "", "[]", "7", "null", "{", '{"a":1,"a":2}', "gateway_type=alipay_page" } do
      assert.equal(400, app.raw("POST", support.ORDER, body).status)
    end
  end)
end)
