--- pay:reconcile: looking at whatever is unresolved, as it comes due.

local errors = require "obol.error"
local kinds = require "obol.client.reconcile.kinds"
local look = require "obol.client.reconcile.look"
local round = require "obol.client.round"
local wait = require "obol.wait"

local M = {}

local PAGE, AT_ONCE, TIMEOUT_MS = 100, 8, 10000

-- option = { least, most, what it is without the option }
local numbers = { limit = { 1, 2 ^ 31 }, until_ms = { 0, 2 ^ 53 }, at_once = { 1, 100, AT_ONCE },
  timeout_ms = { 1, 600000, TIMEOUT_MS } }
local others = { on_progress = "function", dry_run = "boolean" }

-- The rows of a kind that are due and were not looked at in this run, PAGE at most; or nil and an error.
local function page_of(client, run, kind)
  local seen, limit = run.seen[kind], PAGE
  while true do
    local rows, err = client.ledger:due(kind.name, run.until_ms, limit)
    if not rows then return nil, err end
    local found = {}
    for _, row in ipairs(rows) do
      if not seen[row[kind.key]] and #found < PAGE then found[#found + 1] = { kind = kind, row = row } end
    end
    -- what was seen may be due again where the run looks ahead: others lie behind it
    if #found > 0 or #rows < limit then return found end
    limit = limit * 4
  end
end

-- What is due now of all kinds, what waits longest first; or nil and an error.
local function fill(client, run)
  local queue = {}
  for _, kind in ipairs(kinds) do
    local found, err = page_of(client, run, kind)
    if not found then return nil, err end
    for _, item in ipairs(found) do queue[#queue + 1] = item end
  end
  table.sort(queue, function(a, b)
    if a.row.due_ms ~= b.row.due_ms then return a.row.due_ms < b.row.due_ms end
    return tostring(a.row[a.kind.key]) < tostring(b.row[b.kind.key])
  end)
  return queue
end

local function mark(run, item)
  run.seen[item.kind][item.row[item.kind.key]] = true
end

local function tell(run, report, entry)
  if entry.why then report.unresolved[#report.unresolved + 1] = entry end
  round.tell(run, report, entry)
end

-- Looks at the next rows of the queue at once: true, or nil and the ledger's error.
local function work(client, run, report, queue)
  local functions, failure = {}, nil
  for _ = 1, round.room(run, report) do
    local item = table.remove(queue, 1)
    if not item then break end
    mark(run, item)
    functions[#functions + 1] = function()
      if failure or run.stopped then return end
      local entry, err = look.run(client, item.kind, item.row, run.timeout_ms)
      if entry then tell(run, report, entry) else failure = failure or err end
    end
  end
  if #functions == 1 then functions[1]() else wait.all((table.unpack or unpack)(functions)) end
  return failure == nil or nil, failure
end

local function new_report()
  return { looked = 0, settled = 0, changed = 0, waiting = 0, failed = 0, taken = 0, unresolved = {}, left = false }
end

-- What a run would look at: nothing is written, nothing is asked. Raises what the ledger answers.
local function list(client, run, report)
  report.due = {}
  for _, kind in ipairs(kinds) do
    local rows, err = client.ledger:due(kind.name, run.until_ms, (run.limit or 10000) + 1)
    if not rows then error(err, 0) end
    for _, row in ipairs(rows) do
      report.due[#report.due + 1] = look.preview(client, kind, row)
    end
  end
  table.sort(report.due, function(a, b) return a.due_ms < b.due_ms end)
  while #report.due > (run.limit or 10000) do
    report.left, report.due[#report.due] = true, nil
  end
  for _, entry in ipairs(report.due) do
    if entry.why then report.unresolved[#report.unresolved + 1] = entry end
  end
  return report
end

--- Looks at what is due; described at pay:reconcile.
function M.run(client, query)
  local run, err = round.check(query or {}, numbers, others)
  if not run then return nil, err end
  run.until_ms, run.seen = run.until_ms or client.clock(), {}
  for _, kind in ipairs(kinds) do run.seen[kind] = {} end
  local report = new_report()
  local ok
  if run.dry_run then
    ok, err = pcall(list, client, run, report)
    if ok or errors.is(err) then return ok and report or nil, not ok and err or nil end
    error(err, 0)
  end
  ok, err = round.all(run, report, function() return fill(client, run) end,
    function(queue) return work(client, run, report, queue) end)
  if run.raised then error(run.raised, 0) end
  if ok or report.looked > 0 then return report, err end
  return nil, err
end

return M
