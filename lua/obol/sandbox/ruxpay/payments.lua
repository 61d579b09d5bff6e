--- Transactions: made by a request, decided by the test rules of section 9 or by the payer, and ended once.

local amount = require "obol.sandbox.ruxpay.amount"
local codes = require "obol.sandbox.ruxpay.codes"
local crypto = require "obol.crypto"
local fields = require "obol.sandbox.ruxpay.fields"
local json = require "obol.sandbox.json"
local notices = require "obol.sandbox.ruxpay.notices"
local requests = require "obol.sandbox.ruxpay.requests"
local text = require "obol.sandbox.text"

local M = {}

local function refuse(code, message) return nil, { code = code, message = message } end

-- 64 bits of which the upper hold the time and the lower 22 a number, written without arithmetic that a
-- double cannot do. Beyond 2^53 always.
local function unique_id(app)
  local offset = math.max(app.clock:now() - 1288834974657, 2 ^ 32)
  local low = offset % 1000000
  local rest = low * 4194304 + app.ids:number() % 4194304
  local high = (offset - low) / 1000000 * 4194304 + math.floor(rest / 1000000)
  return string.format("%d%06d", high, rest % 1000000)
end

--- A new id of the platform, a decimal text.
M.unique_id = unique_id

--- The first six and the last four digits: all that is kept of a card.
function M.mask(number)
  return number:sub(1, 6) .. ("*"):rep(#number - 10) .. number:sub(-4)
end

local function keep(app, payment)
  payment.is, payment.unique_id = "payment", unique_id(app)
  payment.created_ms, payment.at_ms = app.clock:now(), app.clock:now() + app.skew
  payment.refunded, payment.charged_back = 0, 0
  payment.shop = payment.shop or app.caller
  app.by_unique[payment.unique_id] = payment
  app.payments[#app.payments + 1] = payment
  local order = payment.order_id
  if order then
    app.orders[order] = app.orders[order] or {}
    table.insert(app.orders[order], payment)
  end
  local same = app.by_transaction[payment.transaction_id] or {}
  app.by_transaction[payment.transaction_id] = same
  same[#same + 1] = payment
  return payment
end

--- The transaction of the order that money was taken for, nil where there is none. Orders are a shop's: two
-- shops know nothing of each other.
function M.paid(shop, order_id) return order_id and shop.paid[order_id] end

-- Ends a transaction, once. An order has at most one success: what would be a second one is declined.
local function finish(app, payment, code)
  local paid = M.paid(payment.shop, payment.order_id)
  if code == 100 and paid and payment.kind ~= "renewal" then code = 101 end
  payment.code, payment.done_ms, payment.due_ms = code, app.clock:now(), nil
  if code == 100 and payment.kind ~= "renewal" then
    if payment.order_id then payment.shop.paid[payment.order_id] = payment end
    if payment.plan then
      payment.charges = 1
      app.subscriptions[#app.subscriptions + 1] = payment
    end
  end
  notices.sale(app, payment)
end

M.finish = finish

-- The payer has to come: to the hosted page, or to the card's issuer.
local function send_away(app, payment, stage)
  payment.code, payment.stage = 301, stage
  payment.is_3d = payment.is_3d or stage == "challenge"
  if not payment.token then
    payment.token = crypto.hex(crypto.digest("sha256", app.ids:next("ruxpay.page."))):sub(1, 32)
    app.by_token[payment.token] = payment
  end
  app:wait_for(payment, app.page_ms)
end

--- Has a card's CVV decide: approved, pending, sent to the issuer, or declined.
function M.charge(app, payment, card)
  payment.card = M.mask(card.cardNumber)
  local cvv = tonumber(card.cvv:sub(-3))
  if cvv >= 800 or app.declining[payment.shop.app_id] then return finish(app, payment, 101) end
  if cvv >= 700 or cvv < 600 and payment.secure then return send_away(app, payment, "challenge") end
  if cvv < 600 then return finish(app, payment, 100) end
  payment.code, payment.stage = 102, nil
  app:wait_for(payment, app.pending_ms)
end

-- More places than the currency has are no amount of it.
local function has_places(read)
  return amount.minor(read.amount, read.currency) % 1 == 0
end

-- Section 10, steps 4 and 5.
local function check(app, body, rows)
  local app_id = amount.literal(body.appId)
  if app_id and app.disabled[app_id] then return refuse(201, "merchant status invalid") end
  local read, problem = fields.read(app, body, rows)
  if not read then return refuse(500, problem) end
  if read.appId ~= app.caller.app_id then return refuse(500, "appId: expected the id of a known app") end
  if not has_places(read) then return refuse(500, "amount: expected no more places than the currency has") end
  if read.secure and not read.browser then return refuse(500, "browser: missing") end
  return read
end

local function products(read)
  local out = {}
  for i, item in ipairs(read.productInfos) do
    out[i] = { name = item.productName, price = item.price, quantity = item.quantity }
  end
  return out
end

local function submit(app, body, kind, rows)
  local read, refusal = check(app, body, rows)
  if not read then return nil, refusal end
  -- Nothing yields between these two: of two requests with one id exactly one comes further.
  if app.seen[read.transactionId] then
    app.duplicates = app.duplicates + 1
    return refuse(501, "duplicate transactionId")
  end
  app.seen[read.transactionId] = true
  if M.paid(app.caller, read.orderId) then return refuse(400, "order already paid") end
  local payment = keep(app, { kind = kind, transaction_id = read.transactionId, order_id = read.orderId,
    amount = read.amount, currency = read.currency, callback = read.callbackUrl, notify = read.notificationUrl,
    secure = read.secure, trade = read.transactionType or "Sale", products = products(read),
    method = kind == "checkout" and read.transactionMethod or "CreditCard",
    plan = rows ~= requests.payment and read.extension or nil })
  if read.card then M.charge(app, payment, read.card) else send_away(app, payment, "page") end
  return M.tree(app, payment)
end

--- `POST /api/subscription`.
function M.subscribe(app, body) return submit(app, body, "subscription", requests.subscription) end

--- `POST /api/payment`.
function M.pay_by_card(app, body) return submit(app, body, "payment", requests.payment) end

--- `POST /checkout/payment`.
function M.check_out(app, body) return submit(app, body, "checkout", requests.checkout) end

--- Where the payer has to go, nil where nowhere.
function M.page_url(app, payment)
  if payment.code ~= 301 then return nil end
  return app:base_url() .. (payment.stage == "page" and "/checkout/" or "/redirect/") .. payment.token
end

--- A transaction as RuxPay writes it, members in the order of its samples. `is_listed` adds what only
-- lists show.
function M.tree(app, payment, is_listed)
  local out = { { "code", payment.code }, { "isTest", app.is_test }, { "appId", json.number(payment.shop.app_id) },
    { "uniqueId", payment.unique_id }, { "billDescription", "*Description" },
    { "message", codes.message(payment.code) }, { "timestamp", app:now() },
    { "transactionAmount", amount.write(payment.amount) },
    { "transactionAt", app:local_time(payment.at_ms) } }
  if payment.card then out[#out + 1] = { "transactionCardNumber", payment.card } end
  out[#out + 1] = { "transactionCurrency", payment.currency }
  out[#out + 1] = { "transactionId", payment.transaction_id }
  out[#out + 1] = { "transactionMessage", codes.said(payment.code) }
  local url = M.page_url(app, payment)
  if url then out[#out + 1] = { "redirectUrl", url } end
  if is_listed then
    out[#out + 1] = { "transactionMethod", payment.method }
    -- A string in the sample, though the page calls it a boolean.
    out[#out + 1] = { "is3d", tostring(payment.is_3d == true) }
  end
  return json.obj(out)
end

--- The shop's page, with what the browser carries there.
function M.return_url(payment)
  local url, fragment = payment.callback:match("^([^#]*)(.*)$")
  return url .. (url:find("?", 1, true) and "&" or "?")
    .. "transactionId=" .. text.percent(payment.transaction_id) .. "&uniqueId=" .. payment.unique_id
    .. "&code=" .. string.format("%d", payment.code) .. fragment
end

--- The next period of a subscription: a transaction of its own, under the merchant's first id.
function M.renew(app, payment, options)
  local first = payment.renewal_of or payment
  if not first.plan or first.code ~= 100 then
    return nil, { kind = "invalid", message = "reference: expected a subscription whose first charge succeeded" }
  end
  local renewal = keep(app, { kind = "renewal", transaction_id = first.transaction_id, order_id = first.order_id,
    amount = first.amount, currency = first.currency, callback = first.callback, notify = first.notify,
    card = first.card, trade = "Sale", method = first.method, products = first.products, renewal_of = first,
    shop = first.shop })
  if not options.declined then first.charges = first.charges + 1 end
  finish(app, renewal, options.declined and 101 or 100)
  return renewal
end

return M
