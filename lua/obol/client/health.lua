--- How the accounts are, by the calls that were made of them, and whether rules let them be called: each account's
-- operation has a breaker and rates of its own. What counts as a failure stands in obol.health.judge; what opens a
-- breaker is written beside the rules, see obol.route.breaker.

local fault = require "obol.client.fault"
local health = require "obol.health"
local log = require "obol.client.log"
local nearest = require "obol.nearest"
local resource = require "obol.client.resource"
local shared = require "obol.shared"
local wait = require "obol.wait"

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

-- The rules' settings are read when they are needed, because rules may be loaded again.
local function settings_of(client)
  return function(name)
    local settings = client.routes and client.routes.settings[name]
    if settings then return settings.breaker end
    return nil
  end
end

-- What counts towards limits, where there are rules: in `store`, or in this process.
local function count_usage(client, store)
  if client.routes then client.usage = require("obol.route").usage(store, client.unique) end
end

--- Adds `health`, and `usage` where there are rules, to a client that has its clocks already; in the configuration's
-- `dict` if there is one.
function M.add(client, dict)
  client.health = health.new {
    store = shared.process(), clock = client.clock, unique = client.unique, settings = settings_of(client),
    told = function(change) log.breaker(client, change) end,
  }
  if dict then M.use_store(client, dict, true) else count_usage(client) end
end

--- Uses a store that several processes share, for health and for what counts towards limits. What the configuration
-- names goes before what handlers bring.
function M.use_store(client, store, is_configured)
  if client.is_shared and not is_configured then return end
  client.is_shared = is_configured or client.is_shared
  client.health:share(store, require("obol.gather").over(store))
  count_usage(client, store)
end

--- What the rules set for an account's breaker: see obol.health.
M.settings_of = settings_of

local known = { from_ms = true }

local function check_options(options)
  for key in pairs(options) do
    if not known[key] then
      return nil, fault.invalid("options." .. tostring(key), "expected a known option" .. nearest.hint(key, known))
    end
  end
  local from = options.from_ms
  if from ~= nil and (type(from) ~= "number" or from % 1 ~= 0 or from < 0) then
    return nil, fault.invalid("options.from_ms", "expected milliseconds since 1970")
  end
  return true
end

--- Adds the methods of a client; `check(self, name)` raises for misuse of them.
function M.add_methods(pay, client, check)
  --- How the accounts are, by the calls that this process (in nginx with a `dict`: all workers) made of them: a list
  -- of { account =, operation =, state = (of the breaker: `closed`, `open`, `half_open`, or `off`), probes_from_ms =
  -- (from when an open one is probed), failures = (technical ones in a row), calls =, success_rate = (0 to 1),
  -- latency_ms = (of calls that worked) }, for each account's operation of which anything is known. Calls count less
  -- as they age. A success is any answer that is not a technical failure, a decline too.
  --
  -- With the option `from_ms` by the attempts that the ledger holds since then, whichever process made them: { account
  -- =, operation =, calls =, failed = (how many), success_rate = (older ones counting less), last_failure_ms =, kind =
  -- (of that) }; or nil and an error. An attempt counts as it ended: one that was unknown and turned out well is no
  -- failure there.
  function pay.health(self, options)
    check(self, "health")
    if options == nil then return client.health:report(client.names, M.operations) end
    resource.want(options, "table", "options")
    local ok, err = check_options(options)
    if not ok then return nil, err end
    if not options.from_ms then return client.health:report(client.names, M.operations) end
    return wait.detached(require("obol.client.health_recorded").read, client, options.from_ms)
  end

  --- Shares what is counted of accounts, their breakers and what is used of their limits, with all workers of this
  -- nginx, in the `lua_shared_dict` of that name: true, or nil and an error. What `dict` in the configuration names
  -- goes before. obol.nginx does so with its own; a client without handlers can be given one here or there. Clients
  -- whose accounts bear the same names and are not the same need a dict each. It may be emptied at any time: what is
  -- forgotten is closed, and limits are counted again from the ledger.
  function pay.share(self, name)
    check(self, "share")
    resource.want(name, "string", "the name of a lua_shared_dict")
    local store = shared.open(name)
    if not store then return nil, fault.invalid("name", "expected the name of a lua_shared_dict") end
    M.use_store(client, store)
    return true
  end
end

return M
