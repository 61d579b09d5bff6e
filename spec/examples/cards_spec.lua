-- scripts/routes/cards.lua over the simulator of cards with two merchants, held against the simulator's books.

local world = require "spec.examples.world"

local BROWSER = { user_agent = "Mozilla/5.0", accept = "text/html" }

describe("the example rules of cards", function()
  local w, pay

  before_each(function()
    w = world.new()
    pay = w:open { routes = "scripts/routes/cards.lua" }
  end)

  after_each(function() pay:close() end)

  local function first_app() return w.box:accounts().ruxpay.app_id end

  it("hold what they expect of themselves", function()
    local results, failed = pay:test_routes()
    assert.equal(6, #results)
    assert.equal(0, failed)
  end)

  it("stay with the first account where all is well", function()
    assert.equal("succeeded", pay.payments:create(world.card "A-1").status)
    assert.same({ "cards succeeded" }, w:card_sales())
  end)

  it("go on where the first account is closed", function()
    w.box:set("ruxpay", { disabled = { first_app() } })
    local payment = pay.payments:create(world.card "A-1")
    assert.same({ "succeeded", "spare" }, { payment.status, payment.account })
    assert.equal("rejected", payment.attempts[1].outcome)
    assert.same({ "spare succeeded" }, w:card_sales())
  end)

  it("go on where the first account is out of reach", function()
    w.box:fault("payment.create", "refuse", { provider = "ruxpay", times = 3 })
    local payment = pay.payments:create(world.card "A-1")
    assert.same({ "succeeded", "spare" }, { payment.status, payment.account })
    assert.equal("not_sent", payment.attempts[1].outcome)
  end)

  it("go on after a decline, once, and each account hears of its own", function()
    w.box:set("ruxpay", { declining = { first_app() } })
    local payment = pay.payments:create(world.card "A-1")
    assert.same({ "succeeded", "spare" }, { payment.status, payment.account })
    assert.same({ "cards declined", "spare succeeded" }, w:card_sales())
    assert.equal(2, w:deliver())
    assert.equal("succeeded", pay.payments:get("A-1").status)
    payment = pay.payments:create(world.card("A-2", { cvv = "900" }))
    assert.same({ "failed", 2 }, { payment.status, #payment.attempts })
    assert.equal("declined", payment.error.kind)
  end)

  it("stay where an answer was lost, whatever that costs", function()
    w.box:fault("payment.create", "commit_then_drop", { provider = "ruxpay" })
    local payment = pay.payments:create(world.card "A-1")
    assert.same({ "succeeded", "cards", 1 }, { payment.status, payment.account, #payment.attempts })
    w.box:fault("payment.create", "status_503", { provider = "ruxpay" })
    w.box:fault("payment.query", "status_500", { provider = "ruxpay" })
    payment = pay.payments:create(world.card "A-2")
    assert.same({ "unknown", "cards", 1 }, { payment.status, payment.account, #payment.attempts })
    assert.same({ "cards succeeded" }, w:card_sales())
  end)

  describe("with 3DS", function()
    local function challenged(order_id, more)
      local params = world.card(order_id, { three_ds = true, browser = BROWSER })
      for name, value in pairs(more or {}) do params[name] = value end
      return pay.payments:create(params)
    end

    it("send the payer to the bank of the account that could begin it", function()
      w.box:set("ruxpay", { disabled = { first_app() } })
      local payment = challenged "A-1"
      assert.same({ "requires_action", "spare", "redirect" }, { payment.status, payment.account, payment.action.type })
      w.box:pay(payment.action.url)
      w:deliver()
      assert.equal("succeeded", pay.payments:get("A-1").status)
      assert.same({ "spare succeeded" }, w:card_sales())
    end)

    it("ask no other account when the bank says no, and take another card", function()
      local payment = challenged "A-1"
      w.box:decline(payment.action.url)
      w:deliver()
      payment = pay.payments:get "A-1"
      assert.same({ "failed", 1 }, { payment.status, #payment.attempts })
      payment = challenged "A-1"
      w.box:pay(payment.action.url)
      w:deliver()
      payment = pay.payments:get "A-1"
      assert.same({ "succeeded", "cards", 2 }, { payment.status, payment.account, #payment.attempts })
    end)

    it("close what nobody answers", function()
      challenged "A-1"
      w.box:advance(world.DAY)
      assert.equal(1, w:deliver())
      assert.equal("expired", pay.payments:get("A-1").status)
    end)
  end)
end)
