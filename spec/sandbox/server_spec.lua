-- The sandbox behind its private nginx, over real connections.

local cjson = require "cjson"
local server = require "obol.sandbox.server"
local socket = require "socket"
local support = dofile "spec/sandbox/support.lua"

local LUA = rawget(_G, "jit") and "luajit" or "lua5.4"

local function output(command)
  local pipe = io.popen(command)
  local text = pipe:read("*a")
  pipe:close()
  return text
end

local box
setup(function() box = assert(server.start{ appwheel = { secret = support.SECRET } }) end)
teardown(function() if box then box:stop() end end)

local function connect()
  local connection = socket.tcp()
  connection:settimeout(30)
  assert(connection:connect("127.0.0.1", box.port))
  return connection
end

local function text_of(method, target, body, headers)
  local lines = { method .. " " .. target .. " HTTP/1.1", "Host: 127.0.0.1", "Connection: close" }
  for name, value in pairs(headers or {}) do lines[#lines + 1] = name .. ": " .. value end
  if body then lines[#lines + 1] = "Content-Length: " .. #body end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or "")
end

-- Sends raw text and reads until the server closes.
local function exchange(text)
  local connection = connect()
  connection:send(text)
  local all, _, part = connection:receive("*a")
  connection:close()
  all = all or part
  local head, body = all:match("^(.-\r\n)\r\n(.*)$")
  return { raw = all, head = head, body = body, status = tonumber(all:match("^HTTP/1%.1 (%d+)")) }
end

local function control(name, fields)
  local reply = exchange(text_of(fields and "POST" or "GET", "/_sandbox/" .. name, fields and cjson.encode(fields)))
  return cjson.decode(reply.body), reply.status
end

local function call(method, uri, body, how)
  how = how or {}
  how.timestamp = how.timestamp or string.format("%d", os.time())
  return text_of(method, "/appwheel" .. uri, body, support.headers(method, uri, body, how))
end

local function api(method, uri, fields)
  local reply = exchange(call(method, uri, fields and cjson.encode(fields)))
  local ok, decoded = pcall(cjson.decode, reply.body or "")
  return ok and decoded or nil, reply
end

local function buy(user, more)
  api("POST", "/v1/users/" .. user, cjson.decode("{}"))
  local body = { appUserId = user, productId = "price_lifetime", mode = "sku_payment", quantity = 1,
    successUrl = "https://shop.example/ok", cancelUrl = "https://shop.example/no" }
  for name, value in pairs(more or {}) do body[name] = value end
  return api("POST", "/v1/stripe/purchase/create", body).data.checkoutUrl
end

local function target_of(url) return url:match("^http://[^/]+([^#]*)") end

describe("the sandbox's server", function()
  it("answers signed calls beneath its prefix, and tells its accounts", function()
    local accounts = control("accounts")
    assert.equal(box.url .. "/appwheel", accounts.appwheel.base_url)
    assert.equal(support.SECRET, accounts.appwheel.secret)
    local _, reply = api("POST", "/v1/users/%E7%94%A8", cjson.decode("{}"))
    assert.same({ 200, '{"code":0,"message":"success","data":{"appUserId":"用"}}' }, { reply.status, reply.body })
    reply = exchange(call("GET", "/v1/purchase/skus", nil, { secret = "wrong" }))
    assert.same({ 401, '{"code":10000,"message":"API secret error"}' }, { reply.status, reply.body })
    reply = exchange(call("GET", "/v1/purchase/skus", nil, { timestamp = string.format("%d", os.time() - 400) }))
    assert.equal(401, reply.status)
    assert.equal(404, exchange(text_of("GET", "/elsewhere")).status)
    reply = exchange(text_of("GET", "/"))
    assert.equal(200, reply.status)
    assert.truthy(reply.body:find(box.url .. "/appwheel", 1, true))
  end)

  it("refuses a body over 1 MiB with an envelope", function()
    local reply = exchange(call("POST", "/v1/stripe/invoices", '{"appUserId":"' .. ("x"):rep(1048576) .. '"}'))
    assert.equal(413, reply.status)
    assert.equal(10002, cjson.decode(reply.body).code)
    reply = exchange(call("POST", "/v1/stripe/invoices", '{"appUserId":"' .. ("x"):rep(1000000) .. '"}'))
    assert.equal(10002, cjson.decode(reply.body).code)
    assert.equal(200, reply.status)
  end)

  it("lets a browser pay, and redirects to the address as given", function()
    local target = target_of(buy("browser", { successUrl = "https://shop.example/ok?a=%2F&b=1#done" }))
    local page = exchange(text_of("GET", target))
    assert.equal(200, page.status)
    assert.truthy(page.head:lower():find("content-security-policy: default-src 'none'", 1, true))
    local form = { ["Content-Type"] = "application/x-www-form-urlencoded" }
    local reply = exchange(text_of("POST", target, "action=pay&card=4242+4242+4242+4242", form))
    assert.equal(303, reply.status)
    assert.truthy(reply.head:find("\r\n[Ll]ocation: https://shop.example/ok%?a=%%2F&b=1#done\r\n"))
  end)

  it("takes the money once when many pay the same session at once", function()
    local target = target_of(buy("crowd"))
    local form = { ["Content-Type"] = "application/x-www-form-urlencoded" }
    local connections = {}
    for i = 1, 20 do connections[i] = connect() end
    for i = 1, 20 do connections[i]:send(text_of("POST", target, "action=pay&card=4242424242424242", form)) end
    for i = 1, 20 do
      assert.truthy(connections[i]:receive("*l"):find(" 303 "))
      connections[i]:close()
    end
    local sold = 0
    for _, sale in ipairs(control("books").appwheel.sales) do
      if sale.user == "crowd" then sold = sold + 1 end
    end
    assert.equal(1, sold)
  end)

  describe("faults", function()
    local LIST = '{"appUserId":"faulty"}'
    local function under(kind, options)
      api("POST", "/v1/users/faulty", cjson.decode("{}"))
      local body = { operation = "invoice.list", kind = kind }
      for name, value in pairs(options or {}) do body[name] = value end
      assert.is_true(control("fault", body).ok)
      local start = socket.gettime()
      local reply = exchange(call("POST", "/v1/stripe/invoices", LIST))
      return reply, socket.gettime() - start
    end
    local GOOD = '{"code":0,"data":{"invoices":[]},"message":"success"}'

    it("drops the connection without a byte", function()
      assert.equal("", under("commit_then_drop").raw)
      assert.equal("", under("refuse").raw)
      assert.equal("", under("reset").raw)
    end)

    it("tears the body, and says two lengths", function()
      local reply = under("torn")
      assert.truthy(reply.head:find("Content-Length: " .. #GOOD .. "\r\n", 1, true))
      assert.equal(GOOD:sub(1, math.floor(#GOOD / 2)), reply.body)
      reply = under("two_content_lengths")
      assert.truthy(reply.head:find("Content%-Length: 53\r\n.*Content%-Length: 60\r\n"))
      assert.equal(GOOD, reply.body)
    end)

    it("stalls, drips and waits", function()
      local reply, took = under("stall_headers", { ms = 300 })
      assert.same({ "HTTP/1.1 200 OK\r\nContent-Ty", true }, { reply.raw, took >= 0.28 })
      reply, took = under("stall_body", { ms = 300 })
      assert.same({ GOOD:sub(1, 26), true }, { reply.body, took >= 0.28 })
      reply, took = under("drip", { ms = 5 })
      assert.same({ GOOD, true }, { reply.body, took >= 0.2 })
      reply, took = under("slow", { ms = 300 })
      assert.same({ GOOD, true }, { reply.body, took >= 0.28 })
    end)

    it("sends more than anybody wants, also packed", function()
      local reply = under("oversized", { bytes = 3000000 })
      assert.truthy(#reply.body > 3000000)
      reply = under("gzip_bomb", { bytes = 20000000 })
      assert.truthy(reply.head:find("Content-Encoding: gzip", 1, true))
      local path = os.tmpname()
      local file = io.open(path, "wb")
      file:write(reply.body)
      file:close()
      local unpacked = tonumber(output("gzip -dc <" .. path .. " 2>/dev/null | wc -c"))
      os.remove(path)
      assert.truthy(unpacked > 10000000)
      assert.truthy(#reply.body * 100 < unpacked)
    end)

    it("answers with other statuses and bodies", function()
      assert.equal(503, under("status_503").status)
      assert.equal(302, under("redirect").status)
      assert.same({ 200, "" }, { under("empty").status, under("empty").body })
      assert.equal(GOOD:sub(1, 26), under("truncated").body)
      assert.equal(401, under("clock_skew").status)
    end)
  end)

  describe("callbacks", function()
    -- Takes one request on a listening socket and answers it.
    local function take(listener, status)
      local connection = assert(listener:accept())
      connection:settimeout(30)
      local lines, length = {}, 0
      repeat
        local line = assert(connection:receive("*l"))
        lines[#lines + 1] = line
        length = tonumber(line:lower():match("^content%-length: (%d+)")) or length
      until line == ""
      local body = length > 0 and connection:receive(length) or ""
      connection:send("HTTP/1.1 " .. status .. " X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      connection:close()
      return table.concat(lines, "\n"), body
    end

    it("are sent to the address, and again after a refusal", function()
      local listener = assert(socket.bind("127.0.0.1", 0))
      listener:settimeout(30)
      local _, port = listener:getsockname()
      control("webhook", { url = "http://127.0.0.1:" .. port .. "/hook?x=1" })
      api("POST", "/v1/users/hooked", cjson.decode("{}"))
      local url = api("POST", "/v1/stripe/purchase/create", { appUserId = "hooked", productId = "price_vip_monthly",
        successUrl = "https://shop.example/ok", cancelUrl = "https://shop.example/no" }).data.checkoutUrl
      control("pay", { reference = url })
      local head, body = take(listener, 500)
      assert.truthy(head:find("^POST /hook%?x=1 HTTP/1%.1"))
      assert.truthy(head:lower():find("stripe%-signature: t=%d+,v1=%x+"))
      assert.equal("invoice.finalized", cjson.decode(body).type)
      take(listener, 200)
      take(listener, 200)
      local _, again = take(listener, 200)
      assert.equal(body, again)
      control("webhook", { url = "http://192.0.2.1/never" })
      listener:close()
    end)
  end)

  it("refuses a port that is taken, and options that it does not know", function()
    local second, err = server.start{ port = box.port }
    assert.is_nil(second)
    assert.equal("conflict", err.kind)
    for _, options in ipairs{ { prot = 1 }, { port = "1" }, { appwheel = { secrets = "x" } } } do
      local ok, problem = pcall(function()
        local third = server.start(options)
        return third
      end)
      assert.is_false(ok)
      assert.truthy(problem:find("server_spec.lua", 1, true), problem)
    end
  end)

  it("says what to install where something is missing", function()
    local program = LUA .. [[ -e 'local s, e = require("obol.sandbox.server").start{} print(s, e.kind, e)']]
    local text = output("OBOL_NGINX=/nowhere/nginx " .. program)
    assert.truthy(text:find("^nil\tunsupported\tnginx is not installed: .*libnginx%-mod%-http%-lua"), text)
    text = output("OBOL_LUAJIT_CPATH=/nowhere/?.so " .. program)
    assert.truthy(text:find("^nil\tunsupported\t.*OBOL_LUAJIT_CPATH"), text)
  end)

  local function leftovers(dir)
    return output("ls -d " .. dir .. " 2>/dev/null; "
      .. "LD_PRELOAD= pgrep -f '^(sh /|nginx: master process).*" .. dir:gsub("%.", "[.]") .. "'")
  end

  it("leaves nothing after stop", function()
    local second = assert(server.start{})
    assert.truthy(leftovers(second.dir) ~= "")
    local port = second.port
    second:stop()
    second:stop()
    assert.equal("", leftovers(second.dir))
    local connection = socket.tcp()
    assert.is_nil((connection:connect("127.0.0.1", port)))
    connection:close()
  end)

  for _, case in ipairs{ { "TERM", "ended 143" }, { "INT", "ended 0" }, { "KILL", "ended 137" } } do
    it("prints its address first, and leaves nothing after SIG" .. case[1], function()
      local pipe = io.popen(LUA .. [[ -e 'require("obol.sandbox.server").run{}' & pid=$!; ]]
        .. "echo $pid; { wait $pid; } 2>/dev/null; "
        .. "echo ended $?", "r")
      local pid, url = pipe:read("*l"), pipe:read("*l")
      local port = url:match("^http://127%.0%.0%.1:(%d+)$")
      assert.is_string(port)
      local folder = "/obol-sandbox.*/nginx.conf"
      local found = output('grep -l "listen 127.0.0.1:' .. port .. ';" "${TMPDIR:-/tmp}"' .. folder)
      local dir = found:match("^(.*)/nginx%.conf")
      assert.truthy(leftovers(dir) ~= "")
      os.execute("kill -" .. case[1] .. " " .. pid)
      assert.equal(case[2], pipe:read("*l"))
      pipe:close()
      -- After a signal that the interpreter does not see, nginx ends a moment later.
      for _ = 1, 500 do
        if leftovers(dir) == "" then break end
        socket.sleep(0.02)
      end
      assert.equal("", leftovers(dir))
    end)
  end
end)
