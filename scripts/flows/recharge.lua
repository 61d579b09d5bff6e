-- A game's recharge: a player pays, and gets what was bought, once, even where the game's server is down for hours.
-- Input: { order_id =, player =, item =, amount =, currency = }.

local backend = require "backend"
local obol = require "obol"

return obol.flow("recharge", function(flow, order)
  local payment = flow:create {
    order_id = order.order_id, method = "game", amount = order.amount, currency = order.currency,
    customer = { id = order.player }, item = { product_id = order.item },
    notify_url = "https://shop.example/pay/notify/{account}", return_url = "game://paid",
  }
  if payment.action then flow:present(payment.action) end
  -- What is not paid within the provider's time expires; what nobody knows is asked about until it is known. Nothing
  -- is handed out before.
  payment = flow:await(payment)
  if payment.status ~= "succeeded" then flow:fail(payment) end

  -- Credited once: the step may run often, and its key tells the game's server that it is the same one.
  local has_it = flow:step("credit", function(key) return backend.credit(order.player, order.item, key) end,
    { tries = 100 })
  if has_it then return { player = order.player, item = order.item } end

  -- There is no such player. Nobody takes such a payment back by itself, so a person has to.
  flow:step("tell a person", function(key)
    backend.mail("support", ("%s: paid for player %s, who does not exist"):format(order.order_id, order.player), key)
  end)
  flow:fail "no such player"
end)
