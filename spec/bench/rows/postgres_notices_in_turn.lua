local notices = require "bench.support.notices"
local pgbench = require "bench.support.pgbench"
local units = require "bench.support.units"

return {
  name = "durable notifications on PostgreSQL, one after the other", unit = "notifications/s", rounds = 7,
  reference = "pgbench, one client", floor = 0.4, goal = 0.8,

  start = function() notices.start(pgbench.start()) end,

  run = function()
    return units.rate(300, function()
      for _ = 1, 300 do notices.keep() end
    end)
  end,

  reference_run = function() return pgbench.rate(1, 300) end,

  stop = function()
    notices.stop()
    pgbench.stop()
  end,
}
