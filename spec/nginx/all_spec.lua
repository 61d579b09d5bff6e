local net = require "spec.net.support"
local support = require "spec.nginx.support"
local wait = require "obol.wait"

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

  -- Lets go what is held once so many calls have come.
  local function release_all(word, count)
    for _ = 1, 3000 do
      if upstream.count "held" >= count then break end
      wait.sleep(10)
    end
    assert.equal(count, (upstream.count "held"))
    upstream.release(word)
  end

  local function all(case) return server:get(("/all?case=%s&base=%s"):format(case, upstream.url "")) end

  -- The same, let go when that many of its calls are under way.
  local function all_held(case, count)
    local answer
    local before = upstream.count "held"
    wait.all(function() answer = all(case) end, function() release_all(case, before + count) end)
    return answer
  end

  it("gives a list of results for each function", function()
    assert.same({ a = { n = 4, [1] = 1, [3] = 3 }, b = { n = 0 }, c = { n = 1, [1] = "/slow/10" }, none = 0 },
      load("return " .. all "lists")())
  end)

  it("has the calls of one request under way at once", function()
    assert.equal(50, all_held("fifty", 50).fine)
  end)

  it("may be nested", function()
    assert.same({ "/held/nested", 200, "at once", 200 }, all_held("nested", 3))
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
    local slow, pings
    local before = upstream.count "held"
    wait.all(function()
      slow = server:get_at_once("/send?to=" .. upstream.url "held/requests", 200)
    end, function()
      for _ = 1, 20 do assert.equal("pong", server:get "/ping") end
      pings = true
      release_all("requests", before + 200)
    end)
    for index = 1, 200 do assert.same({ status = 200, body = "/held/requests" }, slow[index]) end
    assert.is_true(pings)
  end)

  it("uses few connections for many calls, as one thread makes all of them", function()
    local before = server:get("/stats").connections
    local answer = server:get(("/loop?calls=100&lanes=8&to=%s"):format(upstream.url "ok"), { timeout_ms = 60000 })
    assert.equal(800, answer.fine)
    local opened = server:get("/stats").connections - before
    assert.is_true(opened <= 8, ("%d connections"):format(opened))
  end)

  it("waits for calls that were submitted", function()
    local answer = all "submitted"
    assert.same({ early = false, known = true, any = true, status = 200, other = 200, nothing = true }, answer)
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
