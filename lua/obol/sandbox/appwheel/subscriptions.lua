--- Subscriptions and the passing of their periods.
-- `status` is AppWheel's order status: 1 in use, 2 expired, 3 grace. A period is counted from
-- `anchor_ms`: `cycle` periods lie between the anchor and the end of the current one.

local calendar = require "obol.sandbox.calendar"
local events = require "obol.sandbox.appwheel.events"
local invoices = require "obol.sandbox.appwheel.invoices"
local methods = require "obol.sandbox.appwheel.payment_methods"

local M = {}

-- An open bill is tried again at these parts of the grace period.
local RETRY_AT = { 0.25, 0.5, 0.75 }

--- Whether a subscription is one that its owner holds: in use or in grace.
function M.is_live(subscription) return subscription.status == 1 or subscription.status == 3 end

--- The user's live subscription in a group of products, or nil.
function M.live_in_group(user, group)
  if not group then return nil end
  for _, subscription in ipairs(user.subscriptions) do
    if M.is_live(subscription) and subscription.product.group == group then return subscription end
  end
  return nil
end

local function boundary(subscription, cycle)
  local product = subscription.product
  return calendar.add(subscription.anchor_ms, product.interval, product.count, cycle)
end

--- An amount less what a promotion (nil for none) takes off it.
function M.reduced(amount, promotion)
  if not promotion then return amount end
  return amount - math.floor(amount * promotion.percent / 100)
end

local function discounted(subscription, amount)
  local promotion = subscription.promotion
  subscription.promotion = nil
  return M.reduced(amount, promotion)
end

local function charge_amount(subscription)
  return discounted(subscription, subscription.product.amount * subscription.quantity)
end

-- Takes up a paid bill as the order in force.
local function in_force(app, subscription, invoice)
  subscription.transaction, subscription.purchase_ms = invoice.id, app.clock:now()
end

-- The next thing that happens to a subscription by itself.
local function schedule(app, subscription)
  local at
  if subscription.status == 1 then at = subscription.period_end_ms end
  if subscription.status == 3 then
    at = subscription.grace_end_ms
    local part = RETRY_AT[subscription.retries + 1]
    if part and subscription.auto_renew then
      at = math.floor(subscription.period_end_ms + part * (subscription.grace_end_ms - subscription.period_end_ms))
    end
  end
  subscription.due_ms = at
  app.next_ms = nil
end

--- When something happens next by itself, in milliseconds; nil where nothing will.
function M.next_due(app)
  if app.next_ms == nil then
    app.next_ms = math.huge
    for _, subscription in ipairs(app.subscription_list) do
      local due = subscription.due_ms
      if due and due < app.next_ms then app.next_ms = due end
    end
  end
  return app.next_ms ~= math.huge and app.next_ms or nil
end

--- Starts the subscription that a paid session asked for, with its first bill.
function M.start(app, session)
  local now = app.clock:now()
  local subscription = { is = "subscription", id = app.ids:next("sub_"), user = session.user,
    product = session.product, quantity = 1, created_ms = now, period_start_ms = now, anchor_ms = now,
    cycle = 1, auto_renew = true, trial = false, status = 1, grace_end_ms = 0, retries = 0,
    promotion = session.promotion, session = session.id }
  if session.trial_days then
    subscription.trial, subscription.cycle = true, 0
    subscription.anchor_ms = now + session.trial_days * calendar.DAY
    session.user.trialed[session.product.id] = true
  end
  subscription.period_end_ms = boundary(subscription, subscription.cycle)
  app.subscriptions[subscription.id] = subscription
  app.subscription_list[#app.subscription_list + 1] = subscription
  table.insert(session.user.subscriptions, subscription)
  local amount = subscription.trial and 0 or charge_amount(subscription)
  local invoice = invoices.make(app, subscription, subscription.product, amount, "create")
  in_force(app, subscription, invoice)
  events.subscription(app, "customer.subscription.created", subscription)
  invoices.settle(app, invoice)
  schedule(app, subscription)
  return subscription
end

--- Ends a subscription now; a bill that is still open is given up.
function M.finish(app, subscription)
  subscription.status, subscription.ended_ms, subscription.trial = 2, app.clock:now(), false
  for _, open in ipairs{ subscription.open_bill or false, subscription.pending or false } do
    local invoice = open and (open.invoice or open)
    if invoice and invoice.status == "open" then
      invoice.status, invoice.order_status = open.invoice and "void" or "uncollectible", 2
    end
  end
  subscription.open_bill, subscription.pending = nil, nil
  schedule(app, subscription)
  events.subscription(app, "customer.subscription.deleted", subscription)
end

-- The bill of the next period was paid: the end moves on.
local function renewed(app, subscription, invoice)
  subscription.period_start_ms = subscription.period_end_ms
  subscription.cycle = subscription.cycle + 1
  subscription.period_end_ms = boundary(subscription, subscription.cycle)
  subscription.trial, subscription.status = false, 1
  subscription.grace_end_ms, subscription.retries, subscription.open_bill = 0, 0, nil
  invoice.order_status = 1
  in_force(app, subscription, invoice)
  schedule(app, subscription)
  events.subscription(app, "customer.subscription.updated", subscription)
end

local function grace(app, subscription, invoice)
  subscription.status, subscription.open_bill, subscription.retries = 3, invoice, 0
  invoice.order_status = 3
  local days = app.options.grace_days
  subscription.grace_end_ms = days and subscription.period_end_ms + days * calendar.DAY
    or boundary(subscription, subscription.cycle + 1)
  schedule(app, subscription)
  events.subscription(app, "customer.subscription.updated", subscription)
end

local function period_over(app, subscription)
  if not subscription.auto_renew then return M.finish(app, subscription) end
  if subscription.pending then
    subscription.pending.invoice.status, subscription.pending = "void", nil
  end
  local amount = charge_amount(subscription)
  local invoice = invoices.make(app, subscription, subscription.product, amount, "renew")
  if amount > 0 and not methods.charges(subscription.user) then return grace(app, subscription, invoice) end
  invoices.settle(app, invoice)
  return renewed(app, subscription, invoice)
end

local function grace_goes_on(app, subscription, at)
  if at >= subscription.grace_end_ms then return M.finish(app, subscription) end
  subscription.retries = subscription.retries + 1
  local invoice = subscription.open_bill
  if methods.charges(subscription.user) then
    invoices.settle(app, invoice)
    return renewed(app, subscription, invoice)
  end
  return schedule(app, subscription)
end

--- Works off what is due at `at`.
function M.run(app, at)
  for _, subscription in ipairs(app.subscription_list) do
    if subscription.due_ms and subscription.due_ms <= at then
      if subscription.status == 1 then period_over(app, subscription) else grace_goes_on(app, subscription, at) end
    end
  end
end

--- What follows when the payer has paid an open bill: out of grace, or the new plan.
function M.paid_by_hand(app, invoice)
  local subscription = invoice.of
  if subscription.open_bill == invoice then return renewed(app, subscription, invoice) end
  if subscription.pending and subscription.pending.invoice == invoice then
    local product = subscription.pending.product
    subscription.pending = nil
    M.switch(app, subscription, product)
    in_force(app, subscription, invoice)
  end
end

--- Changes the plan now. Another period, or the end of a trial by payment, starts a period today.
function M.switch(app, subscription, product)
  local before = subscription.product
  local restarts = product.amount > before.amount
    and (subscription.trial or before.interval ~= product.interval or before.count ~= product.count)
  subscription.product = product
  if restarts then
    subscription.anchor_ms, subscription.cycle, subscription.trial = app.clock:now(), 1, false
    subscription.period_start_ms = subscription.anchor_ms
    subscription.period_end_ms = boundary(subscription, 1)
  elseif before.interval ~= product.interval or before.count ~= product.count then
    subscription.anchor_ms, subscription.cycle = subscription.period_end_ms, 0
  end
  schedule(app, subscription)
  events.subscription(app, "customer.subscription.updated", subscription)
end

--- Switches auto-renewal; the status stays.
function M.set_auto_renew(app, subscription, on)
  if subscription.auto_renew == on then return end
  subscription.auto_renew = on
  schedule(app, subscription)
  events.subscription(app, "customer.subscription.updated", subscription)
end

return M
