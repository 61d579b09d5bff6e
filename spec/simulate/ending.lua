-- The end of a run: everything arrives, everything is asked about, time goes by; then the ledger has to
-- say what the provider's books say.

local cents = require("spec.simulate.invariants").cents
local flows = require "spec.simulate.flows"
local mail = require "spec.simulate.mail"
local network = require "spec.simulate.network"
local outside = require "spec.simulate.outside"

local M = {}

local HOUR, ROUNDS = 3600000, 14

local open_payment = { created = true, requires_action = true, processing = true, unknown = true }
local open_refund = { created = true, processing = true, unknown = true }

local function ask(run, pay)
  for _, order_id in ipairs(run.order_ids) do
    if run.invariants.rows.payments[order_id] then
      local way = run.way[order_id]
      assert(pay.payments:refresh(order_id, way.options and way.options(run)))
      if run.invariants.rows.subscriptions[order_id] then assert(pay.subscriptions:refresh(order_id)) end
    end
  end
  local ids = {}
  for id in pairs(run.invariants.rows.refunds) do ids[#ids + 1] = id end
  table.sort(ids)
  for _, id in ipairs(ids) do assert(pay.refunds:refresh(id)) end
end

-- What the background does: whatever is due is looked at, and a payer's own order is asked about by the payer.
local function look(run, pay)
  assert(pay:reconcile{ at_once = 1 })
  for _, order_id in ipairs(run.order_ids) do
    local way = run.way[order_id]
    if run.invariants.rows.payments[order_id] and way.options then
      assert(pay.payments:refresh(order_id, way.options(run)))
    end
  end
end

local function is_open(run)
  local rows = run.invariants.rows
  if #run.mail > 0 or #run.box.webhooks.pending > 0 then return true end
  for _, row in pairs(rows.payments) do
    if open_payment[row.status] then return true end
  end
  for _, row in pairs(rows.refunds) do
    if open_refund[row.status] then return true end
  end
  for _, row in pairs(rows.attempts) do
    if row.slot and row.outcome ~= "accepted" then return true end
  end
  return false
end

-- Nothing that somebody can ask about stays open.
local function check_settled(run)
  for _, row in pairs(run.invariants.rows.payments) do
    if open_payment[row.status] then error(("%s is still %s"):format(row.order_id, row.status), 0) end
  end
end

--- Brings the run to rest: the processes end, one begins anew, and the world is kind from now on.
function M.settle(run, check)
  run:note "the end: what is under way comes to rest"
  if run.random:chance(50) then
    for _, process in ipairs(run.processes) do run:crash(process) end
  else
    while #run.tasks.tasks > 0 do
      run.tasks:step()
      check(run)
    end
  end
  run.calm = true
  run.box.faults:clear()
  network.deliver_late(run)
  local process = run.processes[1]
  process.skew_ms = 0
  run:crash(process)
  outside.end_refunds(run)
  -- In some runs people ask about everything at once, in others the background alone as things come due.
  local asks = run.random:chance(50) and ask or look
  for round = 1, ROUNDS do
    run:note("round %d", round)
    mail.deliver_all(run, process)
    asks(run, process.pay)
    if run.sells then assert(process.pay.flows:run { at_once = 1 }) end
    check(run)
    if round > 1 and not is_open(run) and not flows.is_open(run) then break end
    outside.advance(run, 4 * HOUR)
  end
  if is_open(run) then check_settled(run) end
  -- Of what was given up long ago nobody is told but who asks.
  if asks == look then ask(run, process.pay) end
  process.pay.events:consume("shop", function(event) run.handed[#run.handed + 1] = event end)
end

local function joined(list)
  table.sort(list)
  return table.concat(list, " ")
end

-- The ids of all that was paid for an order: its success, its surplus and its renewals.
local function recorded(ledger, order_id)
  local found, row = {}, ledger:get("payments", order_id)
  if row and row.status == "succeeded" then found[1] = row.provider_id or "none" end
  for _, entry in ipairs(row and row.surplus or {}) do found[#found + 1] = entry.provider_id or "none" end
  local again = ledger:select("payments", { where = { renewal_of = order_id, status = "succeeded" }, limit = 1000 })
  for _, renewal in ipairs(again) do found[#found + 1] = renewal.provider_id end
  return found, row
end

local function in_books(run, order_id)
  local found = {}
  for _, order in ipairs(run:orders()) do
    if order.order_id == order_id and order.status == "paid" then found[#found + 1] = order.id end
  end
  return found
end

-- Those of `paid` that are among `found`.
local function shared(found, paid)
  local has, both = {}, {}
  for _, id in ipairs(found) do has[id] = true end
  for _, id in ipairs(paid) do
    if has[id] then both[#both + 1] = id end
  end
  return both
end

-- AppWheel names no order: its bills and sales are compared as a whole.
local function check_whole(run, ledger)
  local ours, theirs, books = {}, {}, run.simulator:books()
  for _, order_id in ipairs(run.order_ids) do
    for _, id in ipairs((recorded(ledger, order_id))) do ours[#ours + 1] = id end
  end
  for _, bill in ipairs(books.invoices) do
    if bill.status == "paid" and bill.paid > 0 then theirs[#theirs + 1] = bill.id end
  end
  for _, sale in ipairs(books.sales) do theirs[#theirs + 1] = sale.id end
  if joined(ours) ~= joined(theirs) then
    error(("recorded as paid: %s; in the books: %s"):format(joined(ours), joined(theirs)), 0)
  end
end

-- What was given back, as the payment has it; and what nothing can ask about, so that it may have been.
local function given_back(ledger, row)
  local told, maybe = cents(row.refunded), 0
  for _, entry in ipairs(row.surplus or {}) do told = told + cents(entry.refunded) end
  for _, refund in ipairs(ledger:select("refunds", { where = { order_id = row.order_id }, limit = 1000 })) do
    local one = refund.attempt and ledger:get("attempts", refund.attempt)
    if open_refund[refund.status] and not one.found_with then maybe = maybe + cents(refund.amount) end
    if open_refund[refund.status] and one.found_with then
      error(("refund %s is still %s"):format(refund.refund_id, refund.status), 0)
    end
  end
  return told, maybe
end

local function check_refunds(run, ledger, row)
  local told, maybe = given_back(ledger, row)
  local sum = 0
  for _, refund in ipairs(run:refunds()) do
    if refund.done and refund.order_id == row.order_id then sum = sum + refund.amount end
  end
  if told > sum or sum > told + maybe and not run.is_untold then
    error(("%s: %d given back, %d recorded, %d not known"):format(row.order_id, sum, told, maybe), 0)
  end
end

local function check_payment(run, ledger, order_id)
  local found, row = recorded(ledger, order_id)
  if run.adapter.name ~= "appwheel" then
    local paid = in_books(run, order_id)
    if joined(found) ~= joined(run.is_untold and run.kind.renews and shared(found, paid) or paid) then
      error(("%s, %s, recorded as paid: %s; in the books: %s"):format(order_id, tostring(row and row.status),
        joined(found), joined(paid)), 0)
    end
  end
  if not row then return end
  check_refunds(run, ledger, row)
  if open_payment[row.status] then error(("%s is still %s"):format(order_id, row.status), 0) end
end

local function check_attempts(ledger)
  for _, one in ipairs(ledger:select("attempts", { limit = 1000 })) do
    if one.refused_state then error(("a refused state: %s"):format(one.refused_state), 0) end
  end
end

-- Every event was handed over, those of an order in their order.
local function check_events(run, ledger)
  local handed, last = {}, {}
  for _, event in ipairs(run.handed) do
    local before = last[event.order_id]
    if not handed[event.id] and before and before > event.seq then
      error(("%s: event %d was handed over after %d"):format(event.order_id, event.seq, before), 0)
    end
    handed[event.id], last[event.order_id] = true, math.max(event.seq, before or 0)
  end
  for _, event in ipairs(ledger:select("events", { limit = 1000 })) do
    if not handed[event.id] then error(("event %s was never handed over"):format(event.id), 0) end
  end
end

--- Compares the ledger with the books.
function M.check(run)
  local ledger = run.plain_store
  if run.adapter.name == "appwheel" then check_whole(run, ledger) end
  for _, order_id in ipairs(run.order_ids) do check_payment(run, ledger, order_id) end
  check_attempts(ledger)
  check_events(run, ledger)
  if run.sells then flows.check(run, ledger) end
end

return M
