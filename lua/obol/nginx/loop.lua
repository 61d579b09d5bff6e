--- Work that a worker of nginx does again and again, by timers, until it ends.
--
-- Each worker does it in one Lua. With `lua_code_cache off` each request has one of its own, and a timer would keep
-- that, its client and its ledger as long as the worker lives: who does the work stands in a dict that all of them
-- share.

local M = {}

local ngx = rawget(_G, "ngx")
local GRACE_S = 60 -- how long a run may take until another Lua may do the work

local made = {} -- loops of this Lua, by name: each Lua of a worker makes the same ones

local function key_of(self) return ("loop/%s/%d"):format(self.name, ngx.worker.pid()) end

-- Takes the work for so many seconds: whether nobody else has it. What begins with the worker takes it from others.
local function take(self, seconds)
  local key = key_of(self)
  if ngx.get_phase() == "init_worker" or self.dict:get(key) == self.mark then
    self.dict:set(key, self.mark, seconds + GRACE_S)
    return true
  end
  local ok, err = self.dict:add(key, self.mark, seconds + GRACE_S)
  return ok or err ~= "exists"
end

local function give(self)
  local key = key_of(self)
  if self.dict:get(key) == self.mark then self.dict:delete(key) end
end

local tick

local function again(self, seconds)
  if ngx.worker.exiting() then return end
  if take(self, seconds) then
    local ok, err = ngx.timer.at(seconds, tick, self)
    if ok then return end
    give(self)
    self.failed(tostring(err))
  end
  -- there may be a timer later, or nobody else any more: the next request tries again
  self.pid = nil
end

function tick(premature, self)
  if premature then return end
  local seconds = self.run()
  if seconds then again(self, seconds) else give(self) end
end

--- A loop: `about` = { name = (that of the work; several of one name are several works), dict = (a store of
-- obol.shared), run = (a function that does the work once and answers the seconds until the next time, nil for the
-- end), failed = (a function that is told why there is no timer) }.
function M.new(about)
  made[about.name] = (made[about.name] or 0) + 1
  return { name = ("%s/%d"):format(about.name, made[about.name]), dict = about.dict, run = about.run,
    failed = about.failed, pid = nil, mark = ngx and ("%s %.3f"):format(tostring(about), ngx.now()) or "" }
end

--- Begins it in this worker, once, in so many seconds: whether the worker does it. Before the workers are there none
-- can.
function M.start(self, seconds)
  if type(ngx) ~= "table" or not ngx.timer or ngx.get_phase() == "init" then return false end
  local pid = ngx.worker.pid()
  if self.pid == pid then return true end
  if not take(self, seconds) then return true end
  self.pid = pid
  again(self, seconds)
  return self.pid ~= nil
end

return M
