--- Finding out what became of a payment's attempt: by its provider's query, by proof, or by time.

local amounts = require "obol.client.amounts"
local attempt = require "obol.client.attempt"
local between = require "obol.client.between"
local due = require "obol.client.due"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local proof = require "obol.client.proof"
local schedule = require "obol.client.schedule"
local settle = require "obol.client.settle"
local states = require "obol.ledger.states"

local M = {}

-- The code of an attempt that was not paid in our time for it.
local EXPIRED = "expired"

-- Asks the provider: a result; nil, the error of a query that failed and whether it worked and found
-- nothing; or nil where there is nothing to ask with.
local function query(client, one, options)
  if one.proof == "new_order" then return proof.look(client, one, options) end
  local id = one.provider_id
  local operation = attempt.query_of(client, one, id)
  if not operation then return nil end
  -- A payer's own order is not to be seen without the payer's token.
  if one.by_payer and not options.token then return nil end
  local amount = amounts.of_row(one.amount, one.currency)
  local result, reply = exchange.run(client, {
    account = one.account, operation = operation, key = one.key, order_id = one.order_id,
    token = options.token, deadline = options.deadline,
    params = { order_id = one.order_id, provider_id = id, key = one.key, created_ms = one.created_ms,
      customer = one.customer_id and { id = one.customer_id } or nil },
    expect = { key = one.key, order_id = one.order_id, provider_id = id, amount = amount,
      customer_id = one.customer_id, product_id = one.product_id },
  })
  if not result then return nil, reply end
  if result.outcome == "unknown" or result.outcome == "not_sent" then
    return nil, fault.of_result(result, one.account, reply), result.found == false
  end
  return result, fault.of_result(result, one.account, reply)
end

--- Whether the time in which an attempt can be paid is over.
function M.is_over(client, one)
  return client.clock() - one.created_ms >= due.life_ms(client, one)
end

-- An accepted attempt that a working query calls unpaid after its time is over.
local function expire(client, row, one, result)
  local err = fault.of_result({ outcome = "declined", kind = "declined", code = EXPIRED }, one.account)
  err.message = "not paid within the account's time"
  -- Without any order of the product in sight, nothing could have proven that it was paid.
  local unresolved = one.proof == "new_order" and one.operation == "payment.create" and not result.attached
  return settle.record(client, row, one, { outcome = "declined", kind = "declined", code = EXPIRED },
    { status = "expired", err = err, unresolved = unresolved or nil })
end

-- Whether a late success of a closed attempt could be told from another purchase that is open.
local function may_be_late(client, one)
  local unlikely = schedule.was_never_received(one) or (one.outcome == "abandoned" and not one.proof)
  if one.outcome ~= "declined" and not unlikely then return false end
  if not one.proof then return attempt.query_of(client, one, one.provider_id) ~= nil end
  local held, err = client.ledger:holder("exclusive", attempt.exclusive(one.provider, one.customer_id, one.product_id))
  return not held and not err
end

local function closed(client, row, one, options)
  if row.status == "succeeded" or not may_be_late(client, one) then return row end
  local result, err = query(client, one, options)
  if not result or result.outcome ~= "succeeded" then return row, not result and err or nil end
  local recorded, ledger_err = settle.record(client, row, one, result, {})
  return recorded or row, ledger_err
end

local function unchanged(row, one, result)
  -- of another attempt than the one that paid
  if row.status == "succeeded" then return result.outcome == one.outcome end
  local action = (result.action or row.action) ~= nil
  return result.outcome == one.outcome and states.after(result.outcome, action) == row.status
end

local function open(client, row, one, options)
  local goes_on = options.goes_on or attempt.left_to_call(client)
  local result, err, none = query(client, one, options)
  if none and one.outcome == "unknown" and one.effect == "offer" then
    -- Not there, and never shown to anybody.
    result, err = attempt.abandoned(one)
  elseif none and schedule.is_over(client, one) then
    result, err = schedule.never_received(one)
  elseif err and not none then
    schedule.failed(client, one)
  end
  if result and result.outcome == "accepted" and one.outcome == "unknown" and one.proof then result = nil end
  if not result then
    local given_up, shown = attempt.give_up(one, { outcome = one.outcome, kind = one.kind, code = one.code },
      fault.of_row(row.error))
    if err or given_up.outcome ~= "abandoned" then return row, err end
    return settle.record(client, row, one, given_up, { err = shown, goes_on = goes_on })
  end
  if result.outcome == "accepted" and M.is_over(client, one) then return expire(client, row, one, result) end
  if unchanged(row, one, result) then return row end
  result.action = result.action or (result.outcome == "accepted" and row.action) or nil
  local status
  if result.outcome == "declined" and (result.status == "expired" or result.status == "canceled") then
    status = result.status
  end
  return settle.record(client, row, one, result, { err = err, status = status, goes_on = goes_on })
end

--- The attempt to ask about: the payment's own or, where a late success paid it while another was under
-- way, that other, which may have been paid too. Or nil and an error.
function M.attempt_of(client, row)
  if row.status == "succeeded" then
    local held, err = client.ledger:holder("slot", "payment:" .. row.order_id)
    if held or err then return held, err end
  end
  return client.ledger:attempt(row.attempt)
end

-- Whether what an attempt before the last one made may be paid yet: our time for it was over, and nobody
-- has said that it was closed.
local function may_be_paid(client, row, one)
  if one.key == row.attempt or one.refund_id or one.operation ~= row.operation or one.proof then return false end
  if not attempt.account_of(client, one) then return false end
  return one.outcome == "declined" and one.code == EXPIRED or schedule.was_never_received(one)
end

-- Asks about attempts before the last. Answers the row as it is then.
local function earlier(client, row, options)
  if row.generation < 2 then return row end
  for _, one in ipairs(client.ledger:attempts(row.order_id) or {}) do
    local result = may_be_paid(client, row, one) and query(client, one, options)
    if result and result.outcome == "succeeded" then
      row = settle.record(client, row, one, result, {}) or row
    elseif result and result.outcome == "declined" then
      -- It can never be paid now, and is not asked about again.
      client.ledger:note_query(one.key, { outcome = "declined", code = "closed" })
    end
  end
  return row
end

-- Of a payment between two accounts: as long as its call may go on, that is all; then it has failed.
local function moving(client, row, one)
  if not between.is_left(client, row) then return row end
  local ended, err = settle.fail(client, row, one)
  return ended or row, err
end

--- Asks once about the payment `row` and records what is known now. Answers the row and the error
-- to show: a query that failed leaves the payment as it was.
function M.run(client, row, options)
  local one, err = M.attempt_of(client, row)
  if not one then return row, err end
  if between.is(row, one) then return moving(client, row, one) end
  local account, recorded
  account, err = attempt.account_of(client, one)
  if not account then return row, err end
  if states.outcomes[one.outcome].closed then
    recorded, err = closed(client, row, one, options)
  elseif attempt.in_flight(client, one) then
    return row
  else
    recorded, err = open(client, row, one, options)
  end
  -- Another order has the proof: for this one nothing was found.
  if err and err.field == "attempts.proven_by" then err = nil end
  return earlier(client, recorded or row, options), err
end

return M
