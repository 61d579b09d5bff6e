--- From what is known of a payment's attempt to the ledger's next unit. `unit` is pure: rows and a
-- result in, changes out; `record` writes it.

local attempt = require "obol.client.attempt"
local between = require "obol.client.between"
local due = require "obol.client.due"
local fault = require "obol.client.fault"
local ledger = require "obol.ledger"
local log = require "obol.client.log"
local proof = require "obol.client.proof"
local states = require "obol.ledger.states"
local subscription_state = require "obol.client.subscription_state"

local M = {}

local TRIES = 8
-- Outcomes that say for certain that nothing was paid.
local no = { declined = true, rejected = true }
-- Conflicts that no other try can mend.
local stands = { ["attempts.proven_by"] = true, ["notifications"] = true, ["notifications.id"] = true }
local none = ledger.none

-- What may be kept of an action: all but a client secret, which is one. Once it is over there is
-- nothing to do for the payer, whatever the provider still shows.
local function keep_action(result)
  local action = result.outcome == "accepted" and result.action
  if not action then return none end
  local kept = {}
  for key, value in pairs(action) do
    if key ~= "client_secret" then kept[key] = value end
  end
  return kept
end

local event_of = { succeeded = "payment.succeeded", failed = "payment.failed", expired = "payment.failed",
  canceled = "payment.failed" }

local function event(row, one, result, status, now, verified_by)
  return {
    type = event_of[status] or "payment.updated", order_id = row.order_id, status = status, outcome = result.outcome,
    provider_id = result.provider_id, account = one.account, amount = row.amount, currency = row.currency,
    key = one.key, verified_by = verified_by, time_ms = now,
  }
end

-- Whether a success is not the one that the payment has: of another attempt, or under another id of
-- the provider.
local function is_second(row, one, result)
  if row.attempt ~= one.key then return true end
  return result.provider_id ~= nil and row.provider_id ~= nil and result.provider_id ~= row.provider_id
end

-- A second proven success of an order: kept beside the first, changing nothing of it, with the
-- proposal to give it back.
local function surplus(row, one, result, unit, now)
  local kept = {}
  for place, entry in ipairs(row.surplus or {}) do
    kept[place] = entry
    -- told once more, under another name
    if entry.key == one.key and entry.provider_id == result.provider_id then
      unit.to, unit.attempt = {}, nil
      return false
    end
  end
  kept[#kept + 1] = { key = one.key, account = one.account, provider_id = result.provider_id }
  unit.to = { surplus = kept }
  -- The attempt that has the first success keeps it.
  if row.attempt == one.key then unit.attempt = nil end
  unit.events = { { type = "refund.proposed", order_id = row.order_id, status = row.status, outcome = "succeeded",
    provider_id = result.provider_id, account = one.account, amount = one.amount, currency = one.currency,
    key = one.key, time_ms = now } }
  return true
end

local function success(row, one, result, changes, about)
  changes.success_of = row.order_id
  local claimed = one.proof or about.claim
  if claimed and result.provider_id then changes.proven_by = proof.claim(one, result.provider_id) end
end

-- Anything but a success of a payment that is paid: it is about another attempt, of which nothing
-- enters the payment; said of the one that paid, it cannot be.
local function beside(row, one, unit)
  unit.to = {}
  if row.attempt ~= one.key then return unit end
  unit.attempt = nil
  return unit, "contradiction"
end

-- When the payment is looked at again, nobody looking at it now. Where an attempt that was given up paid
-- it, another may be under way: what there was to look for stays.
local function plan_look(client, row, one, changes, status, to)
  if status == "succeeded" and row.attempt ~= one.key then return end
  to.due_ms = due.of_payment(client, attempt.merged(one, changes), status) or none
  to.looks, to.claimed_until = none, none
end

-- The provider's id of the attempt, never that of another one.
local function id_of(row, one, result)
  return result.provider_id or one.provider_id or row.attempt ~= one.key and none or nil
end

--- The unit after `result` for the attempt `one` of the payment `row`. about = { status = (the state
-- when it is not the outcome's own: `expired`, `canceled`), err =, reply =, unresolved =, also = further
-- changes, verified_by =, claim = whether the provider's id may prove one order only, goes_on = function(one,
-- result) that answers until when a call is about to go on to another account, or nil where nothing is left }. Also
-- answers the alarm that has to be raised, if any.
function M.unit(client, row, one, result, about)
  -- the answer first: what is told of it comes after it
  local changes = attempt.changes(client, one, result, about.reply)
  local now = client.clock()
  local status = about.status or states.after(result.outcome, result.action ~= nil)
  -- Of a payment whose answer never came nobody was shown anything: what ends it is no expiry of a page.
  if result.outcome == "declined" and not states.may("payment", row.status, status) then status = "failed" end
  local unit = { subject = "payments", key = row.order_id, version = row.version,
    attempt = { key = one.key, to = changes } }
  if result.outcome == "succeeded" and row.status == "succeeded" then
    if is_second(row, one, result) then
      return unit, surplus(row, one, result, unit, now) and "surplus" or nil
    end
    unit.to = {}
    return unit
  end
  if row.status == "succeeded" then return beside(row, one, unit) end
  if result.outcome == "succeeded" then success(row, one, result, changes, about) end
  local goes_on_ms = status == "failed" and about.goes_on and states.may("payment", row.status, "created")
    and about.goes_on(one, result) or nil
  if goes_on_ms then status = "created" end
  unit.to = {
    status = status, attempt = one.key, account = one.account, updated_ms = now,
    provider_id = id_of(row, one, result), action = keep_action(result),
    error = about.err and fault.to_row(about.err) or none, unresolved = about.unresolved or none,
    subscription_id = result.order and result.order.provider_id,
  }
  plan_look(client, row, one, changes, status, unit.to)
  if goes_on_ms then unit.to.due_ms = goes_on_ms end
  if status ~= row.status then unit.events = { event(row, one, result, status, now, about.verified_by) } end
  -- of an attempt that was given up, whether or not another is under way since
  local late = states.late_from[row.status] or row.attempt ~= one.key or states.outcomes[one.outcome].closed
  return unit, late and status == "succeeded" and "late_success" or nil
end

-- A subscription's first charge also moves its subscription, in the same unit.
local function add_subscription(client, row, result, unit)
  if result.outcome ~= "succeeded" or row.operation ~= "subscription.create" or row.status == "succeeded" then
    return true
  end
  -- Where the provider tells nothing of the subscription, its first charge says that it is in force.
  local found = result.subscription or result.order or { status = "active", transaction_id = result.provider_id }
  local subscription, err = client.ledger:subscription(row.order_id)
  if not subscription then return nil, err end
  local change, told = subscription_state.change(client, subscription, found)
  unit.also[#unit.also + 1] = change
  unit.events = unit.events or {}
  unit.events[#unit.events + 1] = told
  return true
end

local function write(client, row, one, result, about)
  local unit, alarm = M.unit(client, row, one, result, about)
  unit.also = {}
  for place, change in ipairs(about.also or {}) do unit.also[place] = change end
  local _, err = add_subscription(client, row, result, unit)
  if err then return nil, err end
  local ok, refused = client.ledger:finish_attempt(unit)
  if not ok then return nil, refused end
  about.written = true
  if refused then alarm = "refused_state" end
  if alarm then
    log.alarm(client, alarm, { order_id = row.order_id, account = one.account, key = one.key, states = refused })
  end
  return true
end

-- Whether a key that was sent twice made two offers: the one that was recorded first is the payer's, and the
-- other is shown to nobody.
local function is_another(one, result)
  local id = result.provider_id
  return one.outcome == "accepted" and result.outcome == "accepted" and one.provider_id ~= nil and id ~= nil
    and one.provider_id ~= id
end

--- Records `result`. Reads the payment again where somebody else wrote it meanwhile. Answers the
-- payment's row, or nil and an error (`conflict` with the field `attempts.proven_by` when another
-- order has this proof, with one of `notifications` when what `about.also` marks was acted on before).
-- `about.written` tells whether the unit was written.
function M.record(client, row, one, result, about)
  for _ = 1, TRIES do
    local ok, err = write(client, row, one, result, about)
    if ok then return client.ledger:payment(row.order_id) end
    if err.kind ~= "conflict" or stands[err.field] then return nil, err end
    local fresh, read_err = client.ledger:payment(row.order_id)
    local fresh_one = fresh and client.ledger:attempt(one.key)
    if not fresh_one then return nil, read_err or err end
    -- Somebody else settled this attempt: that stands, unless money came after all.
    local settled = states.outcomes[fresh_one.outcome].closed and not states.outcomes[one.outcome].closed
    if settled and (result.outcome ~= "succeeded" or fresh_one.outcome == "succeeded") then
      if fresh_one.outcome == "succeeded" and no[result.outcome] then
        log.alarm(client, "contradiction", { order_id = row.order_id, account = one.account, key = one.key })
      end
      return fresh
    end
    if attempt.has_moved_on(one, fresh_one, result) or is_another(fresh_one, result) then return fresh end
    row, one = fresh, fresh_one
  end
  return nil, fault.conflict("the payment was changed again and again", one.account)
end

--- Ends the payment `row` that is between two accounts (see between.lua) with its attempt `one`: nothing is left, it
-- failed. Answers the payment's row, as it is where somebody else went on with it meanwhile, or nil and an error.
function M.fail(client, row, one)
  local first = row
  for _ = 1, TRIES do
    local now = client.clock()
    local to = { status = "failed", updated_ms = now }
    plan_look(client, row, one, {}, "failed", to)
    local ok, err = client.ledger:finish_attempt { subject = "payments", key = row.order_id, version = row.version,
      to = to, events = { event(row, one, one, "failed", now) } }
    if not ok and err.kind ~= "conflict" then return nil, err end
    local fresh, read_err = client.ledger:payment(row.order_id)
    if not fresh then return nil, read_err or err end
    if ok or not between.is_same(first, fresh, client.ledger:attempt(fresh.attempt)) then return fresh end
    row = fresh
  end
  return nil, fault.conflict("the payment was changed again and again", one.account)
end

return M
