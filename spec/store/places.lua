-- The databases on which the specs of the store run. `make` answers an empty one:
-- { open([options]) =, close() = }; `blob` is its type of bytes.

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
}
