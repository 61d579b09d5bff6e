--- A client's clocks, nonces and pauses.

local core = require "obol.core"

local M = {}

-- Bytes that no other process has.
local function bytes(count)
  local given = core.random(count)
  if given then return given end
  local list = {}
  for place = 1, count do list[place] = string.char(math.random(0, 255)) end
  return table.concat(list)
end

-- A generator of its own, so that the host's math.random is left alone and no two processes pause
-- alike.
local function new_random()
  local a, b, c = bytes(3):byte(1, 3)
  local state = a * 65536 + b * 256 + c
  return function()
    state = (state * 1664525 + 1013904223) % 16777216
    return state / 16777216
  end
end

-- The time in digits, one more where the clock has not moved on, and six digits that other processes
-- do not have at the same moment: a provider may refuse what it has seen.
local function new_nonce()
  local last = 0
  return function(time_ms)
    last = math.max(time_ms, last + 1)
    local a, b, c = bytes(3):byte(1, 3)
    return ("%d%06d"):format(last, (a * 65536 + b * 256 + c) % 1000000)
  end
end

-- 32 hex digits that are nobody else's.
local function unique() return core.unique() or require("obol.crypto").hex(bytes(16)) end

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

--- Adds clock() (ms since 1970), elapsed() (ms that never jump), sleep(ms), random(), nonce(time_ms)
-- and unique() to the client.
function M.add(client, opened)
  client.clock = opened.clock and host_clock(opened.clock) or core.clock_ms
  client.elapsed = core.monotonic_ms
  client.random, client.nonce, client.unique = new_random(), new_nonce(), unique
  client.sleep = function(ms)
    local transport = client.transport
    -- Whatever a transport does, an attempt that is under way has to come to its end.
    if type(transport.sleep) == "function" then return (pcall(transport.sleep, ms)) end
    local wait = require "obol.wait"
    if wait.sleep then return wait.sleep(ms) end
  end
end

return M
