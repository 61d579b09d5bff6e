local pgbench = require "bench.support.pgbench"
local units = require "bench.support.units"

return {
  name = "durable units on PostgreSQL, one after the other", unit = "units/s", rounds = 7,
  reference = "pgbench, one client", floor = 0.4, goal = 0.8,

  start = pgbench.start,

  run = function()
    return units.rate(300, function()
      for _ = 1, 300 do units.insert() end
    end)
  end,

  reference_run = function() return pgbench.rate(1, 300) end,
  stop = pgbench.stop,
}
