-- A client of one account that is notified: what the provider answers to queries is a table that the
-- spec changes, and alarms are listed.

local money = require "obol.money"
local support = require "spec.client.support"

local M = {}

--- state = { create =, query = (results, or functions of the request) }; answers the client, the state
-- (whose `alarms` are their names), transport, clock and ledger.
function M.open(provider, state, more)
  state.alarms = {}
  local function answer(name, request)
    local result = state[name]
    if type(result) == "function" then return result(request) end
    local copied = {}
    for key, value in pairs(result) do copied[key] = value end
    return copied
  end
  local config = { log = function(record)
    if record.type == "alarm" then state.alarms[#state.alarms + 1] = record.alarm end
  end }
  for key, value in pairs(more or {}) do config[key] = value end
  local pay, transport, clock, ledger = support.open(provider, function(request)
    local noun, verb = request.operation:match "^([%w_]+)%.(%w+)$"
    if verb == "query" then return answer(noun == "refund" and "refund_query" or "query", request) end
    return answer(noun == "refund" and "refund" or "create", request)
  end, config)
  return pay, state, transport, clock, ledger
end

function M.order(order_id, more)
  local params = { order_id = order_id, amount = "8.88", currency = "USD", customer = { id = "u-1" },
    item = { product_id = "p-1" } }
  for key, value in pairs(more or {}) do params[key] = value end
  return params
end

--- A client of `cards` with the payment A-1, whose answer is still missing; answers what `open` does, and the
-- attempt's key.
function M.unknown(more)
  local pay, state, transport, clock, ledger = M.open("cards",
    { create = support.unknown, query = { outcome = "unknown", found = false, kind = "not_found" } }, more)
  local payment = pay.payments:create(M.order "A-1")
  assert(payment.status == "unknown")
  return pay, state, transport, clock, ledger, payment.attempts[1].key
end

--- A signed notification of a paid 8.88 USD; `more` changes its members (false takes one away).
function M.event(id, more)
  local event = { id = id, type = "payment.succeeded", outcome = "succeeded", verified_by = "signature",
    amount = money("8.88", "USD") }
  for key, value in pairs(more or {}) do event[key] = value or nil end
  return { method = "POST", url = "/notify", headers = {}, body = "{}", event = event }
end

return M
