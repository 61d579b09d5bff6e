-- A shop's checkout with fallback: the goods are held, the payer is offered one way to pay after the other, and what
-- is paid is sent, or given back. Its id is "checkout-" and the order's (see events.lua).
-- Input: { order_id =, amount =, currency =, items = list, ways = list of methods, customer = { id =, ip = } }.

local backend = require "backend"
local obol = require "obol"

local SHOP = "https://shop.example"

-- One way to pay, until it is known what came of it. Without a timeout, on purpose: a page that the payer has left
-- can be paid until it expires, and a lost answer may hide a success. Only what is over makes room for another way, so
-- that an order is not paid twice. A page is over when its provider says so, or after the account's `expire_after`:
-- what is paid on it later all the same is given back, see events.lua.
local function pay_by(flow, order, way)
  local payment = flow:create {
    order_id = order.order_id, method = way, amount = order.amount, currency = order.currency,
    description = "Order " .. order.order_id, items = order.items, customer = order.customer, billing = order.billing,
    return_url = SHOP .. "/orders/" .. order.order_id, notify_url = SHOP .. "/pay/notify/{account}",
  }
  if payment.action then flow:present(payment.action) end
  return flow:await(payment)
end

return obol.flow("checkout", function(flow, order)
  local hold = flow:step("hold", function(key) return backend.hold(order.order_id, order.items, key) end)
  if not hold then flow:fail "sold out" end
  flow:compensate("release", function(key) backend.release(hold, key) end)

  local payment
  for _, way in ipairs(order.ways) do
    payment = pay_by(flow, order, way)
    if payment.status == "succeeded" then break end
  end
  if payment.status ~= "succeeded" then flow:fail(payment) end

  -- A step that raises is tried again, for hours here: the warehouse may be down. That it cannot be sent at all is
  -- an answer.
  local parcel = flow:step("ship", function(key) return backend.ship(order.order_id, hold, key) end, { tries = 30 })
  if parcel then return { parcel = parcel } end

  local refund
  for _ = 1, 2 do -- each is one refund, however often it runs; one that has failed gave nothing back
    refund = flow:await(flow:refund(payment, { reason = "cannot be delivered" }))
    if refund.status == "succeeded" then break end
  end
  if refund.status ~= "succeeded" then
    flow:step("tell a person", function(key)
      backend.mail("accounting", ("%s: give back %s by hand"):format(order.order_id, tostring(payment.amount)), key)
    end)
  end
  flow:fail "cannot be delivered"
end)
