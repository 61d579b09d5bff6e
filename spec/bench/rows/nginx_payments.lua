local worker = require "bench.support.worker"

local WIDTH, PAYMENTS = 50, 4000

return {
  name = "payments in one worker of nginx, kept in memory", unit = "payments/s", rounds = 5,
  reference = "proxy_pass to the provider",
  start = function()
    worker.start()
    worker.load("/pay", WIDTH, PAYMENTS)
  end,
  run = function() return PAYMENTS / worker.load("/pay", WIDTH, PAYMENTS).seconds end,
  reference_run = function() return PAYMENTS / worker.load("/proxy", WIDTH, PAYMENTS).seconds end,
  stop = worker.stop,
}
