-- What was begun with an account that is not there any more, or whose name another provider has now.

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
end)
