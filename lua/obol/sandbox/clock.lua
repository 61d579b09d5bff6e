--- The sandbox's two clocks. `wall` is the time of the machine (or of the caller's test), `now` the
-- time in which subscriptions live: wall time plus all that the clock was advanced by.

local core = require "obol.core"

local M = {}
local Clock = {}
Clock.__index = Clock

--- Makes a clock from `start`: nil for the machine's time, milliseconds since 1970 for a time that
-- stands still until advanced, or a function that gives milliseconds.
function M.new(start)
  local read = start
  if start == nil then read = core.clock_ms end
  if type(start) == "number" then read = function() return start end end
  return setmetatable({ read = read, offset = 0, fixed = type(start) == "number" }, Clock)
end

--- The machine's time in milliseconds, never moved by `advance`.
function Clock:wall() return self.read() end

--- The sandbox's time in milliseconds; while a past event is worked off, the time of that event.
function Clock:now() return self.at or self.read() + self.offset end

--- Moves the sandbox's time forward by `ms`.
function Clock:advance(ms) self.offset = self.offset + ms end

--- Runs `fn` as if the time were `at`.
function Clock:during(at, fn)
  local before = self.at
  self.at = at
  local ok, problem = pcall(fn)
  self.at = before
  if not ok then error(problem, 0) end
end

return M
