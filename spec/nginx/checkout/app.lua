-- The shop of the specs inside nginx.

local support = require "spec.nginx.checkout.support"

local at = support.open({ url = "http://127.0.0.1/pay", dict = "obol", limits = { streams = 1 } }, true)

local ngx = rawget(_G, "ngx")
local M = at.shop

--- Makes a link of the order that the argument names; its path.
function M.make_link()
  local order = support[ngx.var.arg_kind or "tea"](ngx.var.arg_order)
  ngx.print((at.link(order):gsub("^http://[^/]+", "")))
end

--- The payer of the order that the argument names pays.
function M.paid()
  assert(at.box:pay(ngx.var.arg_order))
  ngx.print "paid"
end

return M
