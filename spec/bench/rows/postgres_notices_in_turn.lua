local notices = require "bench.support.notices"
local pgbench = require "bench.support.pgbench"
local units = require "bench.support.units"

local COUNT = 1500 -- (300 were over in a twentieth of a second, and told more of the machine than of the ledger)

return {
  name = "durable notifications on PostgreSQL, one after the other", unit = "notifications/s", rounds = 7,
  reference = "pgbench, one client", floor = 0.4, goal = 0.8,

  start = function() notices.start(pgbench.start()) end,

  run = function()
    return units.rate(COUNT, function()
      for _ = 1, COUNT do notices.keep() end
    end)
  end,

  reference_run = function() return pgbench.rate(1, COUNT) end,

  stop = function()
    notices.stop()
    pgbench.stop()
  end,
}
