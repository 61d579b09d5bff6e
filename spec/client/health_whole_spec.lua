-- Health the whole way: what the simulators' faults and refusals are counted as, for every provider that has them, and
-- what an outage does to payments.

local sandbox = require "obol.sandbox"
local simulated = require "spec.client.simulated"

local line, order, sold = require("spec.client.accounts").line, simulated.order, simulated.sold

local SECOND = 1000

local function open(routes)
  local box = sandbox.new { clock_ms = 1700000000000, seed = "health" }
  return simulated.open(box, { cards = simulated.cards(box), spare = simulated.cards(box) }, { routes = routes }), box
end

describe("an account over the simulator", function()
  it("fails by every fault of the wire and of the answer", function()
    for _, kind in ipairs { "commit_then_drop", "reset", "refuse", "truncated", "torn", "empty", "html", "not_json",
      "wrong_types", "duplicate_names", "wrong_envelope", "unlisted_code", "system_error", "status_500", "status_503",
      "status_429", "status_401", "oversized" } do
      local pay, box = open()
      box:fault("payment.create", kind, { provider = "ruxpay", times = 3 })
      pay.payments:create(order "A-1", { account = "cards" })
      local found = line(pay, "cards")
      assert.same({ kind, 0, 1 }, { kind, found.success_rate, found.failures })
    end
  end)

  it("works where it declines or is slow, and says nothing of what the caller wrote wrong", function()
    local pay, box = open()
    pay.payments:create(order("A-1", "900"), { account = "cards" })
    assert.equal(1, line(pay, "cards").success_rate)
    box:fault("payment.create", "slow", { provider = "ruxpay" })
    assert.equal("succeeded", pay.payments:create(order "A-2", { account = "cards" }).status)
    assert.equal(1, line(pay, "cards").success_rate)
    local before = line(pay, "cards").calls
    assert.is_nil((pay.payments:create({ order_id = "A-3" }, { account = "cards" })))
    assert.equal(before, line(pay, "cards").calls)
  end)

  it("that is out of reach costs payments a hop until its breaker opens, then nothing, and comes back", function()
    local pay, box = open { { to = { "cards", "spare" } },
      accounts = { cards = { breaker = { failures = 3, pause = "10s", probes = 1 } } } }
    for _ = 1, 100 do box:fault("payment.create", "refuse", { provider = "ruxpay" }) end
    -- the faults are the provider's, so that both accounts fail; each payment says so and none is lost
    for place = 1, 3 do assert.equal("failed", pay.payments:create(order("A-" .. place)).status) end
    assert.equal("open", line(pay, "cards").state)
    assert.equal("spare", pay:explain(order "A-4").account)
    box.faults:clear()
    for place = 4, 6 do
      local payment = pay.payments:create(order("A-" .. place))
      assert.same({ "succeeded", "spare", 1 }, { payment.status, payment.account, #payment.attempts })
    end
    box:advance(11 * SECOND)
    assert.equal("cards", pay.payments:create(order "A-7").account)
    assert.equal("closed", line(pay, "cards").state)
    assert.equal("cards", pay.payments:create(order "A-8").account)
    assert.equal(5, sold(box))
  end)

  it("whose breaker opens keeps the payment that nobody knows the end of", function()
    local pay, box = open { { to = { "cards", "spare" } }, accounts = { cards = { breaker = { failures = 1 } } } }
    box:fault("payment.create", "commit_then_drop", { provider = "ruxpay" })
    box:fault("payment.query", "status_500", { provider = "ruxpay" })
    local payment = pay.payments:create(order "A-1")
    assert.same({ "unknown", "cards" }, { payment.status, payment.account })
    assert.equal("open", line(pay, "cards").state)
    payment = pay.payments:create(order "A-1")
    assert.same({ "cards", 1 }, { payment.account, #payment.attempts })
    payment = pay.payments:refresh "A-1"
    assert.same({ "succeeded", "cards", 1 }, { payment.status, payment.account, #payment.attempts })
    assert.equal(1, sold(box))
  end)
end)
