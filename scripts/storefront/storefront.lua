--- An example shop inside nginx: what is sold, and how each order comes to its payment page.

local obol = require "obol"
local shop = require "shop"
local wares = require "wares"

local ngx = rawget(_G, "ngx")
local M = {}

local HEAD = [[<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>%s</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:5vh auto;padding:0 1.2rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .3rem}form{display:flex;gap:1rem;align-items:center;
border-top:1px solid #8886;padding:.8rem 0}form p{flex:1;margin:0}b{white-space:nowrap}small{opacity:.8}
button{font:inherit;padding:.5rem 1.1rem;border:1px solid #888;border-radius:8px;cursor:pointer}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}dd{margin:0;overflow-wrap:anywhere}
</style></head><body><h1>%s</h1>]]

local function escape(text)
  return (tostring(text):gsub("[&<>\"']", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;",
    ["'"] = "&#39;" }))
end

local function page(title, body)
  ngx.header["content-type"] = "text/html; charset=utf-8"
  ngx.header["cache-control"] = "no-store"
  ngx.print(HEAD:format(escape(title), escape(title)), body, "</body></html>")
end

local ROW = '<form method="post" action="/buy"><p>%s<br><small>%s</small></p><b>%s</b>'
  .. '<button name="ware" value="%s">Buy</button></form>'

local INTRODUCTION = '<p>An example shop. Nothing here moves money. <a href="%s">The sandbox</a> shows what was '
  .. "ordered, and stands in for the payer's phone: a code on a payment page is paid there.</p>"

local function front()
  local parts = { INTRODUCTION:format(escape(os.getenv "SANDBOX")) }
  for _, group in ipairs(wares.groups) do
    parts[#parts + 1] = "<h2>" .. escape(group.title) .. "</h2>"
    for _, ware in ipairs(group) do
      parts[#parts + 1] = ROW:format(escape(ware.title), escape(ware.text), escape(ware.price), escape(ware.id))
    end
  end
  page("Tea & Lights", table.concat(parts))
end

local function row(name, value) return "<dt>" .. name .. "</dt><dd>" .. escape(value or "-") .. "</dd>" end

-- The shop's own page after paying: it believes what is recorded, not that the browser came.
local function order()
  local payment, err = shop.pay.payments:refresh(ngx.var.arg_order or "", { timeout_ms = 5000 })
  if not payment then
    ngx.status = 404
    return page("No such order", "<p>" .. escape(err.kind) .. "</p>")
  end
  page(payment.status == "succeeded" and "Thank you" or "Your order", "<dl>" .. row("Order", payment.order_id)
    .. row("Status", payment.status) .. row("Amount", payment.amount) .. row("Account", payment.account)
    .. row("Provider's id", payment.provider_id) .. row("Error", payment.error)
    .. '</dl><p><a href="/">Back to the shop</a></p>')
end

local count = 0

local function buy()
  ngx.req.read_body()
  local ware = wares.by_id[ngx.req.get_post_args(4).ware or ""]
  if not ware then return ngx.exit(400) end
  count = count + 1
  local id = ("S-%d-%d-%d"):format(ngx.now() * 1000, ngx.worker.pid(), count)
  local here = os.getenv("OBOL_URL"):gsub("/pay$", "")
  local url, err = ware.sell(shop, id, { paid = here .. "/order?order=" .. id, back = here .. "/" })
  if url then return ngx.redirect(url, 303) end
  ngx.status = 502
  page("That did not work", "<p>" .. escape(err) .. '</p><p><a href="/">Back to the shop</a></p>')
end

--- Serves the shop's own pages.
function M.serve()
  local path, method = ngx.var.uri, ngx.req.get_method()
  if path == "/" and method == "GET" then return front() end
  if path == "/order" and method == "GET" then return order() end
  if path == "/buy" and method == "POST" then return buy() end
  ngx.exit(404)
end

M.version = obol.version

return M
