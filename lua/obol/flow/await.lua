--- Waiting: for a payment, refund or subscription, and against the flow's deadline.

local due = require "obol.flow.due"
local fault = require "obol.client.fault"
local kinds = require "obol.client.reconcile.kinds"
local look = require "obol.client.reconcile.look"
local record = require "obol.flow.record"
local states = require "obol.ledger.states"
local value = require "obol.flow.value"

local M = {}

local LOOK_MS = 10000
local resources = { payment = "payments", refund = "refunds", subscription = "subscriptions" }
local over = {
  payment = { succeeded = true, failed = true, canceled = true, expired = true },
  refund = { succeeded = true, failed = true },
  subscription = { canceled = true, expired = true },
}

local kind_of = {}
for _, kind in ipairs(kinds) do kind_of[kind.kind] = kind end

--- Whether the flow's deadline is over.
function M.is_over(run)
  local deadline = run.row.deadline_ms
  return deadline ~= nil and run.client.clock() >= deadline
end

--- The earlier of a moment and the flow's deadline.
function M.within(run, moment)
  return math.min(moment, run.row.deadline_ms or moment)
end

--- Records that the deadline ended the wait: the flow fails. `before` is the recorded error of a step that was to be
-- tried again.
function M.over(run, request, before)
  local err = { kind = "timeout", message = request.line .. ": the flow's deadline is over" }
  if before then err.message = ("%s, and this was not done: %s"):format(err.message, before.message) end
  if record.done(run, request, { value = { n = 1, list = { err } }, state = "over" }) then run.failing = err end
  return nil
end

-- What the flow's own function says of the object: true or false; nil where the run cannot go on.
local function ask_flow(run, request)
  local object, err = run.client.pay[resources[request.name]]:get(request.subject)
  if not object then return record.refused(run, err) end
  local ok, answer = pcall(request.ends, object)
  if ok then return answer and true or false end
  return record.stop(run, record.error_row(answer, request.line .. ": `ends`"))
end

-- Whether a subscription will not begin any more, because its first charge is over.
local function has_failed(run, request, row)
  if request.name ~= "subscription" or row.status ~= "incomplete" then return false end
  local first = run.client.ledger:payment(request.subject)
  return first ~= nil and first.status ~= "succeeded" and over.payment[first.status] == true
end

-- Whether what stands in the row is no longer waited for; nil where the run cannot go on.
local function is_settled(run, request, row)
  local status = row.status
  if over[request.name][status] or has_failed(run, request, row) then return true end
  if request.states and request.states[status] then return true end
  if request.ends and not row.is_missing then return ask_flow(run, request) end
  return not request.states and request.name == "subscription" and status ~= "incomplete"
end

-- Every state that is named has to be one; otherwise the wait would not end.
local function wrong_state(request)
  for status in pairs(request.states or {}) do
    if not states.is(request.name, status) then return true end
  end
  return false
end

-- The recorded row of what is waited for; nil where the run cannot go on.
local function read(run, request)
  local row, err = run.client.ledger.store:get(kind_of[request.name].name, request.subject)
  if row then return row end
  if err then return record.refused(run, err) end
  -- somebody else is to create it; looked for soon, because nothing tells of it
  if request.may_come then return { order_id = request.subject, status = "", due_ms = 0, is_missing = true } end
  return record.stop(run, record.error_row(fault.missing(("no %s has this id"):format(request.name)),
    request.line .. ": await"))
end

-- Asks the provider, where that is due and nobody else does: pay:reconcile does the same.
local function ask(run, request, row)
  if row.is_missing then return end
  local now, kind = run.client.clock(), kind_of[request.name]
  if row.due_ms and row.due_ms <= now and (row.claimed_until or 0) <= now then
    look.run(run.client, kind, row, LOOK_MS)
  end
  if request.name ~= "subscription" then return end
  -- what is not paid for yet is no subscription to ask about
  local first = run.client.ledger:payment(request.subject)
  if first and first.due_ms and first.due_ms <= now and (first.claimed_until or 0) <= now then
    look.run(run.client, kind_of.payment, first, LOOK_MS)
  end
end

local function finish(run, request, row)
  local object, err
  if not row.is_missing then
    object, err = run.client.pay[resources[request.name]]:get(request.subject)
    if not object then return record.refused(run, err) end
  end
  local packed, problem = value.pack("what was waited for", 1, object)
  if not packed then return record.stop(run, record.error_row(problem, request.line)) end
  local to = run.row.action ~= nil and { action = require("obol.ledger").none } or nil
  if not record.done(run, request, { value = packed }, to) then return nil end
  return { n = 1, (value.unpack(packed)) }
end

local function due_of(run, row, until_ms, looks)
  return M.within(run, math.min(until_ms or math.huge, due.poll_ms(run.client, row, looks)))
end

-- Records that the flow waits, and looks once more: what happened before that woke nobody.
local function begin(run, request, row, until_ms)
  local due_ms = due_of(run, row, until_ms, 0)
  if not record.wait(run, request, { until_ms = until_ms }, due_ms, { waits_for = row.order_id }) then return nil end
  row = read(run, request)
  if not row then return nil end
  if is_settled(run, request, row) and record.claim(run) then return finish(run, request, row) end
  run.outcome = run.outcome or not run.err and "waiting" or nil
  return nil
end

-- Looks at what the flow waits for, as recorded.
local function again(run, request, step, row)
  run.force = nil
  ask(run, request, row)
  row = read(run, request)
  if not row then return nil end
  local settled = is_settled(run, request, row)
  if settled == nil then return nil end
  if settled then return finish(run, request, row) end
  local now = run.client.clock()
  if step.until_ms and now >= step.until_ms then return finish(run, request, row) end
  if M.is_over(run) then return M.over(run, request) end
  local looks = (run.row.looks or 0) + 1
  if record.rest(run, due_of(run, row, step.until_ms, looks), looks, row.order_id) then run.outcome = "waiting" end
  return nil
end

--- The operation `await`, see operations.lua.
function M.run(run, request, step)
  if wrong_state(request) then
    return record.stop(run, record.error_row(("expected `status` to name states of a %s"):format(request.name),
      request.line))
  end
  local row = read(run, request)
  if not row then return nil end
  local settled = is_settled(run, request, row)
  if settled == nil then return nil end
  if settled then return finish(run, request, row) end
  if step then return again(run, request, step, row) end
  if M.is_over(run) then return M.over(run, request) end
  local now = run.client.clock()
  return begin(run, request, row, request.timeout_ms and now + request.timeout_ms or nil)
end

return M
