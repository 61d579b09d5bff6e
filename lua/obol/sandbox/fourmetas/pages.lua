--- The pay page. It learns the order from the fragment of its address, which no server ever sees: so the
-- first page is a script of a line that asks for the order's own page.

local calendar = require "obol.sandbox.calendar"
local callback = require "obol.sandbox.fourmetas.callback"
local html = require "obol.sandbox.html"
local money = require "obol.sandbox.money"
local orders = require "obol.sandbox.fourmetas.orders"
local text = require "obol.sandbox.text"

local M = {}

--- Beneath the simulator's prefix: where `pay_base` leads.
M.BASE = "/pay"

-- A change of the fragment alone loads nothing, so it is listened for.
local SCRIPT = [[const open = () => {
  const found = /^#\/pages\/pay\/detail\?(?:.*&)?id=(\d+)$/.exec(location.hash);
  if (found) location.replace("order?id=" + found[1]);
  else document.getElementById("lost").hidden = false;
};
addEventListener("hashchange", open);
open();]]

local ENTRY = [[<h1>Pay page</h1>
<p id="lost" role="alert" class="bad" hidden>This address names no order. It should end in #/pages/pay/detail?id=
and the number of one.</p><noscript><p class="bad">The order stands behind the # of this address, which only a script can read:
turn scripts on.</p></noscript>]]

local PAGE = [[<h1>Recharge</h1>
<p class="price">{amount}</p>
<p>Item <bdi>{good}</bdi> of game <bdi>{game}</bdi></p>
<p class="soft">For player <bdi>{user}</bdi><br>Order <small>{id}</small><br>Closes at {date}</p>
<form method="post">
<div class="row"><button class="go" name="action" value="pay">Pay {amount}</button>
<button name="action" value="back">Back to the game</button>
<button name="action" value="close">Close the order</button></div>
</form>]]

local OVER = [[<h1>{title}</h1><p>{amount}, item <bdi>{good}</bdi> of game <bdi>{game}</bdi></p><p>{text}</p>
<p class="soft">Order <small>{id}</small></p>{{link}}]]

local LINK = [[<div class="row"><a class="link" href="{url}">Return to the game</a></div>]]

local over = {
  [orders.PAID] = { "Paid", "This order is paid. You can close this page." },
  [orders.CLOSED] = { "Closed", "This order was closed, so it can no longer be paid. Start again in the game." },
}

--- The address of an order's pay page.
function M.url(app, order) return app:pay_base() .. "/#/pages/pay/detail?id=" .. order.id end

local function shown(order) return money.shown(order.cents, "usd") end

-- The page of an order at which nothing more can be done here.
local function left(app, order)
  local words = over[order.status] or { "Left", "The order stays open: pay it from the game, or let it close." }
  local url = order.status == orders.PAID and callback.return_url(app, order) or order.page_url
  return html.page(200, words[1], html.fill(OVER, { title = words[1], text = words[2], amount = shown(order),
    good = order.good, game = order.game, id = order.id, link = url and html.fill(LINK, { url = url }) or "" }))
end

-- A browser is sent to a web address; for an app's own scheme there is a link, as nothing may answer to it.
local function leave(app, order)
  local url = order.status == orders.PAID and callback.return_url(app, order) or order.page_url
  if url and url:lower():find("^https?:") then return html.see_other(url) end
  return left(app, order)
end

local function act(app, order, action)
  if action == "pay" then app:pay(order) end
  if action == "close" then app:decline(order) end
  if action == "pay" or action == "close" or action == "back" then return leave(app, order) end
  return nil
end

local function order_page(app, request)
  local order = app.orders[text.form(request.target:match("?(.*)$")).id or ""]
  if not order then
    return html.page(404, "Not found", "<h1>Not found</h1><p>The sandbox knows no such order.</p>")
  end
  local reply = request.method == "POST" and act(app, order, text.form(request.body).action)
  if reply then return reply end
  if order.status ~= orders.PAYING then return left(app, order) end
  return html.page(200, "Recharge", html.fill(PAGE, { amount = shown(order), good = order.good, game = order.game,
    user = order.user, id = order.id, date = calendar.date(order.expires_ms) }))
end

local function entry_page() return html.page(200, "Pay page", ENTRY, nil, SCRIPT) end

local reads, acts = { GET = true, HEAD = true }, { GET = true, HEAD = true, POST = true }
local paths = { [M.BASE .. "/"] = { entry_page, reads }, [M.BASE .. "/order"] = { order_page, acts } }

--- The page at a path, as a function of a request, or nil where the path is no page's.
function M.find(app, path)
  local row = paths[path]
  return row and function(request)
    if not row[2][request.method] then return html.page(405, "Wrong method", "<h1>Wrong method</h1>") end
    return row[1](app, request)
  end
end

return M
