--- The worker's background work: every few seconds pay:reconcile looks at what is due. All workers, and
-- all machines that share the ledger, do so; each row is leased to one of them.
--
-- Timers begin in a worker: when it starts (`start` in init_worker_by_lua), else with its first request.
-- They end with it, and when the client is closed.

local adapter = require "obol.nginx.adapter"

local M = {}

local ngx = rawget(_G, "ngx")

--- What holds without the option `background`: seconds between runs, rows in each.
M.preset = { every_s = 5, limit = 200 }

-- Somewhat apart, so that workers that began together do not come together.
local function spread(seconds)
  local number = (ngx.worker.pid() * 7919 + ngx.now() * 1000) % 1000
  return seconds * (0.75 + number / 2000)
end

local function goes_on() return not ngx.worker.exiting() end

local function say_once(self, text)
  if self.said == text then return end
  self.said = text
  if text then adapter.log("obol.nginx: what is unresolved cannot be looked at: " .. text) end
end

-- Closed before the run, or in the middle of it.
local function is_closed(err)
  local text = tostring(err)
  return text:find("the client is closed", 1, true) or text:find("the ledger is closed", 1, true)
end

-- One run: whether more is due, or nil when the client is closed.
local function run(self)
  local ok, report, err = pcall(self.pay.reconcile, self.pay, { limit = self.limit, on_progress = goes_on })
  if not ok then err = report end
  if err and is_closed(err) then return nil end
  -- A ledger that is away says so once, not every few seconds.
  say_once(self, err and tostring(err) or nil)
  return ok and not err and report.left
end

local tick

local function again(self, seconds)
  if not goes_on() then return end
  local ok, err = ngx.timer.at(seconds, tick, self)
  if ok then return end
  -- there may be one later: the next request tries again
  self.pid = nil
  say_once(self, tostring(err))
end

function tick(premature, self)
  if premature then return end
  local left = run(self)
  if left ~= nil then again(self, left and 0.01 or spread(self.every_s)) end
end

--- The background work of a client: `settings` = { every_s =, limit = }, or nil for none.
function M.new(pay, settings)
  if not settings then return nil end
  return { pay = pay, every_s = settings.every_s, limit = settings.limit }
end

--- Begins it in this worker, once: whether it runs. Before the workers are there it cannot.
function M.start(self)
  if not self or type(ngx) ~= "table" or not ngx.timer then return false end
  if self.pid == ngx.worker.pid() then return true end
  if ngx.get_phase() == "init" then return false end
  self.pid = ngx.worker.pid()
  again(self, spread(math.min(1, self.every_s)))
  return self.pid ~= nil
end

return M
