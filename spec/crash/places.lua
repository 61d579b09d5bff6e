--- Ledgers for the crash test: `make()` answers the place of an empty one, `drop(place)` takes it away.

local postgres_server = require "spec.store.postgres_server"
local support = require "spec.store.support"

local M = {}

function M.sqlite()
  local folder, count = support.folder(), 0
  return {
    make = function()
      count = count + 1
      os.execute(("mkdir %s/%d"):format(folder, count))
      return ("sqlite:%s/%d/ledger.db"):format(folder, count)
    end,
    drop = function(place) os.execute("rm -rf " .. support.quote(place:match "^sqlite:(.*)/ledger%.db$")) end,
    close = function() support.remove(folder) end,
  }
end

--- Why there is no PostgreSQL here, or nil.
M.missing = { postgres = postgres_server.missing() }

function M.postgres()
  -- It is the shop that is killed here; what the server writes need not reach the disk.
  local server = postgres_server.new "-c fsync=off -c full_page_writes=off -c autovacuum=off"
  local database = support.open(server.url)
  return {
    -- emptying tables takes less time than making them
    make = function()
      local found = support.rows(database, "select tablename as name from pg_tables " ..
        "where schemaname = 'public' and tablename like 'obol%' and tablename <> 'obol_ledger'")
      local names = {}
      for place, row in ipairs(found) do names[place] = row.name end
      if names[1] then
        assert(database:run { { ("truncate %s restart identity"):format(table.concat(names, ", ")) } })
      end
      return server.url
    end,
    drop = function() end,
    close = function()
      database:close()
      server.close()
    end,
  }
end

return M
