local notices = require "bench.support.notices"
local program = require "bench.support.program"
local units = require "bench.support.units"

local WIDTH, WAVES, COUNT = 100, 60, 600

return {
  name = "durable notifications on SQLite, 100 at once", unit = "notifications/s", rounds = 9,
  luas = { "lua5.4", "luajit" },
  reference = "SQLite in C, a row a transaction", floor = 3, goal = 8,

  start = notices.start,

  run = function()
    return units.rate(WIDTH * WAVES, function() notices.waves(WAVES, WIDTH) end)
  end,

  reference_run = function() return program.c("sqlite_insert", notices.folder .. "/b.db", COUNT) end,
  stop = notices.stop,
}
