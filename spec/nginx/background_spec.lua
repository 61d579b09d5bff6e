local net = require "spec.net.support"
local support = require "spec.nginx.support"

-- Workers that look at what is unresolved by themselves, on one ledger.
describe("the background work of obol.nginx", function()
  local folder, server

  before_each(function()
    folder = net.folder()
    os.execute(("cd %s && mkdir data && : >data/ledger.db && ln -s data/ledger.db ledger.db"):format(folder))
  end)
  after_each(function()
    if server then server:stop() end
    server = nil
    net.remove(folder)
  end)

  -- A request must not meet a connection of a worker that ends, so there are no lasting ones.
  local function start(workers, more, cache)
    server = support.start {
      workers = workers, cache = cache, main = ("env PLACE=sqlite:%s/ledger.db;"):format(folder),
      http = ([[
        keepalive_timeout 0;
        init_by_lua_block { package.loaded["spec.nginx.place"] = "sqlite:%s/ledger.db" require "spec.nginx.desk" }
        %s]]):format(folder, more or [[init_worker_by_lua_block { require("spec.nginx.desk").shop.start() }]]),
      server = [[
        location = /create { content_by_lua_block { require("spec.nginx.desk").create() } }
        location = /get { content_by_lua_block { require("spec.nginx.desk").get() } }
        location = /advance { content_by_lua_block { require("spec.nginx.desk").advance() } }
        location = /two { content_by_lua_block { require("spec.nginx.desk").two() } }
        location = /close { content_by_lua_block { require("spec.nginx.desk").close() } }
        location = /pay/health { content_by_lua_block { require("spec.nginx.desk").shop.health() } } ]],
    }
    return server
  end

  local function becomes(order, status) return server:becomes("/get?order=" .. order, status) end

  it("settles what is due, each once, whichever worker comes first", function()
    start(2)
    for place = 1, 20 do server:get("/create?order=A-" .. place) end
    server:get "/advance?ms=6000"
    for place = 1, 20 do assert.equal(1, becomes("A-" .. place, "succeeded").asked) end
    local code, log = server:stop()
    server = nil
    assert.equal(0, code)
    assert.is_nil(log:find("[error]", 1, true), log)
  end)

  it("takes over from a worker that was killed while it asked", function()
    start(2)
    server:get "/create?order=stuck-1"
    server:get "/advance?ms=6000"
    local asked
    assert.is_true(support.eventually(function()
      asked = server:get "/get?order=stuck-1"
      return asked.asked == 1
    end))
    os.execute(("kill -9 %d"):format(asked.by))
    -- its lease holds until its time is over
    server:get "/create?order=A-1"
    server:get "/advance?ms=6000"
    assert.equal(1, becomes("A-1", "succeeded").asked)
    assert.equal(1, server:get("/get?order=stuck-1").asked)
    assert.equal("requires_action", server:get("/get?order=stuck-1").status)
    server:get "/advance?ms=20000"
    assert.is_true(support.eventually(function() return server:get("/get?order=stuck-1").asked == 2 end))
    assert.not_equal(asked.by, server:get("/get?order=stuck-1").by)
  end)

  it("begins with the first request where nothing started it, and ends with the client", function()
    start(1, "")
    server:get "/create?order=A-1"
    server:get "/advance?ms=6000"
    assert.equal("requires_action", server:get("/get?order=A-1").status)
    server:get "/pay/health"
    becomes("A-1", "succeeded")
    server:get "/close"
    server:signal "QUIT"
    assert.is_true(support.eventually(function()
      return server:log():find("exited with code 0", 1, true) ~= nil
    end))
    assert.is_nil(server:log():find("[error]", 1, true), server:log())
  end)

  it("is done once where code is not cached, and keeps the Lua of no request but that which does it", function()
    start(1, "", "off")
    local worker = server:workers()[1]
    -- each ledger has a thread of its own
    local function threads() return select(2, net.output(("ls /proc/%s/task"):format(worker)):gsub("%d+", "")) end
    for _ = 1, 40 do server:get "/pay/health" end
    assert.is_true(support.eventually(function() return threads() < 12 end), threads())
    server:get "/create?order=A-1"
    server:get "/advance?ms=6000"
    assert.equal(1, becomes("A-1", "succeeded").asked)
    assert.is_true(support.eventually(function() return threads() < 12 end), threads())
  end)

  it("is done for each of two shops at one address", function()
    start(1)
    assert.same({ first = true, second = true }, server:get "/two")
  end)

  it("holds up no worker that is to end", function()
    start(1)
    for place = 1, 50 do server:get("/create?order=A-" .. place) end
    local before = server:workers()[1]
    server:signal "HUP"
    assert.is_true(support.eventually(function()
      local now = server:workers()
      return #now == 1 and now[1] ~= before
    end))
    server:get "/advance?ms=6000"
    for place = 1, 50 do assert.equal(1, becomes("A-" .. place, "succeeded").asked) end
  end)

  it("goes on when the ledger is back, and says once that it was away", function()
    start(1)
    server:get "/create?order=A-1"
    -- (gone and back in one step each, so that whoever opens it meanwhile makes no new one)
    os.execute(("mv %s/data %s/away"):format(folder, folder))
    server:signal "HUP"
    assert.is_true(support.eventually(function()
      return server:log():find("what is unresolved cannot be looked at", 1, true) ~= nil
    end))
    os.execute(("mv %s/away %s/data"):format(folder, folder))
    -- what began to open it before that still fails
    assert.is_true(support.eventually(function() return (pcall(server.get, server, "/get?order=A-1")) end))
    server:get "/advance?ms=6000"
    becomes("A-1", "succeeded")
    local count = select(2, server:log():gsub("what is unresolved cannot be looked at", ""))
    assert.is_true(count <= 2, count)
  end)
end)

describe("the option `background`", function()
  it("is a table of every_s and limit, or false", function()
    local options = require "obol.nginx.options"
    for _, case in ipairs { { 5, "background" }, { { every_s = 0 }, "background.every_s" },
      { { every_s = "5" }, "background.every_s" }, { { limit = 1.5 }, "background.limit" },
      { { often = 1 }, "background.often" } } do
      local settings, err = options.check { url = "http://127.0.0.1/pay", secret = ("s"):rep(32), background = case[1] }
      assert.is_nil(settings)
      assert.equal(case[2], err.fields[1].field)
    end
    local fine = options.check { url = "http://127.0.0.1/pay", secret = ("s"):rep(32), background = false }
    assert.is_nil(fine.background)
    fine = options.check { url = "http://127.0.0.1/pay", secret = ("s"):rep(32), background = { every_s = 1 } }
    assert.same({ 1, 200 }, { fine.background.every_s, fine.background.limit })
  end)
end)
