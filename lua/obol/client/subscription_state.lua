--- What a provider tells of a subscription, into the ledger's row.

local due = require "obol.client.due"
local ledger = require "obol.ledger"
local log = require "obol.client.log"
local states = require "obol.ledger.states"

local M = {}

-- The state told, in our words; where a charge is told without one, what was paid for is in force.
local function status_of(found)
  if type(found.status) == "string" and states.is("subscription", found.status) then return found.status end
  if not found.transaction_id then return nil end
  return found.trial and "trialing" or "active"
end

local in_force = { active = true, trialing = true }

--- The transaction of `found` that is a charge that worked: that of a subscription in force. In any
-- other state it may be a bill that was not paid.
function M.charge_of(found)
  return in_force[status_of(found)] and found.transaction_id or nil
end

local function event(row, to, now)
  return {
    type = "subscription.updated", order_id = row.order_id, status = to.status or row.status,
    subscription_id = to.provider_id or row.provider_id, account = row.account, time_ms = now,
  }
end

local function flag(value)
  if value == nil then return nil end
  return value and true or false
end

-- When the subscription is looked at next. A change of it may be open, and is not to wait for longer.
local function plan_look(client, row, to, is_settled)
  local after = {}
  for column, value in pairs(row) do after[column] = value end
  for column, value in pairs(to) do after[column] = value end
  for column, value in pairs(after) do
    if value == ledger.none then after[column] = nil end
  end
  after.looks = nil
  local moment = to.due_ms or due.of_subscription(client, after)
  if row.change and row.due_ms and not is_settled then moment = math.min(moment or row.due_ms, row.due_ms) end
  to.due_ms = moment or ledger.none
  to.looks, to.claimed_until, to.unresolved = ledger.none, ledger.none, ledger.none
end

--- The change of the subscription `row` after `found` (id or provider_id, status, product_id,
-- period_end_ms or expires_ms, auto_renew, trial, transaction_id), and the event that tells it, nil
-- when nothing changed. `more`: further columns; `is_settled`: a change that was open is not any more.
function M.change(client, row, found, more, is_settled)
  local now = client.clock()
  local to = {
    provider_id = found.id or found.provider_id, status = status_of(found), product_id = found.product_id,
    period_end_ms = tonumber(found.period_end_ms or found.expires_ms), auto_renew = flag(found.auto_renew),
    trial = flag(found.trial), transaction_id = M.charge_of(found),
  }
  if to.status and not states.may("subscription", row.status, to.status) then
    log.alarm(client, "refused_state", { order_id = row.order_id, account = row.account,
      states = row.status .. ">" .. to.status })
    to.status = nil
  end
  local changed = false
  for column, value in pairs(to) do changed = changed or row[column] ~= value end
  -- A page for a plan's difference is done with when the plan is there.
  if to.product_id and to.product_id ~= row.product_id then to.action = ledger.none end
  for column, value in pairs(more or {}) do to[column] = value end
  if changed or is_settled then plan_look(client, row, to, is_settled) end
  to.version, to.updated_ms = row.version + 1, now
  if to.error == nil then to.error = ledger.none end
  local told = changed and event(row, to, now) or nil
  return { set = "subscriptions", key = row.order_id, to = to, expect = { version = row.version } }, told
end

return M
