--- RuxPay's pages for a payer: the hosted page, on which a card is entered, and the challenge of the card's
-- issuer.

local amount = require "obol.sandbox.ruxpay.amount"
local fields = require "obol.sandbox.ruxpay.fields"
local html = require "obol.sandbox.html"
local page_overview = require "obol.sandbox.ruxpay.page_overview"
local payments = require "obol.sandbox.ruxpay.payments"
local text = require "obol.sandbox.text"

local M = {}

-- The browser goes on by GET, as the sheet has it with a 302.
local function send_to(url)
  return { status = 302, body = "",
    headers = { location = url, ["content-type"] = "text/plain", ["cache-control"] = "no-store" } }
end

local function go_back(payment) return send_to(payments.return_url(payment)) end

local over = {
  [100] = { "Paid", "This payment is done. You can close this page." },
  [101] = { "Declined", "The card was declined, and nothing was taken." },
  [102] = { "Under way", "The bank has not answered yet. The shop will hear of it." },
  [103] = { "Closed", "This payment was closed, and nothing was taken." },
}

local OVER = [[<h1>{title}</h1><p><bdi>{name}</bdi>, {amount}</p><p>{text}</p>
<div class="row"><a class="link" href="{shop}">Return to the shop</a></div>]]

local function values_of(payment)
  local rows = {}
  for i, item in ipairs(payment.products) do
    rows[i] = html.fill("<li>{quantity} × <bdi>{name}</bdi></li>",
      { quantity = string.format("%d", item.quantity), name = item.name })
  end
  local plan = payment.plan
  return { amount = amount.shown(payment.amount, payment.currency), order = payment.order_id or "",
    name = payment.products[1].name, items = "<ul>" .. table.concat(rows, "\n") .. "</ul>",
    plan = plan and html.fill("<p>Charged every {cycle}, {count} times in all. The first charge is now.</p>",
      { cycle = fields.cycle(plan.subscriptionCycle), count = string.format("%d", plan.subscriptionPeriod) }) }
end

local function show_over(payment)
  local words, values = over[payment.code], values_of(payment)
  values.title, values.text, values.shop = words[1], words[2], payments.return_url(payment)
  return html.page(payment.code == 103 and 410 or 200, words[1], html.fill(OVER, values))
end

local FORM = [[<h1>Pay order <bdi>{order}</bdi></h1>
<p class="price">{amount}</p>
{{items}}{{plan}}
{{alert}}
<form method="post">
<label for="card">Test card number</label>
<input id="card" name="card" value="4300 0000 0000 0000" inputmode="numeric" autocomplete="off" maxlength="24" aria-describedby="never">
<label for="cvv">CVV</label>
<input id="cvv" name="cvv" value="123" inputmode="numeric" autocomplete="off" maxlength="4" aria-describedby="rules">
{{rules}}
<p class="cards" id="never">Never enter a real card.</p>
<div class="row"><button class="go" name="action" value="pay">Pay {amount}</button>
<button name="action" value="back" formnovalidate>Back to the shop</button>
<button name="action" value="decline" formnovalidate>Decline the card</button></div>
</form>]]

local CHALLENGE = [[<h1>Is it you?</h1>
<p>The bank of the card <code>{card}</code> asks whether you want to pay:</p>
<p class="price">{amount}</p>
<p class="soft">Order <bdi>{order}</bdi></p>
{{plan}}
<form method="post">
<div class="row"><button class="go" name="action" value="approve">Approve the payment</button>
<button name="action" value="fail">Fail the check</button>
<button name="action" value="back">Back to the shop</button></div>
</form>]]

local alerts = {
  no_card = "That is not a card number. Try the one below.",
  no_cvv = "That is not a CVV. It has 3 digits and is not 000.",
}

local function show_form(payment, alert)
  local values = values_of(payment)
  values.rules = page_overview.rules
  values.alert = alert and '<p class="bad" role="alert">' .. alerts[alert] .. "</p>"
  return html.page(200, "Pay", html.fill(FORM, values))
end

local function show_challenge(payment)
  local values = values_of(payment)
  values.card = payment.card
  return html.page(200, "Is it you?", html.fill(CHALLENGE, values))
end

local function enter_card(app, payment, form)
  local number = (form.card or ""):gsub("[ -]", "")
  if not number:find("^%d+$") or #number < 12 or #number > 20 then return show_form(payment, "no_card") end
  if not fields.is_cvv(form.cvv) then return show_form(payment, "no_cvv") end
  payments.charge(app, payment, { cardNumber = number, cvv = form.cvv })
  if payment.code == 301 then return send_to(payments.page_url(app, payment)) end
  return go_back(payment)
end

local verbs = { approve = 100, fail = 101, decline = 101, back = 103 }

local function act(app, payment, form)
  -- The second of two clicks lands where the first one did.
  if payment.code ~= 301 then return go_back(payment) end
  if payment.stage == "page" and form.action == "pay" then return enter_card(app, payment, form) end
  local code = verbs[form.action or ""]
  if not code or code == 100 and payment.stage == "page" then
    return payment.stage == "page" and show_form(payment) or show_challenge(payment)
  end
  payments.finish(app, payment, code)
  return go_back(payment)
end

local function is_browser(request)
  return (request.headers.accept or ""):find("text/html", 1, true) ~= nil
end

local function hosted(app, payment, request)
  if request.method == "POST" then return act(app, payment, text.form(request.body)) end
  if payment.code ~= 301 then return show_over(payment) end
  if payment.stage ~= "page" then return send_to(payments.page_url(app, payment)) end
  return show_form(payment)
end

-- A person decides on a page; a program that comes by GET has approved, unless it says `?action=fail` or
-- `back`, and is sent on.
local function challenge(app, payment, request)
  if request.method == "POST" then return act(app, payment, text.form(request.body)) end
  local shows = request.method == "HEAD" or is_browser(request)
  if payment.code ~= 301 then return shows and show_over(payment) or go_back(payment) end
  if payment.stage == "page" then return send_to(payments.page_url(app, payment)) end
  if shows then return show_challenge(payment) end
  local action = text.form(request.target:match("%?(.*)$")).action
  payments.finish(app, payment, verbs[action or "approve"] or 100)
  return go_back(payment)
end

local handlers = { checkout = hosted, redirect = challenge }
local methods = { GET = true, POST = true, HEAD = true }

--- The page at a path, as a function of a request, or nil where the path is no page's.
function M.find(app, path)
  local place, token = path:match("^/(%l+)/([0-9a-f]+)$")
  local handler = token and #token == 32 and handlers[place]
  if not handler then return nil end
  return function(request)
    if not methods[request.method] then return html.page(405, "Wrong method", "<h1>Wrong method</h1>") end
    local payment = app.by_token[token]
    if not payment then
      return html.page(404, "Not found", "<h1>Not found</h1><p>The sandbox knows no such page.</p>")
    end
    return handler(app, payment, request)
  end
end

return M
