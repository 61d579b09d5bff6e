local socket = require "socket"
local support = require "spec.nginx.support"
local wait = require "obol.wait"
local whole = require "spec.whole.support"

-- Payments inside nginx: what was sent is recorded, whatever becomes of who asked for it.
describe("a payment inside nginx", function()
  local sandbox, server

  setup(function()
    sandbox = whole.start {}
    local account = sandbox.control("accounts").appwheel
    local pay = sandbox.open()
    local names = { "one", "left", "killed", "log" }
    for index = 1, 30 do
      names[#names + 1] = "many" .. index
      names[#names + 1] = "again" .. index
    end
    for _, name in ipairs(names) do assert(pay.customers:create{ customer = { id = "u-" .. name } }) end
    pay:close()
    server = support.start{
      http = ([[
  init_by_lua_block {
    package.loaded["spec.nginx.words"] = { app_id = %q, platform = %q, base_url = %q, secret = %q }
    require "spec.nginx.shop"
  } ]]):format(account.app_id, account.platform, account.base_url, account.secret),
      server = [[
    location = /create { content_by_lua_block { require("spec.nginx.shop").create() } }
    location = /get { content_by_lua_block { require("spec.nginx.shop").get() } }
    location = /ask { content_by_lua_block { require("spec.nginx.shop").ask() } }
    location = /exit { content_by_lua_block {
      local _, err = require("obol.wait").detached(function() ngx.exit(444) end)
      require("spec.nginx.app").say{ kind = err.kind, outcome = err.outcome }
    } }
    location = /misuse { content_by_lua_block { require("spec.nginx.shop").misuse() } }
    location = /seen { content_by_lua_block { require("spec.nginx.app").seen() } }
    location = /log { return 200 "fine"; log_by_lua_block {
      local shop, app = require "spec.nginx.shop", require "spec.nginx.app"
      local order = require("spec.whole.order").order("in-log", "u-log")
      app.see("log", shop.view(shop.pay.payments:create(order)))
      app.see("log_call", shop.view(shop.pay:call("subs", "product.list", {})))
    } }
    location = /killed { content_by_lua_block {
      local shop, app = require "spec.nginx.shop", require "spec.nginx.app"
      ngx.timer.at(0, function()
        ngx.thread.spawn(function()
          shop.pay.payments:create(require("spec.whole.order").order("killed", "u-killed"))
          app.see("returned_killed", true)
        end)
        ngx.sleep(0.05)
        error "a timer that fails takes its light threads along"
      end)
    } }]],
    }
  end)

  teardown(function()
    local code, log = server:stop()
    assert.equal(0, code)
    assert.is_nil(log:find "exited on signal")
    sandbox.stop()
  end)

  local function slow(times)
    sandbox.control("fault", { operation = "payment.create", kind = "slow", ms = 2000, times = times })
  end

  local function has_returned(order_id) return server:get("/seen?name=returned_" .. order_id) == true end

  local function is_sent(count)
    return support.eventually(function() return server:get("/stats").pending >= count end)
  end

  local function recorded(order_id)
    return support.eventually(function()
      local payment = server:get("/get?order=" .. order_id)
      return payment.status == "requires_action" and payment
    end)
  end

  local function rests() return server:rests() end

  it("is created and found again", function()
    local created = server:get "/create?order=one"
    assert.same({ status = "requires_action", outcomes = { "accepted" }, url = true }, created)
    assert.same(created, server:get "/get?order=one")
    assert.is_true(has_returned "one")
  end)

  -- Opens a connection, asks for a payment and answers the connection.
  local function ask(order_id)
    local client = assert(socket.connect("127.0.0.1", server.port))
    assert(client:send(("GET /create?order=%s HTTP/1.1\r\nHost: shop\r\n\r\n"):format(order_id)))
    return client
  end

  it("is recorded although the client went away after the send", function()
    slow(1)
    local client = ask "left"
    assert.is_true(is_sent(1))
    socket.sleep(0.1)
    client:close()
    assert.same({ status = "requires_action", outcomes = { "accepted" }, url = true }, recorded "left")
    assert.is_false(has_returned "left")
    assert.is_true(rests())
  end)

  it("leaves nothing behind when thirty clients go away", function()
    local clients = {}
    slow(30)
    for index = 1, 30 do clients[index] = ask("many" .. index) end
    assert.is_true(is_sent(30))
    for index = 1, 30 do clients[index]:close() end
    for index = 1, 30 do
      assert.truthy(recorded("many" .. index))
      assert.is_false(has_returned("many" .. index))
    end
    assert.is_true(rests())
  end)

  it("is recorded although the timer that asked for it failed", function()
    slow(1)
    server:get "/killed"
    assert.truthy(recorded "killed")
    assert.is_false(has_returned "killed")
    assert.is_true(rests())
    assert.truthy(server:log():find("takes its light threads along", 1, true))
  end)

  it("is refused in a phase that cannot wait, and nothing is recorded", function()
    server:get "/log"
    local function seen(name)
      return support.eventually(function()
        local value = server:get("/seen?name=" .. name)
        return type(value) == "table" and value
      end)
    end
    assert.same({ kind = "unsupported", outcome = "not_sent" }, seen "log")
    assert.same({ kind = "unsupported", outcome = "not_sent" }, seen "log_call")
    assert.equal("not_found", server:get("/get?order=in-log").kind)
  end)

  it("has its misuse raised at the caller's line", function()
    local told = server:get "/misuse"
    for index, words in ipairs{ "expected a payment as a table", "expected parameters as a table",
      "expected an account's name as a string", "called with a colon" } do
      assert.truthy(told[index]:find("^%S*spec/nginx/shop%.lua:%d+: "), told[index])
      assert.truthy(told[index]:find(words, 1, true), told[index])
      assert.equal(1, select(2, told[index]:gsub("%.lua:%d+:", "")), told[index])
    end
  end)

  it("costs no memory that stays, however many calls were made", function()
    assert.equal(5000, server:get("/ask?calls=250&lanes=20", { timeout_ms = 60000 }).fine)
    local function resident_kb()
      local file = assert(io.open(("/proc/%s/status"):format(server:workers()[1])))
      local kb = file:read("*a"):match "VmRSS:%s*(%d+)"
      file:close()
      return tonumber(kb)
    end
    local before = resident_kb()
    assert.equal(50000, server:get("/ask?calls=2500&lanes=20", { timeout_ms = 120000 }).fine)
    local grown = resident_kb() - before
    assert.is_true(grown < 2048, ("%d KiB more"):format(grown))
    assert.is_true(rests())
  end)

  -- nginx uses the coroutines of light threads that have ended again.
  it("is recorded also in coroutines that did such work before", function()
    local clients = {}
    slow(30)
    for index = 1, 30 do clients[index] = ask("again" .. index) end
    assert.is_true(is_sent(30))
    for index = 1, 30 do clients[index]:close() end
    for index = 1, 30 do assert.truthy(recorded("again" .. index)) end
    assert.is_true(rests())
  end)

  it("does not wait for ever for work that ended its light thread, and the next is done", function()
    local lost, next_one, later
    server:get "/ask?calls=1&lanes=3" -- so that light threads wait for work
    wait.all(function() lost = server:get "/exit" end, function()
      wait.sleep(100)
      next_one = server:get "/get?order=none"
    end, function()
      wait.sleep(300)
      later = server:get "/get?order=none"
    end)
    assert.same({ kind = "internal", outcome = "unknown" }, lost)
    assert.equal("not_found", next_one.kind)
    assert.equal("not_found", later.kind)
    assert.equal("not_found", server:get("/get?order=none").kind)
    assert.is_true(rests())
  end)
end)
