-- How long a call may take where its caller says nothing.

local sandbox = require "obol.sandbox"
local simulated = require "spec.client.simulated"

describe("the limit of a call", function()
  -- A client of RuxPay, whose calls may take a minute, and of 4metas, whose calls take less than what holds for all;
  -- and the limits that the last calls of them had.
  local function open(more)
    local box, given = sandbox.new { clock_ms = 1700000000000, seed = "limit" }, {}
    local inner = box:transport()
    local words = box:accounts().fourmetas
    words.provider, words.rsa = "fourmetas", { key = require("obol").secret(words.rsa.key) }
    local config = { transport = { send = function(request, options)
      given[options.account] = options.timeout_ms
      return inner.send(request, options)
    end } }
    for name, value in pairs(more or {}) do config[name] = value end
    return simulated.open(box, { cards = simulated.cards(box), games = words }, config), given
  end

  local function near(expected, found)
    local is_near = found ~= nil and found <= expected and found > expected - 20000
    assert.is_true(is_near, ("%s instead of %d"):format(tostring(found), expected))
  end

  it("is as long as its provider's calls may take, if that is longer than usual", function()
    local pay, given = open()
    local payment = assert(pay.payments:create(simulated.order "A-1", { account = "cards" }))
    assert.equal("succeeded", payment.status)
    near(60000, given.cards)
    given.cards = nil
    assert(pay.refunds:create("A-1", { refund_id = "R-1", amount = "1.00" }))
    near(60000, given.cards)
    given.cards = nil
    pay:call("cards", "payment.query", { provider_id = payment.provider_id, created_ms = 1700000000000 })
    near(60000, given.cards)
    pay:call("games", "payment.query", { provider_id = "1" })
    near(30000, given.games)
  end)

  it("is what the caller says, if it says so", function()
    local pay, given = open()
    assert(pay.payments:create(simulated.order "A-1", { account = "cards", timeout_ms = 25000 }))
    near(25000, given.cards)
    pay:call("cards", "payment.query", { provider_id = "1", created_ms = 1700000000000 }, { timeout_ms = 90000 })
    near(90000, given.cards)
  end)
end)
