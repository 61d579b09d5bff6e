-- An order that is paid by card, with 3DS and failover. The card itself is never here: a flow is recorded, and a card
-- must not be. The page on which it is entered makes the payment, and tells the flow of every card but the first:
--
--     pay.payments:create { order_id = "A-1", method = "card", card = card, three_ds = true, browser = browser, ... }
--     pay.flows:tell(flow_id, "another card", true)
--
-- Which account takes the card, and when another one does, are the rules' business (scripts/routes/cards.lua).
-- Input: { order_id =, items = list }.

local backend = require "backend"
local obol = require "obol"

local MAX_CARDS = 3

return obol.flow("card", function(flow, order)
  local hold = flow:step("hold", function(key) return backend.hold(order.order_id, order.items, key) end)
  if not hold then flow:fail "sold out" end
  flow:compensate("release", function(key) backend.release(hold, key) end)

  local payment = flow:await(order.order_id, { timeout = "30m" })
  if not payment then flow:fail "no card was entered" end
  -- The bank's challenge, or an answer that was lost: nothing else happens before that is known.
  payment = flow:await(payment)
  for _ = 2, MAX_CARDS do
    if payment.status == "succeeded" then break end
    local told = flow:receive("another card", { timeout = "15m" })
    -- What counts is the record: a page that died before it told is found out too.
    payment = flow:await(payment)
    if not told then break end
  end
  if payment.status ~= "succeeded" then flow:fail(payment) end

  return flow:step("ship", function(key) return backend.ship(order.order_id, hold, key) end, { tries = 30 })
end)
