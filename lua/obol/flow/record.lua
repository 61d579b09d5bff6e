--- Writing a run into the ledger. Each function that writes answers true, or nil after it has put into the run why it
-- cannot go on: `outcome` (how the run ended) or `err` (the ledger's).
--
-- A run has `client`, `definition`, `row` (the flow's, as this process read or wrote it), `steps` (the recorded ones by
-- number), `words`, `position` (the number of the step that was asked for last), `undo` (list of undo steps) and
-- `lease_ms`.

local clone = require "obol.clone"
local errors = require "obol.error"
local fault = require "obol.client.fault"
local guard = require "obol.guard"
local ledger = require "obol.ledger"
local log = require "obol.client.log"

local M = {}

local none = ledger.none
local MAX_TEXT, SPARE_MS = 500, 5000

-- Columns that are emptied when the flow goes on.
local passing = { "error", "waits_for", "looks" }

-- Puts what the ledger refused into the run: a conflict says that somebody else goes on with the flow.
local function refused(run, err)
  if err.kind == "conflict" then run.outcome = "taken" else run.err = err end
  return nil
end

M.refused = refused

-- The change that writes the step `number` with the columns of `to`.
local function step_change(run, request, to)
  local before, id = run.steps[request.number], ("%s/%d"):format(run.row.id, request.number)
  to.time_ms = run.client.clock()
  if before then return { key = id, to = to }, before end
  local row = { id = id, flow = run.row.id, number = request.number, kind = request.kind, name = request.name,
    subject = request.subject, line = request.line }
  for column, value in pairs(to) do
    if value ~= none then row[column] = value end
  end
  return { new = row }
end

local function write(run, to, request, step_to)
  local now, change, before = run.client.clock(), nil, nil
  to.updated_ms = now
  if request then
    change, before = step_change(run, request, step_to)
    to.steps = math.max(run.row.steps or 0, request.number)
  end
  local row, err = run.client.ledger:write_flow(run.row, to, change)
  if not row then return refused(run, err) end
  run.row = row
  if request then
    local step = clone(before or change.new)
    for column, value in pairs(step_to) do
      if value == none then value = nil end
      step[column] = value
    end
    run.steps[request.number] = step
  end
  return true
end

--- Records that the step is done: `step_to` has its columns (`value`, ...), `to` further changes of the flow.
function M.done(run, request, step_to, to)
  local now = run.client.clock()
  to = to or {}
  to.status, to.due_ms, to.claimed_until = "running", now, now + run.lease_ms
  for _, column in ipairs(passing) do
    if run.row[column] ~= nil then to[column] = none end
  end
  step_to.state, step_to.error = step_to.state or "done", run.steps[request.number] and none or nil
  return write(run, to, request, step_to)
end

--- Records that the flow waits at this step, until `due_ms` if nothing comes before: to = further changes. Nobody
-- has the lease from then on.
function M.wait(run, request, step_to, due_ms, to)
  to = to or {}
  to.status, to.due_ms, to.claimed_until = "waiting", due_ms, none
  step_to.state = "open"
  return write(run, to, request, step_to)
end

-- An event or a word may have made the flow due while it was looked at: then it stays due, and nobody's.
local function woken(run, err)
  local row = err.kind == "conflict" and run.client.ledger:flow(run.row.id)
  if not row or row.version ~= run.row.version or row.claimed_until ~= run.row.claimed_until then
    return refused(run, err)
  end
  local ok
  ok, err = run.client.ledger:looked("flows", row.id, row, {})
  if not ok then return refused(run, err) end
  run.row = row
  return true
end

--- Goes on waiting, as recorded, until `due_ms`; `looks` counts how often this was done, `waits_for` is the order that
-- is waited for.
function M.rest(run, due_ms, looks, waits_for)
  local row = run.row
  if row.status ~= "waiting" or row.waits_for ~= waits_for then
    return write(run, { status = "waiting", due_ms = due_ms, looks = looks or none, waits_for = waits_for or none,
      claimed_until = none })
  end
  local to = { due_ms = due_ms, looks = looks or none }
  local ok, err = run.client.ledger:looked("flows", row.id, row, to)
  if not ok then return woken(run, err) end
  run.row = clone(row)
  run.row.due_ms, run.row.looks, run.row.claimed_until = due_ms, looks, nil
  return true
end

--- Takes the lease for `ms` milliseconds (the run's own without it): again, where it was given back when the flow was
-- recorded as waiting, or for longer.
function M.claim(run, ms)
  local row, until_ms = run.row, run.client.clock() + (ms or run.lease_ms)
  local ok, err = run.client.ledger:claim("flows", row.id, row, until_ms)
  if not ok and err.kind == "conflict" then
    -- a word may have made it due meanwhile: that takes no lease
    local now = run.client.ledger:flow(row.id)
    if now and now.version == row.version and now.claimed_until == row.claimed_until then
      row = now
      ok, err = run.client.ledger:claim("flows", row.id, row, until_ms)
    end
  end
  if not ok then return refused(run, err) end
  run.row = clone(row)
  run.row.claimed_until = until_ms
  return true
end

--- Sees to it that the lease lasts for what takes `ms` milliseconds.
function M.keep(run, ms)
  if ms + SPARE_MS <= run.row.claimed_until - run.client.clock() then return true end
  return M.claim(run, ms + SPARE_MS)
end

-- The text of an error that is a table which says how it is shown.
local function own_text(raised)
  local mt = type(raised) == "table" and debug.getmetatable(raised)
  if type(mt) ~= "table" or rawget(mt, "__tostring") == nil then return nil end
  local ok, text = pcall(tostring, raised)
  return ok and type(text) == "string" and text or nil
end

-- The words of an error object; its account stands beside them.
local function words_of(err)
  local parts = {}
  for place, problem in ipairs(err.fields or {}) do parts[place] = problem.field .. ": " .. problem.message end
  if #parts > 0 then return table.concat(parts, "; ") end
  return (err.field and err.field .. ": " or "") .. (err.message or err.kind)
end

--- What is told of an error that was raised or given, in one line: an error object's own words, a text without what
-- Lua quotes of the source.
function M.text(raised)
  local text = errors.is(raised) and words_of(raised):gsub("%c", " ") or nil
  if not text then
    text = type(raised) == "string" and raised or own_text(raised)
    if not text then return "an error that is no text" end
    text = guard.plain(text)
  end
  return #text > MAX_TEXT and text:sub(1, MAX_TEXT) or text
end

--- The error of a flow as it is recorded: the members of an error object, and where it happened.
function M.error_row(raised, where)
  local row = errors.is(raised) and fault.to_row(raised) or { kind = "internal" }
  local text = M.text(raised)
  -- an error with an account begins with it whenever it is printed
  local account = row.account and row.account .. ": "
  if account and text:sub(1, #account) == account then text = text:sub(#account + 1) end
  row.message = where and where .. ": " .. text or text
  row.field = nil
  return row
end

local function tell(run)
  local row = run.row
  local info = { flow = row.id, name = row.name, status = row.status, steps = row.steps,
    error = row.error and row.error.message or nil }
  log.flow(run.client, info)
  if row.status == "stopped" then
    log.alarm(run.client, "flow_stopped", { flow = row.id, name = row.name, error = info.error })
  end
end

M.tell = tell

--- Ends the flow, or stops it: to = { status =, result =, error = }; request and step_to, where a step is written in
-- the same unit. Sets the run's `outcome`.
function M.finish(run, to, request, step_to)
  to.due_ms, to.claimed_until = none, none
  for _, column in ipairs { "waits_for", "looks" } do
    if run.row[column] ~= nil then to[column] = none end
  end
  if to.error == nil and run.row.error ~= nil then to.error = none end
  if to.status ~= "stopped" and run.row.action ~= nil then to.action = none end
  if not write(run, to, request, step_to) then return nil end
  run.outcome = to.status == "succeeded" and "ended" or to.status
  tell(run)
  return true
end

--- Stops the flow with the error `row`, for a person to look at it.
function M.stop(run, row, request, step_to)
  M.finish(run, { status = "stopped", error = row }, request, step_to)
  return nil
end

return M
