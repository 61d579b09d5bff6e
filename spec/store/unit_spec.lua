-- Units of work on every database: all of one or nothing, many at once.

local obol = require "obol"
local places = require "spec.store.places"
local support = require "spec.store.support"

local unpack = table.unpack or unpack

local tables = {
  { "things", "id bigint primary key, word text, raw %s" },
  { "log", "place bigint primary key, word text" },
}

places.describe("a store on %s", tables, function(at, run)
  describe("a unit", function()
    it("that fails leaves nothing behind, and disturbs none that is committed with it", function()
      local functions = {}
      for index = 1, 40 do
        functions[index] = function()
          local unit = { { "insert into log values ($1, 'x')", index, expect = 1 } }
          if index % 8 == 0 then unit[2] = { "insert into log values ($1, 'again')", index - 1 } end
          if index % 8 == 4 then unit[2] = { "update things set word = 'q' where id = 12345", expect = 1 } end
          return run(unit)
        end
      end
      local results = { obol.all(unpack(functions)) }
      local there = {}
      for _, row in ipairs(support.rows(at.database, "select place from log")) do there[row.place] = true end
      for index = 1, 40 do
        if index % 4 == 0 then
          assert.equal("conflict", results[index][2].kind)
          assert.is_nil(there[index])
        else
          assert.is_table(results[index][1], tostring(results[index][2]))
          assert.is_true(there[index])
        end
      end
    end)

    it("sees what those before it did, in the order in which they were handed over", function()
      local ids = {}
      assert(run { { "insert into log values (0, '')" } })
      for index = 1, 60 do
        ids[index] = assert(at.database:submit { { "update log set word = word || $1", index % 10 .. "", expect = 1 } })
      end
      for _, id in ipairs(ids) do
        assert.is_true(at.database:wait(id, 30000))
        assert(at.database:take(id))
      end
      local last = support.value(at.database, "select word as value from log")
      assert.equal(("1234567890"):rep(6), last)
    end)

    it("is committed together with those that wait at the same time", function()
      local before, ids = at.database:stats(), {}
      -- a long one goes first, so that the others wait however slowly they are handed over
      ids[101] = assert(at.database:submit { { "with recursive c (n) as (select 1 union all select n + 1 from c " ..
        "where n < 1000000) select count(*) from c" } })
      for index = 1, 100 do
        ids[index] = assert(at.database:submit { { "insert into log values ($1, 'x')", index } })
      end
      for _, id in ipairs(ids) do
        assert.is_true(at.database:wait(id, 30000))
        assert(at.database:take(id))
      end
      local after = at.database:stats()
      assert.equal(101, after.units - before.units)
      assert.is_true(after.groups - before.groups <= 20, ("%d groups"):format(after.groups - before.groups))
    end)

    it("of nothing but reads may be asked for, and then cannot change anything", function()
      local rows = assert(run { { "select 1 as value" }, { "select 2 as value" }, read = true })
      assert.equal(2, rows[2][1].value)
      local results, err = run { { "insert into log values (1, 'x')" }, read = true }
      assert.is_nil(results)
      assert.equal("invalid", err.kind)
      assert.equal(0, support.value(at.database, "select count(*) as value from log"))
    end)

    it("may be empty", function()
      assert.same({}, assert(run {}))
    end)

    it("has statements of its own, neither several in one nor those that begin or end it", function()
      for _, sql in ipairs { "commit", " ROLLBACK", "begin", "savepoint x", "End", "release x", "", "  ", ";",
        "select 1; select 2" } do
        local results, err = run { { "insert into log values (1, 'x')" }, { sql } }
        assert.is_nil(results, sql)
        assert.equal("invalid", err.kind)
      end
      assert.equal(0, support.value(at.database, "select count(*) as value from log"))
      assert.equal(1, assert(run { { "select 1 as value;" } })[1][1].value)
    end)

    it("that the database cannot understand is told so, with the statement", function()
      for _, sql in ipairs { "selec 1", "select * from nowhere", "insert into things (nothing) values (1)" } do
        local results, err = run { { "select 1" }, { sql } }
        assert.is_nil(results)
        assert.equal("invalid", err.kind)
        assert.equal(2, err.statement)
      end
      for _, statement in ipairs { { "select $1 + 1" }, { "select $1 + 1", 1, 2 } } do
        local _, err = run { statement }
        assert.equal("invalid", err.kind)
      end
      assert.equal(1, assert(run { { "select 1 as value" } })[1][1].value)
    end)

    it("may make the tables that it uses", function()
      assert(run { { "create table fresh (id bigint)" }, { "insert into fresh values ($1)", 5 },
        { "select id from fresh", expect = 1 }, { "drop table fresh" } })
    end)

    it("is refused when its results are too large", function()
      local small = at.place.open { max_result = 100000 }
      assert(run { { "insert into log values (1, $1)", ("x"):rep(60000) } })
      assert(small:run { { "select word from log" } })
      local results, err = small:run { { "select a.word from log a union all select word from log" } }
      assert.is_nil(results)
      assert.equal("invalid", err.kind)
      small:close()
    end)

    it("of the wrong shape is the programmer's fault", function()
      for _, unit in ipairs { { 5 }, { {} }, { { 5 } }, { { "select 1", expected = 1 } },
        { { "select 1", expect = -1 } },
        { { "select 1", expect = "1" } }, { reads = true }, { { "select 1", name = 5 } } } do
        assert.has_error(function() run(unit) end)
      end
      assert.has_error(function() run "select 1" end)
      assert.has_error(function() at.database.run { { "select 1" } } end)
    end)
  end)

  it("answers by submit, poll, take and a descriptor as well", function()
    local id = assert(at.database:submit { { "select 5 as value" } })
    assert.is_number(assert(at.database:fd()))
    assert.is_true(at.database:wait(id, 30000))
    assert.same({ id }, at.database:poll())
    assert.equal(5, at.database:take(id)[1][1].value)
    local results, err = at.database:take(id)
    assert.is_nil(results)
    assert.equal("not_found", err.kind)
  end)

  it("goes on with other functions of obol.all meanwhile", function()
    local order = {}
    obol.all(function()
      for _ = 1, 3 do
        assert(run { { "select 1" }, read = true })
        order[#order + 1] = "a"
      end
    end, function()
      for _ = 1, 3 do
        assert(run { { "select 1" }, read = true })
        order[#order + 1] = "b"
      end
    end, function()
      require("obol.wait").sleep(1)
      order[#order + 1] = "c"
    end)
    table.sort(order)
    assert.equal("aaabbbc", table.concat(order))
  end)

  it("closes, after what was handed over is done", function()
    local other, ids = at.place.open(), {}
    for index = 1, 50 do ids[index] = assert(other:submit { { "insert into log values ($1, 'x')", index } }) end
    other:close()
    other:close()
    for _, id in ipairs(ids) do
      assert.equal(1, assert(other:take(id))[1].count)
    end
    assert.equal(50, support.value(at.database, "select count(*) as value from log"))
    assert.has_error(function() other:run {} end)
  end)
end)
