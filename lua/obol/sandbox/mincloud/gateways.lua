--- The six ways to pay that MinCloud's Web SDK can start, and what each gives to the payer.

local text = require "obol.sandbox.text"
local wechat = require "obol.sandbox.mincloud.wechat"

local M = {}

--- The address of an order's pay page.
function M.page_url(app, order) return app:base_url() .. "/pay/" .. order.page end

local function code_in_wechat(_, order) return { { "code_url", "weixin://wxpay/bizpayurl?pr=" .. order.page } } end
local function code(app, order) return { { "code_url", M.page_url(app, order) } } end
local function h5(app, order)
  return { { "mweb_url", M.page_url(app, order) .. "?prepay_id=" .. order.prepay_id .. "&package=2150917749" } }
end

-- Alipay's address carries the whole signed request, so it is long; it is to be opened as it came.
local function cashier(method)
  return function(app, order)
    return { { "payment_url", M.page_url(app, order) .. "?charset=utf-8&method=" .. method .. "&sign_type=RSA2&sign="
      .. text.percent(app.ids:next("", 170) .. "+" .. app.ids:next("", 171) .. "==") } }
  end
end

local function wechat_type(trade_type, shows, give)
  return { channel = "WeChat Pay", event = "WeChatPaySuccess", trade_type = trade_type, shows = shows, give = give }
end

local function alipay_type(shows, method)
  return { channel = "Alipay", event = "AlipayPaySuccess", shows = shows, give = cashier(method) }
end

--- By `gateway_type`: `channel` (its name for people), `event` (the subject of its notification),
-- `trade_type` (WeChat's own word, which only WeChat's types have), `shows` (what the payer sees), and
-- `give(app, order)`, the members that the answer has besides the two numbers.
M.types = {
  weixin_tenpay_native = wechat_type("NATIVE", "code", code_in_wechat),
  weixin_tenpay_wap = wechat_type("MWEB", "phone", h5),
  weixin_tenpay_js = wechat_type("JSAPI", "bridge", wechat.bridge_params),
  alipay_page = alipay_type("desktop", "alipay.trade.page.pay"),
  alipay_wap = alipay_type("phone", "alipay.trade.wap.pay"),
  qpay_native = { channel = "QQ Wallet", event = "QPaySuccess", shows = "code", give = code },
}

--- The subjects of notifications, as a set.
M.events = {}
for _, gateway in pairs(M.types) do M.events[gateway.event] = true end

return M
