local support = require "spec.client.support"

-- One customer's subscription at a made-up provider.
local function wheel(more)
  local state = { orders = {}, answers = {} }
  local function handler(request)
    local answer = state.answers[request.operation]
    if type(answer) == "function" then return answer(request) end
    if answer then return answer end
    if request.operation == "entitlement.get" then
      return { outcome = "succeeded", entitlements = { { name = "vip", orders = state.orders } } }
    end
    if request.operation == "subscription.query" then
      return { outcome = "succeeded", subscription = state.subscription }
    end
    if request.operation == "subscription.create" then
      return { outcome = "accepted", action = { type = "redirect", url = "https://pay.example/c" } }
    end
    return { outcome = "succeeded" }
  end
  local pay, transport, clock, ledger = support.open("wheel", handler, more)
  return pay, state, transport, clock, ledger
end

local params = { order_id = "S-1", customer = { id = "u-1" }, item = { product_id = "price_1" } }

local function tell(state, more)
  local found = { id = "sub_1", product_id = "price_1", transaction_id = "in_1", status = "active", auto_renew = true,
    trial = false, period_end_ms = 1702592000000 }
  for key, value in pairs(more or {}) do found[key] = value end
  state.subscription = found
  local order = { provider_id = found.id, expires_ms = found.period_end_ms }
  for key, value in pairs(found) do order[key] = order[key] or value end
  order.id, order.period_end_ms = nil, nil
  state.orders = { order }
end

local function begun(more)
  local pay, state, transport, clock, ledger = wheel(more)
  pay.subscriptions:create(params)
  tell(state)
  pay.subscriptions:refresh("S-1")
  return pay, state, transport, clock, ledger
end

return { wheel = wheel, tell = tell, begun = begun, params = params }
