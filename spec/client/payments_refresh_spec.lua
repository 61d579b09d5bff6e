local support = require "spec.client.support"

local card = support.card

describe("payments:refresh, cancel and list", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("expires an accepted payment after the account's time and a query that says unpaid", function()
    local pay, transport, clock = support.open("cards", function() return { outcome = "accepted" } end)
    pay.payments:create(card "A-1")
    clock.now = clock.now + 2 * 3600 * 1000 - 1
    assert.equal("processing", pay.payments:refresh("A-1").status)
    clock.now = clock.now + 1
    local payment = pay.payments:refresh("A-1")
    assert.equal("expired", payment.status)
    assert.equal("declined", payment.attempts[1].outcome)
    assert.is_false(payment.unresolved)
    assert.equal(1, transport.count "payment.create")
    local again = pay.payments:create(card "A-1")
    assert.equal("processing", again.status)
    assert.equal(2, again.attempts[2].generation)
  end)

  it("does not expire what could not be asked about", function()
    local pay, _, clock = support.open("cards", function(request)
      if request.operation == "payment.create" then return { outcome = "accepted" } end
      return support.unknown()
    end)
    pay.payments:create(card "A-1")
    clock.now = clock.now + 10 * 3600 * 1000
    local payment = pay.payments:refresh("A-1")
    assert.equal("processing", payment.status)
    assert.equal("timeout", payment.error.kind)
    assert.is_nil(pay.payments:get("A-1").error)
  end)

  it("asks about the attempt that is open by what is known of it alone", function()
    local creates, asked = 0, nil
    local pay = support.open("cards", function(request)
      if request.operation ~= "payment.create" then
        asked = request.params
        return { outcome = "succeeded" }
      end
      creates = creates + 1
      if creates == 1 then return { outcome = "declined", provider_id = "tx-1" } end
      return support.unknown()
    end)
    pay.payments:create(card "A-1")
    assert.equal("tx-1", pay.payments:get("A-1").provider_id)
    local payment = pay.payments:create(card "A-1")
    assert.equal("succeeded", payment.status)
    assert.is_nil(asked.provider_id)
    assert.equal(payment.attempts[2].key, asked.key)
    -- a success that tells no id has none, least of all that of another attempt
    assert.is_nil(payment.provider_id)
  end)

  it("takes up a late success with an alarm", function()
    local query, records = { outcome = "accepted" }, {}
    local pay, _, clock = support.open("cards", function(request)
      if request.operation == "payment.create" then return { outcome = "accepted" } end
      return query
    end, { log = function(record) records[#records + 1] = record end })
    pay.payments:create(card "A-1")
    clock.now = clock.now + 3 * 3600 * 1000
    assert.equal("expired", pay.payments:refresh("A-1").status)
    query = { outcome = "succeeded", provider_id = "tx-late" }
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    local alarms = 0
    for _, record in ipairs(records) do
      if record.type == "alarm" and record.alarm == "late_success" then alarms = alarms + 1 end
    end
    assert.equal(1, alarms)
  end)

  it("cancels where the provider can, and says unsupported elsewhere", function()
    local pay = support.open("cards", function(request)
      if request.operation == "payment.cancel" then return { outcome = "succeeded" } end
      return { outcome = "accepted" }
    end)
    pay.payments:create(card "A-1")
    assert.equal("canceled", pay.payments:cancel("A-1").status)
    assert.equal("canceled", pay.payments:create(card "A-1").status)
    local other = support.open("safe", function() return { outcome = "accepted" } end)
    other.payments:create(card "A-1")
    local payment, err = other.payments:cancel("A-1")
    assert.is_nil(payment)
    assert.equal("unsupported", err.kind)
  end)

  it("does not cancel what is over", function()
    local pay, transport = support.open("cards", function() return { outcome = "succeeded" } end)
    pay.payments:create(card "A-1")
    local payment, err = pay.payments:cancel("A-1")
    assert.is_nil(payment)
    assert.equal("conflict", err.kind)
    assert.equal(1, #transport.sent)
  end)

  it("says not_found of an order that nobody recorded", function()
    local pay = support.open("cards", function() return { outcome = "succeeded" } end)
    for _, method in ipairs { "get", "refresh", "cancel" } do
      local payment, err = pay.payments[method](pay.payments, "nobody")
      assert.is_nil(payment)
      assert.equal("not_found", err.kind)
    end
  end)

  it("lists in pages and filters, and finds by customer", function()
    local pay = support.open("cards", function(request)
      return { outcome = request.params.order_id == "A-2" and "declined" or "succeeded" }
    end)
    for place = 1, 5 do pay.payments:create(card("A-" .. place, { customer = { id = place % 2 } })) end
    local seen, cursor = {}, nil
    repeat
      local page
      page, cursor = pay.payments:list { limit = 2, cursor = cursor }
      for _, payment in ipairs(page) do seen[#seen + 1] = payment.order_id end
    until not cursor
    assert.same({ "A-1", "A-2", "A-3", "A-4", "A-5" }, seen)
    assert.equal("A-2", pay.payments:list { status = "failed" }[1].order_id)
    assert.equal(0, #pay.payments:list { from_ms = support.NOW + 1 })
    assert.equal(3, #pay.payments:find { customer = "1" })
    local _, err = pay.payments:list { stauts = "failed" }
    assert.matches("did you mean `status`", err.message)
    for key, value in pairs { limit = 0, cursor = "x", from_ms = "y", status = 3 } do
      _, err = pay.payments:list { [key] = value }
      assert.equal(key, err.field)
    end
  end)
end)
