--- Waking flows: what happened to an order makes those flows due that wait for it. Events are read by a consumer of
-- its own (`obol.flows`), one process at a time; should that one die, the flows look by themselves (due.lua).

local M = {}

local NAME = "obol.flows"
local PAGE, LEASE_MS = 100, 30000

local function is_waiting(client)
  local rows, err = client.ledger:list("flows", { where = { status = "waiting" }, limit = 1 })
  if not rows then return nil, err end
  return rows[1] ~= nil
end

-- Makes all flows due that fit `where` and wait for an order: true, or nil and an error.
local function wake(client, where)
  local cursor
  repeat
    local rows, after = client.ledger:list("flows", { where = where, limit = PAGE, after = cursor })
    if not rows then return nil, after end
    for _, row in ipairs(rows) do
      if row.status == "waiting" and row.waits_for then
        local ok, err = client.ledger:wake_flow(row, client.clock())
        -- whoever wrote it meanwhile goes on with it
        if not ok and err.kind ~= "conflict" then return nil, err end
      end
    end
    cursor = after
  until not cursor
  return true
end

-- The orders of which the events tell. A renewal's begins with that of the first charge, for which a flow waits.
local function orders_of(events)
  local list, seen = {}, {}
  local function add(order_id)
    if order_id and not seen[order_id] then
      list[#list + 1], seen[order_id] = order_id, true
    end
  end
  for _, event in ipairs(events) do
    add(event.order_id)
    add(event.order_id and event.order_id:match "^(.+)/[^/]*$")
  end
  return list
end

local function take(client, events)
  local waiting, err = is_waiting(client)
  if not waiting then return waiting == false or nil, err end
  for _, order_id in ipairs(orders_of(events)) do
    local ok
    ok, err = wake(client, { waits_for = order_id })
    if not ok then return nil, err end
  end
  return true
end

-- Whether there are events behind the one with this number; or nil and an error.
local function is_behind(client, number)
  local rows, err = client.ledger:list("events", { after = ("%d"):format(number), limit = 1 })
  if not rows then return nil, err end
  return rows[1] ~= nil
end

-- The number of the newest event, found by halves: they are numbered without gaps.
local function newest(client)
  local low, high = 0, 1
  while true do
    local more, err = is_behind(client, high)
    if more == nil then return nil, err end
    if not more then break end
    low, high = high, high * 2
  end
  while high - low > 1 do
    local middle = math.floor((low + high) / 2)
    local more, err = is_behind(client, middle)
    if more == nil then return nil, err end
    if more then low = middle else high = middle end
  end
  return high
end

-- Flows that waited before there was a consumer look for themselves, once; what happened before is not gone through.
local function skip(client, consumer)
  local last, err = newest(client)
  if not last then return nil, err end
  consumer.cursor = last
  return wake(client, { status = "waiting" })
end

local function go_through(client, consumer)
  if consumer.cursor == 0 then
    local ok, err = skip(client, consumer)
    if not ok then return nil, err end
  end
  repeat
    local found, events = client.ledger:pending_events(consumer, PAGE)
    if not found then return nil, events end
    if #events > 0 then
      local ok, err = take(client, events)
      if not ok then return nil, err end
      consumer.cursor = events[#events].seq
    end
    if #events == PAGE then
      local now = client.clock()
      local ok, err = client.ledger:keep_consumer(consumer, now, now + LEASE_MS)
      if not ok then return nil, err end
    end
  until #events < PAGE
  return true
end

--- Wakes the flows of all events that came since the last run: true, or nil and an error.
function M.run(client)
  local seen, events = client.ledger:pending_events(NAME, 1)
  if not seen then return nil, events end
  if #events == 0 then return true end
  local now = client.clock()
  local consumer, err = client.ledger:take_consumer(NAME, now, now + LEASE_MS)
  local ok
  if consumer then
    ok, err = go_through(client, consumer)
    local given_back, refused = client.ledger:keep_consumer(consumer, client.clock(), nil)
    if ok and not given_back then ok, err = nil, refused end
  end
  -- somebody else does it now
  if ok or err.kind == "conflict" then return true end
  return nil, err
end

return M
