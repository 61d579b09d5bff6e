-- MinCloud: WeChat, Alipay and QQ, as a code to scan, a page, or parameters for WeChat's own browser.

local money = require "obol.money"
local obol = require "obol"
local stage = require "stage"

local expect, must, step = stage.expect, stage.must, stage.step

local M = {}

local PRICE = money("19.99", "CNY")

local ways = {
  { "wechat_qr", "a code to scan with WeChat" }, { "wechat_h5", "a page that opens WeChat" },
  { "alipay_page", "Alipay's cashier" }, { "alipay_h5", "Alipay's cashier for phones" },
  { "qq_qr", "a code to scan with QQ" },
}

local function create(pay, order_id, method, options)
  return must(pay.payments:create({ order_id = order_id, method = method, amount = "19.99", currency = "CNY",
    description = "蜡烛" }, options))
end

local function by_way(pay, way)
  local order_id = "W-" .. way[1]
  step(way[1], function()
    local payment = create(pay, order_id, way[1])
    local action = expect(payment.action, "something that the payer can do")
    expect(payment.status == "requires_action" and (action.url or action.data), "the payment to wait for the payer")
    stage.control("POST", "pay", { reference = order_id })
    local now, event = stage.take_success(pay, "web", "mincloud", order_id)
    expect(now.amount == PRICE and event.verified_by == "signature", "19.99 CNY, told by a signed callback")
    return ("%s; paid, told by a signed webhook and confirmed by a query"):format(way[2]), function()
      if way[1] == "wechat_qr" then stage.show_qr(action.data) end
    end
  end)
end

local function inside_wechat(pay)
  local options = { token = obol.secret(stage.accounts.mincloud_payer.token) }
  step("wechat_jsapi", function()
    local payment = create(pay, "W-js", "wechat_jsapi", options)
    expect(payment.action and payment.action.type == "jsapi", "parameters for WeChat's bridge")
    expect(payment.action.parameters.paySign, "parameters that are signed")
    stage.control("POST", "pay", { reference = "W-js" })
    stage.take_callbacks(pay, "web", "mincloud")
    local now = must(pay.payments:refresh("W-js", options))
    expect(now.status == "succeeded" and now.amount == PRICE, "19.99 CNY, paid")
    return "the page in WeChat gets signed parameters; paid with the payer's own token"
  end)
end

function M.run()
  local found = stage.accounts.mincloud
  stage.title "MinCloud: WeChat, Alipay and QQ"
  local pay = stage.open("web", { provider = "mincloud", client_id = found.client_id, base_url = found.base_url,
    token = obol.secret(found.token), webhook_key = obol.secret(found.webhook_key) })
  for _, way in ipairs(ways) do by_way(pay, way) end
  inside_wechat(pay)
end

return M
