local support = require "spec.client.support"
local money = require "obol.money"

local function paid(answer)
  local state = { refund = answer or { outcome = "succeeded", id = "re_1" }, query = { outcome = "accepted" } }
  local pay, transport, clock = support.open("cards", function(request)
    if request.operation == "payment.create" then return { outcome = "succeeded", provider_id = "tx-1" } end
    local reply = request.operation == "refund.create" and state.refund or state.query
    if type(reply) == "function" then return reply() end
    return reply
  end)
  pay.payments:create { order_id = "A-1", amount = "10.00", currency = "USD" }
  return pay, state, transport, clock
end

describe("refunds", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("give back a part, then what is left", function()
    local pay, _, transport = paid()
    local refund = pay.refunds:create("A-1", { refund_id = "r-1", amount = "4.00", reason = "broken" })
    assert.equal("succeeded", refund.status)
    assert.equal("re_1", refund.provider_id)
    assert.equal(money("4.00", "USD"), refund.amount)
    assert.equal("tx-1", transport.sent[2].params.provider_id)
    assert.equal(money("4.00", "USD"), pay.payments:get("A-1").refunded)
    refund = pay.refunds:create("A-1", { refund_id = "r-2" })
    assert.equal(money("6.00", "USD"), refund.amount)
    assert.equal(money("10.00", "USD"), pay.payments:get("A-1").refunded)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.equal(2, #pay.refunds:list { order_id = "A-1" })
  end)

  it("never give back more than was paid, also not beside a refund that is not settled", function()
    local pay, state = paid { outcome = "accepted" }
    local _, err = pay.refunds:create("A-1", { refund_id = "r-1", amount = "10.01" })
    assert.equal("amount", err.field)
    assert.equal("processing", pay.refunds:create("A-1", { refund_id = "r-1", amount = "7.00" }).status)
    _, err = pay.refunds:create("A-1", { refund_id = "r-2", amount = "3.01" })
    assert.equal("invalid", err.kind)
    state.refund = { outcome = "succeeded" }
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "r-2", amount = "3.00" }).status)
  end)

  it("never give back more than was paid, however many refunds there are", function()
    local pay, state = paid { outcome = "declined" }
    for place = 1, 1000 do pay.refunds:create("A-1", { refund_id = "no-" .. place, amount = "0.01" }) end
    state.refund = { outcome = "succeeded" }
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "r-1", amount = "9.00" }).status)
    local _, err = pay.refunds:create("A-1", { refund_id = "r-2", amount = "1.01" })
    assert.equal("amount", err.field)
    assert.equal(money("1.00", "USD"), pay.refunds:create("A-1", { refund_id = "r-3" }).amount)
  end)

  it("are the same refund under the same id", function()
    local pay, _, transport = paid()
    pay.refunds:create("A-1", { refund_id = "r-1", amount = "4.00" })
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "r-1", amount = "4.00" }).status)
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "r-1" }).status)
    assert.equal(1, transport.count "refund.create")
    local _, err = pay.refunds:create("A-1", { refund_id = "r-1", amount = "4.01" })
    assert.equal("conflict", err.kind)
    assert.equal(money("4.00", "USD"), pay.payments:get("A-1").refunded)
  end)

  it("stay unknown without being sent again, until a query settles them", function()
    local pay, state, transport = paid(support.unknown)
    local refund = pay.refunds:create("A-1", { refund_id = "r-1" })
    assert.equal("unknown", refund.status)
    assert.equal("unknown", refund.error.outcome)
    assert.equal("unknown", pay.refunds:create("A-1", { refund_id = "r-1" }).status)
    assert.equal(1, transport.count "refund.create")
    state.query = { outcome = "unknown" }
    assert.equal("unknown", pay.refunds:refresh("r-1").status)
    state.query = { outcome = "succeeded", id = "re_7" }
    assert.equal("succeeded", pay.refunds:refresh("r-1").status)
    assert.equal(money("10.00", "USD"), pay.payments:get("A-1").refunded)
    pay.refunds:refresh("r-1")
    assert.equal(money("10.00", "USD"), pay.payments:get("A-1").refunded)
  end)

  it("try again after a no with a new key, and after never leaving with the same", function()
    local pay, state, transport = paid { outcome = "declined", code = "9" }
    local refund = pay.refunds:create("A-1", { refund_id = "r-1" })
    assert.equal("failed", refund.status)
    assert.equal("9", refund.error.provider_code)
    state.refund = support.not_sent
    pay.refunds:create("A-1", { refund_id = "r-1" })
    state.refund = { outcome = "succeeded" }
    assert.equal("succeeded", pay.refunds:create("A-1", { refund_id = "r-1" }).status)
    local keys = {}
    for _, request in ipairs(transport.sent) do
      if request.operation == "refund.create" then keys[#keys + 1] = request.context.key end
    end
    assert.not_equal(keys[1], keys[2])
    assert.equal(keys[2], keys[#keys])
  end)

  it("want a paid payment, a known order and a provider that can", function()
    local pay = support.open("cards", function() return { outcome = "accepted" } end)
    pay.payments:create { order_id = "A-1", amount = "10.00", currency = "USD" }
    local _, err = pay.refunds:create("A-1", { refund_id = "r-1" })
    assert.equal("conflict", err.kind)
    _, err = pay.refunds:create("A-2", { refund_id = "r-1" })
    assert.equal("not_found", err.kind)
    _, err = pay.refunds:create("A-1", {})
    assert.equal("refund_id", err.field)
    local other = support.open("safe", function() return { outcome = "succeeded" } end)
    other.payments:create { order_id = "A-1", amount = "10.00", currency = "USD" }
    _, err = other.refunds:create("A-1", { refund_id = "r-1" })
    assert.equal("unsupported", err.kind)
    _, err = pay.refunds:get("r-9")
    assert.equal("not_found", err.kind)
  end)
end)
