local worker = require "bench.support.worker"

local CALLS = 200000

return {
  name = "memory that a worker of nginx gains in 200,000 calls, after the first tenth", unit = "MiB", less = true,
  goal = 2, rounds = 1,
  start = function()
    worker.start()
    worker.load("/call", 50, CALLS / 10)
  end,
  run = function()
    local before = worker.resident_kib()
    worker.load("/call", 50, CALLS - CALLS / 10)
    return math.max(0.01, (worker.resident_kib() - before) / 1024)
  end,
  stop = worker.stop,
}
