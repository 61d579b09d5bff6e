--- What a merchant asks for in the specs of the whole.

local M = {}

--- A one-off purchase of a product that an entitlement proves.
function M.order(order_id, customer_id)
  return {
    order_id = order_id, amount = "8.88", currency = "USD", description = "tea lights",
    customer = { id = customer_id }, item = { product_id = "price_lifetime" },
    return_url = "https://shop.example/paid", cancel_url = "https://shop.example/back",
  }
end

return M
