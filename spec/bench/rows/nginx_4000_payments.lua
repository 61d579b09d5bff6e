local worker = require "bench.support.worker"

return {
  name = "4,000 payments at once in one worker of nginx", unit = "s", less = true, rounds = 3,
  reference = "the provider's delay",
  start = function()
    worker.start(500)
    worker.load("/pay", 4000, 4000)
  end,
  run = function() return worker.best("seconds", "/pay", 4000, 4000) end,
  reference_run = function() return 0.5 end,
  stop = worker.stop,
}
