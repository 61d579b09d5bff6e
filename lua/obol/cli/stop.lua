--- Ending a command that goes on until it is told to end: Ctrl-C and SIGTERM are heard between two things that it
-- does. The next Ctrl-C ends it at once.

local core = require "obol.core"
local wait = require "obol.wait"

local M = {}

local SLICE_MS, INTERRUPT = 100, 2

--- From now on signals are heard.
M.catch = core.stop.catch

--- Whether the command is to end.
function M.asked() return core.stop.signal() ~= nil end

--- What it ends with then: told to end is what a service expects, interrupted is what somebody did.
function M.status() return core.stop.signal() == INTERRUPT and 130 or 0 end

--- Waits so long, or until the command is to end.
function M.sleep(ms)
  local until_ms = core.monotonic_ms() + ms
  repeat
    local left = until_ms - core.monotonic_ms()
    if left > 0 then wait.sleep(math.min(left, SLICE_MS)) end
  until left <= 0 or M.asked()
end

return M
