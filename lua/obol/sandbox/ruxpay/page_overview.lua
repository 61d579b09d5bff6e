--- RuxPay's part of the sandbox's first page: account, test rules, and the newest transactions.

local amount = require "obol.sandbox.ruxpay.amount"
local calendar = require "obol.sandbox.calendar"
local codes = require "obol.sandbox.ruxpay.codes"
local html = require "obol.sandbox.html"
local overview = require "obol.sandbox.overview"
local payments = require "obol.sandbox.ruxpay.payments"

local M = {}

local PAGE = [[<h2>RuxPay: the ready account</h2>
<table class="stack"><tbody>{{account}}</tbody></table>
<h2>RuxPay: test cards</h2>
<p>Any number does, such as <code>4300 0000 0000 0000</code>; the CVV decides.</p>
{{rules}}
<h2>RuxPay: transactions</h2>
{{payments}}]]

--- What the CVVs do, a list as ready HTML.
M.rules = [[<ul class="cards" id="rules"><li><code>001 to 599</code> pays</li>
<li><code>600 to 699</code> is pending, then pays</li>
<li><code>700 to 799</code> asks the card's issuer</li>
<li><code>800 to 999</code> is declined</li></ul>]]

local function account_rows(app)
  local account = app:account()
  return overview.account_rows{ { "provider", "ruxpay" }, { "base_url", account.base_url },
    { "app_id", account.app_id }, { "merchant_no", account.merchant_no }, { "secret_key", account.secret_key },
    { "auth.mode", account.auth.mode } }
end

-- What a payment is called: what is bought.
local function name_of(payment) return payment.products[1].name end

local ROW = [[<tr><td>{{name}}</td><td class="n">{amount}</td><td class="n">{state}</td>
<td>order <bdi>{order}</bdi></td><td class="n">{date}</td></tr>]]

local function payment_rows(app)
  return overview.table_of(overview.newest(app.payments, function(payment)
    local url = payments.page_url(app, payment)
    return html.fill(ROW, { order = payment.order_id or "", state = codes.status(payment.code),
      name = html.fill(url and '<a href="{url}"><bdi>{name}</bdi></a>' or "<bdi>{name}</bdi>",
        { url = url, name = name_of(payment) }),
      amount = amount.shown(payment.amount, payment.currency), date = calendar.date(payment.created_ms) })
  end))
end

--- The newest pages that wait for a payer, newest first: a list of `{ url =, name =, status = }`.
function M.pages(app)
  return overview.newest(app.payments, function(payment)
    local url = payments.page_url(app, payment)
    return url and { url = url, name = name_of(payment), status = "open" }
  end)
end

--- Ready HTML.
function M.overview(app)
  return html.fill(PAGE, { account = account_rows(app), rules = M.rules, payments = payment_rows(app) })
end

return M
