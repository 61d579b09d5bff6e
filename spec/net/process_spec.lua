local memory = require "spec.net.memory"
local support = require "spec.net.support"

-- What a process does at its end, and what it leaves behind.
describe("a process with calls under way", function()
  local server, folder, tls

  setup(function()
    server = support.server()
    folder = support.folder()
    tls = support.tls_nginx(folder)
  end)

  teardown(function()
    support.stop_server(server)
    support.stop(tls)
    support.remove(folder)
  end)

  local traffic = [[
    local wait = require "obol.wait"
    local transport = assert(wait.transport{ ca_file = %q, timeout_ms = 30000 })
    for index = 1, 20 do
      assert(transport.submit{ url = %q, pool = index %% 3 == 0 and "a" or "b" })
    end
    if %s then assert(transport.fd()) end
    for _ = 1, %d do transport.wait(nil, 30000) for _, id in ipairs(transport.poll()) do transport.take(id) end end
    %s
  ]]

  -- (A leak checker sees nothing in LuaJIT's own memory, nor of a thread that ends with the process.)
  it("ends cleanly in the middle of TLS traffic, 50 times", function()
    local ends = { "", "os.exit(0)", "os.exit(0, true)", "collectgarbage()" }
    for run = 1, 50 do
      local output, code = support.run(traffic:format(tls.ca_file, tls.url, tostring(run % 2 == 0), run % 5,
        ends[run % 4 + 1]), "ASAN_OPTIONS=detect_leaks=0 ")
      assert.equal("", output)
      assert.equal(0, code)
    end
  end)

  it("ends at once, though an answer is still to come", function()
    local took, output, code = support.timed(support.run, ([[
      local transport = assert(require("obol.wait").transport())
      for _ = 1, 5 do assert(transport.submit{ url = %q }) end
      require("obol.wait").sleep(100)
    ]]):format(server.url "stall_headers"))
    assert.equal("", output)
    assert.equal(0, code)
    assert.is_true(took < 20000, ("took %d ms"):format(took))
  end)

  it("ends at once, though a name server does not answer", function()
    local resolver = support.silent_resolver(folder)
    if not resolver then return pending "no name space of our own can be made here" end
    local took, output, code = support.timed(support.run, [[
      local wait = require "obol.wait"
      local core = require "obol.core"
      local transport = assert(wait.transport{ timeout_ms = 600 })
      local started = core.monotonic_ms()
      local reply, err = transport.send{ url = "https://pay.example.com/" }
      local took = core.monotonic_ms() - started
      print(reply, err.kind, err.outcome, took < 15000 or took)
    ]], resolver)
    assert.equal("nil\ttimeout\tnot_sent\ttrue\n", output)
    assert.equal(0, code)
    assert.is_true(took < 20000, ("took %d ms"):format(took))
  end)

  -- Sends a number that stands in a file.
  local sending = [[
    local secret = require "obol.secret"
    local transport = assert(require("obol.wait").transport{ timeout_ms = 30000 })
    local body = assert(secret.file(%q))
    for _, repeat_safe in ipairs{ true, false } do
      local reply = assert(transport.send{ method = "POST", url = %q, body = body, repeat_safe = repeat_safe,
        headers = { Authorization = body } })
      assert(reply.body == "fine")
    end
    if %s then body:close() end
  ]]

  it("keeps nothing of a secret body and header once the answer is there", function()
    if (os.getenv "LD_PRELOAD" or ""):find "asan" then
      return pending "the shadow memory of a sanitizer is too large to look through"
    end
    local path = folder .. "/number"
    local file = assert(io.open(path, "w"))
    file:write(memory.NUMBER)
    file:close()
    local function looked_for(closes)
      return (support.run(sending:format(path, server.url "ok", closes) .. memory.SEARCH
        .. "print(#regions > 5, found > 0)"))
    end
    assert.equal("true\ttrue\n", looked_for "false")
    assert.equal("true\tfalse\n", looked_for "true")
  end)
end)
