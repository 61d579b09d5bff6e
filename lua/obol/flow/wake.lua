--- Waking flows: what happened to an order makes those flows due that wait for it. Events are read by a consumer of
-- its own, one process at a time; should that one die, the flows look by themselves (due.lua).

local events = require "obol.client.events"

local M = {}

local NAME = "obol.flows"
local PAGE = 100

-- Makes all flows due that wait for the order: true, or nil and an error.
local function wake(client, order_id)
  local cursor
  repeat
    local rows, after = client.ledger:list("flows", { where = { waits_for = order_id }, limit = PAGE, after = cursor })
    if not rows then return nil, after end
    for _, row in ipairs(rows) do
      if row.status == "waiting" then
        local ok, err = client.ledger:wake_flow(row, client.clock())
        -- whoever wrote it meanwhile goes on with it
        if not ok and err.kind ~= "conflict" then return nil, err end
      end
    end
    cursor = after
  until not cursor
  return true
end

-- A renewal's order begins with that of the first charge, for which the flow waits.
local function first_of(order_id)
  return order_id:match "^(.+)/[^/]*$"
end

local function take(client, event)
  local order_id = event.order_id
  if not order_id then return true end
  local ok, err = wake(client, order_id)
  local first = ok and first_of(order_id)
  if first then ok, err = wake(client, first) end
  return ok, err
end

--- Wakes the flows of all events that came since the last run: true, or nil and an error.
function M.run(client)
  local done, err = events.consume(client, NAME, function(event) return take(client, event) end)
  -- somebody else does it now
  if done or err.kind == "conflict" then return true end
  return nil, err
end

return M
