--- pay.flows:run: running the flows that are due.

local errors = require "obol.error"
local record = require "obol.flow.record"
local round = require "obol.client.round"
local runner = require "obol.flow.runner"
local view = require "obol.flow.view"
local wait = require "obol.wait"
local wake = require "obol.flow.wake"

local M = {}

--- How long a flow is leased to a process that shows no sign.
M.LEASE_MS = 60000

local PAGE, AT_ONCE = 100, 8

-- option = { least, most, what it is without the option }
local numbers = { limit = { 1, 2 ^ 31 }, until_ms = { 0, 2 ^ 53 }, at_once = { 1, 100, AT_ONCE },
  lease_ms = { 1000, 86400000, M.LEASE_MS } }
local others = { on_progress = "function", goes_on = "function" }

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

-- Tells of a flow, whose view is made where somebody hears of it.
local function tell(client, run, report, row, result)
  local entry = run.on_progress and view.flow(client, row) or {}
  entry.result = result
  round.tell(run, report, entry)
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
  for _ = 1, round.room(run, report) do
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

--- Runs what is due; described at pay.flows:run.
function M.run(client, options)
  local run, err = round.check(options, numbers, others)
  if not run then return nil, err end
  local report = { looked = 0, ended = 0, failed = 0, waiting = 0, stopped = 0, taken = 0, unknown = 0, left = false }
  run.seen = {}
  local ok
  if next(client.flow_definitions) == nil then return report end
  ok, err = wake.run(client)
  run.until_ms = run.until_ms or client.clock()
  if ok then
    ok, err = round.all(run, report, function() return page_of(client, run, report) end,
      function(queue) return work(client, run, report, queue) end)
  end
  if run.raised then error(run.raised, 0) end
  if ok or report.looked > 0 then return report, err end
  return nil, err or errors.new { kind = "internal", message = "flows could not be run" }
end

return M
