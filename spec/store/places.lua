-- The databases on which the specs of the store run. `make` answers an empty one:
-- { open([options]) =, close() = }; `blob` is its type of bytes, `missing` why it is not on this machine.

local postgres_server = require "spec.store.postgres_server"
local support = require "spec.store.support"

return {
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
