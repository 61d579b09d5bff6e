-- What was begun with an account that is not there any more, or whose name another provider has now.

local subscribed = require "spec.client.subscribed"
local support = require "spec.client.support"

local card = support.card

describe("a recorded payment of an account that is configured no more", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("is still told, with the reason why nobody can be asked", function()
    local pay, _, clock, ledger = support.open("cards", function() return { outcome = "accepted" } end)
    pay.payments:create(card "A-1")
    local other = support.open("safe", function() return { outcome = "succeeded" } end,
      { ledger = ledger, accounts = { b = { provider = "safe" } }, clock = function() return clock.now end })
    clock.now = clock.now + 86400000
    for _, payment in ipairs { other.payments:refresh("A-1"), other.payments:create(card "A-1") } do
      assert.equal("processing", payment.status)
      assert.equal("account", payment.error.field)
    end
    assert.equal("unsupported", select(2, other.payments:cancel("A-1")).kind)
  end)

  -- Another provider under the same name knows nothing of it, which is no proof that it was never received.
  it("is not asked about, nor sent again, where another provider has the account's name", function()
    for _, before in ipairs { "cards", "safe", "pages" } do
      local pay, _, clock, ledger = support.open(before, support.unknown)
      assert.equal("unknown", pay.payments:create(card "A-1").status)
      clock.now = clock.now + 86400000
      local other, transport = support.open("plans", function() return { outcome = "unknown", found = false } end,
        { ledger = ledger, accounts = { a = { provider = "plans", schedule = { 1 } } },
          clock = function() return clock.now end })
      for _ = 1, 2 do
        local payment = other.payments:refresh "A-1"
        assert.same({ "unknown", "account" }, { payment.status, payment.error.field }, before)
        assert.equal("unknown", other.payments:create(card "A-1").status, before)
      end
      local report = assert(other:reconcile())
      assert.equal("account", report.unresolved[1].why)
      assert.equal(0, #transport.sent)
    end
  end)

  it("has refunds that are not asked about either, and gets no further ones", function()
    local answer
    local pay, _, clock, ledger = support.open("cards", function() return answer end)
    answer = { outcome = "succeeded", provider_id = "tx-1" }
    pay.payments:create(card "A-1")
    answer = { outcome = "accepted" }
    assert.equal("processing", pay.refunds:create("A-1", { refund_id = "R-1", amount = "1.00" }).status)
    clock.now = clock.now + 86400000
    local other, transport = support.open("plans", function() return { outcome = "declined" } end,
      { ledger = ledger, clock = function() return clock.now end })
    assert.equal("account", select(2, other.refunds:create("A-1", { refund_id = "R-2", amount = "1.00" })).field)
    local refund = other.refunds:refresh "R-1"
    assert.same({ "processing", "account" }, { refund.status, refund.error.field })
    assert.equal(0, #transport.sent)
  end)

  it("is not closed by another provider, nor is a charge of its subscription given back there", function()
    local pay, _, clock, ledger = support.open("plans", function() return { outcome = "accepted" } end)
    assert.equal("processing", pay.payments:create(card "A-1").status)
    assert(ledger.store:run { { put = "payments", row = { order_id = "A-1/tx-2", renewal_of = "A-1", account = "a",
      operation = "subscription.create", status = "succeeded", amount = "1.00", currency = "USD", generation = 1,
      provider_id = "tx-2", version = 1, created_ms = clock.now, updated_ms = clock.now } } })
    local other, transport = support.open("cards", function() return { outcome = "succeeded" } end,
      { ledger = ledger, clock = function() return clock.now end })
    assert.equal("account", other.payments:cancel("A-1").error.field)
    assert.equal("processing", pay.payments:get("A-1").status)
    assert.equal("account", select(2, other.refunds:create("A-1/tx-2", { refund_id = "R-1" })).field)
    assert.equal(0, #transport.sent)
    assert.equal("processing", pay.refunds:create("A-1/tx-2", { refund_id = "R-1" }).status)
  end)
end)

describe("a subscription of an account whose name another provider has now", function()
  local restore
  setup(function()
    restore = support.install()
    support.plans.mill = support.plans.wheel
  end)
  teardown(function()
    support.plans.mill = nil
    restore()
  end)

  it("is neither asked about nor changed there", function()
    local pay, state, _, clock, ledger = subscribed.begun()
    local other, transport = support.open("mill", function() return { outcome = "succeeded" } end,
      { ledger = ledger, clock = function() return clock.now end })
    assert.equal("account", other.subscriptions:refresh("S-1").error.field)
    for _, change in ipairs { "cancel", "renew" } do
      assert.equal("account", select(2, other.subscriptions[change](other.subscriptions, "S-1")).field)
    end
    local due = assert(other:reconcile { dry_run = true, until_ms = clock.now + 100 * 86400000 }).due
    assert.same({ "subscription", "account" }, { due[1].kind, due[1].why })
    assert.equal(0, #transport.sent)
    subscribed.tell(state, { auto_renew = false })
    assert.is_false(pay.subscriptions:cancel("S-1").auto_renew)
  end)
end)
