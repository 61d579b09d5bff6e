--- Refunds, as a merchant makes them in Stripe's dashboard: there is no call for them.

local events = require "obol.sandbox.appwheel.events"
local subscriptions = require "obol.sandbox.appwheel.subscriptions"

local M = {}

-- The newest bill of a subscription that money was taken for.
local function last_paid(app, subscription)
  for i = #app.invoice_list, 1, -1 do
    local invoice = app.invoice_list[i]
    if invoice.of == subscription and invoice.paid > invoice.refunded then return invoice end
  end
  return nil
end

-- What was paid under a reference: an invoice or a one-off sale, as `{ paid thing, amount }`.
local function paid_thing(app, thing)
  if thing.is == "session" then
    thing = app.sales[thing.sale or ""] or app.subscriptions[thing.subscription or ""] or thing
  end
  if thing.is == "subscription" then thing = last_paid(app, thing) end
  if thing and thing.is == "invoice" then return thing, thing.paid end
  if thing and thing.is == "sale" then return thing, thing.amount end
  return nil
end

--- Refunds what is left of a payment, or `options.amount` minor units of it. A whole refund ends the
-- order at once; a part leaves it.
function M.refund(app, thing, options)
  local paid, charged = paid_thing(app, thing)
  local left = paid and charged - paid.refunded or 0
  if left < 1 then return nil, { kind = "invalid", code = 205002, message = "Stripe: nothing is left to refund" } end
  local amount = options.amount or left
  if type(amount) ~= "number" or amount < 1 or amount > left or amount % 1 ~= 0 then
    return nil, { kind = "invalid", message = "amount: expected minor units, at most what is left" }
  end
  paid.refunded = paid.refunded + amount
  local refund = { id = app.ids:next("re_"), of = paid.id, user = paid.user, product = paid.product, amount = amount,
    currency = paid.currency, created_ms = app.clock:now(), charge = app.ids:next("ch_"), charged = charged,
    total = paid.refunded, invoice = paid.is == "invoice" and paid.id or nil,
    payment_intent = paid.is == "sale" and paid.id or nil }
  app.refunds[#app.refunds + 1] = refund
  events.refund(app, refund)
  if paid.refunded == charged then
    if paid.is == "sale" then
      paid.status, paid.ended_ms = 2, app.clock:now()
    elseif subscriptions.is_live(paid.of) then
      subscriptions.finish(app, paid.of)
    end
  end
  return { refund = refund.id, amount = amount, currency = refund.currency, of = paid.id }
end

return M
