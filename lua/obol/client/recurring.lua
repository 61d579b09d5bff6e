--- A charge of a subscription after its first that the provider tells by itself: a payment of its own.

local fault = require "obol.client.fault"
local ledger = require "obol.ledger"
local log = require "obol.client.log"
local renewal = require "obol.client.renewal"
local subscription_state = require "obol.client.subscription_state"

local M = {}

local TRIES = 8

-- How far the moment `at_ms` is from the nearest charge of the subscription, which may be a later one where they are
-- told out of order, and how many there are: or nil and an error.
local function charges(client, row, first, at_ms)
  local list, err = client.ledger:list("payments", { where = { renewal_of = row.order_id, status = "succeeded" },
    limit = 1000 })
  if not list then return nil, err end
  local distance_ms = math.abs(at_ms - first.created_ms)
  for _, payment in ipairs(list) do distance_ms = math.min(distance_ms, math.abs(at_ms - payment.created_ms)) end
  return distance_ms, #list + 1
end

-- What nobody agreed to: a charge sooner than half an interval after another, or one too many. A list
-- of alarms.
local function odd(client, row, first, new)
  local alarms, distance_ms, count = {}, charges(client, row, first, new.created_ms)
  if not distance_ms then return alarms end
  local interval_ms = renewal.length_ms(row.interval)
  if interval_ms and distance_ms < interval_ms / 2 then alarms[1] = "early_renewal" end
  if row.cycles and count + 1 > row.cycles then alarms[#alarms + 1] = "beyond_cycles" end
  return alarms
end

-- The moment of a charge, by the provider's word where that can be.
local function moment(client, first, charge)
  local now, told = client.clock(), charge.time_ms
  return told and told >= first.created_ms and told <= now and math.floor(told) or now
end

local function charged_row(client, row, first, charge)
  local told = { transaction_id = charge.id, product_id = charge.product_id }
  local new = renewal.row(client, row, first, told, charge.amount and { amount = charge.amount, id = charge.id })
  new.created_ms = moment(client, first, charge)
  if charge.failed then new.status, new.error = "failed", fault.to_row(charge.failed) end
  return new
end

-- One that was declined before and is paid now, in the same unit's shape.
local function paid_late(client, known, new, row, unit)
  unit.version, unit.new = known.version, nil
  unit.to = { status = "succeeded", error = ledger.none, amount = new.amount, currency = new.currency,
    updated_ms = client.clock() }
  local ok, err = client.ledger:finish_attempt(unit)
  if ok then log.alarm(client, "late_success", { order_id = new.order_id, account = row.account }) end
  return ok and true, err
end

local function write_charge(client, row, first, charge, also)
  local new = charged_row(client, row, first, charge)
  local known, err = client.ledger:payment(new.order_id)
  if err then return nil, err end
  if known and known.renewal_of ~= row.order_id then
    err = fault.conflict("another payment has the order_id that this charge is to have", row.account)
    err.field = "order_id"
    return nil, err
  end
  if known and (known.status == "succeeded" or charge.failed) then return false end
  local unit = { subject = "payments", key = new.order_id, new = new, also = { also }, events = { {
    type = charge.failed and "payment.failed" or "subscription.renewed", order_id = new.order_id,
    subscription_id = row.provider_id, provider_id = new.provider_id, account = row.account, amount = new.amount,
    currency = new.currency, status = new.status, outcome = charge.failed and "declined" or "succeeded",
    time_ms = client.clock(),
  } } }
  if not charge.failed then
    unit.also[2], unit.events[2] = subscription_state.change(client, row, { transaction_id = charge.id })
  end
  if known then return paid_late(client, known, new, row, unit) end
  local alarms = charge.failed and {} or odd(client, row, first, new)
  local ok
  ok, err = client.ledger:add(unit)
  for _, alarm in ipairs(ok and alarms or {}) do
    log.alarm(client, alarm, { order_id = new.order_id, account = row.account })
  end
  return ok, err
end

--- Records a charge after the first that the provider told by itself: charge = { id = (the provider's),
-- amount = (money, or nil where it was not told), time_ms =, product_id =, failed = (the error of one
-- that was declined) }. `first` is the first charge, which nothing here touches; `also` is a change of
-- the same unit. Answers the subscription's row, an error, and { written = whether it was new }.
function M.record(client, row, first, charge, also)
  local about = {}
  local err
  for _ = 1, TRIES do
    local ok
    ok, err = write_charge(client, row, first, charge, also)
    about.written = ok == true
    if ok ~= nil then return row, nil, about end
    local stands = (err.field or ""):find "^notifications" or err.field == "order_id"
    if err.kind ~= "conflict" or stands then return nil, err, about end
    local fresh, read_err = client.ledger:subscription(row.order_id)
    if not fresh then return nil, read_err or err, about end
    row = fresh
  end
  return nil, err, about
end

return M
