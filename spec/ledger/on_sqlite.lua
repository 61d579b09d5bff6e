-- busted --helper: specs that open a ledger in memory get one on SQLite instead, so that each of its
-- calls waits and lets others run, and each row is written and read. On the way every statement is
-- looked at once: whatever a spec makes the client ask, it must be found by an index.

local ledger = require "obol.ledger"
local plans = require "spec.ledger.plans"

local open, seen = ledger.open, {}

local function watch(database)
  local run = database.run
  return setmetatable({
    run = function(_, unit)
      local results, err = run(database, unit)
      for _, statement in ipairs(results and unit or {}) do
        if not seen[statement[1]] then
          seen[statement[1]] = true
          local problem = plans.check({ run = function(_, asked) return run(database, asked) end }, statement)
          if problem then io.stderr:write(problem, "\n") os.exit(1) end
        end
      end
      return results, err
    end,
  }, { __index = function(_, name)
    local value = database[name]
    return type(value) == "function" and function(_, ...) return value(database, ...) end or value
  end })
end

function ledger.open(place, options)
  if place ~= "memory" then return open(place, options) end
  local book, err = open("sqlite::memory:", options)
  if not book then return nil, err end
  book.store.database = watch(book.store.database)
  return book
end
