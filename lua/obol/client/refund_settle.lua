--- What became of a refund, and what that makes of its payment.

local amounts = require "obol.client.amounts"
local attempt = require "obol.client.attempt"
local due = require "obol.client.due"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local ledger = require "obol.ledger"
local schedule = require "obol.client.schedule"
local states = require "obol.ledger.states"

local M = {}

local TRIES = 8

local status_of = { accepted = "processing", succeeded = "succeeded", unknown = "unknown" }

local function sum_of(refunded, row)
  local sum = amounts.of_row(refunded, row.currency) or amounts.zero(row.currency)
  return (sum + amounts.of_row(row.amount, row.currency)):format()
end

-- The surplus of a payment after the refund of one of its charges.
local function surplus_after(payment, row)
  local list = {}
  for place, entry in ipairs(payment.surplus or {}) do
    local copied = {}
    for key, value in pairs(entry) do copied[key] = value end
    if entry.provider_id == row.transaction_id then copied.refunded = sum_of(entry.refunded, row) end
    list[place] = copied
  end
  return list
end

local function add_to_payment(client, row, unit)
  local payment, err = client.ledger:payment(row.order_id)
  if not payment then return nil, err end
  local to = { version = payment.version + 1, updated_ms = client.clock() }
  if row.transaction_id then
    to.surplus = surplus_after(payment, row)
  else
    to.refunded = sum_of(payment.refunded, row)
  end
  unit.also[#unit.also + 1] = { set = "payments", key = row.order_id, expect = { version = payment.version }, to = to }
  return true
end

local function also_of(about)
  local also = {}
  for place, change in ipairs(about.also or {}) do also[place] = change end
  return also
end

local function write(client, row, one, result, about)
  local changes = one and attempt.changes(client, one, result, about.reply)
  local now, status = client.clock(), status_of[result.outcome] or "failed"
  local unit = {
    subject = "refunds", key = row.refund_id, version = row.version, also = also_of(about),
    attempt = one and { key = one.key, to = changes },
    to = { status = status, provider_id = result.id, updated_ms = now,
      error = about.err and fault.to_row(about.err) or ledger.none, unresolved = ledger.none,
      due_ms = one and due.of_refund(client, attempt.merged(one, changes)) or ledger.none, looks = ledger.none,
      claimed_until = ledger.none },
  }
  if status ~= row.status then
    unit.events = { { type = "refund.updated", order_id = row.order_id, refund_id = row.refund_id, status = status,
      outcome = result.outcome, account = row.account, amount = row.amount, currency = row.currency, time_ms = now } }
  end
  if status == "succeeded" and row.status ~= "succeeded" then
    local ok, err = add_to_payment(client, row, unit)
    if not ok then return nil, err end
  end
  return client.ledger:finish_attempt(unit)
end

--- Records a refund that was not made here, as it ended well: `new` has refund_id, amount, currency,
-- account and transaction_id (of a surplus), `payment` is what was given back. Answers its row, or nil and an error.
function M.add(client, payment, new, about)
  local now, err = client.clock()
  local row = { order_id = payment.order_id, status = "succeeded", generation = 1, created_ms = now, updated_ms = now }
  for column, value in pairs(new) do row[column] = value end
  for _ = 1, TRIES do
    local unit = { subject = "refunds", key = row.refund_id, new = row, also = also_of(about), events = { {
      type = "refund.updated", order_id = row.order_id, refund_id = row.refund_id, status = "succeeded",
      outcome = "succeeded", account = row.account, amount = row.amount, currency = row.currency, time_ms = now } } }
    local ok
    ok, err = add_to_payment(client, row, unit)
    if not ok then return nil, err end
    ok, err = client.ledger:add(unit)
    if ok then
      about.written = true
      return client.ledger:refund(row.refund_id)
    end
    if err.kind ~= "conflict" or (err.field or ""):find "^notifications" then return nil, err end
    local there = client.ledger:refund(row.refund_id)
    if there then return there end
  end
  return nil, err
end

--- Records `result` for the refund `row` and its attempt `one` (nil for one that was not made here):
-- its row, or nil and an error. about = { err =, reply =, also = further changes }; `about.written`
-- tells whether the unit was written.
function M.record(client, row, one, result, about)
  for _ = 1, TRIES do
    local ok, err = write(client, row, one, result, about)
    if ok then
      about.written = true
      return client.ledger:refund(row.refund_id)
    end
    if err.kind ~= "conflict" or (err.field or ""):find "^notifications" then return nil, err end
    local read_err
    row, read_err = client.ledger:refund(row.refund_id)
    if not row then return nil, read_err end
    if row.status == "succeeded" then return row end
    local now = one and client.ledger:attempt(one.key)
    -- Somebody else settled it: that stands, unless money went back after all.
    local settled = now and states.outcomes[now.outcome].closed and not states.outcomes[one.outcome].closed
    if settled and result.outcome ~= "succeeded" then return row end
    if now and attempt.has_moved_on(one, now, result) then return row end
  end
  return nil, fault.conflict("the refund was changed again and again")
end

--- The order_id by which the provider knows the payment; nil for a renewal, which it may tell with that of the first
-- charge or with ours.
function M.known_order(payment) return not payment.renewal_of and payment.order_id or nil end

--- Asks about a refund that is not settled: its row and the error to show.
function M.refresh(client, row, options)
  if not row.attempt then return row end
  local one, err = client.ledger:attempt(row.attempt)
  if not one then return row, err end
  if states.outcomes[one.outcome].closed or attempt.in_flight(client, one) or not one.found_with then return row end
  local account, payment
  account, err = attempt.account_of(client, one)
  if not account then return row, err end
  payment, err = client.ledger:payment(row.order_id)
  if not payment then return row, err end
  local charge_id = row.transaction_id or payment.provider_id
  local result, reply = exchange.run(client, {
    account = one.account, operation = one.found_with, key = one.key, order_id = row.order_id, token = options.token,
    deadline = options.deadline,
    params = { order_id = row.order_id, provider_id = charge_id, refund_id = row.refund_id, key = one.key,
      created_ms = one.created_ms },
    expect = { order_id = M.known_order(payment), provider_id = charge_id, refund_id = row.refund_id,
      amount = amounts.of_row(row.amount, row.currency) },
  })
  if not result then
    schedule.failed(client, one)
    return row, reply
  end
  local shown = fault.of_result(result, one.account, reply)
  if result.found == false and schedule.is_over(client, one) then
    result, shown = schedule.never_received(one)
  elseif result.outcome == "unknown" and result.found ~= false then
    schedule.failed(client, one)
  end
  if result.outcome == "unknown" or result.outcome == one.outcome then return row, shown end
  local recorded, ledger_err = M.record(client, row, one, result, { err = shown, reply = reply })
  return recorded or row, ledger_err or shown
end

return M
