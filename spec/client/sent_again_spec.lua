local support = require "spec.client.support"

local params = { order_id = "A-1", amount = "8.88", currency = "USD", customer = { id = "u-1" } }

-- A key of which nobody knows what came of it is sent once more, and does not leave this time.

describe("a sending that did not leave, of a key that left before,", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("says nothing of what came of it: the payment stays unknown, and no other account is asked", function()
    local answers, at = { support.unknown, support.not_sent, support.not_sent, support.not_sent }, 0
    local pay, transport, clock = support.open("safe", function()
      at = at + 1
      local answer = answers[at]
      if answer then return answer() end
      return { outcome = "succeeded", provider_id = "tx" }
    end, { accounts = { a = { provider = "safe" }, b = { provider = "cards" } } })
    assert.equal("unknown", pay.payments:create(params, { account = "a" }).status)
    clock.now = clock.now + 60000
    local payment = pay.payments:create(params, { account = "a" })
    assert.equal(4, #transport.sent)
    assert.equal("unknown", payment.status)
    assert.equal("unknown", payment.attempts[1].outcome)
    assert.equal("unknown", payment.error.outcome)
    clock.now = clock.now + 60000
    payment = pay.payments:create(params, { account = "b" })
    assert.equal("succeeded", payment.status)
    assert.equal("a", payment.account)
    assert.equal(1, #payment.attempts)
    assert.equal(transport.sent[1].context.key, transport.sent[5].context.key)
  end)
end)
