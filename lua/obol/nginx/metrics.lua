--- Numbers for Prometheus, counted over all workers in the shared dict: calls by account, operation and
-- outcome, how long they took, callbacks by verdict, alarms, calls under way; and the health of accounts.

local gather = require "obol.gather"
local kept = require "obol.kept"
local reply = require "obol.nginx.reply"
local loop = require "obol.nginx.loop"
local wait = require "obol.wait"

local M = {}
local Metrics = {}
Metrics.__index = Metrics

local ngx = rawget(_G, "ngx")
local BOUNDS_MS = { 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000 }
local PREFIX = "metric/"
local EVERY_S, LASTS_S = 2, 60 -- between two notes of what is under way; how long one is believed
local TOOK = "took/" -- with a bound's place: how many calls took so long and no longer

-- A label's value as the text format wants it.
local function label(value)
  return (tostring(value or ""):gsub("[%c\127]", " "):gsub('[\\"]', "\\%0"))
end

local function series(name, labels)
  local parts = {}
  for place = 1, #labels, 2 do parts[#parts + 1] = ('%s="%s"'):format(labels[place], label(labels[place + 1])) end
  return name .. (#parts > 0 and "{" .. table.concat(parts, ",") .. "}" or "")
end

local function worker_id() return type(ngx) == "table" and ngx.worker and ngx.worker.id() or 0 end

function Metrics:add(name, labels, by) self.gather:incr(PREFIX .. series(name, labels), by or 1) end

-- What a call of this account and operation adds to. How long calls took is counted in the narrowest bound alone; the
-- text adds up.
local function new_names(account, operation)
  local about = { "account", account, "operation", operation }
  local names = { outcomes = {}, bounds = {}, sum = PREFIX .. series("obol_call_seconds_sum", about) }
  for place = 1, #BOUNDS_MS + 1 do names.bounds[place] = ("%s%d%s"):format(TOOK, place, series("", about)) end
  return names
end

local function bound_of(ms)
  for place, bound in ipairs(BOUNDS_MS) do
    if ms <= bound then return place end
  end
  return #BOUNDS_MS + 1
end

--- Counts a call that ended.
function Metrics:call(account, operation, outcome, duration_ms)
  -- the names are made once: calls are many, accounts few
  local names = kept(self.names, account, operation, new_names)
  outcome = outcome or ""
  local counter = names.outcomes[outcome]
  if not counter then
    counter = PREFIX .. series("obol_calls_total", { "account", account, "operation", operation, "outcome", outcome })
    names.outcomes[outcome] = counter
  end
  self.gather:incr(counter, 1)
  self.gather:incr(names.bounds[bound_of(duration_ms)], 1)
  self.gather:incr(names.sum, duration_ms / 1000)
end

--- Counts the calls and alarms of a client.
function Metrics:count(pay)
  pay:count {
    call = function(account, operation, outcome, duration_ms) self:call(account, operation, outcome, duration_ms) end,
    alarm = function(account, alarm) self:add("obol_alarms_total", { "account", account, "alarm", alarm }) end,
  }
end

--- Counts a notification by what became of it; `account` is nil where nobody has the name that was asked for.
function Metrics:callback(account, verdict)
  self:add("obol_callbacks_total", { "account", account or "", "verdict", verdict })
end

--- Notes how many calls this worker has under way.
function Metrics:under_way()
  self.here = self.here or PREFIX .. series("obol_calls_in_flight", { "worker", worker_id() })
  self.dict:set(self.here, self.pending(), LASTS_S)
end

--- Notes that every few seconds from now on, as any worker may be asked for the numbers of all, and calls that hang
-- end nothing. `url` is that of the handlers.
function Metrics:start(url)
  self.loop = self.loop or loop.new { name = "metrics/" .. url, dict = self.dict, failed = function() end,
    run = function()
      self:under_way()
      return EVERY_S
    end }
  return loop.start(self.loop, EVERY_S)
end

local described = {
  { "obol_calls_total", "counter", "Calls of providers by outcome." },
  { "obol_call_seconds", "histogram", "How long calls of providers took." },
  { "obol_callbacks_total", "counter", "Notifications of providers by verdict." },
  { "obol_alarms_total", "counter", "What a person has to look at." },
  { "obol_calls_in_flight", "gauge", "Calls under way, by worker." },
}

-- The lines of one account and operation, of which `labels` tells.
local function add_histogram(self, lines, labels)
  local count = 0
  local function line(place, le)
    count = count + (self.dict:get(("%s%d{%s}"):format(TOOK, place, labels)) or 0)
    lines[#lines + 1] = ('obol_call_seconds_bucket{%s,le="%s"} %d'):format(labels, le, count)
  end
  for place, bound in ipairs(BOUNDS_MS) do line(place, ("%g"):format(bound / 1000)) end
  line(#BOUNDS_MS + 1, "+Inf")
  local sum = self.dict:get(("%sobol_call_seconds_sum{%s}"):format(PREFIX, labels)) or 0
  lines[#lines + 1] = ("obol_call_seconds_sum{%s} %.15g"):format(labels, sum)
  lines[#lines + 1] = ("obol_call_seconds_count{%s} %d"):format(labels, count)
end

--- All of it as text.
function Metrics:text()
  self.gather:flush()
  local found, lines = {}, {}
  for _, key in ipairs(self.dict:get_keys(0)) do
    if key:sub(1, #PREFIX) == PREFIX then found[#found + 1] = key:sub(#PREFIX + 1) end
  end
  table.sort(found)
  for _, one in ipairs(described) do
    local name, kind = one[1], one[2]
    lines[#lines + 1] = ("# HELP %s %s\n# TYPE %s %s"):format(name, one[3], name, kind)
    for _, key in ipairs(found) do
      local base, labels = key:match "^([%w_]+){(.*)}$"
      if kind == "histogram" and base == name .. "_sum" then add_histogram(self, lines, labels) end
      if base == name then lines[#lines + 1] = ("%s %.15g"):format(key, self.dict:get(PREFIX .. key) or 0) end
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

--- New numbers in a dict. `pending` tells the calls under way; that of the built-in transport without it. `about`:
-- see obol.gather.
function M.new(dict, pending, about)
  local told = pending or function() return wait.stats().pending or 0 end
  local self = setmetatable({ dict = dict, names = {}, pending = told }, Metrics)
  self.gather = gather.over(dict, { flushed = function() self:under_way() end, later = about and about.later,
    now = about and about.now })
  return self
end

local states = { closed = 0, half_open = 1, open = 2 }

local gauges = {
  { "obol_breaker_state", "The breaker of an account's operation: 0 closed, 1 half open, 2 open.",
    function(one) return states[one.state] end },
  { "obol_success_ratio", "The part of calls that did not fail technically, older ones counting less.",
    function(one) return one.success_rate end },
  { "obol_latency_seconds", "How long calls that worked took on average, older ones counting less.",
    function(one) return one.latency_ms and one.latency_ms / 1000 end },
}

--- A report of pay:health() as text.
function M.health_text(report)
  local lines = {}
  for _, gauge in ipairs(gauges) do
    lines[#lines + 1] = ("# HELP %s %s\n# TYPE %s gauge"):format(gauge[1], gauge[2], gauge[1])
    for _, one in ipairs(report) do
      local value = gauge[3](one)
      local name = series(gauge[1], { "account", one.account, "operation", one.operation })
      if value then lines[#lines + 1] = ("%s %.6g"):format(name, value) end
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

--- GET: the numbers. Whoever may see them is for the server's configuration to say.
function M.handle(shop, request)
  if request.method ~= "GET" and request.method ~= "HEAD" then return reply.not_allowed "GET" end
  local text = shop.metrics:text() .. M.health_text(shop.pay:health())
  return reply.text(200, text, { ["content-type"] = "text/plain; version=0.0.4; charset=utf-8" })
end

return M
