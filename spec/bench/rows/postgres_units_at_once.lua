local pgbench = require "bench.support.pgbench"
local units = require "bench.support.units"

return {
  name = "durable units on PostgreSQL, 100 at once", unit = "units/s", rounds = 7,
  reference = "pgbench, 100 clients", floor = 0.4, goal = 0.8,

  start = pgbench.start,

  run = function()
    return units.rate(3000, function() units.waves(30, 100) end)
  end,

  reference_run = function() return pgbench.rate(100, 20) end,
  stop = pgbench.stop,
}
