-- Refunds of one payment that two processes make at the same moment.

local checker = require "obol.ledger.check"
local places = require "spec.ledger.places"
local support = require "spec.client.support"

places.describe("refunds at once in %s", function(kind)
  local ledger, first, second, sent

  local function client_of(book)
    return (support.open("cards", function(request)
      if request.operation == "refund.create" then sent = sent + 1 end
      return { outcome = "succeeded", provider_id = "tx" }
    end, { ledger = book }))
  end

  before_each(function()
    ledger, sent = kind.open(), 0
    first, second = client_of(ledger), client_of(ledger.again and ledger.again() or ledger)
    assert(first.payments:create { order_id = "A-1", amount = "1.00", currency = "USD" })
  end)

  after_each(function()
    assert(checker.run(ledger, function(fault) error(fault.table .. " " .. fault.id .. ": " .. fault.problem) end))
  end)

  -- The first process has read what is left when the second one makes the refund `inner`.
  local function at_once(outer, inner)
    local begin, made, refused = ledger.begin_attempt, nil, nil
    rawset(ledger, "begin_attempt", function(self, unit)
      rawset(ledger, "begin_attempt", nil)
      made, refused = second.refunds:create("A-1", inner)
      return begin(self, unit)
    end)
    local refund, err = first.refunds:create("A-1", outer)
    assert(made, refused)
    return refund, err
  end

  it("give back no more than was paid", function()
    local refund, err = at_once({ refund_id = "R-1", amount = "0.60" }, { refund_id = "R-2", amount = "0.41" })
    assert.is_nil(refund)
    assert.same({ "invalid", "amount" }, { err.kind, err.field })
    assert.equal("0.41", first.payments:get("A-1").refunded:format())
    assert.equal(1, sent)
  end)

  it("may give back all of it", function()
    local refund = assert(at_once({ refund_id = "R-1", amount = "0.60" }, { refund_id = "R-2", amount = "0.40" }))
    assert.equal("succeeded", refund.status)
    assert.equal("1.00", first.payments:get("A-1").refunded:format())
    assert.equal(2, sent)
  end)

  it("take what is left after the other", function()
    local refund = assert(at_once({ refund_id = "R-1" }, { refund_id = "R-2", amount = "0.40" }))
    assert.equal("0.60", refund.amount:format())
    assert.equal("1.00", first.payments:get("A-1").refunded:format())
  end)

  it("are one where they have one id", function()
    local refund = assert(at_once({ refund_id = "R-1", amount = "0.60" }, { refund_id = "R-1", amount = "0.60" }))
    assert.same({ "succeeded", "0.60" }, { refund.status, first.payments:get("A-1").refunded:format() })
    assert.equal(1, sent)
    local _, err = first.refunds:create("A-1", { refund_id = "R-1", amount = "0.40" })
    assert.equal("conflict", err.kind)
  end)
end, { install = support.install })
