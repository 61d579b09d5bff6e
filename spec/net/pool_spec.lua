local support = require "spec.net.support"
local wait = require "obol.wait"

describe("connections", function()
  local server, transport

  setup(function()
    server = support.server()
    transport = assert(wait.transport{ timeout_ms = 30000 })
  end)

  teardown(function() support.stop_server(server) end)

  local function connections(requests)
    local _, before = server.count "echo"
    for _, case in ipairs(requests) do
      assert(transport.send({ url = server.url "echo", pool = case.pool }, case.options))
    end
    local _, after = server.count "echo"
    return after - before
  end

  it("are used again within a pool", function()
    assert.equal(1, connections{ { pool = "a" }, { pool = "a" }, { pool = "a" } })
  end)

  it("are never shared between pools", function()
    assert.equal(2, connections{ { pool = "b" }, { pool = "c" }, { pool = "b" }, { pool = "c" } })
  end)

  it("are never shared between accounts that name no pool", function()
    local one, two = { options = { account = "one" } }, { options = { account = "two" } }
    assert.equal(2, connections{ one, two, one, two })
  end)

  it("are never shared between different trust or proxies", function()
    local trust = { pool = "d", options = { ca_file = "/etc/ssl/certs/ca-certificates.crt" } }
    assert.equal(2, connections{ { pool = "d" }, trust, { pool = "d" }, trust })
  end)

  it("cannot be reached by a name made to look like two", function()
    assert.equal(2, connections{ { pool = "e\0f" }, { pool = "f", options = { ca_file = "e" } } })
  end)

  it("that the server leaves while they are idle cost nothing, and are made anew", function()
    for index = 1, 5 do
      assert.equal("bye", assert(transport.send{ url = server.url "leaves", pool = "leaves" .. index }).body)
    end
    -- they are left during this call, which has the same descriptors to wait for
    local before = os.clock()
    assert(transport.send{ url = server.url "slow/1000", pool = "slow" })
    assert.is_true(os.clock() - before < 0.3, "it waits without work")
    for index = 5, 1, -1 do
      local request = { url = server.url "leaves", pool = "leaves" .. index }
      assert.equal("bye", assert(transport.send(request)).body)
      assert(transport.send{ url = server.url "slow/200", pool = "slow" })
    end
  end)

  it("of very many pools do not stay", function()
    for index = 1, 150 do assert(transport.send{ url = server.url "ok", pool = "many" .. index }) end
    assert.is_true(wait.stats().pools <= 70)
  end)
end)

describe("a proxy", function()
  local server

  setup(function() server = support.server() end)
  teardown(function() support.stop_server(server) end)

  local script = [[
    local transport = assert(require("obol.wait").transport{ timeout_ms = 20000, proxy = %s, allow_http = true })
    local reply, err = transport.send{ url = "%s" }
    print(reply and reply.body:match "^%%u+ %%S+" or err.outcome)
  ]]

  local function run(proxy, url, without)
    local variables = ("http_proxy=%s HTTP_PROXY=%s ALL_PROXY=%s no_proxy=%s "):format(
      server.url "", server.url "", server.url "", without or "")
    return support.run(script:format(proxy, url), variables):match "%S[^\n]*"
  end

  it("from the environment is passed over", function()
    assert.equal("GET /echo", run("false", server.url "echo"))
    assert.equal("not_sent", run("nil", "http://no-such-host.invalid/echo"))
  end)

  it("from the environment is used when asked for", function()
    assert.equal("GET http://no-such-host.invalid/echo", run("true", "http://no-such-host.invalid/echo"))
  end)

  it("is used when it is named, but never for this machine", function()
    local named = ("%q"):format(server.url "")
    assert.equal("GET http://no-such-host.invalid/echo", run(named, "http://no-such-host.invalid/echo"))
    assert.equal("GET /echo", run(named, server.url "echo"))
  end)

  it("that is named is used whatever exceptions the environment names", function()
    local named = ("%q"):format(server.url "")
    assert.equal("GET http://no-such-host.invalid/echo", run(named, "http://no-such-host.invalid/echo", "'*'"))
    assert.equal("not_sent", run("true", "http://no-such-host.invalid/echo", "'*'"))
  end)
end)
