--- What is to be done about payments that no flow waits for any more. A page may be paid after its time, when the
-- flow that showed it has failed; or two pages of one order are paid, where the first was given up too soon. A server
-- hands out the events every few seconds:
--
--     pay.events:consume("flows", require("events")(pay))
--
-- An event may come twice, so the id of what it starts is made of what it is about: the second time it is the same
-- flow. It stands on checkouts being started with an id of their order: pay.flows:start("checkout", order,
-- { id = "checkout-" .. order.order_id }).

return function(pay)
  return function(event)
    if event.type == "refund.proposed" then
      -- A second success of one order, beside the one that counts.
      assert(pay.flows:start("give_back", { order_id = event.order_id, provider_id = event.provider_id },
        { id = "twice-" .. event.provider_id }))
    elseif event.type == "payment.succeeded" then
      local checkout = pay.flows:get("checkout-" .. event.order_id)
      if not checkout or checkout.status == "succeeded" then return true end
      -- It may take this success yet, or be about to fail: the event comes again until that is known.
      if checkout.status ~= "failed" then return false end
      assert(pay.flows:start("give_back", { order_id = event.order_id }, { id = "late-" .. event.order_id }))
    end
    return true
  end
end
