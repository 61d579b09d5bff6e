-- Values go into every database and come back exactly.

local places = require "spec.store.places"
local store = require "obol.store"
local support = require "spec.store.support"

local tables = { { "things", "id bigint primary key, word text, raw %s" } }

places.describe("a store on %s", tables, function(at, run)
  -- What a value of the column becomes on its way in and out.
  local function through(column, value)
    assert(run { { "delete from things" } })
    assert(run { { ("insert into things (id, %s) values (1, $1)"):format(column), value, expect = 1 } })
    return support.rows(at.database, ("select %s as value from things where id = 1"):format(column))[1].value
  end

  local function integer(value)
    assert(run { { "delete from things" } })
    assert(run { { "insert into things (id) values ($1)", value, expect = 1 } })
    return support.rows(at.database, "select id as value from things")[1].value
  end

  describe("values", function()
    it("brings integers through exactly, as numbers within 2^53 and as digits beyond", function()
      for _, value in ipairs { 0, 1, -1, 2147483648, 9007199254740991, -9007199254740991 } do
        local got = integer(value)
        assert.equal("number", type(got))
        assert.equal(value, got)
      end
      for _, digits in ipairs { "9007199254740992", "9007199254740993", "1738513709476610049",
        "9223372036854775807", "-9223372036854775808", "-9007199254740993" } do
        assert.equal(digits, integer(store.integer(digits)))
      end
      assert.equal(7, integer(store.integer "7"))
    end)

    if math.type then
      it("takes integers of Lua 5.4 beyond 2^53", function()
        assert.equal("9223372036854775807", integer(math.maxinteger))
        assert.equal("-9223372036854775808", integer(math.mininteger))
      end)
    end

    it("compares and computes with 64 bits", function()
      assert(run { { "insert into things (id) values ($1)", store.integer "9007199254740992" } })
      local found = run { { "select id from things where id = $1", store.integer "9007199254740993" } }
      assert.equal(0, found[1].count)
      assert(run { { "update things set id = id + $1", 1, expect = 1 } })
      assert.equal("9007199254740993", support.value(at.database, "select id as value from things"))
    end)

    it("brings texts through, of any length", function()
      for _, text in ipairs { "", "x", "naïve 付款 \240\159\146\179", "'; drop table things; --", "a\nb\tc\\",
        ("0123456789"):rep(300000) } do
        assert.is_true(text == through("word", text))
      end
    end)

    it("brings bytes through, NUL and invalid UTF-8 as well", function()
      local all = {}
      for byte = 0, 255 do all[#all + 1] = string.char(byte) end
      all = table.concat(all)
      for _, bytes in ipairs { "", "\0", "a\0b", "\0\0", "\255\254", "\\x41", all, all:rep(4000) } do
        assert.is_true(bytes == through("raw", store.blob(bytes)))
      end
    end)

    it("leaves nulls out, and keeps an empty text apart from them", function()
      assert.is_nil(through("word", store.null))
      assert.is_nil(through("raw", store.null))
      assert.equal("", through("word", ""))
      local rows = support.rows(at.database, "select count(*) as value from things where raw is null")
      assert.equal(1, rows[1].value)
    end)

    it("takes booleans as 1 and 0", function()
      assert.equal(1, integer(true))
      assert.equal(0, integer(false))
    end)

    it("binds values as such, whatever the order and number of their uses", function()
      local rows = assert(run { { "insert into things (id, word) values ($2, $1)", "word", 5, expect = 1 },
        { "select id, word from things where id = $1 and (word = $2 or id = $1 + 1)", 5, "word" } })
      assert.equal("word", rows[2][1].word)
      assert.equal(5, rows[2][1].id)
    end)

    it("refuses texts that not every database can take, without showing them", function()
      for _, text in ipairs { "a\0b", "\255abc", "\237\160\128" } do
        local results, err = run { { "insert into things (id, word) values ($1, $2)", 1, text } }
        assert.is_nil(results)
        assert.equal("invalid", err.kind)
        assert.equal("[1][2]", err.field)
        assert.is_nil(tostring(err):find("abc", 1, true))
      end
    end)

    it("refuses floating point numbers in both directions", function()
      assert.has_error(function() run { { "insert into things (id) values ($1)", 1.5 } } end)
      assert.has_error(function() run { { "insert into things (id) values ($1)", 2 ^ 53 } } end)
      local results, err = run { { "select cast(1.5 as double precision) as value" } }
      assert.is_nil(results)
      assert.equal("invalid", err.kind)
    end)

    it("refuses what is no value, at the caller's line", function()
      for _, value in ipairs { print, { 1 }, { integer = "x" }, { integer = 5 }, { blob = 5 } } do
        local ok, message = pcall(run, { { "select $1", value } })
        assert.is_false(ok)
        assert.truthy(tostring(message):find("unit[1]: expected", 1, true))
      end
      -- where a list ends that has a gap is for the Lua to say
      local ok, results = pcall(run, { { "select $1, $2", nil, 2 } })
      assert.is_true(not ok or results == nil)
    end)
  end)
end)
