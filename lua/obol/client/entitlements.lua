--- pay.entitlements

local direct = require "obol.client.direct"

local M = {}

--- What a customer may use, in force and over: params = { customer = { id = } }.
function M.get(client, params, options)
  return direct.run(client, "entitlement.get", params, options, "entitlements")
end

return M
