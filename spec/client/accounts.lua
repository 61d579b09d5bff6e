-- A client of several accounts, of which one may be out of order.

local support = require "spec.client.support"

local M = {}

--- What the accounts answer stands in `world`, by their names; those that are not there take the money.
function M.open(routes, world, more)
  local config = { routes = routes, accounts = { one = { provider = "cards" }, two = { provider = "safe" },
    three = { provider = "games" }, wheel = { provider = "wheel" } } }
  for key, value in pairs(more or {}) do config[key] = value end
  return support.open("cards", function(request, options)
    local answer = world[options.account]
    return (answer or support.succeed)(request, options)
  end, config)
end

--- What is known of an account's operation (payment.create), nil for nothing.
function M.line(pay, account, operation)
  for _, one in ipairs(pay:health()) do
    if one.account == account and one.operation == (operation or "payment.create") then return one end
  end
  return nil
end

return M
