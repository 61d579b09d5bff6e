local support = require "spec.client.support"

describe("functions of the host that fail", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("do not keep what was sent from being recorded: the clock and the log", function()
    for _, fail in ipairs { function() error "no clock" end, function() return "noon" end,
      function() return 0 / 0 end, function() return nil end } do
      local sent = false
      local pay, _, _, ledger = support.open("cards", function()
        sent = true
        return { outcome = "succeeded", provider_id = "tx-1" }
      end, {
        clock = function()
          if sent then return fail() end
          return support.NOW
        end,
        log = function() error "no log" end,
      })
      local payment = pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD" }
      assert.equal("succeeded", payment.status)
      local row = ledger:payment "A-1"
      assert.equal("succeeded", row.status)
      assert.equal(support.NOW, row.created_ms)
      assert.is_true(row.updated_ms > support.NOW)
    end
  end)
end)
