local net = require "spec.net.support"
local socket = require "socket"
local support = require "spec.nginx.support"
local wait = require "obol.wait"

-- Workers that begin, end and are replaced while calls are under way.
describe("nginx with calls under way", function()
  local upstream, folder, tls

  setup(function()
    upstream = net.server()
    folder = net.folder()
    tls = net.tls_nginx(folder)
  end)

  teardown(function()
    net.stop_server(upstream)
    net.stop(tls)
    net.remove(folder)
  end)

  local send = [[
    location = /send { content_by_lua_block { local app = require("spec.nginx.app") app.say(app.call()) } } ]]
  local fine = { status = 200, body = "answer" }

  -- Waits, letting others go on, until the upstream has `count` more requests that are slow than `before`.
  local function has_come(before, count)
    local came
    for _ = 1, 3000 do
      came = upstream.count "slow" - before
      if came >= count then break end
      wait.sleep(10)
    end
    assert.is_true(came >= count, ("%d requests came"):format(came))
  end

  local function slow(server, ms) return server:get("/send?to=" .. upstream.url("slow/" .. ms)) end

  -- The folders of sockets below `parent`.
  local function sockets(parent)
    return select(2, net.output("ls " .. parent):gsub("obol%-%w+", ""))
  end

  -- A request must not meet a connection that is just being closed, so there are no lasting ones.
  local function with_sockets_in(parent)
    return { main = "env TMPDIR=" .. parent .. ";", server = send, http = "keepalive_timeout 0;" }
  end

  -- Whether every worker that was told to end when it has nothing to do has ended.
  local function have_ended(server)
    local log = server:log()
    return select(2, log:gsub("worker process %d+ exited", "")) >= select(2, log:gsub("gracefully shutting down", ""))
  end

  local function has_gone(pid)
    return support.eventually(function()
      local file = io.open("/proc/" .. pid .. "/stat")
      if file then file:close() end
      return not file
    end)
  end

  local function check_ends_well(server)
    assert.is_true(support.eventually(function() return have_ended(server) end))
    local code, log = server:stop()
    assert.equal(0, code)
    assert.is_nil(log:find "exited on signal", log)
    assert.is_nil(log:find "exited with code [^0]", log)
    assert.is_nil(log:find "%[alert%]", log)
    assert.is_nil(log:find "%[emerg%]", log)
    return log
  end

  it("ends cleanly in the middle of TLS traffic", function()
    for run = 1, 6 do
      local server = support.start{ http = ([[ init_by_lua_block { package.loaded["spec.nginx.ca_file"] = %q } ]])
        :format(tls.ca_file), server = [[ location = /flood { content_by_lua_block {
          local app = require "spec.nginx.app"
          for index = 1, 40 do app.transport.submit{ url = ngx.var.arg_to, pool = index % 3 == 0 and "a" or "b" } end
          app.say(app.call())
        } } ]] }
      local answer = server:get("/flood?to=" .. tls.url)
      assert.same(fine, answer)
      if run % 2 == 0 then
        server:signal "QUIT"
        socket.sleep(0.05)
      end
      check_ends_well(server)
    end
  end)

  it("answers every call when it is reloaded, and the old worker ends soon after the last", function()
    local parent = net.folder()
    local server = support.start(with_sockets_in(parent))
    slow(server, 10)
    local old = server:workers()[1]
    assert.equal(1, sockets(parent))
    local answers
    local before = upstream.count "slow"
    local took = net.timed(wait.all, function()
      answers = server:get_at_once("/send?to=" .. upstream.url "slow/500", 100)
    end, function()
      has_come(before, 100)
      server:signal "HUP"
    end)
    for index = 1, 100 do assert.same({ status = 200, body = "/slow/500" }, answers[index]) end
    assert.is_true(took < 20000, ("took %d ms"):format(took)) -- 50 s, one after the other
    assert.is_true(has_gone(old))
    assert.equal(0, sockets(parent))
    assert.equal(200, slow(server, 10).status)
    assert.equal(1, sockets(parent))
    check_ends_well(server)
    assert.equal(0, sockets(parent))
    net.remove(parent)
  end)

  it("lets an idle worker end at once when it is reloaded", function()
    local server = support.start{ server = send }
    slow(server, 10)
    local old = server:workers()[1]
    socket.sleep(0.3)
    server:signal "HUP"
    assert.is_true(has_gone(old))
    check_ends_well(server)
  end)

  it("loses no request in twenty reloads under load", function()
    local parent = net.folder()
    local server = support.start(with_sockets_in(parent))
    local lanes, answered, stopped = {}, 0, false
    for lane = 1, 20 do
      lanes[lane] = function()
        while not stopped do
          assert.same({ status = 200, body = "/slow/30" }, slow(server, 30))
          answered = answered + 1
        end
      end
    end
    local reloads = 0
    lanes[21] = function()
      for reload = 1, 20 do
        wait.sleep(20)
        server:signal "HUP"
        local seen = support.eventually(function()
          wait.sleep(20)
          return select(2, server:log():gsub("gracefully shutting down", "")) == reload
        end)
        if not seen then break end
        reloads = reload
      end
      stopped = true
    end
    wait.all((table.unpack or unpack)(lanes))
    assert.equal(20, reloads)
    assert.is_true(answered >= 100, ("only %d requests"):format(answered))
    check_ends_well(server)
    assert.equal(0, sockets(parent))
    net.remove(parent)
  end)

  it("makes a call in a request that outlives the reload", function()
    local server = support.start{ server = [[ location = /twice { content_by_lua_block {
      local app = require "spec.nginx.app"
      local first = app.call()
      for _ = 1, 3000 do
        if ngx.worker.exiting() then break end
        ngx.sleep(0.01)
      end
      local second = app.call()
      app.say{ first = first.status, second = second.status, ends = ngx.worker.exiting() }
    } } ]] }
    local answer
    local before = upstream.count "slow"
    wait.all(function() answer = server:get("/twice?to=" .. upstream.url "slow/20") end, function()
      has_come(before, 1)
      server:signal "HUP"
    end)
    assert.same({ first = 200, second = 200, ends = true }, answer)
    check_ends_well(server)
  end)

  it("hears of signals, as no thread of ours takes them", function()
    local server = support.start{ server = send }
    slow(server, 10)
    local pid = server:workers()[1]
    local ours = 0
    for task in net.output(("ls /proc/%s/task"):format(pid)):gmatch "%d+" do
      if task ~= pid then
        ours = ours + 1
        local mask = net.output(("grep SigBlk /proc/%s/task/%s/status"):format(pid, task)):match "%x+%s*$"
        -- All but 9 and 19, which cannot be blocked, and 32 and 33, which belong to the C library.
        assert.equal("fffffffe7ffbfeff", mask:match "%x+")
      end
    end
    assert.equal(2, ours)
    for _, name in ipairs{ "HUP", "USR1", "WINCH" } do
      server:signal(name)
      socket.sleep(0.05)
    end
    local log = check_ends_well(server)
    for _, name in ipairs{ "SIGHUP", "SIGUSR1", "SIGWINCH" } do assert.truthy(log:find(name, 1, true), name) end
  end)

  it("works in every worker, also when calls were made before nginx forked", function()
    -- A sanitizer's own allocator is left locked by a fork while another thread is inside it: there the
    -- threads have to be at rest.
    local rest = (os.getenv "LD_PRELOAD" or ""):find "asan" and 'os.execute "LD_PRELOAD= sleep 0.5"' or ""
    local server = support.start{ workers = 2, server = send, http = ([[
      keepalive_timeout 0;
      init_by_lua_block {
        local app = require "spec.nginx.app"
        for _ = 1, 3 do assert(app.transport.submit{ url = %q }) end
        assert(app.transport.fd())
        %s
      } ]]):format(upstream.url "slow/3000", rest) }
    local pids, count = {}, 0
    assert.is_true(support.eventually(function()
      for _, answer in ipairs(server:get_at_once("/send?to=" .. upstream.url "slow/100", 60)) do
        assert.same({ status = 200, body = "/slow/100" }, answer)
      end
      for _, stats in ipairs(server:get_at_once("/stats", 20)) do
        local pid = tostring(stats.pid)
        if not pids[pid] and stats.started > 0 then pids[pid], count = true, count + 1 end
      end
      return count == 2
    end))
    check_ends_well(server)
  end)
end)
