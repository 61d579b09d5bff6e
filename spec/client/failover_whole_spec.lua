-- Failover the whole way: rules, two accounts of RuxPay with one of other keys, and the simulator's own books.

local obol = require "obol"
local sandbox = require "obol.sandbox"
local simulated = require "spec.client.simulated"

local order, sold = simulated.order, simulated.sold

local function open(failover)
  local box = sandbox.new { clock_ms = 1700000000000, seed = "failover" }
  local accounts = { wrong = simulated.cards(box, ("w"):rep(32)), cards = simulated.cards(box),
    spare = simulated.cards(box) }
  local first = failover.first
  local pay, state = simulated.open(box, accounts,
    { routes = { { to = { first, first == "cards" and "spare" or "cards" }, failover = failover.words } } })
  return pay, box, state
end

describe("failover between accounts of a provider", function()
  it("goes on where the keys are refused, and one payment is sold", function()
    local pay, box, state = open { first = "wrong" }
    local payment = pay.payments:create(order "A-1")
    assert.equal("succeeded", payment.status)
    assert.equal("cards", payment.account)
    assert.equal("rejected", payment.attempts[1].outcome)
    assert.equal(1, sold(box))
    assert.same({ "payment.create", "payment.create" }, state.operations)
  end)

  it("goes on where nobody answers the door", function()
    local pay, box = open { first = "cards" }
    for _ = 1, 3 do box:fault("payment.create", "refuse", { provider = "ruxpay" }) end
    local payment = pay.payments:create(order "A-1")
    assert.equal("succeeded", payment.status)
    assert.equal("spare", payment.account)
    assert.equal("not_sent", payment.attempts[1].outcome)
    assert.equal(1, sold(box))
  end)

  it("stays where the answer is lost, and finds that it was paid", function()
    local pay, box, state = open { first = "cards" }
    box:fault("payment.create", "commit_then_drop", { provider = "ruxpay" })
    local payment = pay.payments:create(order "A-1")
    assert.equal("cards", payment.account)
    assert.equal(1, #payment.attempts)
    assert.equal("succeeded", payment.status)
    assert.same({ "payment.create", "payment.query" }, state.operations)
    assert.equal(1, sold(box))
  end)

  it("stays where the answer says nothing", function()
    local pay, box = open { first = "cards" }
    box:fault("payment.create", "status_503", { provider = "ruxpay" })
    box:fault("payment.query", "status_500", { provider = "ruxpay" })
    local payment = pay.payments:create(order "A-1")
    assert.equal("unknown", payment.status)
    assert.equal(1, #payment.attempts)
  end)

  it("gives each account an address of its own for notifications", function()
    local box = sandbox.new { clock_ms = 1700000000000, seed = "failover" }
    local first, second = box:accounts().ruxpay, box:accounts().ruxpay_second
    for _, words in ipairs { first, second } do
      words.provider, words.secret_key = "ruxpay", obol.secret(words.secret_key)
    end
    local pay = simulated.open(box, { first = first, second = second },
      { routes = { { to = { "first", "second" }, failover = { declined = { "101" } } } } })
    box:set("ruxpay", { declining = { first.app_id } })
    local params = order "A-1"
    params.notify_url = "https://shop.example/notify/{account}?from={account}"
    local payment = pay.payments:create(params)
    assert.equal("succeeded", payment.status)
    assert.equal("second", payment.account)
    assert.equal("https://shop.example/notify/{account}?from={account}", params.notify_url)
    local told = {}
    for _, incoming in ipairs(box:deliver()) do
      local name = incoming.url:match "^https://shop%.example/notify/(%l+)%?from=%1$"
      told[#told + 1] = name
      assert.equal(200, pay.notifications:receive(name, incoming).status)
    end
    assert.same({ "first", "second" }, told)
    local books = {}
    for place, row in ipairs(box:books().ruxpay.payments) do books[place] = { row.app_id, row.status } end
    assert.same({ { first.app_id, "declined" }, { second.app_id, "succeeded" } }, books)
  end)

  it("follows a decline by its code alone", function()
    local code
    for _, words in ipairs { false, { declined = { "none" } } } do
      local pay = open { first = "cards", words = words }
      local payment = pay.payments:create(order("A-1", "850"))
      assert.equal("failed", payment.status)
      assert.equal(1, #payment.attempts)
      code = assert(payment.attempts[1].code)
    end
    local pay, box = open { first = "cards", words = { declined = { code } } }
    local payment = pay.payments:create(order("A-1", "850"))
    assert.equal("failed", payment.status)
    assert.equal("spare", payment.account)
    assert.equal(2, #payment.attempts)
    assert.equal(0, sold(box))
  end)
end)
