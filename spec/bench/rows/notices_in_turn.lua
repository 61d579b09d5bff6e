local notices = require "bench.support.notices"
local program = require "bench.support.program"
local units = require "bench.support.units"

local COUNT = 600

return {
  name = "durable notifications on SQLite, one after the other", unit = "notifications/s", rounds = 9,
  reference = "SQLite in C, a row a transaction", floor = 0.4, goal = 0.7,

  start = notices.start,

  run = function()
    return units.rate(COUNT, function()
      for _ = 1, COUNT do notices.keep() end
    end)
  end,

  reference_run = function() return program.c("sqlite_insert", notices.folder .. "/b.db", COUNT) end,
  stop = notices.stop,
}
