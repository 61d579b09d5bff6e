--- AppWheel's pages for a payer: checkout, a card's setup, a bill, and the customer portal.

local bill = require "obol.sandbox.appwheel.page_invoice"
local calendar = require "obol.sandbox.calendar"
local checkout = require "obol.sandbox.appwheel.checkout"
local html = require "obol.sandbox.html"
local methods = require "obol.sandbox.appwheel.payment_methods"
local money = require "obol.sandbox.money"
local portal = require "obol.sandbox.appwheel.page_portal"
local products = require "obol.sandbox.appwheel.products"
local subscriptions = require "obol.sandbox.appwheel.subscriptions"
local text = require "obol.sandbox.text"

local M = {}

local over = {
  complete = { "Paid", "This payment is done. You can close this page." },
  left = { "Left", "You went back to the shop, so this page can no longer be used." },
  expired = { "Expired", "This page was open for more than 24 hours. Start again in the shop." },
}

local saved = { "Card saved", "Your card is kept for later payments. Nothing was charged." }

-- What the payer owes now.
local function due(session)
  if session.trial_days then return 0 end
  return session.mode == "subscription" and subscriptions.reduced(session.amount, session.promotion) or session.amount
end

-- Price lines of a session, ready HTML: what is taken now, and what follows.
local function price_lines(app, session)
  local product, recurring = session.product, session.mode == "subscription"
  local function shown(amount) return money.shown(amount, session.currency) end
  local plain = not session.trial_days and not session.promotion
  local lines = { '<p class="price">{now} <small>{when}</small></p>' }
  if session.quantity > 1 then lines[#lines + 1] = "<p>{quantity} × {unit}</p>" end
  if session.trial_days then lines[#lines + 1] = "<p>{days} days free, then {price} {per}.</p>" end
  if session.promotion then
    lines[#lines + 1] = "<p>{percent}% off the first charge with the code {code}: {first}.</p>"
  end
  if recurring then
    local first = session.trial_days and "The trial ends on {date}. " or not plain and "Then {price} {per}. " or ""
    lines[#lines + 1] = "<p>" .. first .. "Renews until canceled.</p>"
  end
  return html.fill(table.concat(lines, "\n"), {
    now = shown(due(session)), when = recurring and (plain and products.per(product) or "due today") or "",
    price = shown(session.amount), per = products.per(product), quantity = session.quantity,
    unit = shown(session.amount / session.quantity), days = session.trial_days,
    date = session.trial_days and calendar.date(app.clock:now() + session.trial_days * calendar.DAY),
    percent = session.promotion and session.promotion.percent, code = session.promotion_code,
    first = shown(subscriptions.reduced(session.amount, session.promotion)),
  })
end

local function pay_verb(session)
  if session.trial_days then return "Start free trial" end
  local now = due(session)
  return now == 0 and "Subscribe" or "Pay " .. money.shown(now, session.currency)
end

local FORM = [[<h1><bdi>{title}</bdi></h1>
{{price}}
<p class="soft">For <bdi>{user}</bdi></p>
{{alert}}
<form method="post">
{{card}}
<div class="row"><button class="go" name="action" value="pay">{verb}</button>
<button name="action" value="back" formnovalidate>Back to the shop</button>
<button name="action" value="decline">Decline the card</button></div>
</form>]]

local KEPT = "<p>Your card is kept for later payments. Nothing is charged now.</p>"

local OVER = [[<h1>{title}</h1>{{sold}}<p>{text}</p>
<div class="row"><a class="link" href="{shop}">Return to the shop</a></div>]]

-- The page of a session that can no longer be paid.
local function show_over(session, status)
  local setup, complete = session.kind == "setup", status == "complete"
  local words = setup and complete and saved or over[status]
  local sold = setup and "" or html.fill("<p><bdi>{name}</bdi>, {amount}</p>", { name = session.name,
    amount = money.shown(due(session), session.currency) })
  local values = { title = words[1], text = words[2], sold = sold,
    shop = complete and session.success_url or session.cancel_url }
  return html.page(complete and 200 or 410, words[1], html.fill(OVER, values))
end

local function show(app, session, word)
  local status = checkout.status(app, session)
  if status ~= "open" then return show_over(session, status) end
  local setup = session.kind == "setup"
  local title = setup and "Save a card" or session.name
  return html.page(200, title, html.fill(FORM, { title = title, user = session.user.id, card = html.card_field,
    price = setup and KEPT or price_lines(app, session),
    alert = html.alert(word), verb = setup and "Save card" or pay_verb(session) }))
end

local function act(app, session, form)
  local result, problem
  if form.action == "pay" then
    result, problem = checkout.pay(app, session, { card = form.card })
    -- The second of two clicks lands where the first one did.
    if problem and problem.kind == "conflict" then return html.see_other(session.success_url) end
  elseif form.action == "back" then
    result, problem = checkout.back_out(app, session)
  else
    result, problem = checkout.decline(app, session)
  end
  if result and result.redirect then return html.see_other(result.redirect) end
  return show(app, session, result and "declined" or html.refusal(problem))
end

local function unknown()
  return html.page(404, "Not found", "<h1>Not found</h1><p>The sandbox knows no such page.</p>")
end

local function session_page(app, request, id)
  local session = app.sessions[id]
  if not session then return unknown() end
  if request.method == "POST" then return act(app, session, text.form(request.body)) end
  return show(app, session)
end

local SETUP = [[<h1>Save a card</h1>{{kept}}
<p class="soft">For <bdi>{user}</bdi></p>{{alert}}
<form method="post">{{card}}
<div class="row"><button class="go" name="action" value="pay">Save card</button></div></form>]]

local function setup_page(app, request, id)
  local setup = app.setups[id]
  if not setup then return unknown() end
  local word
  if request.method == "POST" then
    local result, problem = methods.confirm(app, setup, { card = text.form(request.body).card })
    if result then return html.see_other(id) end
    word = html.refusal(problem)
  end
  if setup.status == "complete" then
    return html.page(200, saved[1], html.fill("<h1>{title}</h1><p>{text}</p><p>You can close this page.</p>",
      { title = saved[1], text = saved[2] }))
  end
  return html.page(200, "Save a card", html.fill(SETUP, { user = setup.user.id, card = html.card_field,
    kept = KEPT, alert = html.alert(word) }))
end

local paths = {
  { "^/pay/(cs_test_%w+)$", session_page }, { "^/setup/(seti_%w+)$", setup_page },
  { "^/invoice/(in_%w+)$", bill.page }, { "^/invoice/(in_%w+)/pdf$", bill.pdf },
  { "^/portal/(bps_%w+)$", portal.page },
}

--- The page at a path, as a function of a request, or nil where the path is no page's.
function M.find(app, path)
  if not path:find("^/%l+/") or path:find("^/v%d") then return nil end
  for _, row in ipairs(paths) do
    local id = path:match(row[1])
    if id then
      return function(request)
        if request.method ~= "GET" and request.method ~= "POST" and request.method ~= "HEAD" then
          return html.page(405, "Wrong method", "<h1>Wrong method</h1>")
        end
        return row[2](app, request, id) or unknown()
      end
    end
  end
  return path:find("^/pay/") and unknown or nil
end

return M
