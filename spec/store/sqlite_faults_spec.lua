local store = require "obol.store"
local support = require "spec.store.support"

-- What may happen to a file of SQLite, and to the process that writes it.
describe("a file of SQLite", function()
  local folder, path, url

  before_each(function()
    folder = support.folder()
    path = folder .. "/a.db"
    url = "sqlite:" .. path
  end)

  after_each(function() support.remove(folder) end)

  local function make(options)
    local database = support.open(url, options)
    assert(database:run { { "create table t (id integer primary key, word text)" },
      { "insert into t values (1, 'first')" } })
    return database
  end

  local function refused(database, kind, unit)
    local results, err = database:run(unit or { { "insert into t (word) values ('x')" } })
    assert.is_nil(results)
    assert.equal(kind, err.kind)
    return err
  end

  it("is made for its owner alone", function()
    local database = make()
    for _, name in ipairs { "a.db", "a.db-wal", "a.db-shm" } do
      assert.equal("600\n", (support.output("stat -c %a " .. folder .. "/" .. name)))
    end
    database:close()
    assert.is_false(support.exists(path .. "-wal"))
  end)

  it("is written through to the disk before each answer, once for many", function()
    if support.output "command -v strace" == "" then return pending "no strace here" end
    local trace = folder .. "/trace"
    local script = support.command(folder, ([[
      local obol, store = require "obol", require "obol.store"
      local database = assert(store.open %q)
      assert(database:run { { "create table t (id integer primary key, word text)" } })
      local marker = function(word) io.open("/nowhere/" .. word) end
      marker "begin"
      for _ = 1, 5 do assert(database:run { { "insert into t (word) values ('x')" } }) marker "one" end
      local ids = {}
      marker "many"
      for index = 1, 200 do ids[index] = assert(database:submit { { "insert into t (word) values ('x')" } }) end
      for _, id in ipairs(ids) do database:wait(id) assert(database:take(id)) end
      marker "end"
      print "done"
    ]]):format(url))
    local said, code = support.output(("strace -f -o %s -e trace=fsync,fdatasync,openat %s 2>&1"):format(trace, script))
    if code ~= 0 and not said:find "done" then return pending "strace cannot look here" end
    local counts, now = {}, nil
    for line in io.lines(trace) do
      local word = line:match '"/nowhere/(%w+)"'
      if word then
        now = (word == "one" and (now or "") .. "1") or word
        counts[now] = 0
      elseif now and line:find "sync%(" then
        counts[now] = counts[now] + 1
      end
    end
    for _, interval in ipairs { "begin", "begin1", "begin11", "begin111", "begin1111" } do
      assert.is_true(counts[interval] >= 1, interval)
    end
    assert.is_true(counts.many >= 1 and counts.many <= 40, tostring(counts.many))
  end)

  it("has every row that was answered, however the process ended", function()
    make():close()
    for round = 1, 8 do
      local process = support.start(folder, ([[
        local store = require "obol.store"
        local database = assert(store.open %q)
        io.stdout:setvbuf "no"
        for index = 1, 100000 do
          local ids = {}
          for place = 1, 5 do ids[place] = assert(database:submit { { "insert into t (id, word) values ($1, 'x')",
            %d * 1000000 + index * 5 + place } }) end
          for _, id in ipairs(ids) do database:wait(id) assert(database:take(id)) end
          io.write(index, "\n")
        end
      ]]):format(url, round))
      local last
      for _ = 1, 10 * round do last = process.line() end
      process.kill()
      for line in process.finish():gmatch "(%d+)\n" do last = line end
      local database = support.open(url, { check = "full" })
      local rows = support.rows(database, "select count(*) as value from t where id >= $1 and id < $2",
        round * 1000000, round * 1000000 + (tonumber(last) + 1) * 5 + 1)
      assert.is_true(rows[1].value >= tonumber(last) * 5, ("%d of %s"):format(rows[1].value, last))
      database:close()
    end
  end)

  it("that another process holds is waited for, then given up", function()
    local database = make { busy_ms = 60000 }
    local holder = support.start(folder, ([[
      local store = require "obol.store"
      -- a statement that takes long, in a transaction that writes
      local database = assert(store.open %q)
      local id = assert(database:submit { { "insert into t values (2, 'x')" },
        { "with recursive n(i) as (select 1 union all select i + 1 from n where i < $1) select count(*) from n", 2000000 } })
      io.stdout:setvbuf "no"
      -- as soon as nobody else can write
      local other = assert(store.open(%q, { busy_ms = 1 }))
      repeat until not other:run { { "update t set word = word where id = 1" } }
      print "held"
      database:wait(id)
      print "let go"
      database:close()
    ]]):format(url, url))
    assert.equal("held", holder.line())
    local hasty = support.open(url, { busy_ms = 20 })
    local err = refused(hasty, "storage")
    assert.is_true(err.retryable)
    assert.is_nil(err.outcome)
    assert.equal(1, assert(hasty:run { { "select id from t" }, read = true })[1].count)
    assert(database:run { { "insert into t values (3, 'y')" } })
    assert.equal("let go", holder.line())
    holder.finish()
    assert.equal(3, support.value(hasty, "select count(*) as value from t"))
    hasty:close()
    database:close()
  end)

  it("is written by several processes at once, without loss", function()
    make():close()
    local script = ([[
      local store = require "obol.store"
      local database = assert(store.open(%q, { busy_ms = 30000 }))
      for index = 1, 50 do
        assert(database:run { { "update t set word = word || 'x' where id = 1", expect = 1 } })
      end
      print "done"
    ]]):format(url)
    local processes = {}
    for index = 1, 4 do processes[index] = support.start(folder, script) end
    for _, process in ipairs(processes) do assert.equal("done\n", process.finish()) end
    local database = support.open(url)
    assert.equal(5 + 200, support.value(database, "select length(word) as value from t"))
    database:close()
  end)

  it("that is no database, or is damaged, is told so", function()
    support.write(path, ("this is not a database "):rep(100))
    local database = support.open(url)
    assert.truthy(tostring(refused(database, "storage")):find("no database", 1, true))
    database:close()
    os.remove(path)
    database = make()
    for index = 1, 30 do assert(database:run { { "insert into t (word) values ($1)", ("x"):rep(2000) .. index } }) end
    database:close()
    local bytes = support.read(path)
    support.write(path, bytes:sub(1, 4096) .. ("\1\2\3"):rep(6000) .. bytes:sub(22097))
    database = support.open(url)
    assert.truthy(tostring(refused(database, "storage")):find("damaged", 1, true))
    local err = refused(database, "storage", { { "select * from t" }, read = true })
    assert.truthy(tostring(err):find("damaged", 1, true))
    support.write(path, bytes) -- put back from a backup
    assert(database:run { { "select * from t" }, read = true })
    database:close()
  end)

  it("in a place that cannot be written is told so", function()
    local database = support.open("sqlite:" .. folder .. "/missing/a.db")
    assert.matches("a folder and a file that the user of this process may write", refused(database, "storage").message)
    database:close()
    database = support.open("sqlite:" .. folder)
    refused(database, "storage")
    database:close()
  end)

  it("that may only be read is told so", function()
    if not support.is_root() then return pending "not root" end
    make():close()
    os.execute(("chmod 755 %s; chmod 444 %s"):format(folder, path))
    local said = support.output("setpriv --reuid=65534 --regid=65534 --clear-groups " .. support.command(folder, ([[
      local database = assert(require("obol.store").open %q)
      local results, err = database:run { { "insert into t values (5, 'x')" } }
      print(results, err.kind, err.message)
      print(database:run { { "select id from t" }, read = true })
    ]]):format(url)) .. " 2>&1")
    assert.truthy(said:find("nil\tstorage\tthe database may not be written by the user of this process", 1, true), said)
  end)

  it("on a full disk answers nothing that is not there, and goes on when there is room", function()
    if not support.is_root() then return pending "not root" end
    local mount = folder .. "/small"
    os.execute("mkdir " .. mount)
    local _, code = support.output("mount -t tmpfs -o size=1m none " .. mount .. " 2>&1")
    if code ~= 0 then return pending "nothing can be mounted here" end
    local ok, why = pcall(function()
      local database = support.open("sqlite:" .. mount .. "/a.db")
      assert(database:run { { "create table t (id integer primary key, word text)" } })
      local answered, failed = 0, nil
      for index = 1, 400 do
        local results, err = database:run { { "insert into t values ($1, $2)", index, ("x"):rep(10000) } }
        if results then answered = answered + 1 else failed = failed or err end
      end
      assert.is_true(answered > 10)
      assert.equal("storage", failed.kind)
      assert.is_nil(failed.outcome)
      assert.equal(answered, support.value(database, "select count(*) as value from t"))
      os.execute("mount -o remount,size=16m " .. mount)
      assert(database:run { { "insert into t values (1000, 'y')" } })
      database:close()
      database = support.open("sqlite:" .. mount .. "/a.db", { check = "full" })
      assert.equal(answered + 1, support.value(database, "select count(*) as value from t"))
      database:close()
    end)
    os.execute("umount " .. mount)
    assert.is_true(ok, why)
  end)

  it("keeps its statements, and takes up that its tables were changed by others", function()
    local database = make()
    local before = database:stats().prepared
    for index = 10, 60 do assert(database:run { { "insert into t values ($1, 'x')", index } }) end
    assert.is_true(database:stats().prepared - before <= 2)
    local other = support.open(url)
    assert(other:run { { "alter table t add column more text" } })
    assert(database:run { { "select * from t" }, read = true })
    assert(other:run { { "update t set more = 'm' where id = 10" } })
    local rows = assert(database:run { { "select * from t" }, read = true })[1]
    assert.equal("m", rows[2].more)
    other:close()
    for index = 1, 300 do -- more than are kept
      assert(database:run { { ("select %d as value"):format(index) }, { "insert into t (word) values ($1)", "z" } })
    end
    database:close()
  end)
end)

describe("the end of a process", function()
  local folder

  before_each(function() folder = support.folder() end)
  after_each(function() support.remove(folder) end)

  it("in the middle of work is clean, 40 times", function()
    local ends = { "", "os.exit(0)", "os.exit(0, true)", "database = nil collectgarbage()", "database:close()" }
    for run = 1, 40 do
      local script = support.command(folder, ([[
        local store = require "obol.store"
        database = assert(store.open "sqlite:%s/a.db")
        assert(database:run { { "create table if not exists t (id integer primary key, word text)" } })
        for _ = 1, 50 do assert(database:submit { { "insert into t (word) values ('x')" } }) end
        %s
      ]]):format(folder, ends[run % 5 + 1]))
      local said, code = support.output("ASAN_OPTIONS=detect_leaks=0 " .. script .. " 2>&1")
      assert.equal("", said)
      assert.equal(0, code)
    end
    local database = store.open("sqlite:" .. folder .. "/a.db", { check = "full" })
    assert.is_true(support.value(database, "select count(*) as value from t") > 0)
    database:close()
  end)

  it("does not wait for others who hold the database, nor for a long statement", function()
    local script = support.command(folder, ([[
      local store = require "obol.store"
      local database = assert(store.open "sqlite:%s/a.db")
      assert(database:run { { "create table t (id integer)" } })
      local slow = { { "insert into t values (1)" },
        { "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000000000) select count(*) from n" } }
      assert(database:submit(slow))
      require("obol.wait").sleep(50)
      local other = assert(store.open("sqlite:%s/a.db", { busy_ms = 60000 }))
      assert(other:submit { { "insert into t values (1)" } })
      require("obol.wait").sleep(50)
      os.exit(0)
    ]]):format(folder, folder))
    local core = require "obol.core"
    local since = core.monotonic_ms()
    local said, code = support.output("ASAN_OPTIONS=detect_leaks=0 " .. script .. " 2>&1")
    assert.equal("", said)
    assert.equal(0, code)
    assert.is_true(core.monotonic_ms() - since < 20000)
  end)
end)
