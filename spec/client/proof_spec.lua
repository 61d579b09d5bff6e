local support = require "spec.client.support"

-- A provider whose customers' orders are a list that the spec changes.
local function wheel(more)
  local page = { type = "redirect", url = "https://pay.example/c" }
  local state = { orders = {}, create = { outcome = "accepted", action = page } }
  local function handler(request)
    if state.fail and state.fail[request.operation] then return state.fail[request.operation]() end
    if request.operation == "entitlement.get" then
      return { outcome = "succeeded", entitlements = { { name = "vip", active = true, orders = state.orders } } }
    end
    if request.operation == "product.list" then return { outcome = "succeeded", products = state.products } end
    if type(state.create) == "function" then return state.create() end
    return state.create
  end
  local config = { accounts = { a = { provider = "wheel", expire_after_ms = 86400000 } } }
  for key, value in pairs(more or {}) do config[key] = value end
  local pay, transport, clock, ledger = support.open("wheel", handler, config)
  return pay, state, transport, clock, ledger
end

local function purchase(order_id, more)
  local params = { order_id = order_id, amount = "10.00", currency = "USD", customer = { id = "u-1" },
    item = { product_id = "price_1" } }
  for key, value in pairs(more or {}) do params[key] = value end
  return params
end

local function order(transaction_id, more)
  local made = { product_id = "price_1", provider_id = transaction_id, transaction_id = transaction_id,
    status = "active" }
  for key, value in pairs(more or {}) do made[key] = value end
  return made
end

describe("a purchase proven by a new order", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("records the customer's orders first, and is proven by one that was not there", function()
    local pay, state, transport = wheel()
    state.orders = { order "in_old" }
    local payment = pay.payments:create(purchase "A-1")
    assert.equal("requires_action", payment.status)
    assert.equal("https://pay.example/c", payment.action.url)
    assert.equal("entitlement.get", transport.sent[1].operation)
    assert.equal("payment.create", transport.sent[2].operation)
    assert.equal("requires_action", pay.payments:refresh("A-1").status)
    state.orders = { order "in_old", order("in_other", { product_id = "price_2" }), order "in_new" }
    payment = pay.payments:refresh("A-1")
    assert.equal("succeeded", payment.status)
    assert.equal("in_new", payment.provider_id)
    assert.equal(1, transport.count "payment.create")
  end)

  it("is not proven by an order that was never paid, nor by a renewal of an old one", function()
    local pay, state = wheel()
    state.orders = { order("in_1", { provider_id = "sub_old" }) }
    pay.payments:create(purchase "A-1")
    for _, found in ipairs {
      order("in_new", { status = "incomplete" }), order("in_2", { provider_id = "sub_old" }),
      order("", {}), { product_id = "price_1", provider_id = "sub_9", status = "active" },
      order("in_other_app", { app_id = "2", mismatch = "app_id" }),
    } do
      state.orders = { found }
      assert.equal("requires_action", pay.payments:refresh("A-1").status)
    end
    state.orders = { order("in_3", { status = "trialing", provider_id = "sub_new" }) }
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
  end)

  it("keeps one purchase of a customer and product open at a time", function()
    local pay, state, transport = wheel()
    pay.payments:create(purchase "A-1")
    local payment, err = pay.payments:create(purchase "A-2")
    assert.is_nil(payment)
    assert.equal("conflict", err.kind)
    assert.is_nil(pay.payments:get("A-2"))
    assert.equal(1, transport.count "payment.create")
    assert.equal("requires_action", pay.payments:create(purchase("A-3", { customer = { id = "u-2" } })).status)
    assert.equal("requires_action", pay.payments:create(purchase("A-4", { item = { product_id = "price_2" } })).status)
    state.orders = { order "in_new" }
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    assert.equal("requires_action", pay.payments:create(purchase "A-2").status)
  end)

  it("takes a transaction as the proof of one order only", function()
    local pay, state, _, clock = wheel()
    pay.payments:create(purchase "A-1")
    clock.now = clock.now + 86400000
    assert.equal("expired", pay.payments:refresh("A-1").status)
    pay.payments:create(purchase "A-2")
    state.orders = { order "in_new" }
    -- while another purchase is open, the order is that one's
    assert.equal("expired", pay.payments:refresh("A-1").status)
    assert.equal("succeeded", pay.payments:refresh("A-2").status)
    assert.equal("expired", pay.payments:refresh("A-1").status)
    state.orders = { order "in_new", order "in_late" }
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
  end)

  it("is not proven by a later charge of a subscription that is another order's", function()
    local pay, state, _, clock = wheel()
    local function plan(order_id)
      local params = purchase(order_id)
      params.amount, params.currency = nil, nil
      return params
    end
    pay.subscriptions:create(plan "S-1")
    clock.now = clock.now + 86400000
    assert.equal("expired", pay.subscriptions:refresh("S-1").payment.status)
    pay.subscriptions:create(plan "S-2")
    state.orders = { order("in_1", { provider_id = "sub_2" }) }
    assert.equal("succeeded", pay.subscriptions:refresh("S-2").payment.status)
    -- the renewal of S-2 is a transaction that nobody has taken yet
    state.orders = { order("in_2", { provider_id = "sub_2" }) }
    assert.equal("expired", pay.payments:refresh("S-1").status)
    -- a subscription of its own proves it all the same
    state.orders = { order("in_2", { provider_id = "sub_2" }), order("in_9", { provider_id = "sub_1" }) }
    local late = pay.payments:refresh "S-1"
    assert.equal("succeeded", late.status)
    assert.equal("in_9", late.provider_id)
  end)

  it("tells customers and products apart whatever stands in their ids", function()
    local pay = wheel()
    assert(pay.payments:create(purchase("A-1", { customer = { id = "u/x" }, item = { product_id = "p" } })))
    assert(pay.payments:create(purchase("A-2", { customer = { id = "u" }, item = { product_id = "x/p" } })))
    local _, err = pay.payments:create(purchase("A-3", { customer = { id = "u" }, item = { product_id = "x/p" } }))
    assert.equal("conflict", err.kind)
  end)

  it("sends nothing when the customer's orders cannot be read", function()
    local pay, state, transport = wheel()
    state.fail = { ["entitlement.get"] = support.unknown }
    local payment, err = pay.payments:create(purchase "A-1")
    assert.is_nil(payment)
    assert.equal("timeout", err.kind)
    assert.equal(0, transport.count "payment.create")
    assert.is_nil(pay.payments:get("A-1"))
  end)

  it("begins with no orders for a customer whom the provider does not know", function()
    local pay, state = wheel()
    local unknown_user = { outcome = "rejected", kind = "not_found", code = "205004" }
    state.fail = { ["entitlement.get"] = function() return unknown_user end }
    assert.equal("requires_action", pay.payments:create(purchase "A-1").status)
  end)

  it("gives up an unanswered page that nobody was shown, and makes another with a new key", function()
    local pay, state, transport = wheel()
    local page = state.create
    state.create = support.unknown
    local payment = pay.payments:create(purchase "A-1")
    assert.equal("failed", payment.status)
    assert.equal("abandoned", payment.attempts[1].outcome)
    assert.equal("abandoned", payment.error.outcome)
    assert.equal("timeout", payment.error.kind)
    state.create = page
    payment = pay.payments:create(purchase "A-1")
    assert.equal("requires_action", payment.status)
    assert.equal(2, payment.attempts[2].generation)
    assert.not_equal(payment.attempts[1].key, payment.attempts[2].key)
    assert.equal(2, transport.count "payment.create")
  end)

  it("expires after the account's time, unresolved where no order of the product was ever seen", function()
    for _, seen in ipairs { true, false } do
      local pay, state, _, clock = wheel()
      pay.payments:create(purchase "A-1")
      if seen then state.orders = { order("in_9", { status = "incomplete" }) } end
      clock.now = clock.now + 86400000 - 1
      assert.equal("requires_action", pay.payments:refresh("A-1").status)
      clock.now = clock.now + 1
      local payment = pay.payments:refresh("A-1")
      assert.equal("expired", payment.status)
      assert.equal(not seen, payment.unresolved)
      assert.equal("declined", payment.error.kind)
      assert.equal(seen and 0 or 1, #pay.payments:list { unresolved = true })
    end
  end)

  it("makes a new page in place of one that is over, and only then", function()
    local pay, state, transport, clock = wheel()
    pay.payments:create(purchase "A-1")
    clock.now = clock.now + 86400000 - 1
    assert.equal(1, #pay.payments:create(purchase "A-1").attempts)
    clock.now = clock.now + 1
    state.fail = { ["entitlement.get"] = support.unknown }
    local payment = pay.payments:create(purchase "A-1")
    assert.equal("requires_action", payment.status)
    assert.equal(1, #payment.attempts)
    assert.equal("timeout", payment.error.kind)
    state.fail = nil
    payment = pay.payments:create(purchase "A-1")
    assert.equal("requires_action", payment.status)
    assert.equal(2, #payment.attempts)
    assert.equal("declined", payment.attempts[1].outcome)
    assert.equal(2, transport.count "payment.create")
    clock.now = clock.now + 86400000
    state.orders = { order "in_1" }
    assert.equal("succeeded", pay.payments:create(purchase "A-1").status)
    assert.equal(2, transport.count "payment.create")
  end)

  it("compares the amount with the listed price where the provider is not told it", function()
    local money = require "obol.money"
    local pay, state, transport = wheel()
    state.products = { { id = "price_1", price = money("9.99", "USD") } }
    local payment, err = pay.subscriptions:create(purchase("A-1", { amount = "9.98" }))
    assert.is_nil(payment)
    assert.equal("invalid", err.kind)
    assert.equal("amount", err.field)
    local _
    _, err = pay.subscriptions:create(purchase("A-1", { amount = "9.99", currency = "EUR" }))
    assert.equal("amount", err.field)
    _, err = pay.subscriptions:create(purchase("A-1", { amount = "9.99", item = { product_id = "price_9" } }))
    assert.equal("items[1].product_id", err.field)
    assert.equal(0, transport.count "subscription.create")
    assert.equal("incomplete", pay.subscriptions:create(purchase("A-1", { amount = "9.99" })).status)
    local two = purchase("A-2", { amount = "19.98", customer = { id = "u-2" },
      item = { product_id = "price_1", quantity = 2 } })
    assert.equal("incomplete", pay.subscriptions:create(two).status)
    -- what no amount can hold is no listed price
    state.products = { { id = "price_1", price = money("92233720368547758.07", "USD") } }
    two.order_id, two.customer = "A-3", { id = "u-3" }
    _, err = pay.subscriptions:create(two)
    assert.equal("amount", err.field)
  end)

  it("is the same payment without an amount only for the same product", function()
    local pay = wheel()
    local params = { order_id = "S-1", customer = { id = "u-1" }, item = { product_id = "price_1" } }
    pay.subscriptions:create(params)
    assert.equal("incomplete", pay.subscriptions:create(params).status)
    params.item = { product_id = "price_2" }
    local again, err = pay.subscriptions:create(params)
    assert.is_nil(again)
    assert.equal("conflict", err.kind)
    again, err = pay.payments:create(params)
    assert.is_nil(again)
    assert.equal("conflict", err.kind)
  end)
end)
