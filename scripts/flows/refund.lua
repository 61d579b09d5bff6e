-- A refund that somebody has to approve. Input: { order_id =, amount = (text; all that is left without it), reason =,
-- asked_by = }. The approver's page says so: pay.flows:tell(id, "approval", { by = "bea", granted = true }).

local backend = require "backend"
local obol = require "obol"

-- A point for each whole unit of money, as they were given for the payment.
local function points_of(amount) return tonumber((amount:format():match "^%d+")) end

return obol.flow("refund", function(flow, wish)
  local payment = flow:step("read the payment", function() return assert(flow.pay.payments:get(wish.order_id)) end)
  if payment.status ~= "succeeded" then flow:fail(payment) end
  local left = payment.amount - payment.refunded
  local amount, err = left, nil
  if wish.amount then amount, err = obol.money(wish.amount, left:currency()) end
  if not amount then flow:fail(err) end
  if amount > left then flow:fail "more than is left of the payment" end

  flow:step("ask for approval", function(key)
    backend.mail("approvers", ("give back %s of %s: %s (%s)"):format(tostring(amount), wish.order_id, wish.reason,
      flow.id), key)
  end)
  local answer = flow:receive("approval", { timeout = "3d" })
  if not answer then flow:fail "nobody has answered" end
  if not answer.granted then flow:fail("refused by " .. tostring(answer.by)) end
  if answer.by == wish.asked_by then flow:fail "whoever asks cannot approve" end

  -- Undone where the money is not given back after all.
  local customer, points = payment.customer_id or wish.order_id, points_of(amount)
  flow:step("take points back", function(key) backend.points(customer, -points, key) end,
    { undo = function(key) backend.points(customer, points, key) end })

  -- However often the step runs, it is one refund: its id is made of the flow and the step. One that has failed gave
  -- nothing back, also where it never reached the provider because a process died; so it is asked for a second time.
  local refund
  for _ = 1, 2 do
    refund = flow:await(flow:refund(payment, { amount = amount, reason = wish.reason }))
    if refund.status == "succeeded" then break end
  end
  if refund.status ~= "succeeded" then flow:fail(refund) end
  flow:step("tell the customer", function(key)
    backend.mail(customer, ("we gave back %s"):format(tostring(refund.amount)), key)
  end)
  return { refund_id = refund.refund_id }
end)
