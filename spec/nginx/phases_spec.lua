local net = require "spec.net.support"
local support = require "spec.nginx.support"

-- Where a call can be made inside nginx, and what it says where it cannot.
describe("inside nginx", function()
  local upstream, server

  local function call(phase)
    return phase .. [[_by_lua_block { ngx.ctx.answer = require("spec.nginx.app").call() }]]
  end
  local tell = [[ content_by_lua_block { require("spec.nginx.app").say(ngx.ctx.answer) } ]]
  local function see(phase, first)
    return ([[%s_by_lua_block {
      if ngx.ctx.%s then return end
      ngx.ctx.%s = true
      local app = require("spec.nginx.app")
      app.see("%s", app.call(%s))
      %s
    }]]):format(phase, phase, phase, phase, first or "", phase == "set" and "return ''" or "")
  end

  setup(function()
    upstream = net.server()
    server = support.start{
      http = ([[
  init_by_lua_block {
    package.loaded["spec.nginx.begun"] = { init = require("spec.nginx.app").call %q }
  }
  init_worker_by_lua_block {
    local app = require "spec.nginx.app"
    app.see("init_worker", app.call %q)
    ngx.timer.at(0, function() app.see("timer", app.call %q) end)
  }
  exit_worker_by_lua_block {
    local answer = require("spec.nginx.app").call "http://127.0.0.1:1/"
    ngx.log(ngx.NOTICE, "at the exit: ", answer.kind, " ", answer.outcome)
  }
  server {
    listen unix:%s/rewrite;
    server_rewrite_by_lua_block { ngx.ctx.answer = require("spec.nginx.app").call() }
    location / { content_by_lua_block { require("spec.nginx.app").say(ngx.ctx.answer) } }
  }
  upstream refused { server 127.0.0.1:1; balancer_by_lua_block {
    local app = require "spec.nginx.app"
    app.see("balancer", app.call())
    require("ngx.balancer").set_current_peer("127.0.0.1", tonumber(ngx.var.server_port))
  } } ]]):format(upstream.url "init", upstream.url "init_worker", upstream.url "slow/20", upstream.folder),
      server = "location = /rewrite {" .. call "rewrite" .. tell .. "} location = /access {" .. call "access" .. tell
        .. "} location = /content { content_by_lua_block { local a = require('spec.nginx.app') a.say(a.call()) } }"
        .. "location = /log { return 200 'fine'; " .. see "log" .. "}"
        .. "location = /header { " .. see "header_filter" .. " return 200 'fine'; }"
        .. "location = /body { " .. see "body_filter" .. " return 200 'fine'; }"
        .. "location = /set { set_by_lua_block $a { local app = require('spec.nginx.app') "
        .. "app.see('set', app.call()) return '' } return 200 'fine'; }"
        .. "location = /server_rewrite { proxy_pass http://unix:" .. upstream.folder .. "/rewrite; }"
        .. "location = /balancer { rewrite ^ /ping break; proxy_pass http://refused; }"
        .. [[
    location = /init { content_by_lua_block { require("spec.nginx.app").say(require("spec.nginx.begun").init) } }
    location = /seen { content_by_lua_block { require("spec.nginx.app").seen() } }
    location = /sort { content_by_lua_block {
      local app, answer = require "spec.nginx.app"
      table.sort({ 2, 1 }, function(a, b) answer = app.call() return a < b end)
      app.say(answer)
    } }
    location = /require { content_by_lua_block {
      local app = require "spec.nginx.app"
      package.loaded["spec.nginx.calls_when_loaded"] = nil
      package.preload["spec.nginx.calls_when_loaded"] = function() return app.call() end
      app.say(require "spec.nginx.calls_when_loaded")
    } }
    location = /protected { content_by_lua_block {
      local app = require "spec.nginx.app"
      local _, answer = pcall(function() local _, inner = xpcall(app.call, debug.traceback) return inner end)
      app.say(answer)
    } }
    location = /metamethod { content_by_lua_block {
      local app = require "spec.nginx.app"
      app.say(setmetatable({}, { __index = function() return app.call() end }).answer)
    } }
    location = /coroutine { content_by_lua_block {
      local app = require "spec.nginx.app"
      app.say(coroutine.wrap(function() coroutine.yield(app.call()) end)())
    } }
    location = /thread { content_by_lua_block {
      local app = require "spec.nginx.app"
      local _, answer = ngx.thread.wait(ngx.thread.spawn(app.call))
      app.say(answer)
    } }
    location = /timer { content_by_lua_block {
      local app, done = require "spec.nginx.app", require("ngx.semaphore").new()
      local answer
      local to = ngx.var.arg_to
      ngx.timer.at(0, function() answer = app.call(to) done:post() end)
      done:wait(5)
      app.say(answer)
    } }
    location = /sleep { content_by_lua_block {
      local app, wait = require "spec.nginx.app", require "obol.wait"
      local refusal
      table.sort({ 2, 1 }, function(a, b) refusal = select(2, wait.sleep(1000)) return a < b end)
      ngx.update_time()
      local before = ngx.now()
      wait.sleep(60)
      ngx.update_time()
      app.say{ ms = math.floor((ngx.now() - before) * 1000 + 0.5), kind = refusal.kind }
    } }]],
    }
  end)

  teardown(function()
    local code, log = server:stop()
    assert.equal(0, code)
    assert.truthy(log:find("at the exit: unsupported not_sent", 1, true))
    net.stop_server(upstream)
  end)

  for _, place in ipairs{ "server_rewrite", "rewrite", "access", "content", "timer", "thread", "coroutine",
    "protected", "metamethod" } do
    it("a call waits: " .. place, function()
      assert.same({ status = 200, body = "/slow/20" }, server:get(("/%s?to=%s"):format(place, upstream.url "slow/20")))
    end)
  end

  it("a call waits: a timer of init_worker", function()
    local answer = support.eventually(function()
      local seen = server:get "/seen?name=timer"
      return type(seen) == "table" and seen
    end)
    assert.same({ status = 200, body = "/slow/20" }, answer)
  end)

  local function check_refused(answer, words)
    assert.equal("unsupported", answer.kind)
    assert.equal("not_sent", answer.outcome)
    assert.truthy(answer.message:find(words, 1, true), answer.message)
    assert.is_nil(answer.status)
  end

  for place, phase in pairs{ log = "log", header = "header_filter", body = "body_filter", set = "set",
    balancer = "balancer" } do
    it("a call is refused before anything is sent: " .. phase, function()
      local before = server:get("/stats").started
      server:get(("/%s?to=%s"):format(place, upstream.url(phase)))
      local answer = support.eventually(function()
        local seen = server:get("/seen?name=" .. phase)
        return type(seen) == "table" and seen
      end)
      check_refused(answer, "phase " .. phase)
      assert.equal(before, server:get("/stats").started)
      assert.equal(0, (upstream.count(phase)))
    end)
  end

  it("a call is refused before anything is sent: init and init_worker", function()
    check_refused(server:get "/init", "phase init")
    check_refused(server:get "/seen?name=init_worker", "phase init_worker")
    assert.equal(0, (upstream.count "init"))
    assert.equal(0, (upstream.count "init_worker"))
  end)

  for _, place in ipairs{ "sort", "require" } do
    it("a call is refused where its coroutine cannot be left: " .. place, function()
      check_refused(server:get(("/%s?to=%s"):format(place, upstream.url("within_" .. place))), "function of C")
      assert.equal(0, (upstream.count("within_" .. place)))
    end)
  end

  it("sleeps", function()
    local slept = server:get "/sleep"
    -- a timer of nginx counts from the beginning of the turn in which it is set
    assert.is_true(slept.ms >= 50 and slept.ms < 10000, ("slept %d ms"):format(slept.ms))
    assert.equal("unsupported", slept.kind)
  end)

  it("says what became of a call as anywhere", function()
    local refused = server:get "/content?to=http://127.0.0.1:1/"
    assert.same({ "network", "not_sent" }, { refused.kind, refused.outcome })
    local torn = server:get("/content?to=" .. upstream.url "no_last_chunk")
    assert.equal("unknown", torn.outcome)
    local invalid = server:get "/content?to=ftp://127.0.0.1/"
    assert.same({ "invalid", "not_sent" }, { invalid.kind, invalid.outcome })
  end)

  it("leaves no global and complains of nothing", function()
    assert.is_nil(server:complaints())
  end)
end)
