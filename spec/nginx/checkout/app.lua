-- The shop of the specs inside nginx.

local support = require "spec.nginx.checkout.support"

local ngx = rawget(_G, "ngx")
local held = ngx.shared.obol

-- Payments are begun at the provider when `held` is gone.
local function slowed(config)
  local inner = config.transport
  config.transport = { send = function(request, options)
    if request.method == "POST" then held:incr("calls", 1, 0) end
    while request.method == "POST" and held:get "held" do ngx.sleep(0.02) end
    return inner.send(request, options)
  end }
end

local at = support.open({ url = "http://127.0.0.1/pay", dict = "obol", limits = { streams = 1 } }, true, slowed)
local M = at.shop

--- `create` of another shop, which shares the dict and the API key.
function M.create_there()
  local there = support.open({ url = "http://127.0.0.1/there", dict = "obol" }, true)
  there.shop.create()
end

--- Payments are held from now on, or with the argument `off` no more. Answers how many were begun, and how many clients
-- of ours went away.
function M.hold()
  held:set("held", not ngx.var.arg_off or nil)
  ngx.print(("%d %d"):format(held:get "calls" or 0, held:get "gone" or 0))
end

--- Payments cannot be begun from now on: with the argument `raise` that is a fault of ours, else of the ledger.
function M.spoil()
  local raises = ngx.var.arg_raise
  at.pay.payments.create = function()
    if raises then error "spoilt" end
    return nil, require("obol.error").new { kind = "storage", message = "the ledger cannot be written" }
  end
end

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
