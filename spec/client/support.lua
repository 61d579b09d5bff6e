-- An account that is a table of plans and a transport that is a function, for specs of the client
-- alone. Put in place of obol.account by `install`.

local errors = require "obol.error"

local M = {}

M.NOW = 1700000000000

-- What the operations of the made-up providers declare.
M.plans = {
  -- takes money at once, found again by our reference
  cards = {
    ["payment.create"] = { effect = "money", found_by = "our_ref", found_with = "payment.query", repeat_safe = false },
    ["payment.query"] = { effect = "none", found_by = "nothing", repeat_safe = true },
    ["payment.cancel"] = { effect = "none", found_by = "our_ref", found_with = "payment.query", repeat_safe = true },
    ["refund.create"] = { effect = "money", found_by = "our_ref", found_with = "refund.query", repeat_safe = false },
    ["refund.query"] = { effect = "none", found_by = "nothing", repeat_safe = true },
  },
  -- the same, with subscriptions of which the provider tells nothing but their charges
  plans = {
    ["payment.create"] = { effect = "money", found_by = "our_ref", found_with = "payment.query", repeat_safe = false },
    ["subscription.create"] = { effect = "money", found_by = "our_ref", found_with = "payment.query",
      repeat_safe = false },
    ["payment.query"] = { effect = "none", found_by = "nothing", repeat_safe = true },
    ["refund.create"] = { effect = "money", found_by = "our_ref", found_with = "refund.query", repeat_safe = false },
    ["refund.query"] = { effect = "none", found_by = "nothing", repeat_safe = true },
  },
  -- makes orders that may be made again, and are found by the provider's id alone
  games = {
    ["payment.create"] = { effect = "offer", found_by = "nothing", repeat_safe = true },
    ["payment.query"] = { effect = "none", found_by = "nothing", repeat_safe = true },
  },
  -- orders belong to the user whose token the call is made with
  cloud = {
    ["payment.create"] = { effect = "offer", found_by = "our_ref", found_with = "payment.query", repeat_safe = false },
    ["payment.query"] = { effect = "none", found_by = "nothing", repeat_safe = true },
    ["payment.find"] = { effect = "none", found_by = "nothing", repeat_safe = true },
    ["session.create"] = { effect = "none", found_by = "nothing", repeat_safe = true },
  },
  -- the same, found again by our reference
  pages = {
    ["payment.create"] = { effect = "offer", found_by = "our_ref", found_with = "payment.query", repeat_safe = true },
    ["payment.query"] = { effect = "none", found_by = "nothing", repeat_safe = true },
  },
  -- takes the same key twice
  safe = {
    ["payment.create"] = { effect = "money", found_by = "nothing", repeat_safe = true },
  },
  -- makes pages that nothing finds again; a purchase is proven by a new order
  wheel = {
    ["payment.create"] = { effect = "offer", found_by = "nothing", repeat_safe = false, proof = "new_order",
      proof_with = "entitlement.get", variant = "payment" },
    ["subscription.create"] = { effect = "offer", found_by = "nothing", repeat_safe = false, proof = "new_order",
      proof_with = "entitlement.get" },
    ["subscription.cancel"] = { effect = "none", found_by = "customer", found_with = "subscription.query" },
    ["subscription.renew"] = { effect = "none", found_by = "customer", found_with = "subscription.query" },
    ["subscription.update"] = { effect = "money", found_by = "customer", found_with = "subscription.query" },
    ["subscription.query"] = { effect = "none", found_by = "nothing", repeat_safe = true },
    ["entitlement.get"] = { effect = "none", found_by = "nothing", repeat_safe = true },
    ["product.list"] = { effect = "none", found_by = "nothing", repeat_safe = true },
  },
}

local Account = {}
Account.__index = Account

function Account:supports(operation)
  return M.plans[self.provider][operation] ~= nil
end

function Account:effect(operation) return self:plan(operation).effect end

function Account:plan(operation)
  local plan = { operation = operation }
  for key, value in pairs(M.plans[self.provider][operation]) do plan[key] = value end
  return plan
end

function Account:encode(operation, params, context)
  if params.bad then return nil, errors.new { kind = "invalid", field = "bad", message = "expected nothing here" } end
  return { method = "POST", url = "https://" .. self.provider, headers = {}, body = "{}", operation = operation,
    params = params, context = context }
end

function Account.decode(_, _, reply, context)
  if reply.unreadable then return nil, errors.new { kind = "provider", message = "expected JSON" } end
  reply.context = context
  return reply.result
end

function Account.open(_, request)
  if request.body == "forged" then return nil, errors.new { kind = "signature", message = "expected a signature" } end
  if request.body == "raise" then error("expected headers") end
  if request.event then
    local event = {}
    for key, value in pairs(request.event) do event[key] = value end
    return event
  end
  return { id = request.headers and request.headers.id, type = "hint", extra = request.extra }
end

function Account.acknowledge(_, kind)
  local status = ({ accepted = 200, later = 500, refused = 400 })[kind]
  return { status = status, headers = {}, body = kind }
end

function M.account(words)
  if not M.plans[words.provider] then
    return nil, errors.new { kind = "invalid", message = "x",
      fields = { { field = "provider", message = "expected a provider" } } }
  end
  if words.wrong then
    return nil, errors.new { kind = "invalid", message = "x", fields = {
      { field = "app_id", message = "expected an integer" }, { field = "secret", message = "expected a secret" } } }
  end
  return setmetatable({ provider = words.provider, methods = { "card", "checkout" },
    expire_after_ms = words.expire_after_ms, session = words.session, query_schedule_s = words.schedule }, Account)
end

--- Puts the account above in the place of obol.account; answers what undoes it.
function M.install()
  local before = package.loaded["obol.account"]
  package.loaded["obol.account"] = M.account
  return function() package.loaded["obol.account"] = before end
end

--- A transport over `handler(request, options)`, which answers a result table (or a reply with
-- `result`), or nil and an error. `transport.sent` lists requests, `transport.slept` pauses.
function M.transport(handler)
  local transport = { sent = {}, slept = {} }
  function transport.send(request, options)
    transport.sent[#transport.sent + 1] = request
    local answer, err = handler(request, options)
    if not answer then return nil, err end
    if answer.status and answer.headers then return answer end
    return { status = 200, headers = {}, body = "{}", result = answer }
  end
  function transport.sleep(ms) transport.slept[#transport.slept + 1] = ms end
  function transport.count(operation)
    local count = 0
    for _, request in ipairs(transport.sent) do
      if request.operation == operation then count = count + 1 end
    end
    return count
  end
  return transport
end

--- A client of one account of `provider` (named `a`) over `handler`; `more` is merged into the
-- configuration. Answers the client, the transport, and a clock that can be moved.
function M.open(provider, handler, more)
  local clock = { now = M.NOW }
  local transport = M.transport(handler)
  local config = {
    mode = "test", accounts = { a = { provider = provider } }, ledger = require("obol.ledger").open("memory"),
    transport = transport, clock = function() return clock.now end,
  }
  for key, value in pairs(more or {}) do config[key] = value end
  local pay = assert(require("obol.client").open(config))
  return pay, transport, clock, config.ledger
end

--- What the client's modules need of a client that is none, to record what its calls would.
function M.bare(ledger, clock, log)
  return { ledger = ledger, log = log, clock = function() return clock.now end, accounts = {}, watchers = {},
    counters = {} }
end

--- A payment's parameters.
function M.card(order_id, more)
  local params = { order_id = order_id, amount = "8.88", currency = "USD", customer = { id = "u-1" } }
  for key, value in pairs(more or {}) do params[key] = value end
  return params
end

function M.succeed(request) return { outcome = "succeeded", provider_id = request.url } end

function M.declined() return { outcome = "declined", kind = "declined" } end

--- Nothing was sent, and nothing would be the next time.
function M.refused() return nil, { kind = "network", outcome = "not_sent", message = "x", retryable = false } end

function M.not_sent()
  return nil, { kind = "network", outcome = "not_sent", message = "connection refused", retryable = true }
end

function M.unknown() return nil, { kind = "timeout", outcome = "unknown", message = "no answer in time" } end

return M
