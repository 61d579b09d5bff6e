--- Numbers that are added up here and go to a store of obol.shared a moment later: calls are many, and each change of
-- a dict that all workers share takes its lock.

local M = {}
local Gather = {}
Gather.__index = Gather

local globals, rawget = _G, rawget
-- When what was gathered is added; when a timer for it that did not come is given up.
local LATER_S, LOST_S = 0.1, 1

-- nginx, where it has timers.
local function host()
  local ngx = rawget(globals, "ngx")
  return type(ngx) == "table" and ngx.timer and ngx or nil
end

-- Calls fn in a moment, or when the worker ends before: whether it will.
local function later(fn)
  local ngx = host()
  return ngx ~= nil and ngx.timer.at(LATER_S, fn) ~= nil
end

local function now()
  local ngx = host()
  return ngx and ngx.now() or 0
end

--- What `incr` was called with, in a store. `about` = { flushed = (a function that is called after that), later =
-- function(fn) that calls it in a moment (whether it will), now = (seconds) }: without those that of nginx. Where
-- nothing is called later all is added at once.
function M.over(store, about)
  about = about or {}
  local self = setmetatable({ store = store, sums = {}, ttls = {}, flushed = about.flushed,
    later = about.later or later, now = about.now or now }, Gather)
  self.fire = function()
    self.expected_s = nil
    self:flush()
  end
  return self
end

--- As that of a store, but it does not tell the number.
function Gather:incr(key, by, _, ttl)
  local sum = self.sums[key]
  self.sums[key] = (sum or 0) + by
  if not sum then self.ttls[key] = ttl end
  local now_s = self.now()
  if self.expected_s and now_s - self.expected_s < LOST_S then return end
  local is_lost = self.expected_s ~= nil
  self.expected_s = now_s
  if not is_lost and self.later(self.fire) then return end
  self.expected_s = nil
  self:flush()
end

--- Adds all of it now. What was to be called later still is: nginx has a limited number of timers.
function Gather:flush()
  local sums, ttls = self.sums, self.ttls
  self.sums, self.ttls = {}, {}
  for key, sum in pairs(sums) do self.store:incr(key, sum, 0, ttls[key]) end
  if self.flushed then self.flushed() end
end

return M
