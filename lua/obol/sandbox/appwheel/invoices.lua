--- Bills of subscriptions: made, paid, left open, listed.

local events = require "obol.sandbox.appwheel.events"
local fields = require "obol.sandbox.appwheel.fields"
local json = require "obol.sandbox.json"
local methods = require "obol.sandbox.appwheel.payment_methods"
local money = require "obol.sandbox.money"
local products = require "obol.sandbox.appwheel.products"

local M = {}

--- Makes a bill. `reason` is `create`, `renew` or `update`; it is open until `settle`d.
function M.make(app, subscription, product, amount, reason)
  local invoice = { is = "invoice", id = app.ids:next("in_"), subscription = subscription.id, of = subscription,
    user = subscription.user, product = product, amount = amount, paid = 0, currency = product.currency,
    status = "open", order_status = 1, reason = reason, created_ms = app.clock:now(), paid_ms = 0, refunded = 0,
    page = app.ids:next("", 80) }
  app.invoices[invoice.id] = invoice
  app.invoice_list[#app.invoice_list + 1] = invoice
  events.invoice(app, "invoice.finalized", invoice)
  return invoice
end

--- Marks a bill as paid.
function M.settle(app, invoice)
  invoice.status, invoice.paid, invoice.paid_ms = "paid", invoice.amount, app.clock:now()
  if invoice.amount > 0 then invoice.user.paid[invoice.product.id] = true end
  events.invoice(app, "invoice.payment_succeeded", invoice)
end

--- The payer pays an open bill on its page; `app.on_paid` does what hangs on it.
function M.pay_hosted(app, invoice, options)
  if invoice.status == "paid" then return nil, { kind = "conflict", message = "invoice: paid already" } end
  if invoice.status ~= "open" then return nil, { kind = "not_found", message = "invoice: can no longer be paid" } end
  local card, refusal = methods.card(options)
  if not card then return nil, refusal end
  if card.declined or invoice.user.failing then return nil, { kind = "declined", message = "the card was declined" } end
  M.settle(app, invoice)
  app.on_paid(app, invoice)
  return { invoice = invoice.id, subscription = invoice.subscription }
end

--- The address of a bill's page.
function M.url(app, invoice) return app:base_url() .. "/invoice/" .. invoice.id .. "?s=" .. invoice.page end

local function digits(value) return string.format("%d", value) end

local function written(app, invoice)
  local subscription = invoice.of
  local anchor = subscription.status ~= 2 and subscription.auto_renew and subscription.period_end_ms or 0
  return json.obj{
    { "originOrderId", invoice.subscription }, { "orderId", invoice.id }, { "productId", invoice.product.id },
    { "productPeriod", products.period(invoice.product) }, { "billingCycleAnchor", digits(anchor) },
    { "customerEmail", invoice.user.email },
    { "invoicePdf", app:base_url() .. "/invoice/" .. invoice.id .. "/pdf?s=" .. invoice.page },
    { "hostedInvoiceUrl", M.url(app, invoice) }, { "paidAt", digits(invoice.paid_ms) },
    { "invoiceStatus", invoice.status }, { "orderStatus", invoice.order_status },
    { "productReferenceName", invoice.product.name },
    { "payPrice", digits(money.thousandths(invoice.paid, invoice.currency)) },
    { "payCurrency", invoice.currency:upper() }, { "invoiceCreatedAt", digits(invoice.created_ms) },
  }
end

--- `POST /v1/stripe/invoices`: newest first.
function M.list(app, body)
  local read, refusal = fields.read(body, { { "appUserId", "user", true } })
  if not read then return nil, refusal end
  local user = app.users[read.appUserId]
  if not user then return nil, { code = 205004, message = "initialise the user first" } end
  local out = {}
  for i = #app.invoice_list, 1, -1 do
    local invoice = app.invoice_list[i]
    if invoice.user == user then out[#out + 1] = written(app, invoice) end
  end
  return json.obj{ { "invoices", json.arr(out) } }
end

return M
