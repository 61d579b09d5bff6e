--- pay.invoices

local direct = require "obol.client.direct"

local M = {}

--- A customer's invoices: params = { customer = { id = } }.
function M.list(client, params, options)
  return direct.run(client, "invoice.list", params, options, "invoices")
end

return M
