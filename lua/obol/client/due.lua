--- When what is not settled is looked at again: by the provider's own schedule, then in steps that grow
-- with its age, a day at most. Every function answers a moment in ms since 1970, or nil when there is
-- nothing to look for.

local schedule = require "obol.client.schedule"
local states = require "obol.ledger.states"

local M = {}

local MINUTE, HOUR, DAY = 60000, 3600000, 86400000
-- Where the provider says nothing.
local STEPS_S = { 5, 30, 120, 600, 3600 }
local EXPIRE_MS = 2 * HOUR
-- How long after its end a payment is asked about once more, because money may have come all the same.
local LATE_MS = { HOUR, DAY }
local JITTER, MAX_JITTER = 0.1, 5 * MINUTE

-- Somewhat later than `moment`, so that what began together does not come together.
local function spread(client, now, moment)
  return math.floor(moment + math.min((moment - now) * JITTER, MAX_JITTER) * client.random())
end

--- The time in which what the attempt made can be paid, in milliseconds.
function M.life_ms(client, one)
  local account = client.accounts[one.account]
  return account and account.expire_after_ms or EXPIRE_MS
end

-- The provider's next step, or as long again as it is old.
local function step_ms(client, one, now)
  local account, since = client.accounts[one.account], one.sent_ms or one.created_ms
  local list = account and account.query_schedule_s
  local nearest
  for _, seconds in ipairs(list and #list > 0 and list or STEPS_S) do
    local moment = since + seconds * 1000
    if moment > now and (not nearest or moment < nearest) then nearest = moment end
  end
  return nearest or now + math.max(MINUTE, math.min(now - since, DAY))
end

--- The moment of the last question that the provider's schedule has for the attempt.
function M.schedule_ends(client, one)
  local account, last = client.accounts[one.account], 0
  local list = account and account.query_schedule_s
  for _, seconds in ipairs(list and #list > 0 and list or STEPS_S) do last = math.max(last, seconds) end
  return (one.sent_ms or one.created_ms) + last * 1000
end

--- Of an open attempt. `failed`: the last question was not answered.
function M.of_attempt(client, one, failed)
  local now = client.clock()
  if (one.claimed_until or 0) > now and not one.answered_ms then return one.claimed_until end
  local proof = not failed and schedule.next_ms(client, one)
  if proof then return spread(client, now, proof) end
  local moment, ends = step_ms(client, one, now), one.created_ms + M.life_ms(client, one)
  if ends > now then moment = math.min(moment, ends) end
  return spread(client, now, moment)
end

--- Whether a payment that ended so may be found paid later.
local function may_come_late(one, status)
  if one.by_payer then return false end
  if one.outcome == "declined" then return status == "expired" or status == "canceled" end
  return schedule.was_never_received(one)
end

-- Of an attempt that is over.
local function late_ms(client, one, status)
  if not may_come_late(one, status) then return nil end
  local now, ended = client.clock(), one.answered_ms or one.created_ms
  for _, after in ipairs(LATE_MS) do
    if ended + after > now then return spread(client, now, ended + after) end
  end
  return nil
end

--- Of a payment with the state `status` and the attempt `one`, as both are or are about to be.
function M.of_payment(client, one, status, failed)
  if not one or status == "succeeded" then return nil end
  if states.outcomes[one.outcome].closed then return late_ms(client, one, status) end
  return M.of_attempt(client, one, failed)
end

--- Of a refund with the attempt `one`.
function M.of_refund(client, one, failed)
  if not one or states.outcomes[one.outcome].closed then return nil end
  return M.of_attempt(client, one, failed)
end

local over = { canceled = true, expired = true }

local function doubled(first, looks)
  return math.min(first * 2 ^ math.min(looks or 0, 30), DAY)
end

--- Of a subscription whose changes are settled. Where a provider tells nothing of subscriptions, there is
-- nothing to look for.
function M.of_subscription(client, row)
  local account = client.accounts[row.account]
  if over[row.status] or not row.provider_id then return nil end
  if not account or not account:supports("subscription.query") then return nil end
  local now, ends = client.clock(), row.period_end_ms
  -- a page on which the payer pays for a change
  if row.action then return spread(client, now, now + doubled(5 * MINUTE, row.looks)) end
  local in_force = row.status == "active" or row.status == "trialing"
  if not in_force then return spread(client, now, now + doubled(HOUR, row.looks)) end
  if ends and ends > now then return spread(client, now, math.min(ends + 5 * MINUTE, now + 7 * DAY)) end
  -- it ended, and no renewal is to be seen yet
  return spread(client, now, now + (ends and math.max(5 * MINUTE, math.min(now - ends, DAY)) or DAY))
end

--- Of a kept notification, by the number of looks at it.
function M.of_notification(client, looks)
  local now = client.clock()
  return spread(client, now, now + doubled(MINUTE, looks))
end

return M
