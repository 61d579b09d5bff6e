--- What the example shop sells: one thing for each way to pay of each provider. `sell(shop, id, urls)`
-- answers the address to which the payer's browser goes, or nil and an error.

local obol = require "obol"

local M = { by_id = {} }

-- Most orders: a link to the checkout, where the payer chooses.
local function by_link(make, checkout)
  return function(shop, id, urls)
    local order = make()
    order.order_id, order.return_url, order.cancel_url = id, urls.paid, urls.back
    local link, err = shop.link(order, checkout or {})
    return link and link.url, err
  end
end

-- AppWheel wants to know its users before they buy.
local function known(shop, customer_id)
  local made, err = shop.pay.customers:create({ customer = { id = customer_id } }, { account = "subs" })
  return made ~= nil, err
end

local function tea() return { amount = "19.99", currency = "CNY", description = "蜡烛 · Tea lights" } end

local function lights()
  return { amount = "8.88", currency = "USD", description = "Tea lights", billing = { country = "CA" },
    items = { { name = "Tea lights", price = "8.88", quantity = 1, sku = "123" } } }
end

-- A card that the shop's server has: the sandbox's test card, never a real one.
local function with_card(order, cvv)
  order.method, order.card = "card", { number = obol.secret "4300000000000000", cvv = obol.secret(cvv), exp_month = 12,
    exp_year = 2030, holder = "Ann Onym" }
  order.customer = { ip = "203.0.113.9" }
  return order
end

local function by_card(shop, id, urls)
  local order = with_card(lights(), "123")
  order.order_id, order.three_ds = id, true
  order.browser = { user_agent = "Mozilla/5.0", accept = "text/html" }
  order.return_url = shop.return_url { order_id = id, amount = order.amount, currency = order.currency }
  order.notify_url = urls.back .. "pay/notify/cards"
  local payment, err = shop.pay.payments:create(order, { account = "cards" })
  return payment and shop.page(payment), err
end

local function plan_by_card(shop, id, urls)
  local order = with_card(lights(), "123")
  order.order_id, order.interval, order.cycles = id, "P1M", 12
  order.return_url, order.notify_url = urls.paid, urls.back .. "pay/notify/cards"
  local made, err = shop.pay.subscriptions:create(order, { account = "cards" })
  return made and urls.paid, err
end

local function plan_by_page(shop, id, urls)
  local ok, err = known(shop, "u-" .. id)
  if not ok then return nil, err end
  return by_link(function()
    return { amount = "9.99", currency = "USD", description = "VIP, every month", customer = { id = "u-" .. id },
      item = { product_id = "price_vip_monthly" } }
  end, { account = "subs", subscription = true })(shop, id, urls)
end

local function lifetime(shop, id, urls)
  local ok, err = known(shop, "u-" .. id)
  if not ok then return nil, err end
  return by_link(function()
    return { amount = "8.88", currency = "USD", description = "Lifetime", customer = { id = "u-" .. id },
      item = { product_id = "price_lifetime" } }
  end, { account = "subs" })(shop, id, urls)
end

local function gems()
  return { amount = "3.44", currency = "USD", description = "Gems", customer = { id = "167123123123" },
    item = { product_id = 1 } }
end

M.groups = {
  { title = "MinCloud",
    { id = "tea", title = "Tea lights", text = "WeChat, Alipay or QQ, as the device allows", price = "19.99 CNY",
      sell = by_link(tea, { account = "web" }) },
    { id = "wechat", title = "Tea lights, inside WeChat", price = "19.99 CNY",
      text = "WeChat's own browser asks; elsewhere, pay it in the sandbox",
      sell = function(...)
        local token = os.getenv "PAYER_TOKEN"
        return by_link(tea, { account = "web", methods = { "wechat_jsapi" }, payer_token = token })(...)
      end } },
  { title = "RuxPay",
    { id = "lights", title = "Tea lights", text = "on RuxPay's page", price = "8.88 USD",
      sell = by_link(lights, { account = "cards" }) },
    { id = "saved", title = "Tea lights, with the card on file", text = "the bank asks (3DS)", price = "8.88 USD",
      sell = by_card },
    { id = "monthly", title = "Tea lights every month", text = "a subscription on the card on file", price = "8.88 USD",
      sell = plan_by_card } },
  { title = "AppWheel",
    { id = "lifetime", title = "Lifetime", text = "once, on Stripe's page", price = "8.88 USD", sell = lifetime },
    { id = "vip", title = "VIP", text = "a subscription, on Stripe's page", price = "9.99 USD", sell = plan_by_page } },
  { title = "4metas",
    { id = "gems", title = "Gems", text = "game recharge", price = "3.44 USD",
      sell = by_link(gems, { account = "games" }) } },
  { title = "As the payer likes",
    { id = "any", title = "Lifetime, by any account", price = "8.88 USD",
      text = "RuxPay or AppWheel: the payer chooses", sell = function(shop, id, urls)
        local ok, err = known(shop, "u-" .. id)
        if not ok then return nil, err end
        return by_link(function()
          local order = lights()
          order.customer, order.items[1].product_id = { id = "u-" .. id }, "price_lifetime"
          return order
        end)(shop, id, urls)
      end } },
}

for _, group in ipairs(M.groups) do
  for _, ware in ipairs(group) do M.by_id[ware.id] = ware end
end

return M
