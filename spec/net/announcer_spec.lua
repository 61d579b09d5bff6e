local support = require "spec.net.support"
local core = require "obol.core"
local unix = require "socket.unix"
local wait = require "obol.wait"

describe("the announcer", function()
  local server, transport
  local clients = {}

  setup(function()
    server = support.server()
    transport = assert(wait.transport{ timeout_ms = 30000 })
  end)

  teardown(function() support.stop_server(server) end)

  after_each(function()
    for index, client in pairs(clients) do
      client:close()
      clients[index] = nil
    end
  end)

  local function connect()
    local client = assert(unix())
    assert(client:connect(assert(core.completion.path())))
    client:settimeout(15)
    clients[#clients + 1] = client
    return client
  end

  local function submit(path) return assert(transport.submit{ url = server.url(path) }) end

  local function done(path)
    local id = submit(path)
    assert.is_true(transport.wait(id, 15000))
    return id
  end

  it("tells a client that asked for all of every id, and of those already done", function()
    local before = done "ok"
    local client = connect()
    assert(client:send "A\n")
    assert.equal(tostring(before), client:receive())
    local after = submit "slow/50"
    assert.equal(tostring(after), client:receive())
    assert.equal(200, transport.take(before).status)
    assert.equal(200, transport.take(after).status)
  end)

  it("tells a client that asked for one of that one", function()
    local client = connect()
    local wanted, other = submit "held/wanted", submit "slow/20"
    assert(client:send(("W%d\n"):format(wanted)))
    assert.is_true(transport.wait(other, 15000))
    server.release "wanted"
    assert.equal(tostring(wanted), client:receive())
    client:settimeout(0.1)
    assert.equal("timeout", (select(2, client:receive())))
    transport.take(wanted)
    transport.take(other)
  end)

  it("answers at once for an id that is done, taken or was never given", function()
    local client = connect()
    local id = done "ok"
    assert(client:send(("W%d\nW%d\n"):format(id, 1000000000)))
    assert.equal(tostring(id), client:receive())
    assert.equal("1000000000", client:receive())
    transport.take(id)
    assert(client:send(("W%d\n"):format(id)))
    assert.equal(tostring(id), client:receive())
  end)

  it("takes words in pieces, and one connection for several ids", function()
    local client = connect()
    local first, second = submit "held/first", submit "held/second"
    for byte in (("W%d\nW%d\n"):format(first, second)):gmatch "." do assert(client:send(byte)) end
    server.release "first"
    assert.equal(tostring(first), client:receive())
    server.release "second"
    assert.equal(tostring(second), client:receive())
    transport.take(first)
    transport.take(second)
  end)

  it("closes on a word that it does not know", function()
    for _, word in ipairs{ "X\n", "W\n", "W0\n", "W-1\n", "Wx\n", "AA\n", "\n", ("W"):rep(100) } do
      local client = connect()
      assert(client:send(word))
      assert.equal("closed", (select(2, client:receive())))
    end
  end)

  it("keeps its socket in a folder of mode 0700", function()
    local path = core.completion.path()
    local folder = path:match "^(.*)/[^/]+$"
    assert.equal("700 directory\n", support.output("stat -c '%a %F' " .. folder))
    assert.is_true(#path <= 107)
  end)

  it("does not speak with another process", function()
    local path = core.completion.path()
    local output = support.run(([[
      require "socket" -- ignores SIGPIPE
      local client = assert(require "socket.unix"())
      assert(client:connect(%q))
      client:settimeout(15)
      client:send "A\n"
      print(client:receive())
    ]]):format(path))
    assert.truthy(output:find "^nil\t")
    assert.is_nil(output:find "timeout")
  end)

  it("removes its folder at the end, whatever TMPDIR is", function()
    local folder = support.folder()
    local long = folder .. "/" .. ("x"):rep(100)
    os.execute("mkdir " .. long)
    local script = [[
      local path = assert(require("obol.core").completion.path())
      assert(io.popen("ls " .. path:match "^(.*)/"):read "*l" == "done")
      print(path)
    ]]
    for _, case in ipairs{ { folder, true }, { long, false }, { folder .. "/none", false }, { "relative", false } } do
      local output, code = support.run(script, "TMPDIR=" .. case[1] .. " ")
      local path = output:match "%S+"
      assert.equal(0, code)
      assert.is_true(#path <= 107)
      assert.equal(case[2], path:sub(1, #case[1]) == case[1])
      assert.is_nil(io.open(path:match "^(.*)/"))
    end
    support.remove(folder)
  end)

  it("starts only when it is asked for", function()
    local output = support.run(([[
      local transport = assert(require("obol.wait").transport())
      assert(transport.send{ url = %q })
      local threads = 0
      for _ in io.popen("ls /proc/$PPID/task"):lines() do threads = threads + 1 end
      print(threads)
      assert(transport.fd())
      local id = transport.submit{ url = %q }
      transport.wait(id)
      threads = 0
      for _ in io.popen("ls /proc/$PPID/task"):lines() do threads = threads + 1 end
      print(threads)
    ]]):format(server.url "ok", server.url "ok"))
    assert.equal("1\n3\n", output)
  end)
end)
