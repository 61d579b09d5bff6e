-- Money that came too late or twice, given back by itself: started by events.lua.
-- Input: { order_id =, provider_id = (of a second success; that of the payment without it) }.

local backend = require "backend"
local obol = require "obol"

return obol.flow("give_back", function(flow, late)
  local refund
  for _ = 1, 2 do -- each is one refund, however often it runs; one that has failed gave nothing back
    refund = flow:await(flow:refund(late.order_id, { provider_id = late.provider_id, reason = "paid too late" }))
    if refund.status == "succeeded" then return { refund_id = refund.refund_id } end
  end
  flow:step("tell a person", function(key)
    backend.mail("accounting", ("%s: give back %s by hand"):format(late.order_id, tostring(refund.amount)), key)
  end)
  flow:fail(refund)
end)
