local worker = require "bench.support.worker"

-- A flood of notifications that were never sealed for the account's key, of the provider whose are the dearest to
-- refuse: the handler opens so many a second, fewer of long ones, and turns away all others before any cryptography.
local COUNT, BODY = 20000, '{"param":"' .. ("QUJD"):rep(85) .. 'QQ=="}'

return {
  name = "processor time of nginx for a forged notification, in a flood of them", unit = "us", less = true, rounds = 5,
  reference = "proxy_pass to the provider",
  start = worker.start,
  run = function()
    local from = worker.cpu_s()
    worker.post("/pay/notify/games", 50, COUNT, BODY)
    return (worker.cpu_s() - from) * 1e6 / COUNT
  end,
  reference_run = function()
    local from = worker.cpu_s()
    worker.load("/proxy", 50, COUNT)
    return (worker.cpu_s() - from) * 1e6 / COUNT
  end,
  stop = worker.stop,
}
