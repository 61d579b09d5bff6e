local calls = require "bench.support.calls"
local program = require "bench.support.program"

local WIDTH, WAVES = 200, 30
local url

-- One wave through obol.all, as a user would write it.
local function wave()
  local transport, request, functions = calls.transport, calls.request, {}
  local function call() calls.check(transport.send(request)) end
  for index = 1, WIDTH do functions[index] = call end
  local results = { require("obol.wait").all((table.unpack or unpack)(functions)) }
  assert(#results == WIDTH)
end

return {
  name = "200 calls at once, wave after wave", unit = "calls/s", rounds = 7,
  reference = "libcurl's multi interface in C", floor = 0.8, goal = 0.95,

  start = function()
    url = calls.start()
    wave() -- connects, as the reference does before it begins to count
  end,

  run = function()
    return calls.rate(WIDTH * WAVES, function()
      for _ = 1, WAVES do wave() end
    end)
  end,

  reference_run = function() return program.c("curl_multi", url, WIDTH, WAVES) end,
  stop = calls.stop,
}
