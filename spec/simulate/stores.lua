-- The stores of the runs, by name: each is a function that answers an empty one. A crash forgets all that a
-- process had begun and not committed; what was committed is there for the next one.

local memory = require "obol.ledger.memory"
local sql = require "obol.ledger.sql"
local tables = require "obol.ledger.tables"

local M = { memory = memory.open }

local database

-- One database for all runs, emptied between them: making its tables takes longer than a run.
function M.sqlite()
  if not database then
    database = assert(sql.open "sqlite::memory:")
    database.close = function() end
    assert(database:id())
    -- The ledger never forgets an event; the next run has to.
    assert(database.database:run{ { "drop trigger obol_events_held" } })
  end
  local unit = {}
  for name in pairs(tables) do unit[#unit + 1] = { "delete from obol_" .. name } end
  assert(database.database:run(unit))
  return database
end

return M
