-- Accounts are chosen by the currencies that their providers take.

local obol = require "obol"
local sandbox = require "obol.sandbox"

describe("the choice of an account by currency", function()
  local pay

  before_each(function()
    local box = sandbox.new { seed = "choose" }
    local words = box:accounts()
    pay = assert(obol.open { mode = "test", ledger = "memory", transport = box:transport(), accounts = {
      web = { provider = "mincloud", client_id = words.mincloud.client_id, token = obol.secret(words.mincloud.token) },
      games = { provider = "fourmetas", api_base = words.fourmetas.api_base, pay_base = words.fourmetas.pay_base,
        game_id = 22, rsa = { mode = words.fourmetas.rsa.mode, key = obol.secret(words.fourmetas.rsa.key) } } } })
  end)

  after_each(function() pay:close() end)

  it("finds the one that takes it, written as text or as money", function()
    assert.equal("web", pay:explain({ currency = "CNY", amount = "1.00" }).account)
    assert.equal("games", pay:explain({ amount = obol.money("1.00", "USD") }).account)
  end)

  it("says of each why it does not, and sends nothing", function()
    local none = pay:explain { currency = "EUR", amount = "1.00" }
    assert.is_nil(none.account)
    assert.equal(2, #none.accounts)
    for _, entry in ipairs(none.accounts) do
      assert.matches("the provider does not take this currency", entry.reason)
    end
    local payment, err = pay.payments:create { order_id = "A-1", currency = "EUR", amount = "1.00" }
    assert.is_nil(payment)
    assert.equal("unsupported", err.kind)
    assert.equal("not_found", select(2, pay.payments:get "A-1").kind)
  end)

  it("leaves a currency that is none to the account, which says so", function()
    local _, err = pay.payments:create({ order_id = "A-1", currency = 7, amount = "1.00" }, { account = "web" })
    assert.equal("invalid", err.kind)
  end)
end)
