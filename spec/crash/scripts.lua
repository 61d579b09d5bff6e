--- What the shop of the crash test does: each script is run from its beginning as often as it takes, by
-- a caller who does not know what came of the last time. A step that cannot be made yet answers nothing.

local obol = require "obol"

local DAY = 86400000

local function card(order_id, cvv, more)
  local params = {
    order_id = order_id, amount = "8.88", currency = "USD", method = "card", customer = { ip = "203.0.113.9" },
    items = { { name = "tea lights", price = "8.88", quantity = 1 } }, billing = { country = "CA" },
    card = { number = obol.secret "4300000000000000", exp_month = 12, exp_year = 2028, holder = "san zhang",
      cvv = obol.secret(cvv or "123") },
    return_url = "https://shop.example/back", notify_url = "https://shop.example/notify",
  }
  for name, value in pairs(more or {}) do params[name] = value or nil end
  return params
end

local function tea(order_id, more)
  local params = { order_id = order_id, amount = "0.10", currency = "CNY", description = "tea", method = "wechat_qr" }
  for name, value in pairs(more or {}) do params[name] = value end
  return params
end

local function game(order_id, more)
  local params = { order_id = order_id, amount = "3.44", currency = "USD", customer = { id = "167123123123" },
    item = { product_id = 1 }, notify_url = "https://shop.example/notify", return_url = "game://paid" }
  for name, value in pairs(more or {}) do params[name] = value end
  return params
end

local function plan(order_id, more)
  local params = { order_id = order_id, customer = { id = "u-7" }, item = { product_id = "price_vip_monthly" },
    return_url = "https://shop.example/ok", cancel_url = "https://shop.example/no" }
  for name, value in pairs(more or {}) do params[name] = value end
  return params
end

local function customer(shop)
  return shop:once("customer", function() assert(shop.pay.customers:create { customer = { id = "u-7" } }) end)
end

local function tip(order_id, more)
  return plan(order_id, { customer = { id = more and more.customer or "u-7" },
    item = { product_id = "price_tip", quantity = 2 }, amount = "6.00", currency = "USD", description = "tea lights",
    method = "checkout" })
end

local scripts = {
  { name = "card", run = function(shop)
    shop:create("ruxpay", card "A-1")
    shop:deliver()
    shop:refund("A-1", { refund_id = "R-1", amount = "3.00" })
    shop:refund("A-1", { refund_id = "R-2", amount = "5.88" })
    shop:pass_time("the refunds", 6000)
    shop:deliver()
    shop:deliver_again()
  end },

  { name = "card-later", run = function(shop)
    shop:pays(shop:create("ruxpay", card("A-1", "650")))
    shop:deliver()
    shop:deliver_again()
    shop:refund("A-1", { refund_id = "R-1" })
    shop:pass_time("the refund", 6000)
    shop:deliver()
  end },

  { name = "card-declined", run = function(shop)
    local payment = shop:create("ruxpay", card("A-1", "899"))
    shop:deliver()
    if payment and payment.status ~= "failed" and payment.status ~= "succeeded" then return end
    shop:create("ruxpay", card("A-1", "123"))
    shop:deliver()
  end },

  -- the first account declines, and the next one takes it
  { name = "failover", simulator = { ruxpay = { declining = { "1625420154047475713" } } }, run = function(shop)
    shop:create(nil, card("A-1", nil, { notify_url = "https://shop.example/notify/{account}" }))
    shop:deliver()
    shop:deliver_again()
    shop:refund("A-1", { refund_id = "R-1" })
    shop:pass_time("the refund", 6000)
    shop:deliver()
  end },

  { name = "card-late", run = function(shop)
    shop:once("late", function() shop:fault("notification", "late", { provider = "ruxpay", ms = 600000 }) end)
    shop:pays(shop:create("ruxpay", card("A-1", "650")))
    shop:refresh "A-1"
    shop:refund("A-1", { refund_id = "R-1", amount = "1.00" })
    shop:pass_time("the refund", 6000)
    shop:deliver()
    shop:pass_time("what is late", 600000)
    shop:deliver()
  end },

  -- the notification of the refund comes before that of the payment
  { name = "card-disorder", run = function(shop)
    shop:once("disorder", function() shop:fault("notification", "reordered", { provider = "ruxpay" }) end)
    shop:create("ruxpay", card "A-1")
    shop:refund("A-1", { refund_id = "R-1", amount = "3.00" })
    shop:pass_time("the refund", 6000)
    shop:deliver()
    shop:deliver_again()
  end },

  { name = "card-3ds", run = function(shop)
    shop:pays(shop:create("ruxpay", card("A-1", "750")))
    shop:deliver()
  end },

  { name = "checkout", run = function(shop)
    shop:pays(shop:create("ruxpay", card("A-1", nil, { method = "checkout", card = false })))
    -- the answer to the payer's return comes before the notification
    shop:refresh "A-1"
    shop:deliver()
    shop:by_hand("chargeback", "A-1", { amount = 100 })
    shop:deliver()
  end },

  { name = "card-plan", run = function(shop)
    shop:subscribe("ruxpay", card("S-1", nil, { interval = "P1W", cycles = 3 }))
    shop:deliver()
    if not shop:paid "S-1" then return end
    shop:pass_time("a week", 7 * DAY)
    shop:by_hand("renew", "S-1")
    shop:deliver()
    shop:pass_time("another week", 7 * DAY)
    shop:by_hand("renew", "S-1", { declined = true })
    shop:deliver()
    shop:deliver_again()
  end },

  { name = "card-by-hand", run = function(shop)
    shop:create("ruxpay", card "A-1")
    if not shop:paid "A-1" then return end
    shop:by_hand("refund", "A-1", { amount = 200 })
    shop:pass_time("the refund", 6000)
    shop:deliver()
    shop:deliver_again()
  end },

  { name = "qr", run = function(shop)
    shop:pays(shop:create("mincloud", tea "A-1"))
    shop:deliver()
    shop:deliver_again()
    shop:refund("A-1", { refund_id = "R-1", amount = "0.04" })
  end },

  -- an offer that was given up is paid all the same, beside the one that was made in its place
  { name = "qr-twice", run = function(shop)
    shop:once("a lost answer", function()
      shop:fault("payment.create", "commit_then_drop", { provider = "mincloud" })
    end)
    local params = tea("A-1", { extra = { mincloud = { record_id = "goods-7" } } })
    local payment = shop:create("mincloud", params)
    if payment and payment.status == "failed" then payment = shop:create("mincloud", params) end
    shop:pays(payment)
    shop:deliver()
    if not shop:paid "A-1" then return end
    shop:pays_another "A-1"
    shop:deliver()
    shop:deliver_again()
  end },

  { name = "qr-own-row", run = function(shop)
    shop:pays(shop:create("mincloud", tea("A-1", { extra = { mincloud = { record_id = "goods-7" } } })))
    shop:deliver()
  end },

  { name = "jsapi", run = function(shop)
    shop:pays(shop:create("mincloud", tea("A-1", { method = "wechat_jsapi" }), shop:payer()))
    shop:deliver()
    -- the payer is back, and what belongs to the payer can be asked about
    shop:refresh("A-1", shop:payer())
  end },

  { name = "game", run = function(shop)
    shop:pays(shop:create("fourmetas", game("A-1", { extra = { fourmetas = { echo = "server|7" } } })))
    shop:deliver()
    shop:deliver_again()
  end },

  { name = "game-signed", simulator = { fourmetas = { rsa = { mode = "private_encrypt" } } }, run = function(shop)
    shop:pays(shop:create("fourmetas", game "A-1"))
    shop:deliver()
    shop:deliver_again()
  end },

  -- nobody pays the first order in its time
  { name = "game-expired", run = function(shop)
    local payment = shop:create("fourmetas", game "A-1")
    if not payment then return end
    shop:pass_time("the order", 1900000)
    payment = shop:refresh "A-1"
    if payment and payment.status == "expired" then payment = shop:create("fourmetas", game "A-1") end
    shop:pays(payment)
    shop:deliver()
    shop:refund("A-1", { refund_id = "R-1" })
  end },

  { name = "plan", run = function(shop)
    customer(shop)
    shop:pays(shop:subscribe("appwheel", plan("S-1", { amount = "9.99", currency = "USD" })))
    shop:deliver()
    if not shop:paid "S-1" then return end
    shop:pass_time("a month", 32 * DAY)
    shop:deliver()
    shop:refresh_plan "S-1"
    shop:change("cancel", "S-1")
  end },

  { name = "plan-changed", run = function(shop)
    customer(shop)
    shop:pays(shop:subscribe("appwheel", plan("S-1", { amount = "9.99", currency = "USD" })))
    shop:deliver()
    if not shop:paid "S-1" then return end
    shop:pays(shop:change("update", "S-1", { item = { product_id = "price_vip_yearly" } }), "the difference")
    shop:deliver()
    shop:refresh_plan "S-1"
  end },

  { name = "tip", run = function(shop)
    customer(shop)
    shop:pays(shop:create("appwheel", tip "A-1"))
    shop:deliver()
    shop:refresh "A-1"
  end },
}

for _, script in ipairs(require("spec.crash.flows").scripts) do scripts[#scripts + 1] = script end

--- What the scripts order, for others who order the same.
return { list = scripts, orders = { ruxpay = card, mincloud = tea, fourmetas = game, appwheel = tip } }
