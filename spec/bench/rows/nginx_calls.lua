local worker = require "bench.support.worker"

local WIDTH, CALLS = 50, 10000

return {
  name = "requests of nginx that make one call of a provider", unit = "requests/s", rounds = 5,
  reference = "proxy_pass to it", floor = 0.4, goal = 0.8,
  start = function()
    worker.start()
    worker.load("/call", WIDTH, CALLS)
    worker.load("/proxy", WIDTH, CALLS)
  end,
  run = function() return CALLS / worker.best("seconds", "/call", WIDTH, CALLS) end,
  reference_run = function() return CALLS / worker.best("seconds", "/proxy", WIDTH, CALLS) end,
  stop = worker.stop,
}
