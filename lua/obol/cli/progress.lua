--- A bar that shows how far a long command is, on a terminal alone.

local core = require "obol.core"

local M = {}

local WIDTH, REST_MS = 30, 50

local Progress = {}
Progress.__index = Progress

local function is_terminal(descriptor)
  if os.getenv "TERM" == "dumb" then return false end
  local status = os.execute(("test -t %d"):format(descriptor))
  return status == true or status == 0
end

--- A bar on standard error; `wanted` false for none. `total` may be nil where nobody knows.
function M.new(file, total, wanted)
  return setmetatable({ file = file, total = total, is_shown = wanted and is_terminal(2), last = 0 }, Progress)
end

--- The text of a bar.
function M.text(done, total, note)
  if not total or total < 1 then return ("%d  %s"):format(done, note or "") end
  local part = math.min(done / total, 1)
  local full = math.floor(part * WIDTH)
  return ("[%s%s] %d/%d  %s"):format(("#"):rep(full), ("-"):rep(WIDTH - full), done, math.max(total, done), note or "")
end

--- Shows that `done` are done.
function Progress:show(done, note)
  if not self.is_shown then return end
  local now = core.monotonic_ms()
  if done ~= self.total and now - self.last < REST_MS then return end
  self.last = now
  self.file:write("\r\27[K", M.text(done, self.total, note))
  self.file:flush()
end

--- Takes the bar away.
function Progress:clear()
  if not self.is_shown then return end
  self.file:write "\r\27[K"
  self.file:flush()
end

return M
