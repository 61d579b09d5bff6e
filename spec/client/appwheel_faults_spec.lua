local appwheel = require "spec.client.appwheel"
local obol = require "obol"
local sandbox = require "obol.sandbox"

local DAY = 86400000
local open, plan, tip, subscribed = appwheel.open, appwheel.plan, appwheel.tip, appwheel.subscribed

describe("AppWheel when things go wrong", function()
  it("answers a refusal of the provider as a failed payment", function()
    local pay = open()
    local payment = pay.payments:create(tip("A-1", { item = { product_id = "nope", quantity = 2 } }))
    assert.equal("failed", payment.status)
    assert.equal("invalid", payment.error.kind)
    assert.equal("205001", payment.error.provider_code)
    assert.equal("rejected", payment.attempts[1].outcome)
  end)

  it("makes a customer known before a purchase, as long as it has no orders, and not without an answer", function()
    local pay, box = open()
    local customer = { customer = { id = "nobody" } }
    local function users()
      local names = {}
      for _, user in ipairs(box:books().appwheel.users) do names[user.id] = true end
      return names
    end
    box:fault("customer.create", "status_503")
    local payment, err = pay.payments:create(tip("A-1", customer))
    assert.is_nil(payment)
    assert.equal(503, err.http_status)
    assert.is_nil(pay.payments:get "A-1")
    assert.is_nil(users().nobody)
    payment = assert(pay.payments:create(tip("A-1", customer)))
    assert.equal("requires_action", payment.status)
    assert.is_true(users().nobody)
    assert(box:pay(payment.action.url))
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    box:fault("customer.create", "status_503")
    assert.equal("requires_action", pay.payments:create(tip("A-2", customer)).status)
    assert.equal("incomplete", pay.subscriptions:create(plan("S-1", { customer = { id = "nobody" } })).status)
  end)

  -- What a user who is known already is answered is not documented.
  it("leaves it to the purchase where the provider refuses to make a customer known", function()
    for _, kind in ipairs { "unlisted_code", "status_403" } do
      local pay, box = open()
      box:fault("customer.create", kind)
      assert.equal("requires_action", assert(pay.payments:create(tip "A-1")).status)
      box:fault("customer.create", kind)
      local payment = assert(pay.payments:create(tip("A-2", { customer = { id = "nobody" } })))
      assert.equal(kind == "status_403" and "failed" or "requires_action", payment.status)
    end
  end)

  it("says authentication of a wrong secret, and records nothing", function()
    local box = sandbox.new { clock_ms = 1700000000000, seed = "client" }
    local words = box:accounts().appwheel
    local pay = assert(obol.open { mode = "test", ledger = "memory", transport = box:transport(),
      clock = function() return box:now_ms() end,
      accounts = { subs = { provider = "appwheel", app_id = words.app_id, base_url = words.base_url,
        secret = obol.secret "wrongwrongwrongwrongwrongwrongwr" } } })
    local products, err = pay.products:list()
    assert.is_nil(products)
    assert.equal("authentication", err.kind)
    assert.equal(401, err.http_status)
  end)

  for fault, outcome in pairs { commit_then_drop = "abandoned", truncated = "abandoned", html = "abandoned",
    status_500 = "abandoned", unlisted_code = "abandoned", empty = "abandoned", status_401 = "rejected" } do
    it("gives up a purchase answered with " .. fault .. ", and makes another", function()
      local pay, box = open()
      box:fault("payment.create", fault)
      local payment = pay.payments:create(tip "A-1")
      assert.equal("failed", payment.status)
      assert.equal(outcome, payment.attempts[1].outcome)
      payment = pay.payments:create(tip "A-1")
      assert.equal("requires_action", payment.status)
      assert(box:pay(payment.action.url))
      assert.equal("succeeded", pay.payments:refresh("A-1").status)
      assert.equal(1, #box:books().appwheel.sales)
    end)
  end

  it("repeats a purchase that never left", function()
    local pay, box = open()
    box:fault("payment.create", "refuse", { times = 2 })
    local payment = pay.payments:create(tip "A-1")
    assert.equal("requires_action", payment.status)
    assert.equal(1, #payment.attempts)
  end)

  it("resolves an unknown cancel by the entitlement, whether it was done or not", function()
    for fault, renews in pairs { commit_then_drop = false, status_503 = true } do
      local pay, box = subscribed()
      box:fault("subscription.cancel", fault)
      local subscription = pay.subscriptions:cancel("S-1")
      assert.equal(renews, subscription.auto_renew, fault)
      if renews then assert.equal("rejected", subscription.error.outcome) else assert.is_nil(subscription.error) end
    end
  end)

  it("keeps an unknown cancel while the entitlement cannot be read", function()
    local pay, box = subscribed()
    box:fault("subscription.cancel", "commit_then_drop")
    box:fault("entitlement.get", "status_500")
    local subscription = pay.subscriptions:cancel("S-1")
    assert.is_true(subscription.auto_renew)
    assert.equal("unknown", subscription.error.outcome)
    subscription = pay.subscriptions:refresh("S-1")
    assert.is_false(subscription.auto_renew)
    assert.is_nil(subscription.error)
  end)

  it("follows forwarded notifications, once, and refuses forged ones", function()
    local pay, box = open()
    local subscription = pay.subscriptions:create(plan "S-1")
    assert(box:pay(subscription.action.url))
    local statuses, kept = {}, nil
    box:deliver(function(request)
      kept = request
      local reply = pay.notifications:receive("subs", request)
      statuses[#statuses + 1] = reply.status
      return reply.status
    end)
    assert.is_true(#statuses > 0)
    for _, status in ipairs(statuses) do assert.equal(200, status) end
    assert.equal("active", pay.subscriptions:get("S-1").status)
    local reply, event = pay.notifications:receive("subs", kept)
    assert.equal(200, reply.status)
    assert.is_true(event.duplicate)
    box:advance(31 * DAY)
    box:deliver(function(request) return pay.notifications:receive("subs", request).status end)
    assert.equal(2, #pay.payments:list { status = "succeeded" })
    kept.body = kept.body .. " "
    local refused, nothing, err = pay.notifications:receive("subs", kept)
    assert.equal(400, refused.status)
    assert.is_nil(nothing)
    assert.equal("signature", err.kind)
    -- the dashboard's Test button
    local test = { method = "POST", url = "/n", headers = {}, body = "" }
    assert.equal(200, pay.notifications:receive("subs", test).status)
  end)

  it("says of an unanswered removal of a card what the list of cards shows", function()
    for fault, gone in pairs { commit_then_drop = true, status_503 = false } do
      local pay, box = subscribed()
      local customer = { id = "u-7" }
      local card = pay.payment_methods:list { customer = customer }[1]
      box:fault("payment_method.remove", fault)
      local removed, err = pay.payment_methods:remove { customer = customer, provider_id = card.id }
      assert.equal(gone, removed ~= nil)
      if not gone then assert.equal("unknown", err.outcome) end
    end
  end)
end)
