local worker = require "bench.support.worker"

return {
  name = "/ping of one worker of nginx during 200 payments at once, p99", unit = "ms", less = true, rounds = 7,
  reference = "the same, idle", floor = 1 / 5, goal = 1 / 3,
  start = function()
    worker.start(500)
    worker.load("/pay", 200, 200)
  end,
  run = function() return worker.load("/pay", 200, 200, 0).p99_ms end,
  reference_run = function() return worker.load("/ping", 1, 0, 0).p99_ms end,
  stop = worker.stop,
}
