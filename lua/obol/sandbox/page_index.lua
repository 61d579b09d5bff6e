--- The first page of the sandbox: what there is, how to pay, and what can be controlled.

local calendar = require "obol.sandbox.calendar"
local html = require "obol.sandbox.html"

local M = {}

local PAGE = [[<h1>Obol sandbox</h1>
<p>Payment systems to try things with, on this machine. Nothing here moves money, and nothing leaves the machine.
The sandbox's clock says <strong>{time}</strong>.</p>
<h2>How to pay</h2>
<ol><li>Put the account below into your configuration.</li>
<li>Create a payment or a subscription; <code>action.url</code> is the address of its pay page.</li>
<li>Open that address in a browser and pay with a test card of that system.</li></ol>
<p>Or pay from a test: <code>sandbox:pay(reference)</code>, or the control <code>pay</code> below.</p>
{{providers}}
<h2>Controls</h2>
<p>JSON, from the command line or a test; those with GET open here too. A reference is a pay page's address, an order,
any id that a provider gave, or a customer with one open pay page; where several systems know it, name a provider too.</p>
<table class="stack"><tbody>{{controls}}</tbody></table>
<pre>curl -d '{"reference":"..."}' {origin}/_sandbox/pay
curl -d '{"ms":86400000}' {origin}/_sandbox/advance
curl -d '{"operation":"payment.create","kind":"commit_then_drop"}' {origin}/_sandbox/fault</pre>]]

local controls = {
  { "GET", "accounts", "addresses and credentials of the ready accounts" },
  { "GET", "env", "the same as variables of a shell" },
  { "GET", "books", "all that was offered and sold" },
  { "GET", "pages", "the newest pay pages of each system" },
  { "GET", "deliveries", "callbacks: waiting, delivered, failed" },
  { "GET", "clock", "the sandbox's time, and the machine's" },
  { "POST", "pay", "the payer pays: reference, card" },
  { "POST", "decline", "the payer's card is declined: reference" },
  { "POST", "back_out", "the payer goes back: reference" },
  { "POST", "refund", "the merchant refunds: reference, amount in minor units (all where it is left out)" },
  { "POST", "renew", "the next period of a subscription is charged: reference, declined" },
  { "POST", "chargeback", "the card's owner has a payment charged back: reference, amount in minor units" },
  { "POST", "fail_card", "a customer's charges fail from now on: customer, failing" },
  { "POST", "advance", "moves the clock: ms" },
  { "POST", "fault", "the next call of an operation goes wrong: operation, kind, times, provider" },
  { "POST", "webhook", "where callbacks go that bring no address: url, provider; an empty one: test" },
  { "POST", "deliver", "sends the callbacks that are due now" },
  { "POST", "resend", "sends a callback once more: id" },
  { "POST", "forge", "somebody else says that an order was paid: reference" },
  { "POST", "set", "other options of a simulator: provider, options" },
  { "POST", "reset", "forgets everything that was sold, asked and armed" },
}

local function control_rows()
  local rows = {}
  for i, row in ipairs(controls) do
    local name = row[1] == "GET" and '<a href="/_sandbox/{name}">{name}</a>' or "{name}"
    rows[i] = html.fill('<tr><td class="n"><code>{method} ' .. name .. "</code></td><td>{text}</td></tr>",
      { method = row[1], name = row[2], text = row[3] })
  end
  return table.concat(rows, "\n")
end

--- The page at `/`.
function M.page(sandbox)
  local parts = {}
  for i, name in ipairs(sandbox.names) do parts[i] = sandbox.providers[name]:overview() end
  return html.page(200, "Obol", html.fill(PAGE, { time = calendar.date(sandbox:now_ms()),
    providers = table.concat(parts, "\n"), controls = control_rows(), origin = sandbox.origin }), "wide")
end

return M
