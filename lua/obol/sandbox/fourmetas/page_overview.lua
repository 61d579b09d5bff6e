--- The part of 4metas in the sandbox's first page: the account, and the newest orders.

local calendar = require "obol.sandbox.calendar"
local html = require "obol.sandbox.html"
local money = require "obol.sandbox.money"
local orders = require "obol.sandbox.fourmetas.orders"
local pages = require "obol.sandbox.fourmetas.pages"

local M = {}

-- How many of the newest orders are shown.
local SHOWN = 10

local PAGE = [[<h2>4metas: the ready account</h2>
<table class="stack"><tbody>{{account}}</tbody></table>
<h2>4metas: orders</h2>
{{orders}}]]

local ROW = [[<tr><td>{name}</td><td><code>{value}</code></td></tr>]]

local KEY = [[<tr><td>rsa.key</td><td><details><summary>{kind}</summary><code>{key}</code></details></td></tr>]]

local ORDER = [[<tr><td><a href="{url}">{id}</a></td><td class="n">{amount}</td><td class="n">{state}</td>
<td>for <bdi>{user}</bdi></td><td class="n">{date}</td></tr>]]

--- The states of orders in words.
M.states = { [orders.PAYING] = "open", [orders.PAID] = "paid", [orders.CLOSED] = "closed" }

local function account_rows(app)
  local account = app:account()
  local rows = { { "provider", "fourmetas" }, { "api_base", account.api_base }, { "pay_base", account.pay_base },
    { "game_id", string.format("%d", account.game_id) }, { "rsa.mode", account.rsa.mode } }
  if app.options.access_token then rows[#rows + 1] = { "access-token", app.options.access_token } end
  for i, row in ipairs(rows) do rows[i] = html.fill(ROW, { name = row[1], value = row[2] }) end
  rows[#rows + 1] = html.fill(KEY, {
    kind = account.rsa.mode == "public_encrypt" and "The merchant's private key, for tests alone"
      or "The platform's public key", key = account.rsa.key })
  return table.concat(rows, "\n")
end

local function order_rows(app)
  local rows = {}
  for i = #app.order_list, math.max(1, #app.order_list - SHOWN + 1), -1 do
    local order = app.order_list[i]
    rows[#rows + 1] = html.fill(ORDER, { url = pages.url(app, order), id = order.id, user = order.user,
      amount = money.shown(order.cents, "usd"), state = M.states[order.status],
      date = calendar.date(order.created_ms) })
  end
  if #rows == 0 then return "<p>None yet: create a payment, and it stands here.</p>" end
  return '<table class="stack"><tbody>' .. table.concat(rows, "\n") .. "</tbody></table>"
end

--- The newest pay pages, newest first: a list of `{ url =, name =, status = }`.
function M.pages(app)
  local out = {}
  for i = #app.order_list, math.max(1, #app.order_list - SHOWN + 1), -1 do
    local order = app.order_list[i]
    out[#out + 1] = { url = pages.url(app, order), name = "Recharge " .. order.id, status = M.states[order.status] }
  end
  return out
end

--- Ready HTML.
function M.overview(app) return html.fill(PAGE, { account = account_rows(app), orders = order_rows(app) }) end

return M
