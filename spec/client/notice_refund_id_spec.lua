-- A refund of which the provider tells its own id, and none of ours.

local given = require "spec.client.refunded"
local money = require "obol.money"
local support = require "spec.client.support"

local refunded, told, with_surplus = given.refunded, given.told, given.with_surplus

describe("a notification of a refund that has the provider's own id", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("may tell nothing of ours but the provider's own id of it, and is not counted twice", function()
    local pay, state = refunded { refund = { outcome = "accepted", id = "re-1" } }
    local more = { refund_id = false, refund_provider_id = "re-1" }
    assert.equal(400, pay.notifications:receive("a", told("e0", { refund_id = false, refund_provider_id = "re-1",
      amount = money("3.01", "USD") })).status)
    for place = 1, 2 do
      assert.equal(200, pay.notifications:receive("a", told("e" .. place, more)).status)
      assert.equal("3.00", pay.payments:get("A-1").refunded:format())
    end
    assert.equal("succeeded", pay.refunds:get("R-1").status)
    assert.same({ "mismatch" }, state.alarms)
    -- one that was started elsewhere, told twice
    more.refund_provider_id = "re-2"
    for place = 3, 4 do
      assert.equal(200, pay.notifications:receive("a", told("e" .. place, more)).status)
      assert.equal("6.00", pay.payments:get("A-1").refunded:format())
    end
    assert.same({ "mismatch", "foreign_refund" }, state.alarms)
  end)

  it("waits while one of the same amount is under way whose id nobody knows yet", function()
    local pay, state, _, clock = refunded { refund = support.unknown, refund_query = support.unknown }
    local more = { refund_id = false, refund_provider_id = "re-1" }
    assert.equal(500, pay.notifications:receive("a", told("e1", more)).status)
    assert.equal("0.00", pay.payments:get("A-1").refunded:format())
    -- one of another amount is another
    assert.equal(200, pay.notifications:receive("a", told("e2", { refund_id = false, refund_provider_id = "re-2",
      amount = money("1.00", "USD") })).status)
    state.refund_query = { outcome = "succeeded", id = "re-1" }
    clock.now = clock.now + 60000
    assert.equal("succeeded", pay.refunds:refresh("R-1").status)
    assert.equal(200, pay.notifications:receive("a", told("e1", more)).status)
    assert.equal("4.00", pay.payments:get("A-1").refunded:format())
  end)

  it("is found by the provider's own id of it beside another of the same amount whose id nobody knows", function()
    local pay, state = refunded { refund = support.unknown, refund_query = support.unknown }
    state.refund = { outcome = "accepted", id = "re-2" }
    assert.equal("processing", pay.refunds:create("A-1", { refund_id = "R-2", amount = "3.00" }).status)
    assert.equal(200, pay.notifications:receive("a", told("e1", { refund_id = false,
      refund_provider_id = "re-2" })).status)
    assert.same({ "unknown", "succeeded" }, { pay.refunds:get("R-1").status, pay.refunds:get("R-2").status })
    assert.equal("3.00", pay.payments:get("A-1").refunded:format())
  end)

  it("of the console is one, whether the provider tells only its own id of it or both", function()
    local pay = refunded { refund_query = { outcome = "succeeded" } }
    for place, refund_id in ipairs { false, "c-1" } do
      assert.equal(200, pay.notifications:receive("a", told("e" .. place, { refund_id = refund_id,
        refund_provider_id = "re-2", amount = money("2.00", "USD"), confirm = true })).status)
      assert.equal("2.00", pay.payments:get("A-1").refunded:format())
    end
  end)

  it("of a charge does not wait for one of another charge", function()
    local pay, state = with_surplus()
    state.refund = support.unknown
    assert.equal("unknown", pay.refunds:create("A-1", { refund_id = "R-1", provider_id = "tx-2",
      amount = "3.00" }).status)
    local more = { refund_id = false, refund_provider_id = "re-9" }
    assert.equal(200, pay.notifications:receive("a", told("e1", more)).status)
    local payment = pay.payments:get "A-1"
    assert.equal("3.00", payment.refunded:format())
    assert.is_nil(payment.surplus[1].refunded)
    more.provider_id, more.refund_provider_id = "tx-2", "re-10"
    assert.equal(500, pay.notifications:receive("a", told("e2", more)).status)
  end)
end)
