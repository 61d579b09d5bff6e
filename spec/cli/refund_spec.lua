-- obol refund, on a ledger in a file.

local ledger_support = require "spec.cli.ledger_support"

describe("the command line on a ledger:", function()
  local world, order
  setup(function() world, order = ledger_support.paid(), ledger_support.order end)
  teardown(function() world.stop() end)

  local run, json = ledger_support.runners(function() return world end)

  describe("obol refund", function()
    it("says what it would do, does it, and goes on with it when it is repeated", function()
      local before = json(0, "refund", "A-1", "--amount", "1.00", "--dry-run", "--json").refund
      assert.same({ "A-1-refund-1", true, "1.00" }, { before.refund_id, before.dry_run, before.amount.amount })
      assert.equal(0, #json(0, "payment", "A-1", "--json").refunds)
      local refund = json(0, "refund", "A-1", "--amount", "1.00", "--reason", "broken", "--json").refund
      assert.same({ "A-1-refund-1", "processing" }, { refund.refund_id, refund.status })
      -- it is open, so the same command is about the same refund
      refund = json(0, "refund", "A-1", "--amount", "1.00", "--json").refund
      assert.equal("A-1-refund-1", refund.refund_id)
      assert.equal(1, #json(0, "payment", "A-1", "--json").refunds)
      -- another amount is another refund, which has to be asked for by a name
      for _, dry in ipairs { false, true } do
        local err = json(2, "refund", "A-1", "--amount", "2.00", "--json", dry and "--dry-run" or nil).error
        assert.truthy(err.message:find("A-1-refund-1 over 1.00 USD is open; --refund-id", 1, true))
      end
      refund = json(0, "refund", "A-1", "--amount", "2.00", "--refund-id", "mine", "--json").refund
      assert.equal("mine", refund.refund_id)
      -- with both open, the amount tells which is meant
      assert.equal("mine", json(0, "refund", "A-1", "--amount", "2.00", "--json").refund.refund_id)
      assert.equal("A-1-refund-1", json(0, "refund", "A-1", "--amount", "1.00", "--json").refund.refund_id)
      for _, words in ipairs { { "--amount", "3.00" }, {} } do
        local err = json(2, "refund", "A-1", "--json", (table.unpack or unpack)(words)).error
        assert.equal("refund_id", err.field)
        for _, part in ipairs { "A-1-refund-1 over 1.00 USD", "mine over 2.00 USD", "--refund-id" } do
          assert.truthy(err.message:find(part, 1, true), err.message)
        end
      end
      assert.equal(2, #json(0, "payment", "A-1", "--json").refunds)
    end)

    it("gives nothing back twice where it is repeated after it was settled", function()
      assert.equal("succeeded", world.pay.payments:create(order "A-5").status)
      local function refunds() return json(0, "payment", "A-5", "--json").refunds end
      assert.equal("A-5-refund-1", json(0, "refund", "A-5", "--amount", "1.00", "--json").refund.refund_id)
      world.control("advance", { ms = 3600000 })
      run(0, "reconcile", "--ahead", "24h", "--json")
      assert.equal("succeeded", refunds()[1].status)
      assert.equal("refund_id", json(1, "refund", "A-5", "--amount", "1.0", "--json").error.field)
      assert.equal("refund_id", json(1, "refund", "A-5", "--amount", "1.0", "--dry-run", "--json").error.field)
      assert.equal(1, #refunds())
      run(0, "refund", "A-5", "--amount", "1.00", "--refund-id", "A-5-refund-1")
      assert.equal(1, #refunds())
      run(0, "refund", "A-5", "--amount", "2.00")
      run(0, "refund", "A-5", "--amount", "1.00", "--refund-id", "A-5-more")
      assert.equal(3, #refunds())
    end)

    it("refuses more than there is, and what was not paid", function()
      assert.equal("amount", json(2, "refund", "A-3", "--amount", "9.00", "--json").error.field)
      assert.equal("invalid", json(2, "refund", "A-3", "--amount", "9.00", "--dry-run", "--json").error.kind)
      for _, amount in ipairs { "all", "1.001", "0.00" } do
        assert.equal("invalid", json(2, "refund", "A-3", "--amount", amount, "--dry-run", "--json").error.kind)
      end
      assert.equal("conflict", json(1, "refund", "A-2", "--json").error.kind)
      assert.equal("not_found", json(1, "refund", "A-9", "--json").error.kind)
    end)
  end)
end)
