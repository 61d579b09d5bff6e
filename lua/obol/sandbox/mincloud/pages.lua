--- MinCloud's pages for a payer: what a scanned code opens, what a phone's browser or a desktop shows, and
-- a stand-in for a phone that scans.

local crypto = require "obol.crypto"
local calendar = require "obol.sandbox.calendar"
local gateways = require "obol.sandbox.mincloud.gateways"
local html = require "obol.sandbox.html"
local money = require "obol.sandbox.money"
local orders = require "obol.sandbox.mincloud.orders"
local page_bridge = require "obol.sandbox.mincloud.page_bridge"
local qr = require "obol.qr"
local text = require "obol.sandbox.text"

local M = {}

local ways = {
  code = "The shop shows a QR code. The payer's phone scans it and opens this page.",
  phone = "The phone's browser comes here from the shop; the payer's app comes up and asks.",
  desktop = "The desktop's browser comes here from the shop; the payer logs in or scans a code.",
}

local PAGE = [[<h1><bdi>{name}</bdi></h1>
<p class="price">{amount} <small>{channel}</small></p>
<p>{way}</p>{{code}}
<p class="soft">Order <bdi>{order}</bdi>, open until {until}</p>
{{word}}
<form method="post"><div class="row"><button class="go" name="action" value="pay">Pay {amount}</button>
<button name="action" value="back">Leave without paying</button>
<button name="action" value="decline">Let the payment fail</button></div></form>]]

local CODE = [[
{{picture}}<p>The code: <a href="{code}"><code>{code}</code></a></p>]]

local PICTURE = '<p><img src="data:image/svg+xml;base64,{svg}" width="210" height="210" alt="QR code"></p>'

local OVER = [[<h1>{title}</h1><p><bdi>{name}</bdi>, {amount}</p><p>{text}</p>
<p class="soft">Order <bdi>{order}</bdi></p>]]

local over = {
  success = { 200, "Paid", "This payment is done. Go back to the shop; it asks whether the order is paid." },
  failed = { 410, "Failed", "This payment failed. Start again in the shop." },
  expired = { 410, "Expired", "The time to pay is over. Start again in the shop." },
}

local words = {
  left = { "status", "good", "You left without paying. The order stays open." },
  declined = { "alert", "bad", "The payment was declined. Nothing was taken." },
}

local function word_of(name)
  local word = words[name]
  return word and html.fill('<p class="{class}" role="{role}">{text}</p>',
    { role = word[1], class = word[2], text = word[3] }) or ""
end

--- How an order stands, for its page: `pending`, `success`, `failed`, `expired`.
function M.state(app, order) return orders.is_expired(app, order) and "expired" or order.status end

local states = { pending = "Not paid yet.", success = "Paid.", failed = "Failed.", expired = "Expired." }

-- The code that the shop draws, where there is one; without the library that draws it, its address alone.
local function code_of(order)
  local first = order.given[1]
  if first[1] ~= "code_url" then return "" end
  local drawn = qr(first[2])
  return html.fill(CODE, { code = first[2],
    picture = drawn and html.fill(PICTURE, { svg = crypto.base64(drawn.svg) }) or "" })
end

local function show(app, order, word)
  local state = M.state(app, order)
  if order.gateway.shows == "bridge" then return page_bridge.page(app, order, states[state]) end
  local values = { name = order.description, amount = money.shown(order.fen, "cny"),
    channel = order.gateway.channel, way = ways[order.gateway.shows], code = code_of(order),
    order = order.order_id or order.trade_no, ["until"] = calendar.date(order.expires_ms), word = word_of(word) }
  if state == "pending" then return html.page(200, order.description, html.fill(PAGE, values)) end
  values.title, values.text = over[state][2], over[state][3]
  return html.page(over[state][1], values.title, html.fill(OVER, values))
end

local function act(app, order, action)
  if order.gateway.shows == "bridge" then return show(app, order) end
  if action == "pay" then
    local _, problem = orders.pay(app, order)
    if problem and problem.kind == "declined" then return show(app, order, "declined") end
  elseif action == "back" then
    if orders.back_out(app, order) then return show(app, order, "left") end
  elseif action == "decline" then
    orders.decline(app, order)
  end
  -- A browser that loads the page again must not send the form again.
  return html.see_other(order.page)
end

local function unknown()
  return html.page(404, "Not found", "<h1>Not found</h1><p>The sandbox knows no such page.</p>")
end

local function pay_page(app, request, id)
  local order = app.orders[id]
  if not order or order.page ~= id then return unknown() end
  if request.method == "POST" then return act(app, order, text.form(request.body).action) end
  return show(app, order)
end

local SCAN = [[<h1>Scan a code</h1>
<p>A phone reads an address from a QR code. Paste here what your shop draws, and the payer's page opens.</p>
{{word}}
<form method="post"><label for="code">The code's address</label>
<input id="code" name="code" autocomplete="off" placeholder="weixin://wxpay/bizpayurl?pr=…">
<div class="row"><button class="go">Scan</button></div></form>]]

local function scan_page(app, request)
  local word = ""
  if request.method == "POST" then
    local order = orders.find(app, text.form(request.body).code or "")
    if order then return html.see_other(gateways.page_url(app, order)) end
    word = '<p class="bad" role="alert">No open order has this code.</p>'
  end
  return html.page(200, "Scan a code", html.fill(SCAN, { word = word }))
end

local function bridge_page(app) return page_bridge.page(app) end

local reads, writes = { GET = true, HEAD = true }, { POST = true }
local both = { GET = true, HEAD = true, POST = true }
local paths = {
  { "^/pay/(%w+)$", both, pay_page }, { "^/scan$", both, scan_page }, { "^/bridge$", reads, bridge_page },
  { "^/bridge%.js$", reads, page_bridge.script }, { "^/bridge_page%.js$", reads, page_bridge.own_script },
  { "^/bridge/call$", writes, page_bridge.call },
}

--- The page at a path, as a function of a request, or nil where the path is no page's.
function M.find(app, path)
  for _, row in ipairs(paths) do
    local id = path:match(row[1])
    if id then
      return function(request)
        if not row[2][request.method] then return html.page(405, "Wrong method", "<h1>Wrong method</h1>") end
        return row[3](app, request, id)
      end
    end
  end
  return not path:find("^/hserve/") and unknown or nil
end

return M
