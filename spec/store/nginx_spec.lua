local nginx = require "spec.nginx.support"
local support = require "spec.store.support"

-- Units of work from nginx: requests wait, the worker does not.
describe("a store inside nginx", function()
  local folder, server

  local function configuration(more)
    local options = { workers = 2, http = ([[
      init_by_lua_block {
        local store = require "obol.store"
        database = assert(store.open "sqlite:%s/a.db")
        function insert(word) return database:run { { "insert into t (word) values ($1)", word, expect = 1 } } end
      }
    ]]):format(folder), server = [[
      location = /insert { content_by_lua_block {
        local results, err = insert "x"
        ngx.say(results and results[1].count or tostring(err))
      } }
      location = /count { content_by_lua_block {
        ngx.say(assert(database:run { { "select count(*) as n from t" }, read = true })[1][1].n)
      } }
      location = /all { content_by_lua_block {
        local functions, wait = {}, require "obol.wait"
        -- a long one goes first, so that the others wait however slowly they are handed over
        functions[1] = function() return database:run { { "with recursive n(i) as (select 1 union all select i + 1 " ..
          "from n where i < $1) select count(*) from n", 1000000 } } end
        for index = 2, 51 do functions[index] = function() return insert("y" .. index) end end
        local before, fine = database:stats().groups, 0
        for _, result in ipairs { wait.all(unpack(functions)) } do fine = fine + (result[1] and 1 or 0) end
        ngx.say(fine, " ", database:stats().groups - before <= 10)
      } }
      location = /slow { content_by_lua_block {
        assert(database:run { { "with recursive n(i) as (select 1 union all select i + 1 from n where i < $1) " ..
          "select count(*) from n", 2500000 }, read = true })
        ngx.say "slow"
      } }
      location = /close { content_by_lua_block {
        local other = assert(require("obol.store").open "sqlite::memory:")
        local id = assert(other:submit { { "with recursive n(i) as (select 1 union all select i + 1 from n " ..
          "where i < $1) select count(*) from n", 1000000000 }, read = true })
        other:close()
        ngx.say(other:wait(id, 50))
      } }
      location = /log { content_by_lua_block { ngx.say "fine" } log_by_lua_block {
        local results, err = insert "never"
        ngx.log(ngx.NOTICE, "refused: ", results == nil and err.kind or "no")
      } }
    ]] }
    for name, value in pairs(more or {}) do options[name] = value end
    return options
  end

  setup(function()
    folder = support.folder()
    local database = support.open("sqlite:" .. folder .. "/a.db")
    assert(database:run { { "create table t (id integer primary key, word text)" } })
    database:close()
    server = nginx.start(configuration())
  end)

  teardown(function()
    local code, log = server:stop()
    assert.equal(0, code, log)
    support.remove(folder)
  end)

  local function count() return tonumber((server:get "/count")) end

  it("waits without blocking the worker", function()
    local before = count()
    for _, answer in ipairs(server:get_at_once("/insert", 100)) do assert.equal("1\n", answer) end
    assert.equal(before + 100, count())
    -- as long as both slow ones are under way, pings are answered; one of a worker that waits would not be
    local wait, slow, ended, pings = require "obol.wait", {}, 0, 0
    for index = 1, 2 do
      slow[index] = function()
        assert.equal("slow\n", server:get "/slow")
        ended = ended + 1
      end
    end
    slow[3] = function()
      for _ = 1, 50 do
        server:get "/ping"
        if ended == 0 then pings = pings + 1 end
      end
    end
    for _, result in ipairs { wait.all((table.unpack or unpack)(slow)) } do assert.is_nil(result[2]) end
    assert.is_true(pings >= 5, ("%d pings"):format(pings))
  end)

  it("commits what light threads ask for at once together", function()
    assert.equal("51 true\n", server:get "/all")
  end)

  it("is not begun in a phase that cannot wait", function()
    local before = count()
    assert.equal("fine\n", server:get "/log")
    -- (a request is logged after it was answered)
    assert.truthy(nginx.eventually(function() return server:log():find("refused: unsupported", 1, true) end))
    assert.equal(before, count())
  end)

  it("goes on in new workers after a reload", function()
    local before = count()
    for _ = 1, 3 do
      server:signal "HUP"
      for _, answer in ipairs(server:get_at_once("/insert", 20)) do assert.equal("1\n", answer) end
    end
    assert.equal(before + 60, count())
    assert.is_nil(server:complaints())
  end)

  -- (what is still under way ends with the worker)
  it("closes a database without blocking the worker", function()
    assert.equal("false\n", server:get "/close")
  end)
end)
