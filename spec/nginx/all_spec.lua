local net = require "spec.net.support"
local support = require "spec.nginx.support"

-- Several calls at once inside nginx: of one request, and of many.
describe("at once inside nginx", function()
  local upstream, server

  setup(function()
    upstream = net.server()
    server = support.start{ server = [[
    location = /send { content_by_lua_block { local app = require("spec.nginx.app") app.say(app.call()) } }
    location = /slow { content_by_lua_block { ngx.sleep(0.5) ngx.say("slept") } }
    location = /all { content_by_lua_block { require("spec.nginx.app").all() } }
    location = /refused { content_by_lua_block {
      local app, wait = require "spec.nginx.app", require "obol.wait"
      local called, nothing, err = false
      table.sort({ 2, 1 }, function(a, b)
        nothing, err = wait.all(function() called = true end)
        return a < b
      end)
      app.say{ nothing = nothing == nil, kind = err.kind, called = called }
    } }
    location = /loop { content_by_lua_block { require("spec.nginx.app").loop() } }
  ]] }
  end)

  teardown(function()
    assert.equal(0, (server:stop()))
    net.stop_server(upstream)
  end)

  local function all(case) return server:get(("/all?case=%s&base=%s"):format(case, upstream.url "")) end

  it("gives a list of results for each function", function()
    assert.same({ a = { n = 4, [1] = 1, [3] = 3 }, b = { n = 0 }, c = { n = 1, [1] = "/slow/10" }, none = 0 },
      load("return " .. all "lists")())
  end)

  it("has the calls of one request under way at once", function()
    local took, answer = net.timed(all, "fifty")
    assert.equal(50, answer.fine)
    assert.is_true(took >= 200 and took < 3000, ("took %d ms"):format(took))
  end)

  it("may be nested", function()
    local took, answer = net.timed(all, "nested")
    assert.same({ "/slow/400", 200, "at once", 200 }, answer)
    assert.is_true(took < 1200, ("took %d ms"):format(took))
  end)

  it("turns an error object that was raised into nil and that object, and raises any other after all", function()
    assert.same({ count = 2, kind = "declined", other = 200 }, all "object")
    local answer = all "raised"
    assert.is_false(answer.ok)
    assert.truthy(answer.err:find "mine")
    assert.is_true(answer.ended)
  end)

  it("is refused where nothing can wait, and no function is called", function()
    assert.same({ nothing = true, kind = "unsupported", called = false }, server:get "/refused")
  end)

  it("200 requests wait together, and others are answered meanwhile", function()
    local wait = require "obol.wait"
    local slow, pings = nil, {}
    local took = net.timed(wait.all, function()
      slow = server:get_at_once("/send?to=" .. upstream.url "slow/500", 200)
    end, function()
      wait.sleep(100)
      for index = 1, 20 do
        local ms, body = net.timed(server.get, server, "/ping")
        assert.equal("pong", body)
        pings[index] = ms
        wait.sleep(5)
      end
    end)
    for index = 1, 200 do assert.same({ status = 200, body = "/slow/500" }, slow[index]) end
    assert.is_true(took >= 500 and took < 5000, ("took %d ms"):format(took))
    table.sort(pings)
    assert.is_true(pings[10] < 250, ("half of the pings took %d ms or more"):format(pings[10]))
  end)

  it("uses few connections for many calls, as one thread makes all of them", function()
    local before = server:get("/stats").connections
    local answer = server:get(("/loop?calls=100&lanes=8&to=%s"):format(upstream.url "ok"), { timeout_ms = 20000 })
    assert.equal(800, answer.fine)
    local opened = server:get("/stats").connections - before
    assert.is_true(opened <= 8, ("%d connections"):format(opened))
  end)

  it("waits for calls that were submitted", function()
    local took, answer = net.timed(all, "submitted")
    assert.same({ early = false, known = true, any = true, status = 200, other = 200, nothing = true }, answer)
    assert.is_true(took < 4000, ("took %d ms"):format(took))
  end)

  it("rests when nobody waits: no timer, no result, no work", function()
    server:get("/send?to=" .. upstream.url "slow/20")
    local rests = support.eventually(function()
      local stats = server:get "/stats"
      return stats.timers == 0 and stats.done == 0 and stats.pending == 0
    end)
    assert.is_true(rests)
    local function ticks()
      local file = assert(io.open(("/proc/%s/stat"):format(server:workers()[1])))
      local user, system = file:read("*a"):match "^.*%) %S %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ (%d+) (%d+)"
      file:close()
      return user + system
    end
    local before = ticks()
    require("socket").sleep(1)
    assert.is_true(ticks() - before <= 1)
  end)

  it("leaves no global and complains of nothing", function()
    assert.is_nil(server:complaints())
  end)
end)
