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
    local client = support.bare(ledger, clock, log)
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
      local client = support.bare(ledger, clock)
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
    local client = support.bare(ledger, clock)
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

describe("an order that an earlier attempt has paid while a later one was under way", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- The first attempt was declined; while the second waits for its answer, the first is told to be paid.
  local function late(answer, query)
    local settle = require "obol.client.settle"
    local alarms, creates = {}, 0
    local log = function(record) alarms[#alarms + 1] = record.alarm end
    local pay, clock, ledger, _
    pay, _, clock, ledger = support.open("cards", function(request)
      if request.operation ~= "payment.create" then return query end
      creates = creates + 1
      if creates == 1 then return { outcome = "declined", provider_id = "tx-1" } end
      local client = support.bare(ledger, clock, log)
      local row = ledger:payment "A-1"
      assert(settle.record(client, row, ledger:attempts("A-1")[1], { outcome = "succeeded", provider_id = "tx-1" }, {}))
      return answer
    end, { log = log })
    pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD" }
    local payment = pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD" }
    return pay, payment, alarms, ledger
  end

  it("keeps the success and what belongs to it, whatever the later one is answered", function()
    local page = { type = "redirect", url = "https://pay.example/2" }
    for _, answer in ipairs { { outcome = "accepted", provider_id = "tx-2", action = page },
      { outcome = "declined", provider_id = "tx-2", code = "9" }, { outcome = "accepted", provider_id = "tx-2" } } do
      local pay, payment, alarms, ledger = late(answer, { outcome = "accepted" })
      assert.equal("succeeded", payment.status)
      assert.equal("tx-1", payment.provider_id)
      assert.is_nil(payment.action)
      payment = pay.payments:get "A-1"
      assert.equal("tx-1", payment.provider_id)
      assert.is_nil(payment.error)
      local row = ledger:payment "A-1"
      assert.equal(payment.attempts[1].key, row.attempt)
      assert.is_nil(row.action)
      assert.equal(answer.outcome, payment.attempts[2].outcome)
      assert.is_nil(ledger:attempt(payment.attempts[2].key).refused_state)
      assert.same({ "late_success" }, alarms)
    end
  end)

  it("finds out what became of the later one, whose money is surplus", function()
    local query = { outcome = "unknown" }
    local pay, payment, alarms, ledger = late({ outcome = "unknown" }, query)
    assert.equal("succeeded", payment.status)
    assert.equal("unknown", payment.attempts[2].outcome)
    query.outcome, query.provider_id = "succeeded", "tx-2"
    payment = pay.payments:refresh "A-1"
    assert.equal("tx-1", payment.provider_id)
    assert.equal("tx-2", payment.surplus[1].provider_id)
    assert.same({ "late_success", "surplus" }, alarms)
    assert.is_nil(ledger:attempt(payment.attempts[2].key).slot)
    -- and asks no more
    query.provider_id = "tx-3"
    assert.is_nil(pay.payments:refresh("A-1").surplus[2])
  end)

  it("lets the later one end unpaid", function()
    local query = { outcome = "accepted" }
    local pay, payment, _, ledger = late({ outcome = "accepted" }, query)
    local version = ledger:payment("A-1").version
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    assert.equal(version, ledger:payment("A-1").version)
    query.outcome = "declined"
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    assert.equal("declined", pay.payments:get("A-1").attempts[2].outcome)
    assert.is_nil(ledger:attempt(payment.attempts[2].key).slot)
  end)
end)
