local json = require "obol.json"
local net = require "spec.net.support"
local socket = require "socket"
local support = require "spec.nginx.support"
local wait = require "obol.wait"
local wait_ms = require("obol.core").monotonic_ms

-- Flows that begin in a request and go on in timers of any worker.
describe("flows inside nginx", function()
  local folder, server
  local transport = assert(wait.transport { timeout_ms = 60000 })

  before_each(function() folder = net.folder() end)
  after_each(function()
    if server then server:stop() end
    server = nil
    net.remove(folder)
  end)

  local function start(workers, every_s)
    server = support.start {
      workers = workers,
      http = ([[
        keepalive_timeout 0;
        init_by_lua_block {
          package.loaded["spec.nginx.place"] = "sqlite:%s/ledger.db"
          package.loaded["spec.nginx.every_s"] = "%s"
          require "spec.nginx.flow_desk"
        }
        init_worker_by_lua_block { require("spec.nginx.flow_desk").shop.start() }]]):format(folder, every_s or 0.1),
      server = [[
        location = /start { content_by_lua_block { require("spec.nginx.flow_desk").start() } }
        location = /get { content_by_lua_block { require("spec.nginx.flow_desk").get() } }
        location = /advance { content_by_lua_block { require("spec.nginx.flow_desk").advance() } }
        location = /loosen { content_by_lua_block { require("spec.nginx.flow_desk").loosen() } }
        location /pay/notify/ { content_by_lua_block { require("spec.nginx.flow_desk").shop.notify() } } ]],
    }
    return server
  end

  -- Asks for a flow and goes away before the answer.
  local function start_and_leave(id)
    local connection = assert(socket.connect("127.0.0.1", server.port))
    assert(connection:send(("GET /start?id=%s HTTP/1.1\r\nHost: x\r\n\r\n"):format(id)))
    wait.sleep(50)
    connection:close()
  end

  local function becomes(id, status) return server:becomes("/get?id=" .. id, status) end

  local function notify(id)
    local reply = assert(transport.send { method = "POST", url = server:url "/pay/notify/a",
      headers = { ["content-type"] = "application/json" }, body = json.encode { id = "n-" .. id, order_id = id,
        type = "payment.succeeded", provider_id = "tx " .. id, status = "succeeded", outcome = "succeeded" } })
    assert.equal(200, reply.status, reply.body)
  end

  local function check_end()
    local code, log = server:stop()
    server = nil
    assert.equal(0, code)
    assert.is_nil(log:find("[error]", 1, true), log)
    assert.is_nil(log:find("[alert]", 1, true), log)
  end

  it("go on when the notification comes, though who began them is gone", function()
    start(2)
    start_and_leave "F-1"
    assert.equal(0, becomes("F-1", "waiting").grant.asked)
    notify "F-1"
    local found = becomes("F-1", "succeeded")
    assert.same({ 1, 1, 1, 1 }, { found.grant.asked, found.grant.keys, found.stuck.asked, found.stuck.keys })
    check_end()
  end)

  it("go on at once, however seldom timers look", function()
    start(2, 3600)
    -- (those that look when a worker begins have done so after the first of these)
    local since, count = wait_ms(), 0
    repeat
      count = count + 1
      assert.equal("waiting", server:get("/start?id=F-" .. count).status)
      notify("F-" .. count)
      becomes("F-" .. count, "succeeded")
    until count >= 3 and wait_ms() - since > 3000
    check_end()
  end)

  it("are taken over from a worker that was killed in a step, which is made with its key again", function()
    start(2)
    server:get "/start?id=stuck-1"
    notify "stuck-1"
    local found
    assert.is_true(support.eventually(function()
      found = server:get "/get?id=stuck-1"
      return found.stuck.asked == 1
    end))
    os.execute(("kill -9 %d"):format(found.stuck.by))
    server:get "/start?id=F-2"
    notify "F-2"
    becomes("F-2", "succeeded")
    -- its lease holds until its time is over
    assert.equal(1, server:get("/get?id=stuck-1").stuck.asked)
    server:get "/loosen"
    server:get "/advance?ms=3600000"
    local after = becomes("stuck-1", "succeeded")
    assert.same({ 1, 1 }, { after.grant.asked, after.grant.keys })
    assert.same({ 2, 1 }, { after.stuck.asked, after.stuck.keys })
    assert.not_equal(found.stuck.by, after.stuck.by)
  end)

  it("are carried on through reloads, each step made once", function()
    start(2)
    for place = 1, 20 do assert.equal("waiting", server:get("/start?id=F-" .. place).status) end
    for place = 1, 20 do
      notify("F-" .. place)
      if place % 5 == 0 then server:signal "HUP" end
    end
    for place = 1, 20 do
      local found = becomes("F-" .. place, "succeeded")
      assert.same({ 1, 1, 1 }, { found.grant.keys, found.stuck.keys, found.grant.asked })
    end
    assert.is_nil(server:log():find("[error]", 1, true), server:log())
  end)
end)
