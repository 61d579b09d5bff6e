--- Numbers for Prometheus, counted over all workers in the shared dict: calls by account, operation and
-- outcome, how long they took, callbacks by verdict, alarms, calls under way.

local reply = require "obol.nginx.reply"
local wait = require "obol.wait"

local M = {}
local Metrics = {}
Metrics.__index = Metrics

local ngx = rawget(_G, "ngx")
local BOUNDS_MS = { 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000 }
local PREFIX = "metric/"
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

function Metrics:add(name, labels, by)
  self.dict:incr(PREFIX .. series(name, labels), by or 1, 0)
end

-- What a call of this account and operation adds to. The names are made once: calls are many, accounts few.
-- How long calls took is counted in the narrowest bound alone; the text adds up.
local function names_of(self, account, operation)
  local id = account .. "\n" .. operation
  local names = self.names[id]
  if names then return names end
  local about = { "account", account, "operation", operation }
  names = { outcomes = {}, bounds = {}, sum = PREFIX .. series("obol_call_seconds_sum", about) }
  for place = 1, #BOUNDS_MS + 1 do names.bounds[place] = ("%s%d%s"):format(TOOK, place, series("", about)) end
  self.names[id] = names
  return names
end

local function bound_of(ms)
  for place, bound in ipairs(BOUNDS_MS) do
    if ms <= bound then return place end
  end
  return #BOUNDS_MS + 1
end

local function call(self, record)
  local names, outcome = names_of(self, record.account, record.operation), record.outcome or ""
  local counter = names.outcomes[outcome]
  if not counter then
    counter = PREFIX .. series("obol_calls_total", { "account", record.account, "operation", record.operation,
      "outcome", outcome })
    names.outcomes[outcome] = counter
  end
  local ms = record.duration_ms or 0
  self.dict:incr(counter, 1, 0)
  self.dict:incr(names.bounds[bound_of(ms)], 1, 0)
  self.dict:incr(names.sum, ms / 1000, 0)
end

--- Counts a record of the client's log.
function Metrics:record(record)
  if record.type == "call" then call(self, record) end
  if record.type == "alarm" then
    self:add("obol_alarms_total", { "account", record.account, "alarm", record.alarm })
  end
  self:under_way()
end

--- Counts a notification by what became of it; `account` is nil where nobody has the name that was asked for.
function Metrics:callback(account, verdict)
  self:add("obol_callbacks_total", { "account", account or "", "verdict", verdict })
end

--- Notes how many calls this worker has under way.
function Metrics:under_way()
  self.here = self.here or PREFIX .. series("obol_calls_in_flight", { "worker", worker_id() })
  self.dict:set(self.here, self.pending(), 120)
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
  self:under_way()
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

--- New numbers in a dict. `pending` tells the calls under way; that of the built-in transport without it.
function M.new(dict, pending)
  local told = pending or function() return wait.stats().pending or 0 end
  return setmetatable({ dict = dict, names = {}, pending = told }, Metrics)
end

--- GET: the numbers. Whoever may see them is for the server's configuration to say.
function M.handle(shop, request)
  if request.method ~= "GET" and request.method ~= "HEAD" then return reply.not_allowed "GET" end
  return reply.text(200, shop.metrics:text(), { ["content-type"] = "text/plain; version=0.0.4; charset=utf-8" })
end

return M
