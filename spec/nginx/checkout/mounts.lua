-- Two shops inside one nginx, which share a dict and the secret of their links. Rules of the first limit an account,
-- and its ledger is a file.

local support = require "spec.nginx.checkout.support"

local ngx = rawget(_G, "ngx")
local first = support.open({ url = "http://127.0.0.1/pay", dict = "obol", numbers = "numbers" }, true, function(config)
  config.ledger = "sqlite:" .. package.loaded["spec.nginx.place"]
  config.routes = { { to = { "web", "cards" } }, accounts = { web = { limits = { { count = 1000, per = "1h" } } } } }
end)
local second = support.open({ url = "http://127.0.0.1/there", dict = "obol", numbers = "numbers" }, true)
local M = { pay = first.shop, there = second.shop }

local function at() return ngx.var.arg_there and second or first end

local function target(url) return (url:gsub("^http://[^/]+", "")) end

--- A link to the checkout of an order; its path.
function M.link()
  local kind, words = ngx.var.arg_kind or "tea", { description = ngx.var.arg_there and "from there" or "from here" }
  ngx.print(target(at().link(support[kind](ngx.var.arg_order, words))))
end

--- A payment that the shop's server made; the path of its page.
function M.make()
  local order = support.tea(ngx.var.arg_order, { method = ngx.var.arg_method })
  ngx.print(target(at().shop.page(assert(at().pay.payments:create(order)))))
end

--- The payer pays at the provider; the path on which the browser comes back.
function M.paid() ngx.print(target(assert(at().box:pay(ngx.var.arg_order)).redirect)) end

--- Fills the dict with what senders of many addresses leave there.
function M.fill()
  for place = 1, 5000 do ngx.shared.obol:incr(("rate/page/192.0.2.%d/1"):format(place), 1, 0, 120) end
  ngx.print(ngx.shared.obol:free_space())
end

return M
