--- The worker's background work: every few seconds pay:reconcile looks at what is due, and pay.flows:run goes on
-- with the flows that are. All workers, and all machines that share the ledger, do so; each row is leased to
-- one of them.
--
-- Timers begin in a worker: when it starts (`start` in init_worker_by_lua), else with its first request.
-- They end with it, and when the client is closed. Looking and flows have timers of their own, so that neither
-- waits for the other.

local adapter = require "obol.nginx.adapter"
local loop = require "obol.nginx.loop"

local M = {}

local ngx = rawget(_G, "ngx")

--- What holds without the option `background`: seconds between runs, rows in each.
M.preset = { every_s = 5, limit = 200 }

local function goes_on() return not ngx.worker.exiting() end

-- What each kind of work is, and what the log says where it fails.
local works = {
  looks = { failed = "what is unresolved cannot be looked at", settles = true,
    run = function(pay, limit) return pay:reconcile { limit = limit, on_progress = goes_on } end },
  flows = { failed = "flows cannot be run",
    run = function(pay, limit) return pay.flows:run { limit = limit, goes_on = goes_on } end },
}

-- Somewhat apart, so that workers that began together do not come together.
local function spread(seconds)
  local number = (ngx.worker.pid() * 7919 + ngx.now() * 1000) % 1000
  return seconds * (0.75 + number / 2000)
end

local function say_once(one, text)
  if one.said == text then return end
  one.said = text
  if text then adapter.log(("obol.nginx: %s: %s"):format(one.work.failed, text)) end
end

-- Closed before the run, or in the middle of it.
local function is_closed(err)
  local text = tostring(err)
  return text:find("the client is closed", 1, true) or text:find("the ledger is closed", 1, true)
end

-- One run: whether more is due, or nil when the client is closed.
local function run(one)
  local self = one.self
  local ok, report, err = pcall(one.work.run, self.pay, self.limit)
  if not ok then err = report end
  if err and is_closed(err) then return nil end
  -- A ledger that is away says so once, not every few seconds.
  say_once(one, err and tostring(err) or nil)
  if ok and report and one.work.settles and report.settled > 0 then M.hurry(self) end
  return ok and not err and report.left
end

-- The seconds until the next run, nil for none.
local function turn(one)
  local left = run(one)
  if left == nil then return nil end
  return left and 0.01 or spread(one.self.every_s)
end

--- The background work of a client: `settings` = { every_s =, limit = }, or nil for none. `shop` has the `url` that
-- names it among others, and the store `numbers`.
function M.new(pay, settings, shop)
  if not settings then return nil end
  local self = { pay = pay, every_s = settings.every_s, limit = settings.limit, works = {} }
  for name, work in pairs(works) do
    local one = { self = self, work = work }
    one.loop = loop.new { name = name .. "/" .. shop.url, dict = shop.numbers,
      run = function() return turn(one) end, failed = function(text) say_once(one, text) end }
    self.works[name] = one
  end
  return self
end

--- Begins it in this worker, once: whether it runs. Before the workers are there it cannot.
function M.start(self)
  if not self then return false end
  local all = true
  for _, one in pairs(self.works) do all = loop.start(one.loop, spread(math.min(1, self.every_s))) and all end
  return all
end

local function hurried(premature, self)
  self.hurries = false
  if not premature then run(self.works.flows) end
end

--- Goes on with flows soon, because something came for which one may wait.
function M.hurry(self)
  if not self or self.hurries or not goes_on() then return end
  self.hurries = ngx.timer.at(0, hurried, self) and true or false
end

return M
