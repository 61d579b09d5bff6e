--- pay.refunds. A refund is known by its refund_id: the same id is the same refund, whatever comes
-- between.

local amounts = require "obol.client.amounts"
local attempt = require "obol.client.attempt"
local checked = require "obol.client.options"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local ledger = require "obol.ledger"
local list = require "obol.client.list"
local log = require "obol.client.log"
local order = require "obol.client.order"
local refund_settle = require "obol.client.refund_settle"
local resource = require "obol.client.resource"
local view = require "obol.client.view"

local M = {}

local TRIES = 8

local function find_row(client, refund_id)
  local row, err = client.ledger:refund(refund_id)
  if row then return row end
  return nil, err or fault.missing("no refund has this refund_id")
end

-- The payment as the charge that is to be given back: its own, or one of its surplus.
local function charge_of(payment, provider_id)
  if provider_id == nil then return payment end
  -- at another account the same id may be another charge, and the payment's own needs none
  for _, entry in ipairs(payment.surplus or {}) do
    if entry.provider_id == provider_id then
      payment.account, payment.provider_id, payment.transaction_id = entry.account, provider_id, provider_id
      payment.attempt = entry.key
      return payment
    end
  end
  if provider_id == payment.provider_id then return payment end
  return nil, fault.invalid("provider_id", "expected that of the payment, or of one of its surplus")
end

-- The account that took the charge, as attempt.account_of says it.
local function account_of(client, charge)
  if not charge.transaction_id then return attempt.account_of_order(client, charge) end
  local paid, err = client.ledger:attempt(charge.attempt)
  if not paid then return nil, err or fault.missing("the charge's attempt is not recorded") end
  return attempt.account_of(client, paid)
end

-- The paid payment and the account that can give money back.
local function find_payment(client, order_id, provider_id)
  local payment, err = client.ledger:payment(order_id)
  if not payment then return nil, err or fault.missing("no payment has this order_id") end
  payment, err = charge_of(payment, provider_id)
  if not payment then return nil, err end
  local account = client.accounts[payment.account]
  if not account or not account:supports("refund.create") then
    return nil, fault.unsupported("the provider has no refund.create", payment.account)
  end
  if payment.status ~= "succeeded" then
    return nil, fault.conflict("expected a payment that succeeded", payment.account)
  end
  local is_same
  is_same, err = account_of(client, payment)
  if not is_same then return nil, err end
  return payment
end

-- What is not given back yet, counting refunds that may still succeed; `but` is left out.
local function remaining(client, payment, but)
  local left, cursor = amounts.of_row(payment.amount, payment.currency), nil
  repeat
    local rows, after = client.ledger:list("refunds", { where = { order_id = payment.order_id }, limit = 1000,
      after = cursor })
    if not rows then return nil, after end
    for _, row in ipairs(rows) do
      if row.refund_id ~= but and row.status ~= "failed" and row.transaction_id == payment.transaction_id then
        left = left - amounts.of_row(row.amount, row.currency)
      end
    end
    cursor = after
  until not cursor
  return left
end

-- The amount that is asked for, nil where none is; or nil and an error.
local function read_amount(payment, params)
  if not payment.amount then
    return nil, fault.conflict("expected a payment whose amount is known", payment.account)
  end
  if params.amount == nil then return nil end
  if type(params.amount) == "string" then return amounts.read(params.amount, payment.currency) end
  local amount, err = amounts.read(params.amount, nil)
  if not amount then return nil, err end
  if amount:currency() ~= payment.currency then
    return nil, fault.invalid("amount", "expected the payment's currency")
  end
  return amount
end

-- The amount, all that is left without one; or nil and an error where that is not left.
local function within(client, payment, refund_id, amount)
  local left, err = remaining(client, payment, refund_id)
  if not left then return nil, err end
  amount = amount or left
  if amount:sign() <= 0 or amount > left then
    return nil, fault.invalid("amount", "expected no more than what is left of the payment")
  end
  return amount
end

local function attempt_of(client, payment, params, plan, generation, amount, options)
  local text, currency = amounts.to_row(amount)
  return attempt.row(client, {
    account = payment.account, plan = plan, slot = "refund:" .. params.refund_id, subject = params.refund_id,
    generation = generation, order_id = payment.order_id, refund_id = params.refund_id, amount = text,
    currency = currency, timeout_ms = options.timeout_ms,
  })
end

local function call_params(payment, params, amount)
  return {
    order_id = payment.order_id, provider_id = payment.provider_id, refund_id = params.refund_id,
    amount = amount, reason = params.reason,
  }
end

local function begin(client, row, payment, one, reason)
  local now = client.clock()
  local unit = { subject = "refunds", key = one.refund_id, attempt = one }
  if row then
    local before = client.ledger:attempt(one.key)
    unit.version, unit.again = row.version, before and "not_sent" or nil
    if before then one.sends = before.sends end
    unit.to = { status = "created", attempt = one.key, generation = one.generation, error = ledger.none,
      unresolved = ledger.none, due_ms = one.claimed_until, looks = ledger.none, claimed_until = ledger.none,
      updated_ms = now }
  else
    unit.new = {
      refund_id = one.refund_id, order_id = payment.order_id, status = "created", amount = one.amount,
      currency = one.currency, reason = reason, transaction_id = payment.transaction_id, account = payment.account,
      attempt = one.key, generation = one.generation, due_ms = one.claimed_until, created_ms = now,
      updated_ms = now,
    }
  end
  -- Two refunds at once must both see what the other takes: the payment's version is theirs.
  unit.also = { { set = "payments", key = payment.order_id, to = { version = payment.version + 1 },
    expect = { version = payment.version } } }
  return attempt.begin(client, unit, row)
end

local function start(client, row, payment, params, amount, options)
  local account = client.accounts[payment.account]
  local sent = call_params(payment, params, amount)
  local plan, err = account:plan("refund.create", sent)
  if not plan then return nil, err end
  local last = row and client.ledger:attempt(row.attempt)
  local generation = row and row.generation + (last and last.outcome ~= "not_sent" and 1 or 0) or 1
  local one = attempt_of(client, payment, params, plan, generation, amount, options)
  local request
  request, err = exchange.encode(client, { account = payment.account, operation = "refund.create", params = sent,
    key = one.key, token = options.token })
  if not request then return nil, err end
  local ready
  ready, err = exchange.prepare(client, payment.account, one.operation, options)
  if ready then
    row, err = begin(client, row, payment, one, params.reason)
  end
  if not ready or not row then
    exchange.discard(request)
    return nil, err
  end
  local result, shown, reply = attempt.send(client, one, { params = sent, request = request, token = options.token,
    deadline = options.deadline, expect = { key = one.key, order_id = refund_settle.known_order(payment),
      amount = amount, refund_id = one.refund_id, provider_id = payment.provider_id } })
  local recorded, ledger_err = refund_settle.record(client, row, one, result, { err = shown, reply = reply })
  if not recorded then
    log.alarm(client, "ledger_failed", { order_id = one.order_id, account = one.account, key = one.key })
    row.status = "unknown"
    return row, ledger_err
  end
  return recorded, shown
end

-- One try: a refund, or nil and an error. A conflict with a field is one of the ledger: somebody else was first.
local function create(client, order_id, params, limits)
  local payment, err = find_payment(client, order_id, params.provider_id)
  if not payment then return nil, err end
  checked.suit(client, limits, payment.account)
  local row
  row, err = client.ledger:refund(params.refund_id)
  if err then return nil, err end
  if row and row.order_id ~= order_id then return nil, fault.conflict("expected the order of the recorded refund") end
  if row and row.transaction_id ~= payment.transaction_id then
    return nil, fault.conflict("expected the charge of the recorded refund", payment.account)
  end
  local amount
  amount, err = read_amount(payment, params)
  if err then return nil, err end
  if row and amount and amounts.to_row(amount) ~= row.amount then
    return nil, fault.conflict("expected the amount of the recorded refund", payment.account)
  end
  if row and row.status ~= "failed" then return view.refund(client, row) end
  amount, err = within(client, payment, params.refund_id, amount or row and amounts.of_row(row.amount, row.currency))
  if not amount then return nil, err end
  row, err = start(client, row, payment, params, amount, limits)
  if not row then return nil, err end
  return view.refund(client, row, err)
end

--- Gives money back: params = { refund_id =, amount = (text or obol.money; all that is left without
-- it), reason =, provider_id = (of one of the payment's surplus, to give that back) }. Answers a refund
-- once it is recorded; nil and an error otherwise. The same refund_id is the same refund; with another
-- amount it is a `conflict`.
function M.create(client, order_id, params, options)
  resource.want(order_id, "string", "an order_id")
  resource.want(params, "table", "a refund")
  local limits, err = checked.check(client, options)
  if not limits then return nil, err end
  if not order.is_id(params.refund_id) then
    return nil, fault.invalid("refund_id", "expected text of 1 to 128 bytes without control characters")
  end
  local refund
  for _ = 1, TRIES do
    refund, err = create(client, order_id, params, limits)
    if refund or err.kind ~= "conflict" or not err.field then break end
  end
  return refund, err
end

--- The recorded refund, or nil and an error. Sends nothing.
function M.get(client, refund_id)
  resource.want(refund_id, "string", "a refund_id")
  local row, err = find_row(client, refund_id)
  return row and view.refund(client, row), err
end

--- Asks the provider and answers the refund as it stands then.
function M.refresh(client, refund_id, options)
  resource.want(refund_id, "string", "a refund_id")
  local row, limits = checked.about(client, find_row, refund_id, options)
  if not row then return nil, limits end
  local err
  row, err = refund_settle.refresh(client, row, limits)
  return view.refund(client, row, err)
end

local filters = { status = "text", account = "text", order_id = "text", unresolved = "flag" }

--- Recorded refunds, as payments:list lists payments: query = { status =, account =, order_id =, unresolved =,
-- from_ms =, to_ms =, limit =, cursor = }.
function M.list(client, query)
  return list.run(client, "refunds", query, filters, view.refund)
end

return M
