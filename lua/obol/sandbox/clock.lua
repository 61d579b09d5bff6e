--- The sandbox's two clocks. `wall` is the time of the machine (or of the caller's test), `now` the
-- time in which subscriptions live: wall time plus all that the clock was advanced by.

local M = {}
local Clock = {}
Clock.__index = Clock

-- Looked up at each call: nginx has a finer clock than plain Lua, whose step is a second.
local function system_ms()
  local nginx = rawget(_G, "ngx")
  if not nginx or not nginx.now then return os.time() * 1000 end
  nginx.update_time()
  return math.floor(nginx.now() * 1000 + 0.5)
end

--- Makes a clock from `start`: nil for the machine's time, milliseconds since 1970 for a time that
-- stands still until advanced, or a function that gives milliseconds.
function M.new(start)
  local read = start
  if start == nil then read = system_ms end
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
