-- A paid order and what is given back of it, for specs of notifications of refunds.

local money = require "obol.money"
local notified = require "spec.client.notified"

local order = notified.order

-- A paid order, and a refund of 3.00 that the provider has taken on.
local function refunded(state, more)
  state = state or {}
  state.create = { outcome = "succeeded", provider_id = "tx-1" }
  state.refund = state.refund or { outcome = "accepted" }
  local pay, _, transport, clock, ledger = notified.open("cards", state, more)
  pay.payments:create(order "A-1")
  local refund = pay.refunds:create("A-1", { refund_id = "R-1", amount = "3.00" })
  assert(refund.status == "processing" or refund.status == "unknown")
  return pay, state, transport, clock, ledger
end

local function told(id, more)
  local members = { type = "refund.updated", refund_id = "R-1", provider_id = "tx-1", amount = money("3.00", "USD") }
  for name, value in pairs(more or {}) do members[name] = value end
  return notified.event(id, members)
end

-- A second charge of A-1, `tx-2`, kept as surplus.
local function with_surplus()
  local create = { outcome = "declined" }
  local pay, state, transport = notified.open("cards", { refund = { outcome = "succeeded" },
    create = function() return create end })
  local first = pay.payments:create(order "A-1").attempts[1].key
  create = { outcome = "succeeded", provider_id = "tx-1" }
  pay.payments:create(order "A-1")
  pay.notifications:receive("a", notified.event("e0", { key = first, provider_id = "tx-2" }))
  assert(pay.payments:get("A-1").surplus[1].provider_id == "tx-2")
  return pay, state, transport
end

return { refunded = refunded, told = told, with_surplus = with_surplus }
