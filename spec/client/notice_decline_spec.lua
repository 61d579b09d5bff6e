local money = require "obol.money"
local notified = require "spec.client.notified"
local support = require "spec.client.support"

local event, order, unknown = notified.event, notified.order, notified.unknown

describe("a signed notification of a decline", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function failed(id, more)
    more.type, more.outcome, more.code = "payment.failed", "declined", "101"
    return event(id, more)
  end

  it("closes the attempt, and the order may be tried again", function()
    local pay, _, _, _, _, key = unknown()
    assert.equal(200, pay.notifications:receive("a", failed("e1", { key = key, provider_id = "tx-1" })).status)
    local payment = pay.payments:get "A-1"
    assert.equal("failed", payment.status)
    assert.equal("declined", payment.error.kind)
    assert.equal("101", payment.attempts[1].code)
    assert.equal(2, pay.payments:create(order "A-1").attempts[2].generation)
  end)

  it("is expired or canceled where the provider says so", function()
    for _, status in ipairs { "expired", "canceled" } do
      local pay, _, _, _, _, key = unknown()
      pay.notifications:receive("a", failed("e1", { key = key, status = status }))
      assert.equal(status, pay.payments:get("A-1").status)
    end
  end)

  it("says nothing new of an attempt that expired while the notification was looked at", function()
    local pay, state, _, clock, ledger = notified.open("pages",
      { create = { outcome = "accepted", action = { type = "redirect", url = "https://pay.example/1" } },
        query = { outcome = "accepted" } })
    local key = pay.payments:create(order "A-1").attempts[1].key
    clock.now = clock.now + 3 * 3600000
    local read, expired = ledger.attempt, false
    ledger.attempt = function(self, asked)
      local one, err = read(self, asked)
      if not expired then
        expired = true
        assert.equal("expired", pay.payments:refresh("A-1").status)
      end
      return one, err
    end
    assert.equal(200, pay.notifications:receive("a", failed("e1", { key = key })).status)
    ledger.attempt = nil
    assert.is_true(expired)
    assert.equal("expired", pay.payments:get("A-1").status)
    assert.is_nil(ledger:attempt(key).refused_state)
    assert.same({}, state.alarms)
  end)

  it("never touches a payment that succeeded", function()
    local paid = { outcome = "succeeded", provider_id = "tx-1" }
    local pay, state, _, _, ledger = notified.open("cards", { create = paid })
    local key = pay.payments:create(order "A-1").attempts[1].key
    local version = ledger:payment("A-1").version
    assert.equal(200, pay.notifications:receive("a", failed("e1", { key = key, provider_id = "tx-1" })).status)
    assert.equal(200, pay.notifications:receive("a", failed("e2", { key = key, provider_id = "tx-2" })).status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.equal(version, ledger:payment("A-1").version)
    assert.equal("contradiction", state.alarms[1])
  end)

  it("of an earlier attempt leaves the one that is open alone", function()
    local create = { outcome = "declined" }
    local pay = notified.open("cards", { create = function() return create end })
    local first = pay.payments:create(order "A-1").attempts[1].key
    create = { outcome = "accepted", provider_id = "tx-2" }
    pay.payments:create(order "A-1")
    assert.equal(200, pay.notifications:receive("a", failed("e1", { key = first, provider_id = "tx-1" })).status)
    assert.equal("processing", pay.payments:get("A-1").status)
  end)

  it("with another amount is refused", function()
    local pay, state, _, _, _, key = unknown()
    assert.equal(400, pay.notifications:receive("a", failed("e1", { key = key, amount = money("1.00", "USD") })).status)
    assert.equal("unknown", pay.payments:get("A-1").status)
    assert.same({ "mismatch" }, state.alarms)
  end)
end)
