--- AppWheel's pages for a payer: checkout, a card's setup, a bill, and the customer portal.

local bill = require "obol.sandbox.appwheel.page_invoice"
local checkout = require "obol.sandbox.appwheel.checkout"
local html = require "obol.sandbox.html"
local methods = require "obol.sandbox.appwheel.payment_methods"
local money = require "obol.sandbox.money"
local portal = require "obol.sandbox.appwheel.page_portal"
local text = require "obol.sandbox.text"

local M = {}

local over = {
  complete = { "Paid", "This payment is done. You can close this page." },
  left = { "Left", "You went back to the shop, so this page can no longer be paid." },
  expired = { "Expired", "This page was open for more than 24 hours. Start again in the shop." },
}

local function per(product)
  if product.count == 1 then return "per " .. product.interval end
  return string.format("every %d %ss", product.count, product.interval)
end

-- Price lines of a session, ready HTML.
local function price_lines(session)
  local product = session.product
  local values = { price = money.format(session.amount, session.currency), quantity = session.quantity,
    days = session.trial_days, per = session.mode == "subscription" and per(product) or "",
    percent = session.promotion and session.promotion.percent }
  local lines = { '<p class="price">{price} <small>{per}</small></p>' }
  if session.quantity > 1 then lines[#lines + 1] = "<p>Quantity {quantity}</p>" end
  if session.trial_days then lines[#lines + 1] = "<p>{days} days free, then {price} {per}.</p>" end
  if session.promotion then lines[#lines + 1] = "<p>{percent}% off the first charge.</p>" end
  return html.fill(table.concat(lines, "\n"), values)
end

local FORM = [[<h1 dir="auto">{title}</h1>
{{price}}
<p class="soft">For <span dir="auto">{user}</span></p>
{{alert}}
<form method="post">
{{card}}
<div class="row"><button class="go" name="action" value="pay">{verb}</button>
<button name="action" value="decline">Decline card</button><button name="action" value="back" formnovalidate>Back</button></div>
</form>]]

local function show(app, session, message)
  local status = checkout.status(app, session)
  if status ~= "open" then
    local words = over[status]
    return html.page(status == "complete" and 200 or 410, words[1],
      html.fill("<h1>{title}</h1><p>{text}</p>", { title = words[1], text = words[2] }))
  end
  local setup = session.kind == "setup"
  local title = setup and "Save a card" or session.name
  return html.page(200, title, html.fill(FORM, { title = title, user = session.user.id, card = html.card_field,
    price = setup and "<p>Your card is kept for later payments. Nothing is charged now.</p>" or price_lines(session),
    alert = html.alert(message), verb = setup and "Save card" or "Pay" }))
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
  local declined = result and result.declined or problem and problem.kind == "declined"
  return show(app, session, declined and "The card was declined. Try another one." or nil)
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

local SETUP = [[<h1>Save a card</h1><p class="soft">For <span dir="auto">{user}</span></p>{{alert}}
<form method="post">{{card}}
<div class="row"><button class="go" name="action" value="pay">Save card</button></div></form>]]

local function setup_page(app, request, id)
  local setup = app.setups[id]
  if not setup then return unknown() end
  local message
  if request.method == "POST" then
    local result, problem = methods.confirm(app, setup, { card = text.form(request.body).card })
    if not result and problem.kind == "declined" then message = "The card was declined. Try another one." end
  end
  if setup.status == "complete" then
    return html.page(200, "Card saved", "<h1>Card saved</h1><p>You can close this page.</p>")
  end
  return html.page(200, "Save a card", html.fill(SETUP, { user = setup.user.id, card = html.card_field,
    alert = html.alert(message) }))
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
