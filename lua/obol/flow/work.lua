--- pay.flows:run: running the flows that are due.

local errors = require "obol.error"
local fault = require "obol.client.fault"
local nearest = require "obol.nearest"
local record = require "obol.flow.record"
local runner = require "obol.flow.runner"
local view = require "obol.flow.view"
local wait = require "obol.wait"
local wake = require "obol.flow.wake"

local M = {}

--- How long a flow is leased to a process that shows no sign.
M.LEASE_MS = 60000

local PAGE, AT_ONCE = 100, 8
local counted = { ended = true, failed = true, waiting = true, stopped = true, taken = true }

-- option = { least, most, what it is without the option }
local numbers = { limit = { 1, 2 ^ 31 }, until_ms = { 0, 2 ^ 53 }, at_once = { 1, 100, AT_ONCE },
  lease_ms = { 1000, 86400000, M.LEASE_MS } }
local known = { limit = true, until_ms = true, at_once = true, lease_ms = true, on_progress = true,
  goes_on = true }

local function check(options)
  local run = {}
  for name, value in pairs(options) do
    local range = numbers[name]
    if not known[name] then
      return nil, fault.invalid(tostring(name), "expected a known option" .. nearest.hint(name, known))
    elseif range and not (type(value) == "number" and value % 1 == 0 and value >= range[1] and value <= range[2]) then
      return nil, fault.invalid(name, ("expected an integer from %d to %.0f"):format(range[1], range[2]))
    end
    run[name] = value
  end
  for _, name in ipairs { "on_progress", "goes_on" } do
    if run[name] ~= nil and type(run[name]) ~= "function" then
      return nil, fault.invalid(name, "expected a function")
    end
  end
  for name, range in pairs(numbers) do run[name] = run[name] or range[3] end
  return run
end

-- Due rows that were not run in this run and are configured here, PAGE at most; or nil and an error.
local function page_of(client, run, report)
  local limit = PAGE
  while true do
    local rows, err = client.ledger:due("flows", run.until_ms, limit)
    if not rows then return nil, err end
    local found = {}
    for _, row in ipairs(rows) do
      local defined = client.flow_definitions[row.name]
      if not run.seen[row.id] and not defined then
        run.seen[row.id], report.unknown = true, report.unknown + 1
      elseif not run.seen[row.id] and #found < PAGE then
        found[#found + 1] = row
      end
    end
    -- what was run may be due again, or not be known here: others lie behind it
    if #found > 0 or #rows < limit then return found end
    limit = limit * 4
  end
end

-- Counts a flow and tells of it; what takes the news can end the run.
local function tell(client, run, report, row, result)
  report.looked = report.looked + 1
  if counted[result] then report[result] = report[result] + 1 end
  if not run.on_progress then return end
  local entry = view.flow(client, row)
  entry.result = result
  local ok, answer = pcall(run.on_progress, entry, report)
  if not ok or answer == false then run.stopped = true end
  if not ok then run.raised = answer end
end

-- Runs one flow: true, or nil and the ledger's error.
local function run_one(client, run, report, row)
  local until_ms = client.clock() + run.lease_ms
  local ok, err = client.ledger:claim("flows", row.id, row, until_ms)
  if not ok then
    if err.kind ~= "conflict" then return nil, err end
    tell(client, run, report, row, "taken")
    return true
  end
  row.claimed_until = until_ms
  local outcome, after = runner.run(client, client.flow_definitions[row.name], row, run.lease_ms, nil, run.goes_on)
  if not outcome then return nil, after end
  tell(client, run, report, after, outcome)
  return true
end

local function work(client, run, report, queue)
  local functions, failure = {}, nil
  for _ = 1, math.min(run.at_once, (run.limit or math.huge) - report.looked) do
    local row = table.remove(queue, 1)
    if not row then break end
    run.seen[row.id] = true
    functions[#functions + 1] = function()
      if failure or run.stopped then return end
      if run.goes_on and not run.goes_on() then
        run.seen[row.id] = nil
        return
      end
      local ok, err = run_one(client, run, report, row)
      if not ok then failure = failure or err end
    end
  end
  local ok, raised = true, nil
  if #functions == 1 then functions[1]() else ok, raised = pcall(wait.all, (table.unpack or unpack)(functions)) end
  -- a step yielded to somebody who is not there
  if not ok then
    failure = errors.is(raised) and raised or errors.new { kind = "internal", message = record.text(raised) }
  end
  return failure == nil or nil, failure
end

local function run_all(client, run, report)
  local queue = {}
  repeat
    local ok, err
    if #queue == 0 then queue, err = page_of(client, run, report) end
    if not queue then return nil, err end
    if #queue == 0 then return true end
    ok, err = work(client, run, report, queue)
    if not ok then return nil, err end
  until run.stopped or (run.goes_on and not run.goes_on()) or (run.limit and report.looked >= run.limit)
  if #queue == 0 then queue = page_of(client, run, report) end
  report.left = queue == nil or #queue > 0
  return true
end

--- Runs what is due; described at pay.flows:run.
function M.run(client, options)
  local run, err = check(options)
  if not run then return nil, err end
  local report = { looked = 0, ended = 0, failed = 0, waiting = 0, stopped = 0, taken = 0, unknown = 0, left = false }
  run.seen = {}
  local ok
  if next(client.flow_definitions) == nil then return report end
  ok, err = wake.run(client)
  run.until_ms = run.until_ms or client.clock()
  if ok then ok, err = run_all(client, run, report) end
  if run.raised then error(run.raised, 0) end
  if ok or report.looked > 0 then return report, err end
  return nil, err or errors.new { kind = "internal", message = "flows could not be run" }
end

return M
