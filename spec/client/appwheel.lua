-- A client over the real account and the simulator of AppWheel, for specs of the whole way.

local obol = require "obol"
local sandbox = require "obol.sandbox"

local M = {}

function M.open(more)
  local box = sandbox.new { clock_ms = 1700000000000, seed = "client" }
  local words = box:accounts().appwheel
  words.provider = "appwheel"
  for _, key in ipairs { "secret", "webhook_secret" } do words[key] = obol.secret(words[key]) end
  for key, value in pairs(more or {}) do words[key] = value end
  local pay = assert(obol.open {
    mode = "test", ledger = "memory", accounts = { subs = words }, transport = box:transport(),
    clock = function() return box:now_ms() end,
  })
  assert(pay.customers:create { customer = { id = "u-7" } })
  return pay, box
end

function M.plan(order_id, more)
  local params = { order_id = order_id, customer = { id = "u-7" }, item = { product_id = "price_vip_monthly" },
    return_url = "https://shop.example/ok", cancel_url = "https://shop.example/no" }
  for key, value in pairs(more or {}) do params[key] = value end
  return params
end

function M.tip(order_id, more)
  local params = M.plan(order_id, { item = { product_id = "price_tip", quantity = 2 }, amount = "6.00",
    currency = "USD", description = "tea lights", method = "checkout" })
  for key, value in pairs(more or {}) do params[key] = value end
  return params
end

function M.subscribed()
  local pay, box = M.open()
  local subscription = assert(pay.subscriptions:create(M.plan "S-1"))
  assert(box:pay(subscription.action.url))
  return pay, box, pay.subscriptions:refresh "S-1"
end

return M
