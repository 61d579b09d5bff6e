--- What has to hold of flows and their steps, for check.lua: functions of (ledger, row, tell).

local states = require "obol.ledger.states"

local M = {}

-- Raises what the ledger answers instead.
local function record_of(ledger, id)
  local steps, words = ledger:flow_record(id)
  if not steps then error(words, 0) end
  return steps, words
end

local function check_steps(row, steps, tell)
  local count, last = 0, row.steps or 0
  for number, step in pairs(steps) do
    count = count + 1
    if number > last then return tell "it has a step behind its last" end
    if step.state == "open" and number ~= last then return tell "a step before its last is open" end
  end
  if count ~= last then tell "its steps are not all recorded" end
end

--- What it waits for may still have to come, so that is not looked for.
function M.flows(ledger, row, tell)
  if not states.is("flow", row.status) then return tell "its state is none" end
  local is_open = row.status == "running" or row.status == "waiting"
  if is_open and not row.due_ms then tell "it is open and nobody will look at it" end
  if not is_open and row.due_ms then tell "it is not open and is to be looked at" end
  if row.waits_for and row.status ~= "waiting" then tell "it waits for an order and is not waiting" end
  if not row.input then tell "its input is not recorded" end
  if row.status == "succeeded" and not row.result then tell "it has succeeded and its result is not recorded" end
  if row.status == "failed" and not row.error then tell "it has failed and its error is not recorded" end
  check_steps(row, (record_of(ledger, row.id)), tell)
end

local ends = { open = true, done = true, over = true }

function M.steps(ledger, row, tell)
  local flow, err = ledger:flow(row.flow)
  if err then error(err, 0) end
  if not flow then return tell "its flow is not recorded" end
  if row.kind == "word" then
    if row.number then tell "it is a word and has a number" end
    return
  end
  if not row.number then return tell "it has no number" end
  if not ends[row.state] then return tell "its state is none" end
  if row.state ~= "open" and not row.value then tell "it is done and what it answered is not recorded" end
end

return M
