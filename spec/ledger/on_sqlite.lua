-- busted --helper: specs that open a ledger in memory get one on SQLite instead, so that each of its
-- calls waits and lets others run, and each row is written and read.

local ledger = require "obol.ledger"

local open = ledger.open

function ledger.open(place, options)
  return open(place == "memory" and "sqlite::memory:" or place, options)
end
