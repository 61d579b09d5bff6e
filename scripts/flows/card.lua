-- An order that is paid by card, with 3DS and failover. The card itself is never here: a flow is recorded, and a card
-- must not be. The page on which it is entered makes the payment and tells the flow:
--
--     pay.payments:create { order_id = "A-1", method = "card", card = card, three_ds = true, browser = browser, ... }
--     pay.flows:tell(flow_id, "card tried", true)
--
-- Which account takes the card, and when another one does, are the rules' business (scripts/routes/cards.lua).
-- Input: { order_id =, items = list }.

local backend = require "backend"
local obol = require "obol"

local MAX_CARDS = 3

-- What became of a card: the payment; nil where none was entered in time.
local function next_card(flow, order)
  -- The word wakes the flow, but what counts is the record: a page that died before it told is found out too.
  local told = flow:receive("card tried", { timeout = "30m" })
  local payment = flow:step("look", function() return (flow.pay.payments:get(order.order_id)) end)
  if not payment then return nil end
  -- A bank's challenge, or an answer that was lost: no other card is taken before that is known.
  if payment.action then flow:present(payment.action) end
  return flow:await(payment), told
end

return obol.flow("card", function(flow, order)
  local hold = flow:step("hold", function(key) return backend.hold(order.order_id, order.items, key) end)
  if not hold then flow:fail "sold out" end
  flow:compensate("release", function(key) backend.release(hold, key) end)

  local payment, told
  for _ = 1, MAX_CARDS do
    payment, told = next_card(flow, order)
    if not payment then flow:fail "nobody paid" end
    if payment.status == "succeeded" or not told then break end
  end
  if payment.status ~= "succeeded" then flow:fail(payment) end

  return flow:step("ship", function(key) return backend.ship(order.order_id, hold, key) end, { tries = 30 })
end)
