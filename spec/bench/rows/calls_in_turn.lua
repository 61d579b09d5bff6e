local calls = require "bench.support.calls"
local program = require "bench.support.program"

local COUNT = 10000
local url

return {
  name = "10,000 calls one after another to a loopback server", unit = "calls/s", rounds = 7,
  reference = "libcurl's easy interface in C", floor = 0.8, goal = 0.95,

  start = function() url = calls.start() end,

  run = function()
    local transport, request = calls.transport, calls.request
    return calls.rate(COUNT, function()
      for _ = 1, COUNT do calls.check(transport.send(request)) end
    end)
  end,

  reference_run = function() return program.c("curl_easy", url, COUNT) end,
  stop = calls.stop,
}
