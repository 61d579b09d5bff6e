--- Checkout sessions: made by createPurchase, paid, declined or left by the payer.

local calendar = require "obol.sandbox.calendar"
local fields = require "obol.sandbox.appwheel.fields"
local json = require "obol.sandbox.json"
local methods = require "obol.sandbox.appwheel.payment_methods"
local money = require "obol.sandbox.money"
local products = require "obol.sandbox.appwheel.products"
local subscriptions = require "obol.sandbox.appwheel.subscriptions"

local M = {}

local LIFE_MS, MAX_TOTAL = calendar.DAY, 9007199254740991

--- What a session is now: `open`, `complete`, `left`, `expired`.
function M.status(app, session)
  if session.status == "open" and app.clock:now() > session.expires_ms then return "expired" end
  return session.status
end

--- The address of a session's page: long, with a fragment, as Stripe's are.
function M.url(app, session)
  return app:base_url() .. "/pay/" .. session.id .. "#" .. session.fragment
end

--- Keeps a new session that can be paid for a day.
function M.open(app, session)
  session.is, session.id, session.status = "session", app.ids:next("cs_test_", 58), "open"
  session.fragment = "fid" .. app.ids:next("", 120) .. "%2F" .. app.ids:next("", 150) .. "%2F" .. app.ids:next("", 60)
  session.created_ms, session.declines = app.clock:now(), 0
  session.expires_ms = session.created_ms + LIFE_MS
  app.sessions[session.id] = session
  app.session_list[#app.session_list + 1] = session
  return session
end

local common = {
  { "appUserId", "user", true }, { "productId", "string", true }, { "successUrl", "url", true },
  { "cancelUrl", "url", true }, { "mode", "string" },
}
local by_mode = {
  subscription = { { "trialPeriodDays", "integer" }, { "promotionCode", "strings" } },
  sku_payment = { { "quantity", "integer", true } },
  payment = { { "quantity", "integer", true }, { "payPrice", "integer", true }, { "productName", "name", true },
    { "currency", "string" } },
}

local function check_numbers(read)
  if read.quantity and read.quantity < 1 then return fields.refused("quantity", "expected 1 or more") end
  if read.payPrice and read.payPrice < 1 then return fields.refused("payPrice", "expected 1 or more") end
  local days = read.trialPeriodDays
  if days and (days < 1 or days > 730) then return fields.refused("trialPeriodDays", "expected 1 to 730") end
  if read.promotionCode and #read.promotionCode > 1 then
    return fields.refused("promotionCode", "expected one code at most")
  end
  if read.currency and not money.places(read.currency) then
    return fields.refused("currency", "expected a currency's code in lower case")
  end
  return true
end

local function read_body(body)
  local read, refusal = fields.read(body, common)
  if not read then return nil, refusal end
  local mode = read.mode or "subscription"
  if read.mode == "subscription" or not by_mode[mode] then
    return fields.refused("mode", "expected payment, sku_payment or nothing")
  end
  local more
  more, refusal = fields.read(body, by_mode[mode])
  if not more then return nil, refusal end
  for name, value in pairs(more) do read[name] = value end
  local ok
  ok, refusal = check_numbers(read)
  if not ok then return nil, refusal end
  read.mode = mode
  return read
end

local function promotion_of(app, codes)
  local code = codes and codes[1]
  if not code then return true end
  local promotion = app.promotions[code]
  if promotion and not promotion.closed then return true, promotion end
  return nil, { code = 205002, message = "Stripe: no such promotion code" }
end

local function user_of(app, id)
  local user = app.users[id]
  if user then return user end
  if app.options.implicit_users then return app.ensure_user(app, id) end
  return nil, { code = 205004, message = "initialise the user first" }
end

-- What is charged: the sessions' amount is the whole, before a promotion.
local function price(read, product)
  local unit = read.mode == "payment" and read.payPrice or product.amount
  local total = unit * (read.quantity or 1)
  if total > MAX_TOTAL then return fields.refused("quantity", "expected a smaller total") end
  return total
end

--- `POST /v1/stripe/purchase/create`.
function M.create(app, body)
  local read, refusal = read_body(body)
  if not read then return nil, refusal end
  local user, product, total, ok, promotion
  user, refusal = user_of(app, read.appUserId)
  if not user then return nil, refusal end
  product, refusal = products.buyable(app, read.productId, read.mode == "subscription")
  if not product then return nil, refusal end
  if read.mode == "subscription" and subscriptions.live_in_group(user, product.group) then
    return nil, { code = 205003, message = "choose another SKU: this group has a live subscription" }
  end
  ok, promotion = promotion_of(app, read.promotionCode)
  if not ok then return nil, promotion end
  total, refusal = price(read, product)
  if not total then return nil, refusal end
  local session = M.open(app, { kind = "purchase", user = user, mode = read.mode, product = product,
    quantity = read.quantity or 1, amount = total,
    currency = read.mode == "payment" and (read.currency or "usd") or product.currency,
    name = read.productName or product.name, trial_days = read.trialPeriodDays, promotion = promotion,
    promotion_code = promotion and read.promotionCode[1],
    success_url = read.successUrl, cancel_url = read.cancelUrl })
  session.transaction = string.format("%d", 1000000 + app.ids:number())
  return json.obj{ { "checkoutUrl", M.url(app, session) }, { "awTransId", session.transaction } }
end

--- Whether the session can still be paid; nil and a refusal else.
function M.payable(app, session)
  local status = M.status(app, session)
  if status == "open" then return true end
  if status == "complete" then return nil, { kind = "conflict", message = "session: paid already" } end
  return nil, { kind = "not_found", code = 205006, message = "session: expired or left" }
end

local function sell(app, session)
  local sale = { is = "sale", id = app.ids:next("pi_"), user = session.user, product = session.product,
    mode = session.mode, amount = session.amount, currency = session.currency, quantity = session.quantity,
    name = session.name, created_ms = app.clock:now(), status = 1, refunded = 0, session = session.id }
  app.sales[sale.id] = sale
  app.sale_list[#app.sale_list + 1] = sale
  table.insert(session.user.sales, sale)
  session.user.paid[session.product.id] = true
  session.sale = sale.id
  return sale
end

--- The payer pays with a test card. Paying twice is a conflict and takes nothing.
function M.pay(app, session, options)
  local ok, refusal = M.payable(app, session)
  if not ok then return nil, refusal end
  local card
  card, refusal = methods.card(options)
  if not card then return nil, refusal end
  if card.declined or session.user.failing then
    session.declines = session.declines + 1
    return nil, { kind = "declined", message = "the card was declined" }
  end
  session.status = "complete"
  local result = { redirect = session.success_url, session = session.id }
  if session.kind == "setup" then
    result.method = methods.attach(app, session.user, card).id
  elseif session.mode == "subscription" then
    methods.attach(app, session.user, card)
    local subscription = subscriptions.start(app, session)
    result.subscription, result.invoice = subscription.id, subscription.transaction
    session.subscription, session.invoice = subscription.id, subscription.transaction
  else
    result.sale = sell(app, session).id
  end
  return result
end

--- The payer's card is declined: nothing is sold, the session stays open.
function M.decline(app, session)
  local ok, refusal = M.payable(app, session)
  if not ok then return nil, refusal end
  session.declines = session.declines + 1
  return { declined = true, session = session.id }
end

--- The payer goes back: nothing is stored, and the session is over.
function M.back_out(app, session)
  local ok, refusal = M.payable(app, session)
  if not ok then return nil, refusal end
  session.status = "left"
  return { redirect = session.cancel_url, session = session.id }
end

return M
