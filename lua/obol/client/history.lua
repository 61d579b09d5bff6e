--- All that the ledger has of one order, in the order in which it happened.

local M = {}

local PAGE = 1000

-- Every row of `name` that fits; raises what the ledger answers instead.
local function all(client, name, where)
  local found, cursor = {}, nil
  repeat
    local rows, next_page = client.ledger:list(name, { where = where, limit = PAGE, after = cursor })
    if not rows then error(next_page, 0) end
    for _, row in ipairs(rows) do found[#found + 1] = row end
    cursor = next_page
  until not cursor
  return found
end

local function add_attempts(list, rows)
  for _, row in ipairs(rows) do
    list[#list + 1] = { type = "attempt", time_ms = row.created_ms, key = row.key, account = row.account,
      operation = row.operation, generation = row.generation, refund_id = row.refund_id, rule = row.rule }
    if row.answered_ms then
      list[#list + 1] = { type = "answer", time_ms = row.answered_ms, key = row.key, account = row.account,
        operation = row.operation, outcome = row.outcome, kind = row.kind, code = row.code,
        http_status = row.http_status, provider_id = row.provider_id, refused_state = row.refused_state,
        refund_id = row.refund_id }
    end
  end
end

local function add_notifications(list, rows, seen)
  for _, row in ipairs(rows) do
    if not seen[row.id] then
      seen[row.id] = true
      list[#list + 1] = { type = "notification", time_ms = row.received_ms, id = row.id, account = row.account,
        about = row.type, verified_by = row.verified_by, applied_ms = row.applied_ms, provider_id = row.provider_id,
        is_waiting = row.waits_for ~= nil }
    end
  end
end

local function add_events(list, rows)
  for _, row in ipairs(rows) do
    list[#list + 1] = { type = "event", time_ms = row.time_ms, id = row.id, about = row.type, status = row.status,
      outcome = row.outcome, account = row.account, provider_id = row.provider_id, refund_id = row.refund_id,
      verified_by = row.verified_by }
  end
end

--- A list of { type = `attempt`, `answer`, `notification` or `event`, time_ms = ... }, oldest first. Raises what
-- the ledger answers instead of rows.
function M.of(client, row)
  local list, seen = {}, {}
  add_attempts(list, all(client, "attempts", { order_id = row.order_id }))
  add_notifications(list, all(client, "notifications", { order_id = row.order_id }), seen)
  if row.provider_id and row.account then
    local where = { account = row.account, provider_id = row.provider_id }
    add_notifications(list, all(client, "notifications", where), seen)
  end
  add_events(list, all(client, "events", { order_id = row.order_id }))
  for place, entry in ipairs(list) do entry.place = place end
  table.sort(list, function(a, b)
    if a.time_ms ~= b.time_ms then return a.time_ms < b.time_ms end
    return a.place < b.place
  end)
  for _, entry in ipairs(list) do entry.place = nil end
  return list
end

return M
