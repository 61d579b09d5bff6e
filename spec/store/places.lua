-- The databases on which the specs of the store run. `make` answers an empty one:
-- { open([options]) =, close() = }; `blob` is its type of bytes, `missing` why it is not on this machine.

local busted = require "busted"
local postgres_server = require "spec.store.postgres_server"
local support = require "spec.store.support"

local M = {
  {
    name = "SQLite", blob = "blob",
    make = function()
      local folder = support.folder()
      return {
        open = function(options) return support.open("sqlite:" .. folder .. "/a.db", options) end,
        close = function() support.remove(folder) end,
      }
    end,
  },
  {
    name = "PostgreSQL", blob = "bytea", missing = postgres_server.missing(),
    make = function()
      local server = postgres_server.new()
      return {
        open = function(options) return support.open(server.url, options) end,
        close = server.close,
      }
    end,
  },
}

local function specs(kind, tables, body)
  local at = {}
  busted.setup(function()
    at.place = kind.make()
    at.database = at.place.open()
    for _, one in ipairs(tables) do
      assert(at.database:run { { ("create table %s (%s)"):format(one[1], one[2]:format(kind.blob)) } })
    end
  end)
  busted.teardown(function()
    at.database:close()
    at.place.close()
  end)
  busted.before_each(function()
    for place = #tables, 1, -1 do assert(at.database:run { { "delete from " .. tables[place][1] } }) end
  end)
  body(at, function(unit) return at.database:run(unit) end, kind)
end

--- Specs on each of them: `body(at, run, kind)` declares those of one, whose title is `title` with its name for `%s`.
-- `at` has the `place` and the open `database`, on which run(unit) runs; `tables` are those that it has, empty before
-- each spec, one that refers to another behind it: a list of { name, columns with `%s` for the type of bytes }.
function M.describe(title, tables, body)
  for _, kind in ipairs(M) do
    busted.describe(title:format(kind.name), function()
      if kind.missing then return busted.it("run", function() busted.pending(kind.missing) end) end
      specs(kind, tables, body)
    end)
  end
end

return M
