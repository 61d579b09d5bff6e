--- A client's clocks, nonces and pauses.

local core = require "obol.core"

local M = {}

-- A generator of its own, so that the host's math.random is left alone and no two processes pause
-- alike.
local function new_random()
  local file = io.open("/dev/urandom", "rb")
  local bytes = file and file:read(3) or "obo"
  if file then file:close() end
  local a, b, c = bytes:byte(1, 3)
  local state = a * 65536 + b * 256 + c
  return function()
    state = (state * 1664525 + 1013904223) % 16777216
    return state / 16777216
  end
end

-- The time as text, one more where the clock has not moved on: no two calls of a client share it.
local function new_nonce()
  local last = 0
  return function(time_ms)
    last = math.max(time_ms, last + 1)
    return ("%d"):format(last)
  end
end

local function is_time(value)
  return type(value) == "number" and value >= 0 and value < 2 ^ 53
end

-- A host's clock may count in fractions; times are integers. One that fails must not keep what was sent
-- from being recorded: the machine's stands in.
local function host_clock(clock)
  return function()
    local ok, now = pcall(clock)
    return ok and is_time(now) and math.floor(now) or core.clock_ms()
  end
end

--- Adds clock() (ms since 1970), elapsed() (ms that never jump), sleep(ms), random() and
-- nonce(time_ms) to the client.
function M.add(client, opened)
  client.clock = opened.clock and host_clock(opened.clock) or core.clock_ms
  client.elapsed = core.monotonic_ms
  client.random, client.nonce = new_random(), new_nonce()
  client.sleep = function(ms)
    local transport = client.transport
    -- Whatever a transport does, an attempt that is under way has to come to its end.
    if type(transport.sleep) == "function" then return (pcall(transport.sleep, ms)) end
    local wait = require "obol.wait"
    if wait.sleep then return wait.sleep(ms) end
  end
end

return M
