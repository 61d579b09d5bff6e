-- Calls that nobody could attend to in time: what is said of them is true, and nothing gets lost.

local support = require "spec.net.support"
local wait = require "obol.wait"

describe("a call that waits for others", function()
  local server, transport

  setup(function()
    server = support.server()
    transport = assert(wait.transport{ timeout_ms = 30000 })
  end)

  teardown(function() support.stop_server(server) end)

  it("is not sent when its time is over before it could begin", function()
    local output, code = support.run(([[
      local wait = require "obol.wait"
      local transport = assert(wait.transport())
      local late = wait.all(
        function() return transport.send({ method = "POST", url = "%s", body = "pay" }, { timeout_ms = 100 }) end,
        function() os.execute "sleep 0.3" end)
      print(late[1], late[2].kind, late[2].outcome)
    ]]):format(server.url "slow/50"))
    assert.equal("nil\ttimeout\tnot_sent\n", output)
    assert.equal(0, code)
    assert.equal(0, (server.count "slow"))
  end)

  it("keeps its result for whoever waits, longer than keep_ms", function()
    local options = { keep_ms = 20 }
    local first = wait.all(
      function() return transport.send({ url = server.url "slow/10" }, options) end,
      function()
        -- in a coroutine that `all` does not know, so that this call blocks
        return coroutine.wrap(function() return transport.send({ url = server.url "slow/200" }, options) end)()
      end)
    assert.equal(200, type(first[1]) == "table" and first[1].status or tostring(first[2]))
    assert.equal(200, assert(transport.send({ url = server.url "ok" }, { keep_ms = 1 })).status)
  end)

  describe("and is canceled when it has ended", function()
    local function ended(request, options)
      local id = assert(transport.submit(request, options))
      assert.is_true(transport.wait(id, 15000))
      local outcome = transport.cancel(id)
      local _, err = transport.take(id)
      assert.equal("not_found", err.kind)
      assert.is_nil(transport.cancel(id))
      return outcome
    end

    it("says so when it was refused, and nothing was sent", function()
      assert.equal("not_sent", ended{ url = "http://127.0.0.1:1/" })
    end)

    it("says that nobody knows when no answer came", function()
      assert.equal("unknown", ended({ url = server.url "stall_headers" }, { timeout_ms = 1500 }))
    end)

    it("says that there was an answer", function()
      assert.equal("answered", ended{ url = server.url "ok" })
    end)
  end)
end)
