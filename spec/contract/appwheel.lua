-- AppWheel: pages for which no query exists; a purchase is proven by a new order of the entitlement.

local function purchase(more)
  return function(order_id)
    local params = { order_id = order_id, customer = { id = "u-7" }, item = { product_id = "price_vip_monthly" },
      return_url = "https://shop.example/ok", cancel_url = "https://shop.example/no" }
    for name, value in pairs(more) do params[name] = value end
    return params
  end
end

local states = { open = "open", complete = "paid", left = "ended", expired = "ended" }

return {
  name = "appwheel",
  secrets = { "secret", "webhook_secret" },
  account = function(box) return box:accounts().appwheel end,
  ready = function(world) assert(world.pay.customers:create{ customer = { id = "u-7" } }) end,
  -- One purchase of a customer and product is open at a time.
  of_another = function(world, place)
    local customer = { id = "u-7-" .. place }
    assert(world.pay.customers:create{ customer = customer })
    return { customer = customer }
  end,
  create = { "^POST .*/v1/stripe/purchase/create$" },
  queries = { "entitlement.get" },
  -- The customer's orders are asked for before the page is made.
  asks_first = true,
  ways = {
    { name = "subscription", operation = "subscription.create", params = purchase{}, at_once = "accepted",
      lost = "abandoned" },
    { name = "payment", operation = "payment.create", at_once = "accepted", lost = "abandoned",
      params = purchase{ item = { product_id = "price_lifetime", quantity = 1 }, amount = "8.88", currency = "USD",
        description = "for ever" } },
    { name = "sku_payment", operation = "payment.create", at_once = "accepted", lost = "abandoned",
      params = purchase{ item = { product_id = "price_lifetime", quantity = 1 },
        extra = { appwheel = { mode = "sku_payment" } } } },
  },
  orders = function(books)
    local list = {}
    for i, session in ipairs(books.sessions) do list[i] = { id = session.id, status = states[session.status] } end
    return list
  end,
}
