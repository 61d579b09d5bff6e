--- The customer portal: a customer's subscriptions and cards.

local calendar = require "obol.sandbox.calendar"
local html = require "obol.sandbox.html"
local methods = require "obol.sandbox.appwheel.payment_methods"
local money = require "obol.sandbox.money"
local subscriptions = require "obol.sandbox.appwheel.subscriptions"
local text = require "obol.sandbox.text"

local M = {}

local SUBSCRIPTION = [[<li><strong dir="auto">{name}</strong> {price}<br><span class="soft">{id}: {state} {date}</span>
<form method="post"><input type="hidden" name="id" value="{id}"><div class="row">
<button name="action" value="{action}">{verb}</button></div></form></li>]]

local CARD = [[<li>{brand} ending in {last4} <form method="post"><input type="hidden" name="id" value="{id}">
<div class="row">
<button name="action" value="remove">Remove card</button></div></form></li>]]

local ADD = [[
<form method="post">{{card}}<div class="row"><button name="action" value="add">Add card</button></div></form>]]

local PAGE = [[<h1>Your subscriptions</h1><p class="soft">For <span dir="auto">{user}</span></p>{{alert}}
<ul>{{subscriptions}}</ul><h2>Cards</h2><ul>{{cards}}</ul>{{add}}
<div class="row"><a class="link" href="{back}">Return</a></div>]]

local function live_of(user, id)
  for _, subscription in ipairs(user.subscriptions) do
    if subscription.id == id and subscriptions.is_live(subscription) then return subscription end
  end
  return nil
end

-- Does what a button asks; gives a word on what went wrong.
local function act(app, user, form)
  local subscription = live_of(user, form.id)
  if form.action == "remove" then
    methods.drop(user, form.id)
  elseif form.action == "add" then
    local card = methods.card{ card = form.card }
    if not card or card.declined then return "The card was declined. Try another one." end
    methods.attach(app, user, card)
  elseif subscription and (form.action == "cancel" or form.action == "renew") then
    subscriptions.set_auto_renew(app, subscription, form.action == "renew")
  end
  return nil
end

local function subscription_rows(user)
  local rows = {}
  for _, subscription in ipairs(user.subscriptions) do
    if subscriptions.is_live(subscription) then
      local on = subscription.auto_renew
      rows[#rows + 1] = html.fill(SUBSCRIPTION, { name = subscription.product.name, id = subscription.id,
        price = money.format(subscription.product.amount, subscription.product.currency),
        state = on and "renews on" or "ends on", date = calendar.date(subscription.period_end_ms),
        action = on and "cancel" or "renew", verb = on and "Cancel" or "Renew" })
    end
  end
  return #rows > 0 and table.concat(rows) or "<li>None.</li>"
end

local function card_rows(user)
  local rows = {}
  for _, method in ipairs(methods.of(user)) do rows[#rows + 1] = html.fill(CARD, method) end
  return #rows > 0 and table.concat(rows) or "<li>None.</li>"
end

--- The page at `/portal/{id}`; nil where there is no such portal session.
function M.page(app, request, id)
  local portal = app.portals[id]
  if not portal then return nil end
  local message
  if request.method == "POST" then message = act(app, portal.user, text.form(request.body)) end
  return html.page(200, "Your subscriptions", html.fill(PAGE, { user = portal.user.id, back = portal.return_url,
    subscriptions = subscription_rows(portal.user), cards = card_rows(portal.user),
    add = html.fill(ADD, { card = html.card_field }), alert = html.alert(message) }))
end

return M
