local core = require "obol.core"
local support = require "spec.store.support"

describe("a store in memory", function()
  it("keeps what it is told as long as it is open", function()
    local database = support.open "sqlite::memory:"
    assert(database:run { { "create table t (id integer)" }, { "insert into t values (1)" } })
    assert.equal(1, support.value(database, "select count(*) as value from t"))
    database:close()
    assert.is_false(support.exists ":memory:")
    local other = support.open "sqlite::memory:"
    assert.is_nil((other:run { { "select * from t" } }))
    other:close()
  end)
end)

describe("an address", function()
  it("that is none is refused", function()
    local store = require "obol.store"
    for _, url in ipairs { "", "sqlite:", "mysql://x", "obol.db", "postgres:", "sqlite:a\0b" } do
      local opened, err = store.open(url)
      assert.is_nil(opened)
      assert.equal("invalid", err.kind)
    end
    for _, options in ipairs { { busy_ms = 0 }, { busy_ms = 1.5 }, { check = "some" }, { what = 1 },
      { max_result = "1" } } do
      local opened, err = store.open("sqlite::memory:", options)
      assert.is_nil(opened)
      assert.equal("invalid", err.kind)
      assert.equal((next(options)), err.field)
    end
    assert.has_error(function() store.open(5) end)
    assert.has_error(function() store.open("sqlite::memory:", 5) end)
  end)
end)

describe("a new file", function()
  it("may be opened by several processes at once", function()
    local folder, processes = support.folder(), {}
    local began = core.monotonic_ms() + 500
    for index = 1, 6 do
      -- each opens the file of a round when its moment has come
      processes[index] = support.start(folder, ([[
        local core, store = require "obol.core", require "obol.store"
        for round = 1, 30 do
          repeat until core.monotonic_ms() >= %d + 30 * round
          local database = assert(store.open(("sqlite:%%s/%%d.db"):format(%q, round)))
          local done, err = database:run { { "select 1 as one" }, read = true }
          if not done then print(err) end
          database:close()
        end
      ]]):format(began, folder))
    end
    for _, process in ipairs(processes) do assert.equal("", process.finish()) end
    support.remove(folder)
  end)
end)
