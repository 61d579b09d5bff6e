local program = require "bench.support.program"
local units = require "bench.support.units"

local WIDTH, WAVES, COUNT = 100, 60, 600

return {
  name = "durable units on SQLite, 100 at once", unit = "units/s", rounds = 9,
  reference = "SQLite in C, a row a transaction", floor = 3, goal = 8,

  start = units.start,

  run = function()
    return units.rate(WIDTH * WAVES, function() units.waves(WAVES, WIDTH) end)
  end,

  reference_run = function() return program.c("sqlite_insert", units.folder .. "/b.db", COUNT) end,
  stop = units.stop,
}
