--- What a look at a subscription shows: its state, and a charge that was not there before.

local amounts = require "obol.client.amounts"
local exchange = require "obol.client.exchange"
local log = require "obol.client.log"
local subscription_state = require "obol.client.subscription_state"

local M = {}

local function is_renewal(row, found)
  local id = subscription_state.charge_of(found)
  return id and row.transaction_id and id ~= row.transaction_id
end

local DAYS = { D = 1, W = 7, M = 30, Y = 365 }

--- An interval in milliseconds, near enough for telling half of it; nil for none.
function M.length_ms(interval)
  local count, unit = (interval or ""):match("^P(%d+)([DWMY])$")
  return count and tonumber(count) * DAYS[unit] * 86400000
end

-- A charge of the same product sooner than half an interval after the last: nobody agreed to that.
local function is_early(client, row, found)
  local interval_ms = M.length_ms(found.interval)
  if not interval_ms or not row.period_end_ms then return false end
  if (found.product_id or row.product_id) ~= row.product_id then return false end
  return row.period_end_ms - client.clock() > interval_ms / 2
end

-- The subscription's bills that were paid, oldest first: an empty list where the provider has none to
-- tell; nil and an error where it may tell them later.
local function paid_bills(client, row, options)
  if not row.customer_id or not client.accounts[row.account]:supports("invoice.list") then return {} end
  local result, err = exchange.ask(client, {
    account = row.account, operation = "invoice.list", token = options.token, deadline = options.deadline,
    params = { customer = { id = row.customer_id } },
  })
  if err and (err.outcome == "not_sent" or err.outcome == "unknown") then return nil, err end
  local bills = {}
  for _, bill in ipairs(result and result.invoices or {}) do
    local paid = bill.status == "paid" and bill.amount and bill.amount:sign() > 0
    if paid and bill.id and bill.subscription_id == row.provider_id then bills[#bills + 1] = bill end
  end
  table.sort(bills, function(a, b) return (tonumber(a.paid_ms) or 0) < (tonumber(b.paid_ms) or 0) end)
  return bills
end

--- A charge as a payment of its own. `bill` is what the provider says that it cost.
function M.row(client, row, first, found, bill)
  local now = client.clock()
  local product_id = bill and bill.product_id or found.product_id or row.product_id
  -- A charge for another product than the first costs something else.
  local plan = first and first.product_id == product_id and first or {}
  local text, currency = plan.amount, plan.currency
  if bill then text, currency = amounts.to_row(bill.amount) end
  if plan.amount and (text ~= plan.amount or currency ~= plan.currency) then
    log.alarm(client, "renewal_amount", { order_id = row.order_id, account = row.account })
  end
  local id = bill and bill.id or found.transaction_id
  return {
    order_id = row.order_id .. "/" .. id, operation = "subscription.create", status = "succeeded",
    amount = text, currency = currency, generation = 1,
    account = row.account, provider_id = id, subscription_id = row.provider_id,
    customer_id = row.customer_id, product_id = product_id,
    renewal_of = row.order_id, created_ms = now, updated_ms = now,
  }
end

local function add(client, row, new, also, told)
  return client.ledger:add {
    subject = "payments", key = new.order_id, new = new, also = also,
    events = { {
      type = "subscription.renewed", order_id = new.order_id, subscription_id = row.provider_id,
      provider_id = new.provider_id, account = row.account, amount = new.amount, currency = new.currency,
      status = "succeeded", outcome = "succeeded", time_ms = new.created_ms,
    }, told },
  }
end

-- Whether the ledger has the charge `id`, as a renewal or as the first.
local function is_known(client, row, first, id)
  if first and first.provider_id == id then return true end
  local known = client.ledger:payment(row.order_id .. "/" .. id)
  if not known or known.renewal_of == row.order_id then return known ~= nil end
  -- what an order of the merchant's has taken cannot be recorded
  log.alarm(client, "mismatch", { order_id = known.order_id, account = row.account, field = "order_id" })
  return true
end

-- Several charges may lie between two looks, and the subscription shows the last alone: the bills show
-- all. Takes up those before the last, and answers the last one's bill; or nil and an error.
local function take_up(client, row, first, found, options)
  local bills, err = paid_bills(client, row, options)
  local last
  for _, bill in ipairs(bills or {}) do
    if bill.id == found.transaction_id then
      last = bill
    elseif not is_known(client, row, first, bill.id) then
      local ok, refused = add(client, row, M.row(client, row, first, found, bill))
      if not ok and refused.kind ~= "conflict" then return nil, refused end
    end
  end
  return last, err
end

--- Records what the provider tells of the subscription `row` now; `first` is its first charge,
-- `options` those of the call. Answers the row, or nil and an error.
function M.record(client, row, first, found, options)
  local change, told = subscription_state.change(client, row, found)
  local ok, err, bill
  local moved = row.transaction_id and found.transaction_id and found.transaction_id ~= row.transaction_id
  if moved then
    bill, err = take_up(client, row, first, found, options)
    -- The subscription moves on only with all of its charges.
    if err then return nil, err end
  end
  local is_new = (bill or is_renewal(row, found)) and not is_known(client, row, first, found.transaction_id)
  if is_new then
    local new = M.row(client, row, first, found, bill)
    if not row.trial and is_early(client, row, found) then
      log.alarm(client, "early_renewal", { order_id = new.order_id, account = row.account })
    end
    ok, err = add(client, row, new, { change }, told)
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
