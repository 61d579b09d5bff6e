--- The Stripe events that AppWheel forwards to the merchant's server, signed as Stripe signs them.

local crypto = require "obol.crypto"
local json = require "obol.sandbox.json"

local M = {}
local obj = json.obj

--- Waits before each further try of a callback, in milliseconds.
M.RETRIES = { 1000, 5000, 30000 }

--- The types of events that are forwarded.
M.types = { ["charge.refunded"] = true, ["customer.subscription.created"] = true,
  ["customer.subscription.deleted"] = true, ["customer.subscription.updated"] = true,
  ["invoice.finalized"] = true, ["invoice.payment_succeeded"] = true }

local function seconds(ms) return math.floor(ms / 1000) end

local stripe_status = { [1] = "active", [2] = "canceled", [3] = "past_due" }

local function subscription_object(subscription)
  local status = subscription.trial and subscription.status == 1 and "trialing" or stripe_status[subscription.status]
  return obj{ { "id", subscription.id }, { "object", "subscription" }, { "customer", subscription.user.customer },
    { "status", status }, { "cancel_at_period_end", not subscription.auto_renew },
    { "created", seconds(subscription.created_ms) },
    { "current_period_start", seconds(subscription.period_start_ms) },
    { "current_period_end", seconds(subscription.period_end_ms) },
    { "items", obj{ { "object", "list" }, { "data", json.arr{ obj{ { "object", "subscription_item" },
      { "price", obj{ { "id", subscription.product.id }, { "object", "price" } } },
      { "quantity", subscription.quantity } } } } } },
    { "latest_invoice", subscription.transaction }, { "livemode", false }, { "metadata", obj{} } }
end

local function invoice_object(invoice)
  return obj{ { "id", invoice.id }, { "object", "invoice" }, { "customer", invoice.user.customer },
    { "subscription", invoice.subscription }, { "status", invoice.status }, { "currency", invoice.currency },
    { "amount_due", invoice.amount }, { "amount_paid", invoice.paid }, { "created", seconds(invoice.created_ms) },
    { "livemode", false }, { "metadata", obj{} } }
end

-- The headers of a callback. A forged one carries a made-up signature; a wrong key is a real one, of
-- another endpoint.
local function sign(app, body, time_s, mode)
  local secret = app.webhook_secret
  if mode == "wrong_key" then secret = "whsec_" .. app.ids:named("appwheel.other_webhook_secret", 32) end
  local stamp = string.format("%d", time_s)
  local mac = mode == "forged" and ("0"):rep(64) or crypto.hex(crypto.hmac("sha256", secret, stamp .. "." .. body))
  return { ["content-type"] = "application/json", ["stripe-signature"] = "t=" .. stamp .. ",v1=" .. mac }
end

local function misprice(body)
  return (body:gsub('("amount[%l_]*":)(%d+)', function(name, amount)
    return name .. string.format("%d", amount + 1)
  end))
end

local function push(app, kind, object)
  local body = json.write(obj{ { "id", app.ids:next("evt_") }, { "object", "event" }, { "type", kind },
    { "created", seconds(app.clock:now()) }, { "livemode", false }, { "data", obj{ { "object", object } } } })
  app.sandbox.webhooks:push{ provider = "appwheel", type = kind, body = body, retries = M.RETRIES,
    misprice = misprice, sign = function(...) return sign(app, ...) end }
end

--- The empty callback of the dashboard's Test button.
function M.test()
  return { provider = "appwheel", type = "test", body = "", misprice = function() return "" end,
    sign = function() return { ["content-type"] = "application/json" } end }
end

--- Forwards an event about a subscription.
function M.subscription(app, kind, subscription) push(app, kind, subscription_object(subscription)) end

--- Forwards an event about an invoice.
function M.invoice(app, kind, invoice) push(app, kind, invoice_object(invoice)) end

--- Forwards `charge.refunded`.
function M.refund(app, refund)
  push(app, "charge.refunded", obj{ { "id", refund.charge }, { "object", "charge" },
    { "customer", refund.user.customer }, { "amount", refund.charged }, { "amount_refunded", refund.total },
    { "currency", refund.currency }, { "invoice", refund.invoice or json.null },
    { "payment_intent", refund.payment_intent or json.null }, { "refunded", refund.total == refund.charged },
    { "livemode", false }, { "metadata", obj{} } })
end

return M
