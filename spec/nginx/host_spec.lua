local net = require "spec.net.support"
local support = require "spec.nginx.support"
local wait = require "obol.wait"

-- Ways in which nginx itself is set up, and what it may be short of.
describe("an nginx", function()
  local upstream, folder

  setup(function()
    upstream = net.server()
    folder = net.folder()
  end)

  teardown(function()
    net.stop_server(upstream)
    net.remove(folder)
  end)

  local send = [[
    location = /send { content_by_lua_block { local app = require("spec.nginx.app") app.say(app.call()) } } ]]

  local function slow(ms) return "/send?to=" .. upstream.url("slow/" .. ms) end

  local function check_fine(server, ms, count)
    for _, answer in ipairs(server:get_at_once(slow(ms), count)) do
      assert.same({ status = 200, body = "/slow/" .. ms }, answer)
    end
  end

  it("without a master process", function()
    local server = support.start{ master = "off", server = send }
    check_fine(server, 100, 20)
    assert.is_nil(server:complaints())
    assert.equal(0, (server:stop()))
  end)

  it("without a cache of code, where each request has a Lua of its own", function()
    local server = support.start{ cache = "off", server = send }
    for _ = 1, 3 do check_fine(server, 100, 10) end
    assert.is_true(support.eventually(function()
      local stats = server:get "/stats"
      return stats.done == 0 and stats.pending == 0
    end))
    -- Threads outlive each Lua, so their code must. (It would be gone a moment after the last one.)
    wait.sleep(500)
    local maps = assert(io.open(("/proc/%s/maps"):format(server:workers()[1]))):read "*a"
    assert.truthy(maps:find("obol/core.so", 1, true))
    local complaints = server:complaints()
    assert.truthy(complaints:find("lua_code_cache is off", 1, true))
    assert.is_nil(complaints:find("\n", 1, true), complaints)
    local code, log = server:stop()
    assert.equal(0, code)
    assert.is_nil(log:find("on signal", 1, true))
  end)

  it("with a long TMPDIR, below which no socket can have its address", function()
    local long = folder .. "/" .. ("x"):rep(100)
    os.execute("mkdir " .. long)
    local server = support.start{ main = "env TMPDIR=" .. long .. ";", server = send }
    check_fine(server, 20, 5)
    assert.equal("", net.output("ls " .. long))
    assert.is_nil(server:complaints())
    assert.equal(0, (server:stop()))
  end)

  it("that speaks TLS itself: one OpenSSL serves it and the calls", function()
    local tls = net.tls_nginx(folder)
    local port = support.free_port()
    local server = support.start{ server = send, http = ([[
      init_by_lua_block { package.loaded["spec.nginx.ca_file"] = %q }
      server {
        listen 127.0.0.1:%d ssl; ssl_certificate %s/nginx.pem; ssl_certificate_key %s/nginx.key;
        location / { content_by_lua_block { ngx.sleep(0.1) ngx.print "secure" } }
      } ]]):format(tls.ca_file, port, folder, folder) }
    net.stop(tls)
    -- The worker answers its own calls, so it must not be held up by any of them.
    local answers = server:get_at_once(("/send?to=https://localhost:%d/"):format(port), 50)
    for index = 1, 50 do assert.same({ status = 200, body = "secure" }, answers[index]) end
    local maps = assert(io.open(("/proc/%s/maps"):format(server:workers()[1]))):read "*a"
    for _, name in ipairs{ "libssl", "libcrypto" } do
      local files, count = {}, 0
      for path in maps:gmatch("/%S*" .. name .. "%.so%S*") do
        if not files[path] then files[path], count = true, count + 1 end
      end
      assert.equal(1, count)
    end
    assert.is_nil(server:complaints())
    assert.equal(0, (server:stop()))
  end)

  it("whose timers are all pending: a payment is refused before it begins, and a call before it is sent", function()
    local server = support.start{ server = [[
    location = /short { content_by_lua_block {
      local app, wait = require "spec.nginx.app", require "obol.wait"
      ngx.timer.at(60, function() end)
      local called = false
      local nothing, err = wait.detached(function() called = true end)
      app.say{ detached = { nothing = nothing == nil, called = called, kind = err.kind, outcome = err.outcome },
        call = app.call() }
    } } ]], http = "lua_max_pending_timers 1;" }
    local answer = server:get("/short?to=" .. upstream.url "short")
    assert.same({ nothing = true, called = false, kind = "internal", outcome = "not_sent" }, answer.detached)
    assert.same({ "internal", "not_sent" }, { answer.call.kind, answer.call.outcome })
    assert.equal(0, (upstream.count "short"))
    server:stop()
  end)

  it("whose timers all run: what cannot begin is given up, what was sent is answered", function()
    local server = support.start{ server = send .. [[
    location = /occupy { content_by_lua_block {
      local seen = ngx.shared.seen
      seen:delete "free"
      seen:delete "occupied"
      ngx.timer.at(0, function()
        seen:set("occupied", true)
        repeat ngx.sleep(0.02) until seen:get "free"
      end)
      for _ = 1, 500 do
        if seen:get "occupied" then break end
        ngx.sleep(0.02)
      end
    } }
    location = /free { content_by_lua_block { ngx.shared.seen:set("free", true) } }
    location = /detached { content_by_lua_block {
      local app, wait = require "spec.nginx.app", require "obol.wait"
      local called = 0
      local result, err = wait.detached(function() called = called + 1 return "fine" end)
      if not result then
        -- now that a timer may run, the work must not be begun after all
        ngx.shared.seen:set("free", true)
        ngx.sleep(1)
      end
      app.say{ result = result, called = called, kind = err and err.kind, outcome = err and err.outcome }
    } } ]], http = "lua_max_running_timers 1;" }
    local begun, given_up, answer
    server:get "/occupy"
    wait.all(function() begun = server:get "/detached" end, function()
      wait.sleep(300)
      server:get "/free"
    end)
    assert.same({ result = "fine", called = 1 }, begun)
    assert.is_true(support.eventually(function() return server:get("/stats").timers == 0 end))
    server:get "/occupy"
    wait.all(function() given_up = server:get "/detached" end, function() answer = server:get(slow(50)) end)
    assert.same({ called = 0, kind = "internal", outcome = "not_sent" }, given_up)
    assert.same({ status = 200, body = "/slow/50" }, answer)
    assert.truthy(server:log():find("lua_max_running_timers are not enough", 1, true))
    server:stop()
  end)

  it("that cannot reach the socket of announcements for a while", function()
    local server = support.start{ server = [[
    location = /lost { content_by_lua_block {
      local app, core = require "spec.nginx.app", require "obol.core"
      local path = core.completion.path
      core.completion.path = function() return "/nowhere/done" end
      local first = app.call()
      core.completion.path = path
      app.say{ first = first.status, second = app.call().status }
    } } ]] }
    local took, answer = net.timed(server.get, server, "/lost?to=" .. upstream.url "slow/50")
    assert.same({ first = 200, second = 200 }, answer)
    assert.is_true(took < 20000, ("took %d ms"):format(took)) -- a call has a minute
    assert.truthy(server:complaints():find("cannot be read", 1, true))
    server:stop()
  end)

  -- The whole of it in a name space of its own, whose only name server never answers.
  it("that has no name server holds up nothing but the call that asks", function()
    local resolver = net.silent_resolver(folder)
    if not resolver then return pending "no name space of our own can be made here" end
    local output, code = net.run(([[
      local support, core, wait = require "spec.nginx.support", require "obol.core", require "obol.wait"
      local server = support.start{ server = %q .. " location = /slow { return 200 slow; }" }
      local function timed(path)
        local started = core.monotonic_ms()
        local answer = server:get(path)
        return answer, core.monotonic_ms() - started
      end
      server:get("/send?to=" .. server:url "/ping")
      local named, numbered, pinged, first
      wait.all(function() named = { timed "/named" } end, function()
        wait.sleep(50)
        numbered, pinged = { timed("/send?to=" .. server:url "/slow") }, { timed "/ping" }
        first = named == nil
      end)
      print(named[1].kind, named[1].outcome, named[2] < 20000 or named[2]) -- a minute without the limit
      print(numbered[1].body, pinged[1], first)
      local started = core.monotonic_ms()
      print((server:stop()), core.monotonic_ms() - started < 20000)
    ]]):format(send .. [[ location = /named { content_by_lua_block {
      local app = require "spec.nginx.app"
      app.say(app.call("https://pay.example.com/", { timeout_ms = 3000 }))
    } } ]]), resolver)
    assert.equal("timeout\tnot_sent\ttrue\nslow\tpong\ttrue\n0\ttrue\n", output)
    assert.equal(0, code)
  end)
end)
