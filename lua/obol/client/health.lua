--- What a client knows of its accounts' health: see obol.health.

local health = require "obol.health"
local log = require "obol.client.log"
local shared = require "obol.shared"

local M = {}

--- The operations that there are: a list, and a set.
M.operations, M.known = {}, {}
for name in ([[payment.create payment.query payment.find payment.cancel payment.list refund.create
  refund.query subscription.create subscription.query subscription.update subscription.cancel
  subscription.renew subscription.portal payment_method.create payment_method.list
  payment_method.remove invoice.list product.list product.history entitlement.get customer.create
  session.create profit_share.create function.call time.get]]):gmatch("%S+") do
  M.operations[#M.operations + 1], M.known[name] = name, true
end

--- Adds `health` to a client that has its clocks already. The rules' settings are read when they are needed,
-- because rules may be loaded again.
function M.add(client)
  client.health = health.new {
    store = shared.process(), clock = client.clock, unique = client.unique,
    settings = function(name)
      local settings = client.routes and client.routes.settings[name]
      if settings then return settings.breaker end
      return nil
    end,
    told = function(change) log.breaker(client, change) end,
  }
end

--- Uses a store that several processes share, for health and for what counts towards limits. What the configuration
-- names goes before what handlers bring.
function M.share(client, store, is_configured)
  if client.is_shared and not is_configured then return end
  client.is_shared = is_configured or client.is_shared
  client.health:share(store)
  if client.routes then client.usage = require("obol.route").usage(store, client.unique) end
end

return M
