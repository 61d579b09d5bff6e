local subscribed = require "spec.client.subscribed"
local support = require "spec.client.support"

local wheel, tell, begun = subscribed.wheel, subscribed.tell, subscribed.begun

-- Changes and charges of a subscription that come across each other.

describe("subscriptions", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("are not changed twice when the answer to the first change was lost", function()
    local pay, state, transport = begun()
    state.answers["subscription.update"], state.answers["subscription.query"] = support.unknown, support.unknown
    assert.equal("unknown", pay.subscriptions:update("S-1", { item = { product_id = "price_2" } }).error.outcome)
    state.answers = {}
    tell(state, { product_id = "price_2" })
    local subscription = pay.subscriptions:update("S-1", { item = { product_id = "price_2" } })
    assert.equal("price_2", subscription.product_id)
    assert.is_nil(subscription.error)
    assert.equal(1, transport.count "subscription.update")
    -- another plan is another change
    assert.equal("price_3", pay.subscriptions:update("S-1", { item = { product_id = "price_3" } }).product_id)
    assert.equal(2, transport.count "subscription.update")
  end)

  it("are not changed again while what takes money, and was not answered, may still be carried out", function()
    local pay, state, transport, clock, ledger = begun()
    local function update() return pay.subscriptions:update("S-1", { item = { product_id = "price_2" } }) end
    state.answers["subscription.update"] = support.unknown
    local subscription, err = update()
    assert.equal("unknown", (err or subscription.error).outcome)
    clock.now = clock.now + 3599000
    assert.equal("unknown", update().error.outcome)
    assert.equal("conflict", select(2, pay.subscriptions:cancel "S-1").kind)
    assert.equal(1, transport.count "subscription.update")
    local first = ledger:subscription("S-1").change
    assert.equal("unknown", ledger:attempt(first).outcome)
    assert.is_true(ledger:subscription("S-1").due_ms ~= nil)
    -- nothing is to be seen of it after the whole schedule: it was not made
    clock.now = clock.now + 2000
    state.answers = {}
    assert.equal("price_2", update().product_id)
    assert.equal("rejected", ledger:attempt(first).outcome)
    assert.equal(2, transport.count "subscription.update")
  end)

  it("keep what came of a change when somebody else wrote the subscription meanwhile", function()
    local pay, state, _, _, ledger = begun()
    local page = { type = "redirect", url = "https://pay.example/i" }
    local function meanwhile(answer)
      return function()
        local row = ledger:subscription "S-1"
        assert(ledger:finish_attempt { subject = "subscriptions", key = "S-1", version = row.version,
          to = { period_end_ms = 1702592000001 } })
        return answer
      end
    end
    state.answers["subscription.update"] = meanwhile { outcome = "accepted", action = page }
    local subscription = pay.subscriptions:update("S-1", { item = { product_id = "price_2" } })
    assert.equal("https://pay.example/i", subscription.action.url)
    assert.is_nil(subscription.error)
    assert.equal("https://pay.example/i", pay.subscriptions:get("S-1").action.url)
    state.answers["subscription.cancel"] = meanwhile { outcome = "succeeded" }
    assert.is_false(pay.subscriptions:cancel("S-1").auto_renew)
    assert.equal(1702592000001, pay.subscriptions:get("S-1").period_end_ms)
  end)

  it("take up a renewal that shows while an unanswered change is resolved", function()
    local pay, state = begun()
    state.answers["subscription.cancel"] = function()
      tell(state, { auto_renew = false, transaction_id = "in_2", period_end_ms = 1705270400000 })
      return support.unknown()
    end
    local subscription = pay.subscriptions:cancel("S-1")
    assert.is_false(subscription.auto_renew)
    assert.is_nil(subscription.error)
    assert.equal("succeeded", pay.payments:get("S-1/in_2").status)
    pay.subscriptions:refresh("S-1")
    assert.equal(2, #pay.payments:list())
  end)

  it("give a charge for another product no amount of the first", function()
    local money = require "obol.money"
    local pay, state = wheel()
    state.answers["product.list"] = { outcome = "succeeded",
      products = { { id = "price_1", price = money("9.99", "USD") } } }
    pay.subscriptions:create { order_id = "S-1", amount = "9.99", currency = "USD", customer = { id = "u-1" },
      item = { product_id = "price_1" } }
    tell(state)
    pay.subscriptions:refresh("S-1")
    tell(state, { transaction_id = "in_2" })
    pay.subscriptions:refresh("S-1")
    assert.equal(money("9.99", "USD"), pay.payments:get("S-1/in_2").amount)
    tell(state, { transaction_id = "in_3", product_id = "price_2" })
    pay.subscriptions:refresh("S-1")
    local changed = pay.payments:get "S-1/in_3"
    assert.equal("price_2", changed.product_id)
    assert.is_nil(changed.amount)
  end)
end)
