--- pay.products

local direct = require "obol.client.direct"

local M = {}

--- The products that the provider lists.
function M.list(client, params, options)
  return direct.run(client, "product.list", params, options, "products")
end

--- What a customer did with a product: params = { customer = { id = }, item = { product_id = } }.
function M.history(client, params, options)
  return direct.run(client, "product.history", params, options, "history")
end

return M
