local worker = require "bench.support.worker"

return {
  name = "1,000 payments at once in one worker of nginx", unit = "s", less = true, rounds = 5,
  reference = "the provider's delay", floor = 1 / 1.3, goal = 1 / 1.1,
  start = function()
    worker.start(500)
    worker.load("/pay", 1000, 1000)
  end,
  run = function() return worker.best("seconds", "/pay", 1000, 1000) end,
  reference_run = function() return 0.5 end,
  stop = worker.stop,
}
