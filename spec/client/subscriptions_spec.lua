local support = require "spec.client.support"
local subscribed = require "spec.client.subscribed"

local wheel, tell, begun, params = subscribed.wheel, subscribed.tell, subscribed.begun, subscribed.params

describe("subscriptions", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("are incomplete until their first charge is proven", function()
    local pay, state = wheel()
    local subscription = pay.subscriptions:create(params)
    assert.equal("incomplete", subscription.status)
    assert.equal("https://pay.example/c", subscription.action.url)
    assert.equal("requires_action", subscription.payment.status)
    assert.is_nil(subscription.id)
    tell(state, { trial = true, status = "trialing" })
    subscription = pay.subscriptions:refresh("S-1")
    assert.equal("trialing", subscription.status)
    assert.equal("sub_1", subscription.id)
    assert.is_true(subscription.trial)
    assert.is_true(subscription.auto_renew)
    assert.equal(1702592000000, subscription.period_end_ms)
    assert.is_nil(subscription.action)
    assert.equal("succeeded", subscription.payment.status)
    assert.equal("in_1", subscription.payment.provider_id)
    assert.equal("sub_1", pay.payments:get("S-1").subscription_id)
  end)

  it("cancel and renew switch auto-renewal and leave the state", function()
    local pay, _, transport = begun()
    local subscription = pay.subscriptions:cancel("S-1")
    assert.equal("active", subscription.status)
    assert.is_false(subscription.auto_renew)
    assert.is_nil(subscription.error)
    local sent = transport.sent[#transport.sent]
    assert.equal("subscription.cancel", sent.operation)
    assert.equal("sub_1", sent.params.provider_id)
    assert.equal("u-1", sent.params.customer.id)
    assert.is_true(pay.subscriptions:renew("S-1").auto_renew)
    assert.is_false(pay.subscriptions:cancel("S-1").auto_renew)
    local keys = {}
    for _, request in ipairs(transport.sent) do
      if request.operation:find "cancel" or request.operation:find "renew" then
        assert.is_nil(keys[request.context.key])
        keys[request.context.key] = true
      end
    end
  end)

  it("tell a change as an event, with the state that they are in", function()
    local pay, state = wheel()
    pay.subscriptions:create(params)
    tell(state, { status = "trialing", trial = true })
    pay.subscriptions:refresh("S-1")
    pay.subscriptions:cancel("S-1")
    assert.equal("trialing", pay.subscriptions:get("S-1").status)
    local seen = {}
    pay.events:consume("spec", function(event)
      if event.type == "subscription.updated" then seen[#seen + 1] = event.status .. " " .. event.subscription_id end
    end)
    assert.same({ "trialing sub_1", "trialing sub_1" }, seen)
  end)

  it("resolve an unknown cancel by asking at once", function()
    local pay, state, transport = begun()
    state.answers["subscription.cancel"] = function()
      tell(state, { auto_renew = false })
      return support.unknown()
    end
    local subscription = pay.subscriptions:cancel("S-1")
    assert.is_false(subscription.auto_renew)
    assert.is_nil(subscription.error)
    assert.equal(1, transport.count "subscription.cancel")
  end)

  it("say of an unknown cancel that it was not done when the subscription shows that", function()
    local pay, state = begun()
    state.answers["subscription.cancel"] = support.unknown
    local subscription = pay.subscriptions:cancel("S-1")
    assert.is_true(subscription.auto_renew)
    assert.equal("rejected", subscription.error.outcome)
    state.answers["subscription.cancel"] = nil
    subscription = pay.subscriptions:cancel("S-1")
    assert.is_false(subscription.auto_renew)
    assert.is_nil(subscription.error)
  end)

  it("keep an unknown cancel open while nothing can be asked, and settle it by refresh", function()
    local pay, state, transport = begun()
    state.answers["subscription.cancel"] = support.unknown
    state.answers["subscription.query"] = support.unknown
    local subscription = pay.subscriptions:cancel("S-1")
    assert.is_true(subscription.auto_renew)
    assert.equal("unknown", subscription.error.outcome)
    assert.equal("active", subscription.status)
    assert.equal("unknown", pay.subscriptions:cancel("S-1").error.outcome)
    assert.equal(1, transport.count "subscription.cancel")
    local other, err = pay.subscriptions:renew("S-1")
    assert.is_nil(other)
    assert.equal("conflict", err.kind)
    state.answers["subscription.query"] = nil
    tell(state, { auto_renew = false })
    subscription = pay.subscriptions:refresh("S-1")
    assert.is_false(subscription.auto_renew)
    assert.is_nil(subscription.error)
    assert.is_true(pay.subscriptions:renew("S-1").auto_renew)
  end)

  it("tell a refused change, and repeat what never left with the same key", function()
    local pay, state, transport = begun()
    state.answers["subscription.cancel"] = { outcome = "rejected", kind = "not_found", code = "205005" }
    local subscription = pay.subscriptions:cancel("S-1")
    assert.equal("not_found", subscription.error.kind)
    assert.equal("205005", subscription.error.provider_code)
    assert.is_true(subscription.auto_renew)
    state.answers["subscription.cancel"] = support.not_sent
    assert.equal("not_sent", pay.subscriptions:cancel("S-1").error.outcome)
    local key = transport.sent[#transport.sent].context.key
    state.answers["subscription.cancel"] = nil
    assert.is_false(pay.subscriptions:cancel("S-1").auto_renew)
    assert.equal(key, transport.sent[#transport.sent].context.key)
  end)

  it("change their plan, with a page for the difference where there is one", function()
    local pay, state, transport = begun()
    local subscription = pay.subscriptions:update("S-1", { item = { product_id = "price_2" } })
    assert.equal("price_2", subscription.product_id)
    assert.equal("price_2", transport.sent[#transport.sent].params.item.product_id)
    local page = { type = "redirect", url = "https://pay.example/i" }
    state.answers["subscription.update"] = { outcome = "accepted", action = page }
    subscription = pay.subscriptions:update("S-1", { item = { product_id = "price_3" } })
    assert.equal("https://pay.example/i", subscription.action.url)
    assert.equal("price_2", subscription.product_id)
    tell(state, { product_id = "price_3" })
    subscription = pay.subscriptions:refresh("S-1")
    assert.equal("price_3", subscription.product_id)
    assert.is_nil(subscription.action)
  end)

  it("follow the states that the provider tells", function()
    local pay, state = begun()
    for _, status in ipairs { "past_due", "active", "paused", "expired" } do
      tell(state, { status = status })
      assert.equal(status, pay.subscriptions:refresh("S-1").status)
    end
    assert.equal("succeeded", pay.payments:get("S-1").status)
  end)

  it("make each renewal a payment of its own, once", function()
    local pay, state = begun()
    tell(state, { transaction_id = "in_2", period_end_ms = 1705270400000 })
    pay.subscriptions:refresh("S-1")
    pay.subscriptions:refresh("S-1")
    local renewal = pay.payments:get("S-1/in_2")
    assert.equal("succeeded", renewal.status)
    assert.equal("S-1", renewal.renewal_of)
    assert.equal("in_2", renewal.provider_id)
    assert.equal("in_1", pay.payments:get("S-1").provider_id)
    assert.equal(2, #pay.payments:list())
    local renewed = 0
    pay.events:consume("spec", function(event)
      if event.type == "subscription.renewed" then renewed = renewed + 1 end
    end)
    assert.equal(1, renewed)
    -- a bill that was not paid is no renewal
    tell(state, { transaction_id = "in_3", status = "past_due" })
    pay.subscriptions:refresh("S-1")
    assert.equal(2, #pay.payments:list())
    tell(state, { transaction_id = "in_3", status = "active" })
    pay.subscriptions:refresh("S-1")
    assert.is_not_nil(pay.payments:get("S-1/in_3"))
  end)

  it("raise an alarm for a charge that comes too soon", function()
    local alarms = {}
    local pay, state, _, clock = begun { log = function(record) alarms[#alarms + 1] = record.alarm end }
    tell(state, { transaction_id = "in_2", interval = "P1M", period_end_ms = 1705270400000 })
    clock.now = 1702592000000 - 86400000
    pay.subscriptions:refresh("S-1")
    assert.same({}, alarms)
    tell(state, { transaction_id = "in_3", interval = "P1M", period_end_ms = 1707948800000 })
    pay.subscriptions:refresh("S-1")
    assert.same({ "early_renewal" }, alarms)
    assert.is_not_nil(pay.payments:get("S-1/in_3"))
  end)

  it("are cancelled also when nobody had asked whether the first charge was paid", function()
    local pay, state = wheel()
    pay.subscriptions:create(params)
    tell(state)
    local subscription = pay.subscriptions:cancel("S-1")
    assert.equal("active", subscription.status)
    assert.is_false(subscription.auto_renew)
    assert.equal("succeeded", subscription.payment.status)
  end)

  it("refuse a change before they have begun, of nobody's order, and of a provider that has none", function()
    local pay = wheel()
    pay.subscriptions:create(params)
    local _, err = pay.subscriptions:cancel("S-1")
    assert.equal("conflict", err.kind)
    _, err = pay.subscriptions:cancel("S-2")
    assert.equal("not_found", err.kind)
    _, err = pay.subscriptions:portal { customer = { id = "u-1" } }
    assert.equal("unsupported", err.kind)
  end)

  it("are listed", function()
    local pay = begun()
    assert.equal("S-1", pay.subscriptions:list { status = "active" }[1].order_id)
    assert.equal(0, #pay.subscriptions:list { status = "canceled" })
  end)
end)
