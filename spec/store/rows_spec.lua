-- Numbers of rows that a statement must touch, and constraints, on every database.

local places = require "spec.store.places"
local support = require "spec.store.support"

local tables = {
  { "things", "id bigint primary key, word text, raw %s" },
  { "names", "first text not null, last text not null, unique (first, last)" },
  { "parts", "id bigint primary key, thing bigint not null references things (id)" },
  { "checked", "amount bigint check (amount > 0)" },
  { "log", "place bigint primary key, word text" },
}

places.describe("a store on %s", tables, function(at, run)
  describe("row counts", function()
    before_each(function()
      assert(run { { "insert into things (id, word) values (1, 'a'), (2, 'a'), (3, 'b')", expect = 3 } })
    end)

    it("tells how many rows were changed or returned", function()
      local results = assert(run {
        { "update things set word = 'c' where word = 'a'" }, { "select id from things" },
        { "delete from things where id = 99" }, { "create table counted (id bigint)" },
        { "insert into counted (id) values (1), (2) returning id" }, { "drop table counted" },
      })
      local counts = {}
      for place_of, result in ipairs(results) do counts[place_of] = result.count end
      assert.same({ 2, 3, 0, 0, 2, 0 }, counts)
      assert.equal(2, results[5][2].id)
    end)

    it("rolls the unit back where another number is touched, and says where", function()
      for _, case in ipairs { { expect = 1 }, { expect = 0 }, { at_least = 3 } } do
        case[1] = "update things set word = 'z' where word = 'a'"
        local results, err = run { { "insert into log values (1, 'x')" }, case }
        assert.is_nil(results)
        assert.equal("conflict", err.kind)
        assert.equal("[2]", err.field)
        assert.equal(2, err.statement)
        assert.is_nil(err.outcome)
        case.name = "things"
        assert.equal("things", select(2, run { case }).field)
      end
      assert.equal(0, support.value(at.database, "select count(*) as value from things where word = 'z'"))
      assert.equal(0, support.value(at.database, "select count(*) as value from log"))
    end)

    it("goes on where it is met", function()
      assert(run { { "update things set word = 'z' where word = 'a'", expect = 2 },
        { "select id from things where word = 'z'", expect = 2, name = "things" },
        { "delete from things where word = 'q'", expect = 0 }, { "select id from things", at_least = 3 } })
    end)
  end)

  describe("constraints", function()
    it("name the table and the columns of a value that another row holds", function()
      assert(run { { "insert into things (id, word) values (1, 'secret-word')" },
        { "insert into names values ('a', 'b')" } })
      local _, err = run { { "insert into log values (1, 'x')" },
        { "insert into things (id, word) values (1, 'secret-word')" } }
      assert.equal("conflict", err.kind)
      assert.equal("things.id", err.field)
      assert.equal(2, err.statement)
      assert.is_nil(tostring(err):find("secret-word", 1, true))
      _, err = run { { "insert into names values ('a', 'b')" } }
      assert.equal("conflict", err.kind)
      assert.equal("names.first, names.last", err.field)
      assert.equal(0, support.value(at.database, "select count(*) as value from log"))
    end)

    it("of rows that refer to others are kept", function()
      local _, err = run { { "insert into parts values (1, 77)" } }
      assert.equal("conflict", err.kind)
    end)

    it("on a value itself are the caller's fault", function()
      assert.equal("invalid", select(2, run { { "insert into checked values (-1)" } }).kind)
      assert.equal("invalid", select(2, run { { "insert into names (first) values ('x')" } }).kind)
    end)
  end)
end)
