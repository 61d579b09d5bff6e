local obol = require "obol"
local postgres_server = require "spec.store.postgres_server"
local core = require "obol.core"
local store = require "obol.store"
local support = require "spec.store.support"

local unpack = table.unpack or unpack

-- What may happen to a server of PostgreSQL, and between it and us.
describe("a server of PostgreSQL", function()
  local missing = postgres_server.missing()
  if missing then return it("runs", function() pending(missing) end) end

  local server, database
  local sleep = { "select count(pg_sleep($1::bigint)) as n", 1 }

  setup(function()
    server = postgres_server.new()
    database = support.open(server.url)
    assert(database:run { { "create table t (id bigint primary key, word text)" } })
  end)

  teardown(function()
    database:close()
    server.close()
  end)

  before_each(function() assert(database:run { { "delete from t" } }) end)

  local function count() return support.value(database, "select count(*) as value from t") end

  it("that is not there, or refuses, is told so, without its address", function()
    for _, url in ipairs { "postgres://nobody@127.0.0.1:1/x", "postgres://nobody@/x?host=/nowhere",
      server.url:gsub("/postgres", "/another"), "postgres://u:hunter%2x@host", "postgres://x?what=1" } do
      local other = assert(store.open(url, { connect_ms = 10000 }))
      local results, err = other:run { { "select 1" } }
      assert.is_nil(results)
      assert.equal("storage", err.kind)
      assert.is_nil(err.outcome)
      assert.is_nil(tostring(err):find("nobody", 1, true))
      assert.is_nil(tostring(err):find("hunter", 1, true))
      other:close()
    end
  end)

  it("that was restarted in between is found again", function()
    assert(database:run { { "insert into t values (1, 'x')" } })
    local opened = database:stats().opened
    server.stop "fast"
    server.start()
    assert(database:run { { "insert into t values (2, 'x')" } })
    assert.equal(2, count())
    assert.equal(opened + 1, database:stats().opened)
  end)

  it("that is away for a moment is waited for", function()
    assert(database:run { { "select 1" } })
    server.stop "immediate"
    local id = assert(database:submit { { "insert into t values (1, 'x')", expect = 1 } })
    require("obol.wait").sleep(100)
    server.start()
    assert.is_true(database:wait(id, 30000))
    assert(database:take(id))
    assert.equal(1, count())
  end)

  it("that stays away is told so, soon and then at once", function()
    local hasty = support.open(server.url, { connect_ms = 300 })
    assert(hasty:run { { "select 1" } })
    server.stop "immediate"
    local since = core.monotonic_ms()
    local results, err = hasty:run { { "insert into t values (1, 'x')" } }
    assert.is_nil(results)
    assert.equal("storage", err.kind)
    assert.is_true(err.retryable)
    assert.is_nil(err.outcome)
    assert.is_true(core.monotonic_ms() - since < 15000)
    local soonest = math.huge
    for _ = 1, 5 do
      since = core.monotonic_ms()
      assert.is_nil((hasty:run { { "select 1" } }))
      soonest = math.min(soonest, core.monotonic_ms() - since)
    end
    assert.is_true(soonest < 250, ("%d ms"):format(soonest))
    server.start()
    assert(hasty:run { { "select 1" } })
    assert.equal(0, count())
    hasty:close()
  end)

  it("that ends our session while nothing was committed has the unit run again", function()
    local repeated = database:stats().repeated
    local other = support.open(server.url)
    -- as soon as a unit sleeps, another session ends that one, once
    local id = assert(database:submit { { "insert into t values (1, 'x')" }, sleep })
    postgres_server.sleepers(other)
    assert.equal(1, postgres_server.sleepers(other, "count(pg_terminate_backend(pid))"))
    other:close()
    assert.is_true(database:wait(id, 30000))
    assert(database:take(id))
    assert.equal(1, count())
    assert.is_true(database:stats().repeated > repeated)
  end)

  -- Between us and the server stands somebody who lets a commit through, but not its answer.
  it("whose answer to a commit was lost leaves the unit unknown", function()
    local proxy = support.start(server.folder, ([[
      local socket = require "socket"
      local unix = require "socket.unix"
      local listener = assert(socket.bind("127.0.0.1", 0))
      io.stdout:setvbuf "no"
      print((select(2, listener:getsockname())))
      local cut = true
      while true do
        local client = assert(listener:accept())
        local server = unix.stream and unix.stream() or unix()
        assert(server:connect %q)
        client:settimeout(0) server:settimeout(0)
        local open, lost = true, false
        while open do
          for _, from in ipairs((socket.select({ client, server }, nil, 1))) do
            local bytes, why, part = from:receive(65536)
            bytes = bytes or part or ""
            if why == "closed" then open = false end
            if from == client and cut and bytes:find("commit\0", 1, true) then lost, cut = true, false end
            if from == client then server:settimeout(nil) server:send(bytes) server:settimeout(0) end
            if from == server and not lost then client:settimeout(nil) client:send(bytes) client:settimeout(0) end
            if from == server and lost and #bytes > 0 then open = false end
          end
        end
        client:close() server:close()
      end
    ]]):format(server.folder .. "/.s.PGSQL.5432"))
    local port = proxy.line()
    local other = support.open("postgres://nobody@127.0.0.1:" .. port .. "/postgres?sslmode=disable&gssencmode=disable")
    local results, err = other:run { { "insert into t values (1, 'x')", expect = 1 } }
    proxy.kill()
    local rest = proxy.finish()
    assert.is_nil(results, rest)
    assert.equal("storage", err.kind)
    assert.equal("unknown", err.outcome)
    assert.equal(1, count()) -- this one has taken effect
    other:close()
  end)

  it("makes no unit wait longer for a lock than it is told to", function()
    assert(database:run { { "insert into t values (1, 'x')" } })
    local hasty = support.open(server.url, { busy_ms = 50 })
    assert(hasty:run { { "select 1" } })
    local id = assert(database:submit { { "update t set word = 'y' where id = 1" },
      { "select count(pg_sleep($1::bigint)) as n", 2 } })
    postgres_server.sleepers(hasty)
    local results, err = hasty:run { { "update t set word = 'z' where id = 1" } }
    assert.is_nil(results)
    assert.equal("storage", err.kind)
    assert.is_true(err.retryable)
    assert.is_true(database:wait(id, 30000))
    assert(database:take(id))
    hasty:close()
  end)

  it("ends a statement that takes too long", function()
    local hasty = support.open(server.url, { timeout_ms = 100 })
    local results, err = hasty:run { { "select count(pg_sleep($1::bigint)) as n", 5 } }
    assert.is_nil(results)
    assert.equal("storage", err.kind)
    assert.truthy(err.message:find("too long", 1, true))
    assert(hasty:run { { "select 1" } })
    hasty:close()
  end)

  it("has two units that stand in each other's way run one after the other", function()
    assert(database:run { { "insert into t values (1, ''), (2, '')" } })
    local other = support.open(server.url)
    local function unit(first, second)
      return { { "update t set word = word || 'x' where id = $1", first, expect = 1 },
        sleep, { "update t set word = word || 'x' where id = $1", second, expect = 1 } }
    end
    local one = assert(database:submit(unit(1, 2)))
    local two = assert(other:submit(unit(2, 1)))
    assert.is_true(database:wait(one, 60000))
    assert.is_true(other:wait(two, 60000))
    assert(database:take(one))
    assert(other:take(two))
    assert.equal(2, support.value(database, "select count(*) as value from t where word = 'xx'"))
    assert.is_true(database:stats().repeated + other:stats().repeated >= 1)
    other:close()
  end)

  it("is written by several processes at once, without loss", function()
    assert(database:run { { "insert into t values (1, '')" } })
    local processes = {}
    for index = 1, 6 do
      processes[index] = support.start(server.folder, ([[
        local store = require "obol.store"
        local database = assert(store.open %q)
        local ids = {}
        for index = 1, 40 do
          ids[index] = assert(database:submit { { "update t set word = word || 'x' where id = 1", expect = 1 } })
        end
        for _, id in ipairs(ids) do database:wait(id) assert(database:take(id)) end
        print "done"
      ]]):format(server.url))
    end
    for _, process in ipairs(processes) do assert.equal("done\n", process.finish()) end
    assert.equal(240, support.value(database, "select length(word) as value from t"))
  end)

  it("has every row that was answered, though it is killed in the middle", function()
    local process = support.start(server.folder, ([[
      local store = require "obol.store"
      local database = assert(store.open(%q, { connect_ms = 60000 }))
      io.stdout:setvbuf "no"
      local index = 0
      repeat
        index = index + 1
        local results, err = database:run { { "insert into t values ($1, 'x')", index, expect = 1 } }
        if results then io.write(index, "\n")
        elseif err.outcome == "unknown" then io.write("unknown ", index, "\n")
        else io.write(tostring(err), "\n") end
        local over = io.open %q
      until over
      io.write("of ", index, "\n")
    ]]):format(server.url, server.folder .. "/over"))
    local said = {}
    local function read_some() for _ = 1, 20 do said[#said + 1] = process.line() end end
    read_some()
    for _ = 1, 3 do
      server.stop "immediate"
      server.start()
      read_some()
    end
    support.write(server.folder .. "/over", "")
    local answered, unknown, all = 0, 0, nil
    for line in (table.concat(said, "\n") .. "\n" .. process.finish()):gmatch "[^\n]+" do
      if line:find "^%d+$" then answered = answered + 1
      elseif line:find "^unknown" then unknown = unknown + 1
      elseif line:find "^of" then all = tonumber(line:match "%d+")
      else error(line) end
    end
    assert.equal(all, answered + unknown)
    local there = count()
    assert.is_true(there >= answered and there <= answered + unknown, ("%d of %d"):format(there, answered))
  end)

  it("takes a large group in one go, and splits it where one of them fails", function()
    local functions = {}
    for index = 1, 200 do
      functions[index] = function()
        return database:run { { "insert into t values ($1, $2)", index == 150 and 149 or index, ("x"):rep(5000) } }
      end
    end
    local results = { obol.all(unpack(functions)) }
    for index, result in ipairs(results) do assert.equal(index ~= 150, result[1] ~= nil) end
    assert.equal("t.id", results[150][2].field)
    assert.equal(199, count())
  end)

  it("takes up that its tables were changed by others", function()
    assert(database:run { { "insert into t values (1, 'x')" } })
    for _ = 1, 2 do assert.equal("x", support.rows(database, "select * from t")[1].word) end
    server.sql "alter table t add column more text default 'm'"
    assert.equal("m", support.rows(database, "select * from t")[1].more)
    server.sql "alter table t drop column more"
    for index = 1, 300 do assert(database:run { { ("select %d as value"):format(index) }, read = true }) end
  end)

  it("keeps what is committed at once on the disk, whatever its own setting", function()
    server.sql "alter database postgres set synchronous_commit = off"
    local other = support.open(server.url)
    assert.equal("on", support.value(other, "select current_setting('synchronous_commit') as value"))
    other:close()
    server.sql "alter database postgres reset synchronous_commit"
  end)

  it("gives other types as their text, and booleans as 1 and 0", function()
    local row = support.rows(database, "select 12345678901234567890.123::numeric as a, true as b, " ..
      "'{\"x\": 1}'::jsonb as c, null::bigint as d, 5::smallint as e")[1]
    assert.same({ a = "12345678901234567890.123", b = 1, c = '{"x": 1}', e = 5 }, row)
  end)

  it("is left by a process at its end, at once", function()
    for _, ending in ipairs { "", "os.exit(0)", "os.exit(0, true)" } do
      local since = core.monotonic_ms()
      -- (a leak checker sees nothing in LuaJIT's own memory)
      local said, code = support.output("ASAN_OPTIONS=detect_leaks=0 " .. support.command(server.folder, ([[
        local store = require "obol.store"
        local database = assert(store.open %q)
        assert(database:run { { "select 1" } })
        assert(database:submit { { "select count(pg_sleep($1::bigint)) as n", 20 } })
        require("obol.wait").sleep(50)
        %s
      ]]):format(server.url, ending)) .. " 2>&1")
      assert.equal("", said)
      assert.equal(0, code)
      assert.is_true(core.monotonic_ms() - since < 15000)
    end
  end)
end)
