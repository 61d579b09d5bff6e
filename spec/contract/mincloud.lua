-- MinCloud: orders found by the key in their snapshot, or by nothing where the caller's own row takes
-- the key's place; a payer's own order by the payer's token.

local obol = require "obol"

local function params(method, more)
  return function(order_id)
    local out = { order_id = order_id, amount = "8.88", currency = "CNY", description = "tea", method = method }
    for name, value in pairs(more or {}) do out[name] = value end
    return out
  end
end

local function payer(world) return { token = obol.secret(world.box:accounts().mincloud_payer.token) } end

local ways = { { name = "own row", operation = "payment.create", at_once = "accepted", lost = "abandoned",
  params = params("wechat_qr", { extra = { mincloud = { record_id = "goods-7" } } }) },
  { name = "wechat_jsapi", operation = "payment.create", at_once = "accepted", lost = "unknown", options = payer,
    params = params "wechat_jsapi" } }
for _, method in ipairs{ "wechat_qr", "wechat_h5", "alipay_page", "alipay_h5", "qq_qr" } do
  ways[#ways + 1] = { name = method, operation = "payment.create", at_once = "accepted", lost = "unknown",
    params = params(method), like_another = method ~= "wechat_qr" }
end

local states = { pending = "open", success = "paid", failed = "ended" }

return {
  name = "mincloud",
  secrets = { "token", "webhook_key" },
  account = function(box) return box:accounts().mincloud end,
  more_secrets = function(box)
    local accounts = box:accounts()
    return { accounts.mincloud_payer.token, accounts.mincloud_login.login.password }
  end,
  create = { "^POST .*/hserve/v2%.2/idp/pay/order/$" },
  queries = { "payment.query" },
  ways = ways,
  orders = function(books)
    local list = {}
    for i, order in ipairs(books.orders) do
      list[i] = { id = order.transaction_no, order_id = order.order_id, key = order.key, status = states[order.status],
        amount = order.amount }
    end
    return list
  end,
  refunds = function(books)
    local list = {}
    local order_ids = {}
    for _, order in ipairs(books.orders) do order_ids[order.trade_no] = order.order_id end
    for i, refund in ipairs(books.refunds) do
      list[i] = { order_id = order_ids[refund.of], amount = refund.amount, done = refund.status == "succeed" }
    end
    return list
  end,
}
