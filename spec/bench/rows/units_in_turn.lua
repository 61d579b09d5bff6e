local program = require "bench.support.program"
local units = require "bench.support.units"

local COUNT = 600

return {
  name = "durable units on SQLite, one after the other", unit = "units/s", rounds = 9,
  reference = "SQLite in C, a row a transaction", floor = 0.4, goal = 0.7,

  start = units.start,

  run = function()
    return units.rate(COUNT, function()
      for _ = 1, COUNT do units.insert() end
    end)
  end,

  reference_run = function() return program.c("sqlite_insert", units.folder .. "/b.db", COUNT) end,
  stop = units.stop,
}
