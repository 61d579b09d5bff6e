--- The customer portal: a customer's subscriptions and cards.

local calendar = require "obol.sandbox.calendar"
local html = require "obol.sandbox.html"
local methods = require "obol.sandbox.appwheel.payment_methods"
local money = require "obol.sandbox.money"
local products = require "obol.sandbox.appwheel.products"
local subscriptions = require "obol.sandbox.appwheel.subscriptions"
local text = require "obol.sandbox.text"

local M = {}

local SUBSCRIPTION = [[<li class="item"><div><strong><bdi>{name}</bdi></strong><br>{price} {per}<br>{state} {date}<br>
<small>{id}</small></div>
<form method="post"><input type="hidden" name="id" value="{id}">
<button name="action" value="{action}" aria-label="{verb} {name}">{verb}</button></form></li>]]

local CARD = [[<li class="item"><div>{brand} ending in {last4}<br><small>{use}</small></div>
<form method="post"><input type="hidden" name="id" value="{id}">
<button name="action" value="remove" aria-label="Remove {brand} ending in {last4}">Remove</button></form></li>]]

local ADD = [[
<form method="post">{{card}}<div class="row"><button name="action" value="add">Add card</button></div></form>]]

local PAGE = [[<h1>Your subscriptions</h1><p class="soft">For <bdi>{user}</bdi></p>{{alert}}
<ul>{{subscriptions}}</ul><h2>Cards</h2><ul>{{cards}}</ul>{{add}}
<div class="row end"><a class="link" href="{back}">Return to the shop</a></div>]]

local brands = { visa = "Visa", mastercard = "Mastercard", amex = "American Express", jcb = "JCB",
  diners = "Diners Club", unionpay = "UnionPay", discover = "Discover" }

local function live_of(user, id)
  for _, subscription in ipairs(user.subscriptions) do
    if subscription.id == id and subscriptions.is_live(subscription) then return subscription end
  end
  return nil
end

-- Does what a button asks; gives the word on what went wrong, or nil and the word on what was done.
local function act(app, user, form)
  local subscription = live_of(user, form.id)
  if form.action == "remove" then
    return nil, methods.drop(user, form.id) and "remove"
  elseif form.action == "add" then
    local card, problem = methods.card{ card = form.card }
    if not card then return html.refusal(problem) end
    if card.declined then return "declined" end
    methods.attach(app, user, card)
    return nil, "add"
  elseif subscription and (form.action == "cancel" or form.action == "renew") then
    subscriptions.set_auto_renew(app, subscription, form.action == "renew")
    return nil, form.action
  end
  return nil
end

local function state_of(subscription)
  if subscription.status == 3 then return "Payment failed; kept until", subscription.grace_end_ms end
  if not subscription.auto_renew then return "Ends on", subscription.period_end_ms end
  return subscription.trial and "Free trial, renews on" or "Renews on", subscription.period_end_ms
end

local function subscription_rows(user)
  local rows = {}
  for _, subscription in ipairs(user.subscriptions) do
    if subscriptions.is_live(subscription) then
      local on, product = subscription.auto_renew, subscription.product
      local state, date_ms = state_of(subscription)
      rows[#rows + 1] = html.fill(SUBSCRIPTION, { name = product.name, id = subscription.id,
        price = money.shown(product.amount, product.currency), per = products.per(product),
        state = state, date = calendar.date(date_ms),
        action = on and "cancel" or "renew", verb = on and "Cancel" or "Renew" })
    end
  end
  return #rows > 0 and table.concat(rows) or "<li>None.</li>"
end

local function card_rows(user)
  local rows, list = {}, methods.of(user)
  for i, method in ipairs(list) do
    rows[i] = html.fill(CARD, { brand = brands[method.brand] or "Card", last4 = method.last4, id = method.id,
      use = i == #list and "Charged at renewals" or "" })
  end
  return #rows > 0 and table.concat(rows) or "<li>None.</li>"
end

--- The page at `/portal/{id}`; nil where there is no such portal session.
function M.page(app, request, id)
  local portal = app.portals[id]
  if not portal then return nil end
  local word = request.target:match("%?done=(%l+)$")
  if request.method == "POST" then
    local problem, done = act(app, portal.user, text.form(request.body))
    -- So that reloading the page asks for it again and sends nothing.
    if not problem then return html.see_other(id .. (done and "?done=" .. done or "")) end
    word = problem
  end
  return html.page(200, "Your subscriptions", html.fill(PAGE, { user = portal.user.id, back = portal.return_url,
    subscriptions = subscription_rows(portal.user), cards = card_rows(portal.user),
    add = html.fill(ADD, { card = html.card_field }), alert = html.alert(word) }))
end

return M
