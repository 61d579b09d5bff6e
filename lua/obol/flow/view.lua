--- What callers see of a flow and of its steps.

local fault = require "obol.client.fault"
local value = require "obol.flow.value"

local M = {}

local function read(packed)
  if not packed then return nil end
  return (value.unpack(packed))
end

--- A flow: id, name, status, input, result, error, action, waits_for (an order_id), steps (how many), deadline_ms,
-- created_ms, updated_ms, due_ms.
function M.flow(_, row)
  return {
    id = row.id, name = row.name, status = row.status, input = read(row.input), result = read(row.result),
    error = fault.of_row(row.error), action = row.action and value.read(row.action), waits_for = row.waits_for,
    steps = row.steps or 0, deadline_ms = row.deadline_ms, created_ms = row.created_ms, updated_ms = row.updated_ms,
    due_ms = row.due_ms,
  }
end

--- A step: number, kind, name, subject (an order's or refund's id), line, done, tries (in vain), error, values (what
-- it answered: `{ n =, ... }`), until_ms, time_ms.
function M.step(step)
  local packed = step.state ~= "open" and step.value or nil
  local values = packed and { n = packed.n, value.unpack(packed) } or nil
  return {
    number = step.number, kind = step.kind, name = step.name,
    subject = step.kind ~= "receive" and step.subject or nil, line = step.line,
    done = step.state ~= "open", tries = step.tries, error = fault.of_row(step.error), values = values,
    until_ms = step.until_ms, time_ms = step.time_ms,
  }
end

return M
