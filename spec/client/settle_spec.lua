local support = require "spec.client.support"

-- Two answers about one order that cannot both be: what is recorded of them.

describe("a second proven success of an order", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("is kept as surplus beside the first, with an alarm, and changes nothing of it", function()
    local settle = require "obol.client.settle"
    local answers, at, alarms = { { outcome = "declined" }, { outcome = "succeeded", provider_id = "tx-2" } }, 0, {}
    local log = function(record) alarms[#alarms + 1] = record.alarm end
    local pay, _, clock, ledger = support.open("cards", function() at = at + 1 return answers[at] end, { log = log })
    pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD" }
    local payment = pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD" }
    -- the first attempt, which the provider had declined, is told to have succeeded after all
    local client = { ledger = ledger, log = log, clock = function() return clock.now end, accounts = {} }
    local row, one = ledger:payment "A-1", ledger:attempt(payment.attempts[1].key)
    assert(settle.record(client, row, one, { outcome = "succeeded", provider_id = "tx-1" }, {}))
    payment = pay.payments:get "A-1"
    assert.equal("succeeded", payment.status)
    assert.equal("tx-2", payment.provider_id)
    assert.same({ { key = payment.attempts[1].key, account = "a", provider_id = "tx-1" } }, payment.surplus)
    assert.same({ "surplus" }, alarms)
    assert.equal("succeeded", payment.attempts[1].outcome)
  end)
end)

describe("an answer about an attempt that somebody else settled", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- While the first call waits for its answer, a look at the same attempt ends it.
  local function race(first, meanwhile)
    local settle = require "obol.client.settle"
    local pay, ledger, clock, _
    pay, _, clock, ledger = support.open("cards", function()
      local client = { ledger = ledger, clock = function() return clock.now end, accounts = {} }
      local row = ledger:payment "A-1"
      assert(settle.record(client, row, ledger:attempt(row.attempt), meanwhile, { status = meanwhile.state }))
      return first
    end)
    return pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD" }
  end

  it("is surplus when it says that money came, and another attempt has paid the order", function()
    local settle = require "obol.client.settle"
    local pay, clock, ledger, _
    local at = 0
    pay, _, clock, ledger = support.open("cards", function(request)
      if request.operation ~= "payment.create" then return { outcome = "accepted" } end
      at = at + 1
      return at == 1 and { outcome = "accepted" } or { outcome = "succeeded", provider_id = "tx-2" }
    end)
    pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD" }
    local client = { ledger = ledger, clock = function() return clock.now end, accounts = {} }
    local row = ledger:payment "A-1"
    local one = ledger:attempt(row.attempt)
    -- while somebody asks about the first attempt, it ends for somebody else, who pays by a second
    assert(settle.record(client, row, one, { outcome = "declined" }, {}))
    assert.equal("succeeded", pay.payments:create({ order_id = "A-1", amount = "1.00", currency = "USD" }).status)
    assert(settle.record(client, row, one, { outcome = "succeeded", provider_id = "tx-1" }, {}))
    local payment = pay.payments:get "A-1"
    assert.equal("tx-2", payment.provider_id)
    assert.same({ { key = one.key, account = "a", provider_id = "tx-1" } }, payment.surplus)
    -- told once more, it is the same
    assert(settle.record(client, row, one, { outcome = "succeeded", provider_id = "tx-1" }, {}))
    assert.equal(1, #pay.payments:get("A-1").surplus)
  end)

  it("shows no page of an attempt that is over", function()
    local page = { type = "redirect", url = "https://pay.example/1" }
    local payment = race({ outcome = "accepted", action = page }, { outcome = "declined" })
    assert.equal("failed", payment.status)
    assert.is_nil(payment.action)
  end)

  it("does not undo it", function()
    assert.equal("succeeded", race({ outcome = "accepted" }, { outcome = "succeeded" }).status)
    assert.equal("succeeded", race({ outcome = "declined" }, { outcome = "succeeded" }).status)
    assert.equal("failed", race({ outcome = "accepted" }, { outcome = "declined" }).status)
  end)

  it("counts all the same when it says that money came", function()
    local payment = race({ outcome = "succeeded", provider_id = "tx" }, { outcome = "declined" })
    assert.equal("succeeded", payment.status)
    assert.equal("tx", payment.provider_id)
  end)
end)
