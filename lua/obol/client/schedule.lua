--- When it is certain that a call that takes money was never received: every query of the provider's
-- whole schedule has to have worked and found nothing. What was asked is recorded in the attempt, so
-- that it holds across restarts.

local fault = require "obol.client.fault"

local M = {}

local CODE = "never_received"

-- The seconds after sending at which to ask; nil for an attempt that time says nothing of.
local function seconds_of(client, one)
  if one.outcome ~= "unknown" or one.effect ~= "money" or one.found_by ~= "our_ref" then return nil end
  local account = client.accounts[one.account]
  local list = account and account.query_schedule_s
  return list and #list > 0 and list or nil
end

-- The moment of a step. The last one is as far behind the last query that failed as it was to be
-- behind the step before it. Each is half as far at least behind the query that counted for the one before: what
-- clocks say of the sending may be wrong by more than the whole schedule.
local function due_ms(one, list, step, query_ms)
  local due, gap_ms = one.sent_ms + list[step] * 1000, (list[step] - (list[step - 1] or 0)) * 1000
  if query_ms then due = math.max(due, query_ms + math.floor(gap_ms / 2)) end
  if step < #list or not one.query_failed_ms then return due end
  return math.max(due, one.query_failed_ms + gap_ms)
end

--- Takes down a query of the attempt `one` that worked and found nothing. Whether it was the last of
-- the schedule: a query before its time counts for nothing, and one query counts for one step.
function M.is_over(client, one)
  local list = seconds_of(client, one)
  if not list then return false end
  local step = (one.query_step or 0) + 1
  if client.clock() < due_ms(one, list, math.min(step, #list), one.query_ms) then return false end
  if step >= #list then return true end
  client.ledger:note_query(one.key, { query_step = step, query_ms = client.clock() })
  return false
end

--- The moment of the next query that counts; nil for an attempt of which the schedule proves nothing.
-- What was missed is made up for at the schedule's own pace.
function M.next_ms(client, one)
  local list = seconds_of(client, one)
  if not list then return nil end
  local step, now = math.min((one.query_step or 0) + 1, #list), client.clock()
  -- one that a clock far ahead took down keeps others from counting, not from asking
  local query_ms = one.query_ms and one.query_ms <= now and one.query_ms or nil
  local due, gap_ms = due_ms(one, list, step, query_ms), (list[step] - (list[step - 1] or 0)) * 1000
  local was_missed = query_ms and query_ms >= one.sent_ms + list[step] * 1000
  if was_missed then due = math.max(due, query_ms + gap_ms) end
  return due > now and due or now + gap_ms
end

--- Takes down a query that failed: the last step begins again.
function M.failed(client, one)
  if seconds_of(client, one) then client.ledger:note_query(one.key, { query_failed_ms = client.clock() }) end
end

--- What such an attempt has become: a result and the error to show.
function M.never_received(one)
  local result = { outcome = "rejected", kind = "provider", code = CODE }
  local err = fault.of_result(result, one.account)
  err.message = "never received: every query of the provider's schedule found nothing"
  return result, err
end

--- Whether a closed attempt was given up in this way, so that a later success is no surprise.
function M.was_never_received(one)
  return one.outcome == "rejected" and one.code == CODE
end

return M
