--- The unit with which an attempt of a payment, or of a subscription's first charge, begins.

local amounts = require "obol.client.amounts"
local attempt = require "obol.client.attempt"
local ledger = require "obol.ledger"
local states = require "obol.ledger.states"

local M = {}

--- The generation of the next attempt: raised by what ended, kept by what never left.
function M.generation(row, previous)
  if not row then return 1 end
  local outcome = previous and states.outcomes[previous.outcome]
  return row.generation + (outcome and outcome.raises and 1 or 0)
end

local function new_payment(client, operation, name, wanted)
  local now, text, currency = client.clock(), amounts.to_row(wanted.amount)
  return {
    order_id = wanted.order_id, operation = operation, status = "created", amount = text,
    currency = currency, generation = 1, account = name, customer_id = wanted.customer_id,
    product_id = wanted.product_id, created_ms = now, updated_ms = now,
  }
end

local function new_subscription(client, name, wanted)
  local now = client.clock()
  return { put = "subscriptions", row = {
    order_id = wanted.order_id, status = "incomplete", product_id = wanted.product_id,
    customer_id = wanted.customer_id, account = name, generation = 0, version = 1, interval = wanted.interval,
    cycles = wanted.cycles,
    created_ms = now, updated_ms = now,
  } }
end

-- The changes of a payment that was there before, for its next attempt.
local function next_attempt(client, row, name, one, wanted)
  return {
    status = "created", generation = one.generation, account = name, attempt = one.key,
    customer_id = wanted.customer_id, product_id = wanted.product_id, action = ledger.none,
    error = ledger.none, unresolved = ledger.none, provider_id = ledger.none, subscription_id = ledger.none,
    due_ms = one.claimed_until, looks = ledger.none, claimed_until = ledger.none, updated_ms = client.clock(),
  }, row.version
end

--- Makes the attempt `one` durable, and the payment with it; `row` is the payment's, nil where it is new. Answers the
-- row as it was written, or nil and an error.
function M.run(client, operation, row, one, wanted)
  local unit = { subject = "payments", key = wanted.order_id, attempt = one }
  local earlier = row and client.ledger:attempt(one.key)
  if row then
    unit.to, unit.version = next_attempt(client, row, one.account, one, wanted)
    unit.again = earlier and "not_sent"
    if earlier then one.sends = earlier.sends end
    if operation == "subscription.create" then
      local subscription = client.ledger:subscription(wanted.order_id)
      if subscription then
        unit.also = { { set = "subscriptions", key = wanted.order_id, expect = { version = subscription.version },
          to = { account = one.account, product_id = wanted.product_id, customer_id = wanted.customer_id,
            interval = wanted.interval, cycles = wanted.cycles, version = subscription.version + 1 } } }
      end
    end
  else
    unit.new = new_payment(client, operation, one.account, wanted)
    -- if this process ends before it can say what came of it
    unit.new.attempt, unit.new.due_ms = one.key, one.claimed_until
    if operation == "subscription.create" then
      unit.also = { new_subscription(client, one.account, wanted) }
    end
  end
  return attempt.begin(client, unit, row)
end

return M
