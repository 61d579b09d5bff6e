-- What callers do: each function is one task of a process.

local worlds = require "spec.simulate.world"

local M = {}

local AMOUNTS = { "5.00", "6.00", "8.88" }

local function outcome_of(made, err)
  if not made then return tostring(err) end
  return made.status .. (made.error and " (" .. tostring(made.error) .. ")" or "")
end

-- What a caller was shown, the payer may act on.
local function show(run, payment)
  local action = payment and payment.action
  if not action then return end
  local reference = action.url or action.data or payment.provider_id
  if reference then run.shown[#run.shown + 1] = reference end
end

local function any_order(run) return run.random:pick(run.order_ids) end

local way_of = worlds.way_of

local function options_of(run, way) return way.options and way.options(run) end

local function noun_of(process, way)
  return way.operation == "subscription.create" and process.pay.subscriptions or process.pay.payments
end

function M.create(run, process)
  local order_id = any_order(run)
  local way = way_of(run, order_id)
  local params = way.params(order_id)
  if params.amount and run.random:chance(10) then params.amount = "9.99" end
  local made, err = noun_of(process, way):create(params, options_of(run, way))
  run:note("  created %s: %s", order_id, outcome_of, made, err)
  made = made and made.payment or made
  if made and params.amount == "9.99" and made.amount:format() ~= "9.99" then
    run.invariants:fail("%s: another amount gave the same payment", order_id)
  end
  show(run, made)
end

function M.refresh(run, process)
  local order_id = any_order(run)
  local found, err = process.pay.payments:refresh(order_id, options_of(run, way_of(run, order_id)))
  run:note("  refreshed %s: %s", order_id, outcome_of, found, err)
  show(run, found)
end

function M.get(run, process) show(run, (process.pay.payments:get(any_order(run)))) end

function M.cancel(run, process)
  local order_id = any_order(run)
  local found, err = process.pay.payments:cancel(order_id, options_of(run, way_of(run, order_id)))
  run:note("  canceled %s: %s", order_id, outcome_of, found, err)
end

function M.refund(run, process)
  local order_id, number = any_order(run), run.random:upto(3)
  local params = { refund_id = ("%s-R%d"):format(order_id, number), amount = AMOUNTS[number] }
  if run.random:chance(10) then params.amount = "3.33" end
  local row = run.invariants.rows.payments[order_id]
  local surplus = row and row.surplus
  if surplus and run.random:chance(50) then
    params.refund_id, params.provider_id = params.refund_id .. "-S", surplus[1].provider_id
  end
  local made, err = process.pay.refunds:create(order_id, params)
  run:note("  refunded %s: %s", params.refund_id, outcome_of, made, err)
end

function M.refresh_refund(run, process)
  local refund_id = ("%s-R%d"):format(any_order(run), run.random:upto(3))
  local found, err = process.pay.refunds:refresh(refund_id)
  run:note("  refreshed %s: %s", refund_id, outcome_of, found, err)
end

local function subscription(verb, ...)
  local more = { ... }
  return function(run, process)
    local order_id = any_order(run)
    local found, err = process.pay.subscriptions[verb](process.pay.subscriptions, order_id, more[1])
    run:note("  " .. verb .. " of the subscription %s: %s", order_id, outcome_of, found, err)
  end
end

M.refresh_subscription = subscription "refresh"
M.switch_off = subscription "cancel"
M.switch_on = subscription "renew"
M.change_plan = subscription("update", { item = { product_id = "price_vip_yearly" } })

--- Sells an order by a flow.
function M.sell(run, process)
  local order_id = any_order(run)
  local flow, err = process.pay.flows:start("sale", { order_id = order_id }, { id = "F-" .. order_id })
  run:note("  sold %s: %s", order_id, outcome_of, flow, err)
  show(run, flow)
end

--- Goes on with flows.
function M.run_flows(run, process)
  local report, err = process.pay.flows:run { at_once = 1, limit = run.random:upto(2) }
  run:note("  ran flows: %s", report and ("%d"):format(report.looked) or tostring(err))
end

--- The background's look at what is due.
function M.reconcile(run, process)
  local report, err = process.pay:reconcile{ at_once = 1, limit = run.random:upto(4) }
  run:note("  reconciled: %s", report and ("%d looked at"):format(report.looked) or tostring(err))
end

--- Hands the events to the merchant, whose code fails at times.
function M.consume(run, process)
  process.pay.events:consume("shop", function(event)
    run.tasks:pause "the merchant's code"
    if run:luck(15) then return false end
    run.handed[#run.handed + 1] = event
  end)
end

return M
