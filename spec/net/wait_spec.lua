local support = require "spec.net.support"
local errors = require "obol.error"
local wait = require "obol.wait"

-- Milliseconds within which something ends also on a busy machine.
local SOON = 10000

describe("waiting", function()
  local server, transport

  setup(function()
    server = support.server()
    transport = assert(wait.transport{ timeout_ms = 30000 })
  end)

  teardown(function() support.stop_server(server) end)

  local function slow(ms, options) return transport.send({ url = server.url("slow/" .. ms) }, options) end

  describe("all", function()
    it("gives a list of results for each function", function()
      local a, b, c = wait.all(function() return 1, nil, 3, nil end, function() end,
        function() return assert(slow(10)).body end)
      assert.equal(4, a.n)
      assert.equal(1, a[1])
      assert.is_nil(a[2])
      assert.equal(3, a[3])
      assert.same({ n = 0 }, b)
      assert.same({ n = 1, "/slow/10" }, c)
      assert.equal(0, select("#", wait.all()))
    end)

    it("has 200 calls under way at once", function()
      local calls, request = {}, { url = server.url "held/many" }
      for index = 1, 200 do calls[index] = function() return assert(transport.send(request)).status end end
      calls[201] = function()
        repeat wait.sleep(10) until server.count "held" >= 200
        server.release "many"
      end
      local results = { wait.all((table.unpack or unpack)(calls)) }
      for index = 1, 200 do assert.equal(200, results[index][1]) end
      assert.equal(200, (select(3, server.count "held")))
    end)

    it("lets several calls of one function follow each other", function()
      local begun, at_first = 0, nil
      local function three()
        begun = begun + 1
        local first = slow(50).status
        at_first = at_first or begun
        return first + slow(50).status + slow(50).status
      end
      local took, a = support.timed(function() return wait.all(three, three, three) end)
      assert.same({ n = 1, 600 }, a)
      assert.is_true(took >= 150)
      assert.equal(3, at_first)
    end)

    it("may be nested", function()
      local begun, at_first = 0, nil
      local function ask()
        begun = begun + 1
        local reply = slow(50)
        at_first = at_first or begun
        return reply
      end
      local a, b = wait.all(function()
        local x, y = wait.all(function() return ask().body end, function()
          local inner = wait.all(function() return ask().status end)
          return inner[1]
        end)
        return x[1], y[1]
      end, function()
        local none = wait.all(function() return "at once" end)
        return none[1], ask().status
      end)
      assert.same({ n = 2, "/slow/50", 200 }, a)
      assert.same({ n = 2, "at once", 200 }, b)
      assert.equal(3, at_first)
    end)

    it("gives an error that a call returned like any result", function()
      local a, b = wait.all(function() return transport.send{ url = server.url "close" } end,
        function() return slow(10).status end)
      assert.equal(2, a.n)
      assert.is_nil(a[1])
      assert.equal("network", a[2].kind)
      assert.equal("unknown", a[2].outcome)
      assert.same({ n = 1, 200 }, b)
    end)

    it("turns an error object that was raised into nil and that object", function()
      local err = errors.new{ kind = "declined", message = "no" }
      local a, b = wait.all(function() error(err) end, function() return slow(10).status end)
      assert.equal(2, a.n)
      assert.is_nil(a[1])
      assert.equal(err, a[2])
      assert.same({ n = 1, 200 }, b)
    end)

    it("raises any other error, after all have ended", function()
      local ended
      local ok, err = pcall(wait.all, function() error "mine" end, function()
        slow(100)
        ended = true
      end)
      assert.is_false(ok)
      assert.truthy(tostring(err):find "mine")
      assert.is_true(ended)
      assert.equal(200, slow(10).status)
    end)

    it("survives a pcall around a call", function()
      local a = wait.all(function() return pcall(slow, 50) end)
      assert.is_true(a[1])
      assert.equal(200, a[2].status)
    end)

    it("blocks where a coroutine cannot be left", function()
      local a = wait.all(function()
        local list = { 2, 1 }
        table.sort(list, function(x, y) return slow(10).status == 200 and x < y end)
        return list[1]
      end)
      assert.same({ n = 1, 1 }, a)
    end)

    it("blocks in a coroutine of the function's own", function()
      local a = wait.all(function()
        local inner = coroutine.wrap(function() coroutine.yield(slow(10).status) end)
        return inner()
      end)
      assert.same({ n = 1, 200 }, a)
    end)

    it("refuses a function that yields to nobody", function()
      local ok, err = pcall(wait.all, function() coroutine.yield "what" end)
      assert.is_false(ok)
      assert.truthy(tostring(err):find "yielded")
    end)

    it("sleeps without holding up the others", function()
      local caller, naps = false, 0
      wait.all(function()
        repeat wait.sleep(10) naps = naps + 1 until caller or naps == 1000
      end, function()
        slow(50)
        caller = true
      end)
      assert.is_true(naps > 1 and naps < 1000, naps .. " naps")
    end)

    it("takes functions only", function()
      assert.has_error(function() wait.all(1) end)
      assert.has_error(function() wait.all(function() end, nil) end)
    end)
  end)

  it("sleeps", function()
    local took = support.timed(wait.sleep, 60)
    assert.is_true(took >= 60 and took < 10000)
    assert.has_error(function() wait.sleep "1" end)
    assert.has_error(function() wait.sleep(-1) end)
  end)

  describe("for an event loop", function()
    local socket = require "socket"

    it("submits, polls and takes", function()
      local id = assert(transport.submit{ url = server.url "held/one" })
      assert.equal(0, select("#", transport.take(id)))
      assert.same({}, transport.poll())
      assert.is_false(transport.wait(id, 10))
      server.release "one"
      assert.is_true(transport.wait(id, SOON))
      assert.same({ id }, transport.poll())
      assert.same({}, transport.poll())
      assert.equal("/held/one", transport.take(id).body)
      local reply, err = transport.take(id)
      assert.is_nil(reply)
      assert.equal("not_found", err.kind)
    end)

    it("announces on a descriptor", function()
      local fd = assert(transport.fd())
      assert.equal(fd, transport.fd())
      local readable = { getfd = function() return fd end, dirty = function() return false end }
      local left, done = {}, {}
      transport.poll()
      for _ = 1, 20 do left[assert(transport.submit{ url = server.url "slow/50" })] = true end
      local deadline = socket.gettime() + 30
      while next(left) and socket.gettime() < deadline do
        socket.select({ readable }, nil, 1)
        for _, id in ipairs(transport.poll()) do
          assert.is_true(left[id])
          left[id] = nil
          done[#done + 1] = transport.take(id).status
        end
      end
      assert.equal(20, #done)
      -- and is silent in the end; a line may come after the id was already taken
      local silent
      for _ = 1, 20 do
        assert.same({}, transport.poll())
        silent = #socket.select({ readable }, nil, 0.05) == 0
        if silent then break end
      end
      assert.is_true(silent)
    end)

    it("keeps the ids of two transports apart", function()
      local other = assert(wait.transport())
      local id = assert(transport.submit{ url = server.url "ok" })
      assert.is_true(transport.wait(id, SOON))
      assert.same({}, other.poll())
      local reply, err = other.take(id)
      assert.is_nil(reply)
      assert.equal("not_found", err.kind)
      assert.is_nil(other.cancel(id))
      assert.equal(200, transport.take(id).status)
    end)

    it("cancels what is under way", function()
      local before = server.count "stall_headers"
      local id = assert(transport.submit{ url = server.url "stall_headers" })
      assert.is_true(support.eventually(function() return server.count "stall_headers" > before end))
      assert.equal("unknown", transport.cancel(id))
      assert.is_nil(transport.cancel(id))
      local _, err = transport.take(id)
      assert.equal("not_found", err.kind)
      assert.is_true(support.eventually(function() return wait.stats().pending == 0 end))
    end)

    it("cancels what was not sent, and then nothing is sent", function()
      local url = ("http://127.0.0.1:%d/"):format(server.full)
      local id = assert(transport.submit({ url = url }, { connect_ms = 30000 }))
      wait.sleep(50)
      assert.equal("not_sent", transport.cancel(id))
    end)

    it("cancels what is done", function()
      local id = assert(transport.submit{ url = server.url "ok" })
      assert.is_true(transport.wait(id, SOON))
      assert.equal("answered", transport.cancel(id))
      assert.equal(0, wait.stats().done)
    end)

    it("forgets a result that nobody takes in time", function()
      local before = wait.stats().expired
      local id = assert(transport.submit({ url = server.url "ok" }, { keep_ms = 100 }))
      assert.is_true(transport.wait(id, SOON))
      wait.sleep(150)
      local reply, err = transport.take(id)
      assert.is_nil(reply)
      assert.equal("not_found", err.kind)
      assert.equal("unknown", err.outcome)
      assert.equal(1, wait.stats().expired - before)
    end)

    it("lets go of the results of a transport that is gone", function()
      local gone = assert(wait.transport())
      local id = assert(gone.submit{ url = server.url "ok" })
      assert.is_true(gone.wait(id, SOON))
      assert(gone.submit{ url = server.url "held/gone" })
      assert.equal(1, wait.stats().done)
      gone = nil
      support.collect()
      assert.is_nil(gone)
      server.release "gone"
      assert.is_true(support.eventually(function()
        support.collect()
        return wait.stats().pending == 0 and wait.stats().done == 0
      end))
    end)

    it("refuses what is no id", function()
      for _, id in ipairs{ 0, -1, 1.5, "x", {} } do
        assert.has_error(function() transport.take(id) end)
        assert.has_error(function() transport.cancel(id) end)
      end
    end)
  end)
end)
