local support = require "spec.net.support"
local errors = require "obol.error"
local wait = require "obol.wait"

describe("waiting", function()
  local server, transport

  setup(function()
    server = support.server()
    transport = assert(wait.transport{ timeout_ms = 5000 })
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
      local calls = {}
      for index = 1, 200 do
        calls[index] = function() return assert(slow(300, { timeout_ms = 10000 })).status end
      end
      local took, results = support.timed(function() return { wait.all((table.unpack or unpack)(calls)) } end)
      assert.equal(200, #results)
      for index = 1, 200 do assert.equal(200, results[index][1]) end
      assert.is_true(took >= 300)
      assert.is_true(took < 1500, ("took %d ms"):format(took))
    end)

    it("lets several calls of one function follow each other", function()
      local function three() return slow(50).status + slow(50).status + slow(50).status end
      local took, a = support.timed(function() return wait.all(three, three, three) end)
      assert.same({ n = 1, 600 }, a)
      assert.is_true(took >= 150 and took < 400, ("took %d ms"):format(took))
    end)

    it("may be nested", function()
      local took, a, b = support.timed(function()
        return wait.all(function()
          local x, y = wait.all(function() return slow(150).body end, function()
            local inner = wait.all(function() return slow(150).status end)
            return inner[1]
          end)
          return x[1], y[1]
        end, function()
          local none = wait.all(function() return "at once" end)
          return none[1], slow(150).status
        end)
      end)
      assert.same({ n = 2, "/slow/150", 200 }, a)
      assert.same({ n = 2, "at once", 200 }, b)
      assert.is_true(took < 300, ("took %d ms"):format(took))
    end)

    it("gives an error that a call returned like any result", function()
      local a, b = wait.all(function() return slow(5000, { timeout_ms = 100 }) end,
        function() return slow(10).status end)
      assert.equal(2, a.n)
      assert.is_nil(a[1])
      assert.equal("timeout", a[2].kind)
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
      local order = {}
      local took = support.timed(wait.all, function()
        wait.sleep(150)
        order[#order + 1] = "sleeper"
      end, function()
        slow(50)
        order[#order + 1] = "caller"
      end, function()
        wait.sleep(10)
        order[#order + 1] = "napper"
      end)
      assert.same({ "napper", "caller", "sleeper" }, order)
      assert.is_true(took >= 150 and took < 400, ("took %d ms"):format(took))
    end)

    it("takes functions only", function()
      assert.has_error(function() wait.all(1) end)
      assert.has_error(function() wait.all(function() end, nil) end)
    end)
  end)

  it("sleeps", function()
    local took = support.timed(wait.sleep, 60)
    assert.is_true(took >= 60 and took < 200)
    assert.has_error(function() wait.sleep "1" end)
    assert.has_error(function() wait.sleep(-1) end)
  end)

  describe("for an event loop", function()
    local socket = require "socket"

    it("submits, polls and takes", function()
      local id = assert(transport.submit{ url = server.url "slow/100" })
      assert.equal(0, select("#", transport.take(id)))
      assert.same({}, transport.poll())
      assert.is_false(transport.wait(id, 10))
      assert.is_true(transport.wait(id, 2000))
      assert.same({ id }, transport.poll())
      assert.same({}, transport.poll())
      assert.equal("/slow/100", transport.take(id).body)
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
      local deadline = socket.gettime() + 3
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
      assert.is_true(transport.wait(id, 2000))
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
      for _ = 1, 100 do
        if server.count "stall_headers" > before then break end
      end
      assert.equal("unknown", transport.cancel(id))
      assert.is_nil(transport.cancel(id))
      local _, err = transport.take(id)
      assert.equal("not_found", err.kind)
      for _ = 1, 100 do
        if wait.stats().pending == 0 then break end
        wait.sleep(10)
      end
      assert.equal(0, wait.stats().pending)
    end)

    it("cancels what was not sent, and then nothing is sent", function()
      local id = assert(transport.submit({ url = ("http://127.0.0.1:%d/"):format(server.full) }, { connect_ms = 3000 }))
      wait.sleep(50)
      assert.equal("not_sent", transport.cancel(id))
    end)

    it("cancels what is done", function()
      local id = assert(transport.submit{ url = server.url "ok" })
      assert.is_true(transport.wait(id, 2000))
      assert.equal("answered", transport.cancel(id))
      assert.equal(0, wait.stats().done)
    end)

    it("forgets a result that nobody takes in time", function()
      local before = wait.stats().expired
      local id = assert(transport.submit({ url = server.url "ok" }, { keep_ms = 100 }))
      assert.is_true(transport.wait(id, 2000))
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
      assert.is_true(gone.wait(id, 2000))
      assert(gone.submit{ url = server.url "slow/50" })
      assert.equal(1, wait.stats().done)
      gone = nil
      collectgarbage()
      collectgarbage()
      assert.is_nil(gone)
      wait.sleep(100)
      assert.equal(0, wait.stats().done)
      assert.equal(0, wait.stats().pending)
    end)

    it("refuses what is no id", function()
      for _, id in ipairs{ 0, -1, 1.5, "x", {} } do
        assert.has_error(function() transport.take(id) end)
        assert.has_error(function() transport.cancel(id) end)
      end
    end)
  end)
end)
