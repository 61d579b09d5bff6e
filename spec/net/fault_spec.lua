local support = require "spec.net.support"
local wait = require "obol.wait"

describe("a fault", function()
  local server, transport

  setup(function()
    server = support.server()
    transport = assert(wait.transport{ timeout_ms = 30000 })
  end)

  teardown(function() support.stop_server(server) end)

  -- Milliseconds within which any of these calls ends, also on a busy machine; the transport's own limit and
  -- the servers' patience are far beyond.
  local SOON = 12000

  -- The error of a call.
  local function fails(kind, outcome, request, options)
    local took, reply, err = support.timed(transport.send, request, options)
    assert.is_nil(reply)
    assert.equal(outcome, err.outcome)
    assert.equal(kind, err.kind)
    assert.is_true(took < SOON, ("took %d ms"):format(took))
    return err, took
  end

  local function post(path) return { method = "POST", url = server.url(path), body = "pay=1" } end

  describe("before anything was sent", function()
    it("is a refused connection", function()
      fails("network", "not_sent", { url = "http://127.0.0.1:1/" })
    end)

    it("is a name that does not exist", function()
      fails("network", "not_sent", { url = "https://no-such-host.invalid/" })
    end)

    it("is a connection that does not come about in time", function()
      local err, took = fails("timeout", "not_sent",
        { url = ("http://127.0.0.1:%d/"):format(server.full) }, { connect_ms = 300 })
      assert.truthy(err.message:find "connect_ms")
      assert.is_true(took >= 250)
    end)

    it("is a connection reset during the TLS handshake", function()
      fails("network", "not_sent",
        { method = "POST", url = (server.url "ok":gsub("^http:", "https:")), body = "pay=1" })
    end)

    it("is a TLS handshake that does not come to an end", function()
      fails("timeout", "not_sent",
        { method = "POST", url = ("https://127.0.0.1:%d/"):format(server.full), body = "pay=1" }, { timeout_ms = 300 })
    end)
  end)

  describe("after the request was sent", function()
    local closed = {
      { "close", "network" }, { "reset", "network" }, { "reset_in_body", "network" },
      { "truncated", "network" }, { "truncated_chunk", "network" }, { "no_last_chunk", "network" },
      { "not_http", "provider" }, { "no_status", "provider" }, { "nul_header", "provider" },
      { "two_lengths", "provider" }, { "two_same_lengths", "provider" }, { "list_length", "provider" },
      { "length_and_chunked", "provider" }, { "many_headers", "provider" }, { "big_header", "provider" },
      { "flood", "provider" }, { "interim_flood", "provider" },
    }
    for _, case in ipairs(closed) do
      it(case[1] .. " leaves the outcome unknown", function()
        local before = server.count(case[1])
        fails(case[2], "unknown", post(case[1]))
        assert.equal(1, server.count(case[1]) - before)
      end)
    end

    -- All at once, with limits within which a busy machine connects and sends.
    describe("without an end", function()
      local first_byte, slow_body = { first_byte_ms = 1000 }, { first_byte_ms = 1000, timeout_ms = 2500 }
      local cases = { stall_headers = { timeout_ms = 1500 }, half_headers = { timeout_ms = 1500 },
        stall_body = { timeout_ms = 1500 }, drip = { timeout_ms = 1500 }, drip_headers = { timeout_ms = 1500 } }
      local ended = {}

      setup(function()
        local calls = {}
        local function add(name, path, options)
          calls[#calls + 1] = function() ended[name] = { fails("timeout", "unknown", post(path), options) } end
        end
        for path, options in pairs(cases) do add(path, path, options) end
        add("first byte", "stall_headers", first_byte)
        add("slow body", "drip", slow_body)
        wait.all((table.unpack or unpack)(calls))
      end)

      for path, options in pairs(cases) do
        it(path .. " ends at the total limit", function()
          local err, took = ended[path][1], ended[path][2]
          assert.truthy(err.message:find "timeout_ms")
          assert.is_true(took >= options.timeout_ms - 50)
        end)
      end

      it("stalled headers end at the first-byte limit", function()
        assert.truthy(ended["first byte"][1].message:find "first_byte_ms")
      end)

      it("a slow body does not end at the first-byte limit", function()
        assert.truthy(ended["slow body"][1].message:find "timeout_ms")
        assert.is_true(ended["slow body"][2] >= slow_body.timeout_ms - 50)
        assert.equal("/slow/200", assert(transport.send(post "slow/200", { first_byte_ms = 5000 })).body)
      end)
    end)

    for _, path in ipairs{ "endless", "endless_chunks" } do
      it(path .. " ends at the reply's ceiling", function()
        fails("provider", "unknown", post(path), { max_reply = 1048576 })
      end)
    end

    it("one byte more than the ceiling is too much", function()
      local err = fails("provider", "unknown", post "large/1001", { max_reply = 1000 })
      assert.truthy(err.message:find "max_reply")
    end)
  end)

  describe("of compression", function()
    it("cannot be a bomb: what was not asked for is not unpacked", function()
      local reply = assert(transport.send(post "gzip", { max_reply = 100000 }))
      assert.equal("gzip", reply.headers["content-encoding"])
      assert.is_true(#reply.body < 100000)
    end)

    it("in the transfer ends at the ceiling, counted after unpacking", function()
      local reply, err = transport.send(post "gzip_transfer", { max_reply = 1048576 })
      assert.is_nil(reply)
      assert.equal("unknown", err.outcome)
      assert.equal("provider", err.kind)
    end)
  end)

  describe("of an idle connection", function()
    -- each case in a pool of its own, so that the second request finds the first one's connection
    local cases = {
      { "a POST", { method = "POST", body = "pay=1" } },
      { "a POST without a body", { method = "POST" } },
      { "a POST of 1 MiB", { method = "POST", body = ("x"):rep(1048576) } },
      { "a PUT", { method = "PUT", body = "pay=1" } },
      { "a DELETE", { method = "DELETE" } },
      { "a GET", {} },
    }
    for _, path in ipairs{ "idle_close", "idle_reset" } do
      for index, case in ipairs(cases) do
        it(("closed (%s) after it read %s: sent once"):format(path, case[1]), function()
          local request = { url = server.url(path), pool = path .. index }
          for name, value in pairs(case[2]) do request[name] = value end
          local before, connections = server.count(path)
          assert.equal("first", assert(transport.send(request)).body)
          fails("network", "unknown", request)
          local after, connections_after = server.count(path)
          assert.equal(2, after - before)
          assert.equal(1, connections_after - connections)
        end)
      end

      it(("closed (%s): what may arrive twice is sent again"):format(path), function()
        local request = { method = "POST", body = "ask=1", url = server.url(path), pool = path .. "again",
          repeat_safe = true }
        local before, connections = server.count(path)
        assert.equal("first", assert(transport.send(request)).body)
        assert.equal("first", assert(transport.send(request)).body)
        local after, connections_after = server.count(path)
        assert.equal(3, after - before)
        assert.equal(2, connections_after - connections)
      end)

      it(("closed (%s): the caller's word can forbid that"):format(path), function()
        local request = { method = "POST", body = "ask=1", url = server.url(path), pool = path .. "never",
          repeat_safe = true }
        local before = server.count(path)
        assert.equal("first", assert(transport.send(request)).body)
        fails("network", "unknown", request, { repeat_safe = false })
        assert.equal(2, server.count(path) - before)
      end)
    end
  end)

  it("leaves nothing behind", function()
    collectgarbage()
    local stats = wait.stats()
    assert.equal(0, stats.pending)
    assert.equal(0, stats.done)
  end)
end)
