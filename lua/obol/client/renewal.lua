--- What a look at a subscription shows: its state, and a charge that was not there before.

local log = require "obol.client.log"
local subscription_state = require "obol.client.subscription_state"

local M = {}

local function is_renewal(row, found)
  local id = subscription_state.charge_of(found)
  return id and row.transaction_id and id ~= row.transaction_id
end

local DAYS = { D = 1, W = 7, M = 30, Y = 365 }

-- A charge of the same product sooner than half an interval after the last: nobody agreed to that.
local function is_early(client, row, found)
  local count, unit = (found.interval or ""):match("^P(%d+)([DWMY])$")
  if not count or not row.period_end_ms or (found.product_id or row.product_id) ~= row.product_id then return false end
  return row.period_end_ms - client.clock() > tonumber(count) * DAYS[unit] * 86400000 / 2
end

local function renewal_row(client, row, first, found)
  local now = client.clock()
  -- A charge for another product than the first costs something else.
  if first and first.product_id ~= (found.product_id or row.product_id) then first = nil end
  return {
    order_id = row.order_id .. "/" .. found.transaction_id, operation = "subscription.create", status = "succeeded",
    amount = first and first.amount, currency = first and first.currency, generation = 1,
    account = row.account, provider_id = found.transaction_id, subscription_id = row.provider_id,
    customer_id = row.customer_id, product_id = found.product_id or row.product_id,
    renewal_of = row.order_id, created_ms = now, updated_ms = now,
  }
end

--- Records what the provider tells of the subscription `row` now; `first` is its first charge.
-- Answers the row, or nil and an error.
function M.record(client, row, first, found)
  local change, told = subscription_state.change(client, row, found)
  local ok, err
  local new = is_renewal(row, found) and renewal_row(client, row, first, found)
  if new and not client.ledger:payment(new.order_id) then
    if not row.trial and is_early(client, row, found) then
      log.alarm(client, "early_renewal", { order_id = new.order_id, account = row.account })
    end
    ok, err = client.ledger:add {
      subject = "payments", key = new.order_id, new = new, also = { change },
      events = { {
        type = "subscription.renewed", order_id = new.order_id, subscription_id = row.provider_id,
        provider_id = new.provider_id, account = row.account, amount = new.amount, currency = new.currency,
        status = "succeeded", outcome = "succeeded", time_ms = new.created_ms,
      }, told },
    }
  else
    ok, err = client.ledger:finish_attempt { subject = "subscriptions", key = row.order_id, version = row.version,
      to = change.to, events = told and { told } or nil }
  end
  if not ok and err.kind ~= "conflict" then
    log.alarm(client, "ledger_failed", { order_id = row.order_id, account = row.account })
    return nil, err
  end
  return client.ledger:subscription(row.order_id)
end

return M
