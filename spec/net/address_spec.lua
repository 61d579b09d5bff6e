-- One connection and one handle of libcurl serve these calls one after another: what each of them
-- asks for is its own.

local support = require "spec.net.support"
local wait = require "obol.wait"

describe("an address", function()
  local server, transport

  setup(function()
    server = support.server()
    transport = assert(wait.transport{ timeout_ms = 30000 })
  end)

  teardown(function() support.stop_server(server) end)

  -- The target and the Host header as the server got them.
  local function asked(url)
    local body = assert(transport.send{ url = url, pool = "one" }).body
    return body:match "^GET (%S+) ", body:match "\r\nHost: ([^\r]+)"
  end

  it("is asked for as it stands, whatever was asked for before", function()
    for _, case in ipairs{
      { "echo/a" }, { "echo/b?x=1&y=%2f" }, { "echo/c" }, { "echo?" }, { "echo/d#part", "/echo/d" }, { "echo/e" },
      { "ok/../echo/./f", "/echo/f" }, { "echo/v1.2/g" }, { "echo/%2F%c3" }, { "echo//h/" }, { "echo/i?u=http://j/k" },
      { "echo/l:m@n" }, { "echo" }, { "echo/v1.2/o" }, { "echo/.well-known/p" }, { "echo/q/..", "/echo/" },
      { "echo/v1.2/r" }, { "echo/s/.", "/echo/s/" }, { "echo/..t" }, { "echo/u.v./w" },
    } do
      local target, host = asked(server.url(case[1]))
      assert.equal(case[2] or "/" .. case[1], target)
      assert.equal("127.0.0.1:" .. server.port, host)
    end
    local _, connections = server.count "echo"
    assert.equal(1, connections)
  end)

  it("of another host or port is not taken for that of the last", function()
    assert.same({ "/echo/a", "127.0.0.1:" .. server.port }, { asked(server.url "echo/a") })
    local named = ("localhost:%d"):format(server.port)
    assert.same({ "/echo/b", named }, { asked("http://" .. named .. "/echo/b") })
    assert.same({ "/echo/c", "127.0.0.1:" .. server.port }, { asked(server.url "echo/c") })
    local before = server.count "echo"
    local _, err = transport.send{ url = ("http://127.0.0.1:%d0/echo/d"):format(server.port), pool = "one" }
    assert.equal("not_sent", err.outcome)
    assert.same({ "/echo/e", "127.0.0.1:" .. server.port }, { asked(server.url "echo/e") })
    assert.equal(before + 1, (server.count "echo"))
  end)

  it("that is longer than usual is asked for whole", function()
    local host = ("%s.%s.localhost:%d"):format(("a"):rep(60), ("b"):rep(60), server.port)
    for _, path in ipairs{ "/echo/a", "/echo/b?c", "/echo/d" } do
      local url = "http://" .. host .. path
      local body = assert(transport.send({ url = url, pool = "one" }, { allow_http = true })).body
      assert.same({ path, host }, { body:match "^GET (%S+) ", body:match "\r\nHost: ([^\r]+)" })
    end
    local path = ("echo/%s"):format(("p"):rep(8000))
    assert.equal("/" .. path, (asked(server.url(path))))
    assert.equal("/echo", (asked(server.url "echo")))
  end)
end)
