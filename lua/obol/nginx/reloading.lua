--- Changed scripts in every worker: each loads them for itself (pay:reload), when one of them was told to, or when
-- a file has another content than before.
--
-- What one worker was told stands in the shared dict; the others look there every few seconds.

local adapter = require "obol.nginx.adapter"

local M = {}

local ngx = rawget(_G, "ngx")
local KEY = "reload"

--- What holds without the option `reload`: seconds between two looks, and whether files are watched.
M.preset = { every_s = 5, watch = false }

local function say_once(self, text)
  if self.said == text then return end
  self.said = text
  if text then adapter.log("obol.nginx: what was changed is not taken up, and what was there stays: " .. text) end
end

local function is_closed(err) return tostring(err):find("the client is closed", 1, true) ~= nil end

local function call(self, options)
  local ok, report, err = pcall(self.pay.reload, self.pay, options)
  if not ok then report, err = nil, report end
  if not err or not is_closed(err) then say_once(self, err and tostring(err) or nil) end
  self.failing = err ~= nil
  return report, err
end

-- One look; false when the client is closed.
local function look(self)
  local told, _, err = self.dict:get(KEY), nil, nil
  if told and told ~= self.told then
    self.told = told
    -- what was tried in vain may be good now, though the files are the same
    _, err = call(self, { if_changed = not self.failing })
  elseif self.watch or self.failing then
    _, err = call(self, { if_changed = true })
  end
  return not (err and is_closed(err))
end

local tick

local function again(self)
  if ngx.worker.exiting() then return end
  local ok, err = ngx.timer.at(self.every_s, tick, self)
  if ok then return end
  -- the next request tries again
  self.pid = nil
  adapter.log("obol.nginx: changed scripts cannot be looked for: " .. tostring(err))
end

function tick(premature, self)
  if not premature and look(self) then again(self) end
end

--- For a client: `settings` = { every_s =, watch = }, or nil for no looks; `dict` is shared with the other workers.
function M.new(pay, settings, dict)
  return { pay = pay, every_s = settings and settings.every_s, watch = settings and settings.watch, dict = dict }
end

--- Begins to look in this worker, once: whether it does.
function M.start(self)
  if not self.every_s or type(ngx) ~= "table" or not ngx.timer then return false end
  if self.pid == ngx.worker.pid() then return true end
  if ngx.get_phase() == "init" then return false end
  self.pid = ngx.worker.pid()
  again(self)
  return self.pid ~= nil
end

--- Loads what was changed in this worker, and tells the others when it is good: as pay:reload.
function M.now(self)
  local report, err = call(self)
  if not report then return nil, err end
  self.told = ("%d %d %.6f"):format(report.generation, ngx and ngx.worker.pid() or 0, report.loaded_ms)
  self.dict:set(KEY, self.told)
  return report
end

return M
