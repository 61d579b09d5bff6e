-- A membership from its trial to its end, and what a member may do meanwhile: change the plan, and leave.
-- The first flow lives as long as the membership; the other two are started for each wish.

local backend = require "backend"
local obol = require "obol"

local SHOP = "https://shop.example"

-- Input: { order_id =, customer =, product =, trial_days = }.
local membership = obol.flow("membership", function(flow, order)
  flow:step("know the customer", function()
    assert(flow.pay.customers:create { customer = { id = order.customer } })
  end)
  local subscription = flow:create({
    order_id = order.order_id, customer = { id = order.customer }, item = { product_id = order.product },
    trial_days = order.trial_days, return_url = SHOP .. "/welcome", cancel_url = SHOP .. "/plans",
  }, { operation = "subscription.create" })
  if subscription.action then flow:present(subscription.action) end
  subscription = flow:await(subscription)
  if subscription.status ~= "trialing" and subscription.status ~= "active" then flow:fail(subscription) end

  flow:step("grant", function(key) backend.grant(order.customer, order.product, key) end)
  -- Months go by here: each wait ends when the membership is over, or in one of the states that are named. The
  -- provider charges and tries again by itself; in the meantime access goes on.
  while true do
    subscription = flow:await(subscription, { status = { "past_due" } })
    if subscription.status ~= "past_due" then break end
    flow:step("ask for another card", function(key)
      backend.mail(order.customer, "your card was declined: " .. SHOP .. "/card", key)
    end)
    subscription = flow:await(subscription, { status = { "active" } })
    if subscription.status ~= "active" then break end
  end
  flow:step("revoke", function(key) backend.revoke(order.customer, key) end)
  return { ended = subscription.status }
end)

-- Whether a change of the plan may still come: the difference is to be paid on a page, or nobody knows.
local function is_open(subscription)
  local err = subscription.error
  return subscription.action ~= nil or err ~= nil and err.outcome == "unknown"
end

-- Input: { order_id =, product = }.
local change_plan = obol.flow("change_plan", function(flow, wish)
  local subscription = flow:step("change the plan", function()
    -- A step may run twice, and a change may cost money, so look first. One whose answer was lost is not sent again by
    -- this, but asked about.
    local now = assert(flow.pay.subscriptions:get(wish.order_id))
    if now.product_id == wish.product or now.action then return now end
    return assert(flow.pay.subscriptions:update(wish.order_id, { item = { product_id = wish.product } }))
  end)
  -- A dearer plan begins when the difference is paid, and is given up after a day. What is unknown is waited for as
  -- long as it takes: it may have cost money.
  if subscription.action then flow:present(subscription.action) end
  if is_open(subscription) then
    subscription = flow:await(subscription, { timeout = subscription.action and "1d" or nil, ends = function(now)
      return now.product_id == wish.product or not is_open(now)
    end })
  end
  if subscription.product_id ~= wish.product then flow:fail(subscription) end
  flow:step("tell", function(key) backend.mail(subscription.customer_id, "your plan has changed", key) end)
end)

-- Input: { order_id = }.
local leave = obol.flow("leave", function(flow, wish)
  local subscription = flow:step("switch renewal off", function()
    local now = assert(flow.pay.subscriptions:get(wish.order_id))
    if now.auto_renew then now = assert(flow.pay.subscriptions:cancel(wish.order_id)) end
    if now.auto_renew then error(now.error or "renewal is still on") end
    return now
  end)
  flow:step("tell", function(key) backend.mail(subscription.customer_id, "thank you, you will not be charged", key) end)
  return { ends_ms = subscription.period_end_ms }
end)

return { membership, change_plan, leave }
