local worker = require "bench.support.worker"

local CALLS = 10000

local function spent(path)
  local from = worker.cpu_s()
  worker.load(path, 50, CALLS)
  return (worker.cpu_s() - from) * 1e6 / CALLS
end

return {
  name = "processor time of a request of nginx that makes one call", unit = "us", less = true, rounds = 5,
  reference = "proxy_pass to the provider",
  start = function()
    worker.start()
    worker.load("/call", 50, CALLS)
  end,
  run = function() return spent "/call" end,
  reference_run = function() return spent "/proxy" end,
  stop = worker.stop,
}
