--- pay.subscriptions. A subscription is known by the order_id of its first charge, which is a
-- payment; each renewal is a payment of its own. Its members:
--
-- * `order_id`, `id` (the provider's), `status`, `product_id`, `customer_id`, `account`, `created_ms`,
--   `updated_ms`
-- * `period_end_ms`: how long access runs; `auto_renew` and `trial`: booleans
-- * `payment`: the first charge; `action` and `error` as those of a payment

local change = require "obol.client.change"
local charge = require "obol.client.charge"
local checked = require "obol.client.options"
local direct = require "obol.client.direct"
local list = require "obol.client.list"
local look = require "obol.client.subscription_look"
local order = require "obol.client.order"
local resource = require "obol.client.resource"
local view = require "obol.client.view"

local M = {}

-- What is known of a subscription from its first charge, where the ledger cannot be read after the
-- charge was made.
local function row_of(payment)
  return {
    order_id = payment.order_id, status = payment.status == "succeeded" and "active" or "incomplete",
    product_id = payment.product_id, customer_id = payment.customer_id, account = payment.account,
    created_ms = payment.created_ms, updated_ms = payment.updated_ms,
  }
end

--- Starts a subscription; its first charge is the payment of this order_id. params: `order_id` and the
-- fields of `subscription.create` on the provider's page. Answers a subscription
-- (`subscription.payment` is the charge, `subscription.action` what the payer does next).
function M.create(client, params, options)
  resource.want(params, "table", "a subscription")
  local limits, err = checked.check(client, options)
  if not limits then return nil, err end
  local payment
  payment, err = charge.create(client, "subscription.create", params, limits)
  if not payment then return nil, err end
  local row, read_err = look.find(client, params.order_id)
  return view.subscription(client, row or row_of(payment), err or read_err, payment)
end

--- The recorded subscription, or nil and an error. Sends nothing.
function M.get(client, order_id)
  resource.want(order_id, "string", "an order_id")
  local row, err = look.find(client, order_id)
  return row and view.subscription(client, row), err
end

--- Asks the provider and answers the subscription as it stands then.
function M.refresh(client, order_id, options)
  resource.want(order_id, "string", "an order_id")
  local row, limits = checked.about(client, look.find, order_id, options)
  if not row then return nil, limits end
  local fresh, err = look.run(client, row, limits)
  return view.subscription(client, fresh or row, err)
end

local function run_change(client, operation, order_id, change_of, options)
  local row, limits = checked.about(client, look.find, order_id, options)
  if not row then return nil, limits end
  -- The first charge may have been paid without anybody having asked.
  if not row.provider_id then row = look.run(client, row, limits) or row end
  local err
  row, err = change.run(client, operation, row, change_of.params, change_of.product_id, limits)
  if not row then return nil, err end
  return view.subscription(client, row, err)
end

--- Changes the plan: params = { item = { product_id = } }. `subscription.action` is a page where the
-- payer pays a difference, if there is one.
function M.update(client, order_id, params, options)
  resource.want(order_id, "string", "an order_id")
  resource.want(params, "table", "a change")
  local change_of = { params = params, product_id = order.product_of(params) }
  return run_change(client, "subscription.update", order_id, change_of, options)
end

--- Switches automatic renewal off; what is paid for runs to its end.
function M.cancel(client, order_id, options)
  resource.want(order_id, "string", "an order_id")
  return run_change(client, "subscription.cancel", order_id, { params = {} }, options)
end

--- Switches automatic renewal on again, before the end.
function M.renew(client, order_id, options)
  resource.want(order_id, "string", "an order_id")
  return run_change(client, "subscription.renew", order_id, { params = {} }, options)
end

--- A page where the customer manages subscriptions: params = { customer = { id = }, return_url = }.
-- Answers the result, whose `action.url` is the page.
function M.portal(client, params, options)
  return direct.run(client, "subscription.portal", params, options)
end

local filters = { status = "text", account = "text", customer = "text", customer_id = "text", product_id = "text",
  unresolved = "flag" }

--- Recorded subscriptions, as payments:list lists payments, with the same filters.
function M.list(client, query)
  return list.run(client, "subscriptions", query, filters, view.subscription)
end

return M
