--- MinCloud's part of the sandbox's first page: accounts, and the orders that a payer can pay.

local calendar = require "obol.sandbox.calendar"
local gateways = require "obol.sandbox.mincloud.gateways"
local html = require "obol.sandbox.html"
local money = require "obol.sandbox.money"
local overview = require "obol.sandbox.overview"
local pages = require "obol.sandbox.mincloud.pages"

local M = {}

local PAGE = [[<h2>MinCloud: the ready account</h2>
<table class="stack"><tbody>{{account}}</tbody></table>
<p>A payer who follows the official account, as payments inside WeChat want it, has the token <code>{payer}</code>.
The user <code>{username}</code> logs in with the password <code>{password}</code>.</p>
<h2>MinCloud: orders</h2>
{{orders}}
<p><a href="{base}/scan">Scan a code</a> · <a href="{base}/bridge">Pay inside WeChat</a></p>]]

local ROW = [[<tr><td><a href="{url}"><bdi>{name}</bdi></a></td><td class="n">{amount}</td>
<td class="n">{state}</td><td>{type}</td><td class="n">{date}</td></tr>]]

local function account_rows(app)
  local members, account = { { "provider", "mincloud" } }, app:account()
  for _, name in ipairs{ "base_url", "client_id", "token", "webhook_key", "refund_function",
    "profit_share_function" } do
    members[#members + 1] = { name, account[name] }
  end
  return overview.account_rows(members)
end

--- The newest pay pages, newest first: a list of `{ url =, name =, status = }`.
function M.pages(app)
  return overview.newest(app.order_list, function(order)
    return { url = gateways.page_url(app, order), name = order.description, status = pages.state(app, order) }
  end)
end

--- Ready HTML.
function M.overview(app)
  local rows = overview.newest(app.order_list, function(order)
    return html.fill(ROW, { url = gateways.page_url(app, order), name = order.description,
      amount = money.shown(order.fen, "cny"), state = pages.state(app, order), type = order.gateway_type,
      date = calendar.date(order.created_ms) })
  end)
  return html.fill(PAGE, { account = account_rows(app), payer = app:accounts().mincloud_payer.token,
    username = app.shop.username, password = app.shop.password, base = app:base_url(),
    orders = overview.table_of(rows) })
end

return M
