--- Changed scripts in every worker: each loads them for itself (pay:reload), when one of them was told to, or when
-- a file has another content than before.
--
-- What one worker was told stands in the shared dict; the others look there every few seconds.

local adapter = require "obol.nginx.adapter"
local loop = require "obol.nginx.loop"

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

--- For a client: `settings` = { every_s =, watch = }, or nil for no looks. `shop` has its `url` and the store `dict`,
-- which is shared with the other workers.
function M.new(pay, settings, shop)
  local self = { pay = pay, every_s = settings and settings.every_s, watch = settings and settings.watch,
    dict = shop.dict }
  self.loop = self.every_s and loop.new { name = "reload/" .. shop.url, dict = shop.numbers,
    run = function() return look(self) and self.every_s or nil end,
    failed = function(text) adapter.log("obol.nginx: changed scripts cannot be looked for: " .. text) end }
  return self
end

--- Begins to look in this worker, once: whether it does.
function M.start(self) return self.loop ~= nil and loop.start(self.loop, self.every_s) end

--- Loads what was changed in this worker, and tells the others when it is good: as pay:reload.
function M.now(self)
  local report, err = call(self)
  if not report then return nil, err end
  self.told = ("%d %d %.6f"):format(report.generation, ngx and ngx.worker.pid() or 0, report.loaded_ms)
  self.dict:set(KEY, self.told)
  return report
end

return M
