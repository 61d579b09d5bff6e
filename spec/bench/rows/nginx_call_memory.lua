local worker = require "bench.support.worker"

local WIDTH = 2000

return {
  name = "memory of a payment under way in nginx, of 2,000 at once", unit = "KiB", less = true, goal = 64, rounds = 1,
  -- Each time in a worker that has never had as many.
  run = function()
    worker.start(3000)
    worker.load("/pay", 10, 10)
    local before, meanwhile = worker.resident_kib(), nil
    worker.load_while("/pay", WIDTH, WIDTH, 2.5, function() meanwhile = worker.resident_kib() end)
    worker.stop()
    return (meanwhile - before) / WIDTH
  end,
}
