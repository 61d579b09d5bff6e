local notices = require "bench.support.notices"
local pgbench = require "bench.support.pgbench"
local units = require "bench.support.units"

return {
  name = "durable notifications on PostgreSQL, 100 at once", unit = "notifications/s", rounds = 7,
  reference = "pgbench, 100 clients", floor = 0.4, goal = 0.8,

  start = function() notices.start(pgbench.start()) end,

  run = function()
    return units.rate(3000, function() notices.waves(30, 100) end)
  end,

  reference_run = function() return pgbench.rate(100, 20) end,

  stop = function()
    notices.stop()
    pgbench.stop()
  end,
}
