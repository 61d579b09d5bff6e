local support = require "spec.net.support"
local wait = require "obol.wait"
local secret = require "obol.secret"

describe("the transport", function()
  local server, transport

  setup(function()
    server = support.server()
    transport = assert(wait.transport{ timeout_ms = 30000 })
  end)

  teardown(function() support.stop_server(server) end)

  local function get(path, options) return transport.send({ url = server.url(path) }, options) end

  it("gives status, headers with lower-case names, and the body", function()
    local reply = assert(get "ok")
    assert.equal(200, reply.status)
    assert.equal("plain", reply.headers["x-kind"])
    assert.equal("4", reply.headers["content-length"])
    assert.equal("fine", reply.body)
  end)

  it("gives a repeated header as a list, an empty one as empty text", function()
    local reply = assert(get "repeated")
    assert.same({ "1", "2", "3" }, reply.headers["x-a"])
    assert.equal("", reply.headers["x-empty"])
  end)

  it("joins a folded header", function()
    assert.equal("one  two", (assert(get "folded").headers["x-a"]:gsub("%s%s+", "  ")))
  end)

  it("gives an empty body as empty text", function()
    assert.equal("", assert(get "empty").body)
  end)

  it("passes over interim answers", function()
    local reply = assert(get "interim")
    assert.equal(200, reply.status)
    assert.equal("last", reply.body)
    assert.is_nil(reply.headers["x-early"])
  end)

  it("lets trailers change nothing", function()
    local reply = assert(get "trailers")
    assert.equal("body", reply.body)
    assert.is_nil(reply.headers["x-late"])
    assert.is_nil(reply.headers.status)
  end)

  it("reads a body that ends with the connection", function()
    assert.equal("all of it", assert(get "until_close").body)
  end)

  for _, status in ipairs{ 400, 401, 404, 409, 429, 500, 503 } do
    it(("takes a %d as an answer"):format(status), function()
      local reply = assert(get("status/" .. status))
      assert.equal(status, reply.status)
      assert.equal("/status/" .. status, reply.body)
    end)
  end

  it("takes a redirect as an answer and follows nothing", function()
    local before = server.count "ok"
    local reply = assert(get "redirect")
    assert.equal(302, reply.status)
    assert.equal("/ok", reply.headers.location)
    assert.equal(before, (server.count "ok"))
  end)

  it("sends the method, the headers and the body byte for byte", function()
    local body = "a\0b\r\n\255" .. ("x"):rep(100)
    for _, repeat_safe in ipairs{ true, false } do
      local reply = assert(transport.send{
        method = "POST", url = server.url "echo", body = body, repeat_safe = repeat_safe,
        headers = { ["Content-Type"] = "application/json", ["X-One"] = { "1", "2" }, ["X-Empty"] = "" },
      })
      local head, sent = reply.body:match "^(.-\r\n\r\n)(.*)$"
      assert.equal(body, sent)
      assert.truthy(head:find("^POST /echo HTTP/1.1\r\n"))
      assert.truthy(head:find("\r\nContent-Type: application/json\r\n", 1, true))
      assert.truthy(head:find("\r\nX-One: 1\r\n", 1, true))
      assert.truthy(head:find("\r\nX-One: 2\r\n", 1, true))
      assert.truthy(head:find("\r\nX-Empty:\r\n", 1, true))
      assert.truthy(head:find("\r\nContent-Length: 106\r\n", 1, true))
      assert.is_nil(head:lower():find("accept-encoding", 1, true))
      assert.is_nil(head:lower():find("expect", 1, true))
      assert.is_nil(head:lower():find("transfer-encoding", 1, true))
    end
  end)

  -- The lines of the head that the server got, each with how often it came, and how many there are.
  local function lines_of(headers)
    local reply = assert(transport.send{ method = "POST", url = server.url "echo", body = "{}", headers = headers })
    local lines, count = {}, 0
    for line in reply.body:match "^(.-\r\n)\r\n":gmatch "([^\r\n]*)\r\n" do
      lines[line], count = (lines[line] or 0) + 1, count + 1
    end
    return lines, count
  end

  it("sends each of many headers on a line of its own", function()
    local headers = { Authorization = "Basic abc", ["X-Empty"] = "", ["x-list"] = { "1", "", "3" } }
    for index = 1, 40 do headers["x-" .. index] = ("v"):rep(index) end
    for _, case in ipairs{ {}, { "text/plain", "Content-Type: text/plain" }, { "", "Content-Type:" } } do
      headers["Content-Type"] = case[1]
      local lines, count = lines_of(headers)
      for index = 1, 40 do assert.equal(1, lines[("x-%d: %s"):format(index, ("v"):rep(index))]) end
      assert.equal(1, lines["Authorization: Basic abc"])
      assert.equal(1, lines["X-Empty:"])
      assert.equal(1, lines["x-list: 1"])
      assert.equal(1, lines["x-list:"])
      assert.equal(1, lines["x-list: 3"])
      if case[2] then assert.equal(1, lines[case[2]]) end
      -- ours, and the request line, Host, Accept and Content-Length
      assert.equal(45 + 4 + (case[2] and 1 or 0), count)
    end
  end)

  it("sends a type and what goes with it", function()
    for _, name in ipairs{ "Content-Type", "content-type", "CONTENT-TYPE" } do
      for _, type in ipairs{ "application/json", "" } do
        local lines, count = lines_of{ [name] = type, ["x-one"] = "1" }
        assert.equal(1, lines[type == "" and name .. ":" or name .. ": " .. type])
        assert.equal(1, lines["x-one: 1"])
        assert.equal(2 + 4, count)
      end
    end
  end)

  it("sends one method after the other with nothing of the one before", function()
    local function sent(method, body)
      return assert(transport.send{ method = method, url = server.url "echo", body = body }).body
    end
    local steps = {
      { "POST", "one" }, { "POST", "two" }, { "GET" }, { "POST", "" }, { "POST", "three" }, { "PUT", "four" },
      { "POST", "five" }, { "GET" }, { "DELETE" }, { "POST", ("x"):rep(70000) }, { "POST", "six" },
    }
    for _, step in ipairs(steps) do
      local head, body = sent(step[1], step[2]):match "^(.-\r\n\r\n)(.*)$"
      assert.truthy(head:find("^" .. step[1] .. " /echo HTTP/1.1\r\n"))
      assert.equal(step[2] or "", body)
      local length = head:match "Content%-Length: (%d+)"
      assert.equal((step[2] or step[1] == "POST") and tostring(#(step[2] or "")) or nil, length)
    end
  end)

  it("adds no content type of its own", function()
    local reply = assert(transport.send{ method = "POST", url = server.url "echo", body = "a=b" })
    assert.is_nil(reply.body:lower():find("content-type", 1, true))
  end)

  for _, method in ipairs{ "PUT", "PATCH", "DELETE", "POST" } do
    it("sends a " .. method .. " with and without a body", function()
      local with = assert(transport.send{ method = method, url = server.url "echo", body = "text" })
      assert.truthy(with.body:find("^" .. method .. " /echo HTTP/1.1\r\n"))
      assert.equal("text", with.body:match "\r\n\r\n(.*)$")
      local without = assert(transport.send{ method = method, url = server.url "echo" })
      assert.truthy(without.body:find("^" .. method .. " /echo HTTP/1.1\r\n"))
      assert.equal("", without.body:match "\r\n\r\n(.*)$")
    end)
  end

  it("takes secrets as address, header and body", function()
    local reply = assert(transport.send{
      method = "POST", url = secret(server.url "echo"), body = secret "number=4111",
      headers = { Authorization = secret "Basic abc" },
    })
    assert.truthy(reply.body:find("\r\nAuthorization: Basic abc\r\n", 1, true))
    assert.equal("number=4111", reply.body:match "\r\n\r\n(.*)$")
  end)

  it("sends and receives a megabyte", function()
    local body = ("0123456789abcdef"):rep(65536)
    local reply = assert(transport.send{ method = "POST", url = server.url "echo", body = body })
    assert.equal(body, reply.body:match "\r\n\r\n(.*)$")
  end)

  it("uses a connection again", function()
    local fresh = assert(wait.transport{ timeout_ms = 30000 })
    local before = wait.stats().connections
    for _ = 1, 5 do assert(fresh.send{ url = server.url "ok", pool = "again" }) end
    assert.equal(1, wait.stats().connections - before)
  end)

  it("takes an answer of just max_reply bytes", function()
    assert.equal(1000, #assert(get("large/1000", { max_reply = 1000 })).body)
  end)
end)

describe("a request", function()
  local transport = assert(wait.transport{ timeout_ms = 20000, connect_ms = 5000 })

  local function refused(field, request, options)
    local reply, err = transport.send(request, options)
    assert.is_nil(reply)
    assert.equal("invalid", err.kind)
    assert.equal("not_sent", err.outcome)
    assert.equal(field, err.field)
    return err
  end

  it("goes over plain http to this machine only", function()
    for _, url in ipairs{ "http://example.com/", "http://10.0.0.1/", "http://127.0.0.1.example.com/",
      "http://localhost.example.com/", "http://[2001:db8::1]/", "http://1270.0.0.1/" } do
      refused("url", { url = url })
    end
    for _, url in ipairs{ "http://localhost:1/", "http://127.0.0.1:1/", "http://127.9.9.9:1/",
      "http://[::1]:1/", "http://LOCALHOST:1/" } do
      local reply, err = transport.send{ url = url }
      assert.is_nil(reply)
      assert.equal("network", err.kind)
    end
  end)

  it("goes over plain http elsewhere where that is allowed", function()
    local _, err = transport.send({ url = "http://192.0.2.1:1/" }, { allow_http = true, connect_ms = 50 })
    assert.not_equal("invalid", err.kind)
    assert.equal("not_sent", err.outcome)
  end)

  it("has an https address without blanks, control characters, bytes beyond ASCII or a user", function()
    for _, url in ipairs{ "", "x", "ftp://localhost/", "file:///etc/passwd", "https://", "//localhost/",
      "http://localhost/a b", "http://localhost/\r\nX: 1", "http://localhost/\0", "http://localhost/\127",
      "http://localhost/\195\164", "http://me@localhost/", "http://me:pw@localhost/",
      "http://localhost:99999/", "http://localhost/" .. ("x"):rep(17000) } do
      refused("url", { url = url })
    end
  end)

  it("has header names that are tokens and values without control characters", function()
    for name, value in pairs{ ["X:"] = "a", ["X Y"] = "a", [""] = "a", ["X\r\nY"] = "a", ["X\0"] = "a",
      ["X-\195\164"] = "a", A = "a\r\nB: c", B = "a\nb", C = "a\rb", D = "a\0b", E = "\27[31m" } do
      refused("headers", { url = "http://localhost:1/", headers = { [name] = value } })
    end
  end)

  it("leaves the framing to the transport", function()
    for _, name in ipairs{ "Content-Length", "transfer-encoding", "Connection", "Expect", "TE", "Upgrade" } do
      refused("headers", { url = "http://localhost:1/", headers = { [name] = "1" } })
    end
  end)

  it("has a method in upper case", function()
    for _, method in ipairs{ "", "get", "GE T", "GET\r\n", "CONNECT", ("X"):rep(17) } do
      refused("method", { url = "http://localhost:1/", method = method })
    end
  end)

  it("has a body of at most 4 MiB", function()
    refused("body", { url = "http://localhost:1/", method = "POST", body = ("x"):rep(4194305) })
  end)

  it("never says in an error what was refused", function()
    local err = refused("headers", { url = "http://localhost:1/", headers = { A = "4111\r\n" } })
    assert.is_nil(tostring(err):find("4111", 1, true))
  end)

  it("of the wrong shape is the programmer's fault", function()
    local core = require "obol.core"
    for _, request in ipairs{ {}, { url = 1 }, { url = "http://localhost:1/", boddy = "" },
      { url = "http://localhost:1/", body = 1 }, { url = "http://localhost:1/", headers = "a" },
      { url = "http://localhost:1/", headers = { "a" } }, { url = "http://localhost:1/", headers = { a = true } },
      { url = "http://localhost:1/", repeat_safe = 1 }, { "http://localhost:1/" } } do
      assert.has_error(function() transport.send(request) end)
      assert.has_error(function() core.net.send(request) end)
    end
    assert.has_error(function() transport.send() end)
    assert.has_error(function() transport.send "http://localhost:1/" end)
  end)
end)

describe("the options of the transport", function()
  it("are checked together when it is made", function()
    local transport, err = wait.transport{ timeout = 1, connect_ms = 0, max_reply = 1.5, allow_http = 1,
      ca_file = "a\n" }
    assert.is_nil(transport)
    assert.equal("invalid", err.kind)
    local names = {}
    for index, problem in ipairs(err.fields) do names[index] = problem.field end
    assert.same({ "allow_http", "ca_file", "connect_ms", "max_reply", "timeout" }, names)
  end)

  it("are checked at a call", function()
    local transport = assert(wait.transport())
    local reply, err = transport.send({ url = "http://localhost:1/" }, { timeout_ms = -1 })
    assert.is_nil(reply)
    assert.equal("invalid", err.kind)
    assert.equal("not_sent", err.outcome)
    assert.equal("timeout_ms", err.field)
  end)
end)
