--- From what is known of a payment's attempt to the ledger's next unit. `unit` is pure: rows and a
-- result in, changes out; `record` writes it.

local attempt = require "obol.client.attempt"
local fault = require "obol.client.fault"
local ledger = require "obol.ledger"
local log = require "obol.client.log"
local proof = require "obol.client.proof"
local states = require "obol.ledger.states"
local subscription_state = require "obol.client.subscription_state"

local M = {}

local TRIES = 8
local none = ledger.none

-- What may be kept of an action: all but a client secret, which is one.
local function keep_action(action)
  if not action then return none end
  local kept = {}
  for key, value in pairs(action) do
    if key ~= "client_secret" then kept[key] = value end
  end
  return kept
end

local event_of = { succeeded = "payment.succeeded", failed = "payment.failed", expired = "payment.failed",
  canceled = "payment.failed" }

local function event(row, one, result, status, now)
  return {
    type = event_of[status] or "payment.updated", order_id = row.order_id, status = status, outcome = result.outcome,
    provider_id = result.provider_id, account = one.account, amount = row.amount, currency = row.currency,
    key = one.key, time_ms = now,
  }
end

-- A second proven success of an order: kept beside the first, changing nothing of it.
local function surplus(row, one, result)
  local kept = {}
  for place, entry in ipairs(row.surplus or {}) do kept[place] = entry end
  kept[#kept + 1] = { key = one.key, account = one.account, provider_id = result.provider_id }
  return { surplus = kept }
end

local function success(row, one, result, changes)
  changes.success_of = row.order_id
  if one.proof and result.provider_id then changes.proven_by = proof.claim(one, result.provider_id) end
end

--- The unit after `result` for the attempt `one` of the payment `row`. about = { status = (the state
-- when it is not the outcome's own: `expired`, `canceled`), err =, reply =, unresolved = }. Also
-- answers the alarm that has to be raised, if any.
function M.unit(client, row, one, result, about)
  local now = client.clock()
  local changes = attempt.changes(client, one, result, about.reply)
  local status = about.status or states.after(result.outcome, result.action ~= nil)
  local unit = { subject = "payments", key = row.order_id, version = row.version,
    attempt = { key = one.key, to = changes } }
  if result.outcome == "succeeded" and row.status == "succeeded" then
    if row.attempt ~= one.key then
      unit.to = surplus(row, one, result)
      return unit, "surplus"
    end
    unit.to = {}
    return unit
  end
  if result.outcome == "succeeded" then success(row, one, result, changes) end
  unit.to = {
    status = status, attempt = one.key, account = one.account, updated_ms = now,
    provider_id = result.provider_id, action = keep_action(result.action),
    error = about.err and fault.to_row(about.err) or none, unresolved = about.unresolved or none,
    subscription_id = result.order and result.order.provider_id,
  }
  if status ~= row.status then unit.events = { event(row, one, result, status, now) } end
  return unit, states.late_from[row.status] and status == "succeeded" and "late_success" or nil
end

-- A subscription's first charge also moves its subscription, in the same unit.
local function add_subscription(client, row, result, unit)
  local found = result.outcome == "succeeded" and (result.subscription or result.order)
  if not found or row.operation ~= "subscription.create" then return true end
  local subscription, err = client.ledger:subscription(row.order_id)
  if not subscription then return nil, err end
  local change, told = subscription_state.change(client, subscription, found)
  unit.also = { change }
  unit.events = unit.events or {}
  unit.events[#unit.events + 1] = told
  return true
end

local function write(client, row, one, result, about)
  local unit, alarm = M.unit(client, row, one, result, about)
  local _, err = add_subscription(client, row, result, unit)
  if err then return nil, err end
  local ok, refused = client.ledger:finish_attempt(unit)
  if not ok then return nil, refused end
  if refused then alarm = "refused_state" end
  if alarm then
    log.alarm(client, alarm, { order_id = row.order_id, account = one.account, key = one.key, states = refused })
  end
  return true
end

--- Records `result`. Reads the payment again where somebody else wrote it meanwhile. Answers the
-- payment's row, or nil and an error (`conflict` with the field `attempts.proven_by` when another
-- order has this proof).
function M.record(client, row, one, result, about)
  for _ = 1, TRIES do
    local ok, err = write(client, row, one, result, about)
    if ok then return client.ledger:payment(row.order_id) end
    if err.kind ~= "conflict" or err.field == "attempts.proven_by" then return nil, err end
    local fresh, read_err = client.ledger:payment(row.order_id)
    local fresh_one = fresh and client.ledger:attempt(one.key)
    if not fresh_one then return nil, read_err or err end
    -- Somebody else settled this attempt: that stands, unless money came after all.
    local settled = states.outcomes[fresh_one.outcome].closed and not states.outcomes[one.outcome].closed
    if settled and (result.outcome ~= "succeeded" or fresh_one.outcome == "succeeded") then return fresh end
    row, one = fresh, fresh_one
  end
  return nil, fault.conflict("the payment was changed again and again", one.account)
end

return M
