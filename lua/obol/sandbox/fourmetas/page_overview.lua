--- The part of 4metas in the sandbox's first page: the account, and the newest orders.

local calendar = require "obol.sandbox.calendar"
local html = require "obol.sandbox.html"
local money = require "obol.sandbox.money"
local orders = require "obol.sandbox.fourmetas.orders"
local overview = require "obol.sandbox.overview"
local pages = require "obol.sandbox.fourmetas.pages"

local M = {}

local PAGE = [[<h2>4metas: the ready account</h2>
<table class="stack"><tbody>{{account}}</tbody></table>
<h2>4metas: orders</h2>
{{orders}}]]

local KEY = [[<tr><td>rsa.key</td><td><details><summary>{kind}</summary><code>{key}</code></details></td></tr>]]

local ORDER = [[<tr><td><a href="{url}">{id}</a></td><td class="n">{amount}</td><td class="n">{state}</td>
<td>for <bdi>{user}</bdi></td><td class="n">{date}</td></tr>]]

--- The states of orders in words.
M.states = { [orders.PAYING] = "open", [orders.PAID] = "paid", [orders.CLOSED] = "closed" }

local function account_rows(app)
  local account = app:account()
  local members = { { "provider", "fourmetas" }, { "api_base", account.api_base }, { "pay_base", account.pay_base },
    { "game_id", string.format("%d", account.game_id) }, { "rsa.mode", account.rsa.mode } }
  if app.options.access_token then members[#members + 1] = { "access-token", app.options.access_token } end
  return overview.account_rows(members) .. "\n" .. html.fill(KEY, {
    kind = account.rsa.mode == "public_encrypt" and "The merchant's private key, for tests alone"
      or "The platform's public key", key = account.rsa.key })
end

local function order_rows(app)
  return overview.table_of(overview.newest(app.order_list, function(order)
    return html.fill(ORDER, { url = pages.url(app, order), id = order.id, user = order.user,
      amount = money.shown(order.cents, "usd"), state = M.states[order.status],
      date = calendar.date(order.created_ms) })
  end))
end

--- The newest pay pages, newest first: a list of `{ url =, name =, status = }`.
function M.pages(app)
  return overview.newest(app.order_list, function(order)
    return { url = pages.url(app, order), name = "Recharge " .. order.id, status = M.states[order.status] }
  end)
end

--- Ready HTML.
function M.overview(app) return html.fill(PAGE, { account = account_rows(app), orders = order_rows(app) }) end

return M
