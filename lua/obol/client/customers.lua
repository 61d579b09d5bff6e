--- pay.customers

local direct = require "obol.client.direct"

local M = {}

--- Makes a customer known to the provider: params = { customer = { id = } }. Answers the result, whose
-- `customer_id` is the id in force.
function M.create(client, params, options)
  return direct.run(client, "customer.create", params, options)
end

return M
