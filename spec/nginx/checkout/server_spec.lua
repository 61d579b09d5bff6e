-- The handlers inside nginx: bodies, streams, clients that are slow or go away.

local socket = require "socket"
local json = require "obol.json"
local checkout = require "spec.nginx.checkout.support"
local support = require "spec.nginx.support"
local wait = require "obol.wait"

local transport = assert(wait.transport { timeout_ms = 60000 })

describe("the handlers inside nginx", function()
  local server

  setup(function()
    local locations = {}
    for path, handler in pairs { ["= /pay/create"] = "create", ["/pay/checkout/"] = "checkout",
      ["/pay/status/"] = "status", ["/pay/return/"] = "returned", ["/pay/notify/"] = "notify",
      ["= /pay/metrics"] = "metrics", ["= /pay/health"] = "health", ["= /link"] = "make_link", ["= /paid"] = "paid",
      ["= /hold"] = "hold", ["= /there/create"] = "create_there" } do
      locations[#locations + 1] = ([[
        location %s {
          content_by_lua_block { require("spec.nginx.checkout.app").%s() }
          log_by_lua_block { if ngx.status == 499 then ngx.shared.obol:incr("gone", 1, 0) end }
        } ]]):format(path, handler)
    end
    server = support.start {
      http = [[
  lua_shared_dict obol 4m;
  client_body_buffer_size 1k;
  client_max_body_size 1m;
  client_body_timeout 2s;
  client_header_timeout 2s;
  init_by_lua_block { require "spec.nginx.checkout.app" }
]],
      server = table.concat(locations, "\n"),
    }
  end)

  teardown(function()
    local code, log = server:stop()
    assert.equal(0, code)
    assert.is_nil(log:find("%[error%]"), log)
  end)

  local function call(method, path, body, headers)
    return assert(transport.send { method = method, url = server:url(path), body = body, headers = headers or {} })
  end

  local function create(body, headers)
    local all = { ["content-type"] = "application/json", authorization = "Bearer " .. checkout.KEY }
    for name, value in pairs(headers or {}) do all[name] = value end
    return call("POST", "/pay/create", body, all)
  end

  local HEAD = "POST /pay/create HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
    .. "Authorization: Bearer " .. checkout.KEY .. "\r\n"

  -- A raw connection: what was sent is exactly this.
  local function raw(text)
    local connection = assert(socket.connect("127.0.0.1", server.port))
    connection:settimeout(30)
    assert(connection:send(text))
    return connection
  end

  local function link(order_id) return server:get("/link?order=" .. order_id) end

  local function pay(order_id, way)
    local path = link(order_id)
    local page = call("GET", path)
    local cookie = page.headers["set-cookie"]:match "^[^;]+"
    local answer = call("POST", path, ("form=%s&way=%s"):format(page.body:match 'name="form" value="([^"]*)"', way),
      { cookie = cookie, ["content-type"] = "application/x-www-form-urlencoded" })
    return path, answer
  end

  it("show the checkout, take its form, and send the browser on", function()
    local path, answer = pay("V-1", "web%2Fwechat_qr")
    assert.equal(303, answer.status)
    assert.equal("http://127.0.0.1" .. path, answer.headers.location)
    local shown = call("GET", path)
    assert.equal(200, shown.status)
    assert(shown.body:find("<svg", 1, true))
    assert.equal("text/html; charset=utf-8", shown.headers["content-type"])
    assert(shown.headers["content-security-policy"]:find("default-src 'none'", 1, true))
  end)

  it("answer HEAD without a body", function()
    local connection = raw(("HEAD %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"):format(link "V-2"))
    local text = connection:receive "*a"
    assert(text:find "^HTTP/1.1 200")
    assert.equal("", text:match "\r\n\r\n(.*)$")
  end)

  it("read a body that nginx has put into a file", function()
    local order = json.encode(checkout.tea("V-3", { method = "wechat_qr" }))
    local answer = create(order .. (" "):rep(20000))
    assert.equal(201, answer.status)
    assert.equal("requires_action", json.decode(answer.body).status)
  end)

  it("refuse a body over the limit, also where no length was told", function()
    local long = ("a"):rep(70000)
    assert.equal(413, create(long).status)
    local connection = raw(HEAD .. ("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"):format(#long, long))
    assert(connection:receive("*a"):find "^HTTP/1.1 413")
  end)

  it("take no second header of a kind that comes once", function()
    local connection = raw(HEAD .. "Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 2\r\n\r\n{}")
    assert(connection:receive("*a"):find "^HTTP/1.1 400")
  end)

  it("answer who asks again with the same Idempotency-Key, though the first went away", function()
    local order = json.encode(checkout.tea("V-10", { method = "wechat_qr" }))
    local function again() return create(order, { ["idempotency-key"] = "gone" }) end
    local calls, gone = server:get("/hold"):match "(%d+) (%d+)"
    local first = raw((HEAD .. "Idempotency-Key: gone\r\nContent-Length: %d\r\n\r\n%s"):format(#order, order))
    assert.is_true(support.eventually(function() return server:get("/hold"):match "%d+" ~= calls end))
    assert.equal(409, again().status)
    first:close()
    assert.is_true(support.eventually(function() return server:get("/hold"):match "%d+$" ~= gone end))
    server:get "/hold?off=1"
    local answer
    assert.is_true(support.eventually(function()
      answer = again()
      return answer.status ~= 409
    end), "its key is taken")
    assert.same({ 201, "true" }, { answer.status, answer.headers["idempotent-replayed"] })
  end)

  it("answer nothing that another shop with the same dict and API key was asked", function()
    local order, headers = json.encode(checkout.tea("V-11", { method = "wechat_qr" })), { ["idempotency-key"] = "both",
      ["content-type"] = "application/json", authorization = "Bearer " .. checkout.KEY }
    local here, there = call("POST", "/pay/create", order, headers), call("POST", "/there/create", order, headers)
    assert.same({ 201, 201 }, { here.status, there.status })
    assert.is_nil(there.headers["idempotent-replayed"])
    assert.equal("true", call("POST", "/pay/create", order, headers).headers["idempotent-replayed"])
  end)

  it("let no byte of a request end a header of a response", function()
    for _, target in ipairs { link "V-4" .. "?lang=en%0d%0aX-Evil:1", "/pay/checkout/%0d%0aX-Evil:1",
      "/pay/return/a%0d%0aX-Evil:1", "/pay/notify/web%0d%0aX-Evil:1" } do
      local text = raw(("GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"):format(target)):receive "*a"
      assert(text:find "^HTTP/1.1 %d")
      assert.is_nil(text:find "\nX%-Evil")
    end
  end)

  it("read a path as it was sent, before nginx makes it plain", function()
    local path = link "V-5"
    local token = path:match "[^/]+$"
    for _, start in ipairs { "/pay/checkout/x/../", "/pay/checkout/%2e/", "/pay/checkout//" } do
      local target = start .. token
      local text = raw(("GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"):format(target)):receive "*a"
      assert(text:find "^HTTP/1.1 200" or text:find "^HTTP/1.1 404", text:sub(1, 40))
    end
    local changed = raw(("GET /pay/checkout/%%%02x%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      :format(token:byte(), token:sub(2))):receive "*a"
    assert(changed:find "^HTTP/1.1 404")
  end)

  it("let slow clients go, and serve others meanwhile", function()
    local slow = raw(HEAD .. "Content-Length: 100\r\n\r\n{")
    local head = raw "GET /pay/health HTTP/1.1\r\nHost: a\r\n"
    local started = socket.gettime()
    assert.equal(200, call("GET", "/pay/health").status)
    local text, why, part = slow:receive "*a"
    assert(why == "closed" or (text or part):find "^HTTP/1.1 408" or text == "", why)
    head:receive "*a"
    assert(socket.gettime() - started < 20) -- a minute is what nginx gives them by itself
    assert.equal(200, call("GET", "/pay/health").status)
  end)

  -- The next line of a stream that is not empty.
  local function line_of(connection)
    while true do
      local line = assert(connection:receive "*l")
      line = line:gsub("\r$", "")
      if line ~= "" and not line:find "^%x+$" then return line end
    end
  end

  local function stream(path)
    local connection = raw(("GET %s HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n"):format(path))
    local status = line_of(connection)
    if not status:find " 200 " then return nil, status end
    repeat local line = line_of(connection) until line:find "^retry:"
    return connection
  end

  it("tell the live state as it changes, and end with it", function()
    local path = pay("V-6", "web%2Fwechat_qr"):gsub("/checkout/", "/status/")
    local connection = assert(stream(path))
    assert.equal('data: {"final":false,"stage":"action-1"}', line_of(connection))
    server:get "/paid?order=V-6"
    local line
    repeat line = line_of(connection) until line:find "^data"
    assert.equal('data: {"final":true,"stage":"paid-1"}', line)
    assert.equal("event: over", line_of(connection))
  end)

  it("notice that a listener is gone", function()
    local path = pay("V-7", "web%2Fwechat_qr"):gsub("/checkout/", "/status/")
    local first = assert(stream(path))
    local second, status = stream(path)
    assert.is_nil(second)
    assert(status:find " 503 ")
    first:close()
    local ends = socket.gettime() + 40
    local again
    repeat
      socket.sleep(0.2)
      again = stream(path)
    until again or socket.gettime() > ends
    assert(again, "the place of a listener that went away was not given back")
    again:close()
  end)

  it("let nginx take a new configuration while somebody listens", function()
    local path = pay("V-8", "web%2Fwechat_qr"):gsub("/checkout/", "/status/")
    local before = server:workers()[1]
    local connection = assert(support.eventually(function() return stream(path) end))
    server:signal "HUP"
    local gone = support.eventually(function()
      local running = server:workers()
      return #running == 1 and running[1] ~= before
    end)
    connection:close()
    assert(gone, "a worker that waits for a listener")
    assert.equal(200, call("GET", "/pay/health").status)
  end)

  it("count over all workers, and say so", function()
    -- a worker adds what it has counted a moment later
    local function counts(series)
      assert.is_true(support.eventually(function()
        return call("GET", "/pay/metrics").body:find(series) ~= nil
      end), series)
    end
    pay("V-9", "web%2Fwechat_qr")
    counts 'obol_calls_total{account="web",operation="payment.create",outcome="accepted"} %d'
    assert.equal(404, call("POST", "/pay/notify/nobody", "{}").status)
    counts 'obol_callbacks_total{account="",verdict="no_account"} %d'
  end)
end)
