--- What AppWheel's API does with a running subscription: change the plan, cancel, renew, portal.

local fields = require "obol.sandbox.appwheel.fields"
local invoices = require "obol.sandbox.appwheel.invoices"
local json = require "obol.sandbox.json"
local products = require "obol.sandbox.appwheel.products"
local subscriptions = require "obol.sandbox.appwheel.subscriptions"

local M = {}

local function find(app, read)
  local user = app.users[read.appUserId]
  if not user then return nil, { code = 205004, message = "initialise the user first" } end
  local subscription = app.subscriptions[read.purchaseId]
  if subscription and subscription.user == user and subscriptions.is_live(subscription) then return subscription end
  return nil, { code = 205005, message = "no such order" }
end

-- On a trial nothing was paid yet, so the whole new price is the difference.
local function difference(subscription, product)
  local old = subscription.trial and 0 or subscription.product.amount
  return (product.amount - old) * subscription.quantity
end

local rows = { { "appUserId", "user", true }, { "purchaseId", "string", true } }

--- `POST /v1/stripe/purchase/update`.
function M.update(app, body)
  local read, refusal = fields.read(body, { rows[1], { "productId", "string", true }, rows[2] })
  if not read then return nil, refusal end
  local subscription, product
  subscription, refusal = find(app, read)
  if not subscription then return nil, refusal end
  product, refusal = products.buyable(app, read.productId, true)
  if not product then return nil, refusal end
  if product.group == nil or product.group ~= subscription.product.group then
    return nil, { code = 205007, message = "choose another SKU: it is not of this group" }
  end
  if subscription.pending then subscription.pending.invoice.status, subscription.pending = "void", nil end
  if product == subscription.product then return json.obj{}, 200 end
  if product.amount > subscription.product.amount then
    local invoice = invoices.make(app, subscription, product, difference(subscription, product), "update")
    subscription.pending = { product = product, invoice = invoice }
    return json.obj{ { "hostedInvoiceUrl", invoices.url(app, invoice) } }, 200
  end
  subscriptions.switch(app, subscription, product)
  return json.obj{}, 200
end

local function set_auto_renew(app, body, on)
  local read, refusal = fields.read(body, rows)
  if not read then return nil, refusal end
  local subscription
  subscription, refusal = find(app, read)
  if not subscription then return nil, refusal end
  subscriptions.set_auto_renew(app, subscription, on)
  return json.obj{}, 200
end

--- `POST /v1/stripe/purchase/cancel`.
function M.cancel(app, body) return set_auto_renew(app, body, false) end

--- `POST /v1/stripe/purchase/renew`.
function M.renew(app, body) return set_auto_renew(app, body, true) end

--- `POST /v1/stripe/customPortal`.
function M.portal(app, body)
  local read, refusal = fields.read(body, { rows[1], { "returnUrl", "url", true } })
  if not read then return nil, refusal end
  local user = app.users[read.appUserId]
  if not user then return nil, { code = 205004, message = "initialise the user first" } end
  local portal = { id = app.ids:next("bps_"), user = user, return_url = read.returnUrl }
  app.portals[portal.id] = portal
  return json.obj{ { "sessionUrl", app:base_url() .. "/portal/" .. portal.id } }
end

return M
