local obol = require "obol"
local support = require "spec.flow.support"
local client_support = require "spec.client.support"

local SECOND = 1000

describe("a flow that creates", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("stops with what is wrong with the order, and goes on when that is mended", function()
    local order = support.order("A-1", { bad = true })
    local pay = support.open({ obol.flow("a", function(flow)
      return flow:create(order).status
    end) }, { create = support.paid })
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("stopped", flow.status)
    assert.equal("invalid", flow.error.kind)
    assert.matches("^[%w/._-]*money_spec.lua:%d+: create `payment`: bad: expected nothing here$", flow.error.message)
    order.bad = nil
    assert.equal("succeeded", pay.flows:resume("f").result)
  end)

  it("waits for the end of a maintenance or of a limit, and stops where no account will ever fit", function()
    for settings, is_over in pairs {
      [{ maintenance = { from = "2023-11-14T22:00Z", to = "2023-11-14T22:13:30Z" } }] = true,
      [{ limits = { count = 1, per = "10s" } }] = true, [{ limits = { count = 0, per = "10s" } }] = false } do
      local pay, about = support.open({ obol.flow("a", function(flow)
        return flow:create(support.order "A-1").status
      end) }, { create = support.paid,
        config = { routes = { { name = "r", to = "a" }, accounts = { a = settings } } } })
      if settings.limits then pay.payments:create(support.order "A-0") end
      local flow = pay.flows:start("a", nil, { id = "f" })
      assert.equal("waiting", flow.status, tostring(flow.error))
      assert.equal("unsupported", flow.error.kind)
      for _ = 1, 10 do
        support.pass(about, 3600000)
        pay.flows:run()
      end
      flow = pay.flows:get "f"
      assert.equal(is_over and "succeeded" or "stopped", flow.status)
    end
    local pay = support.open({ obol.flow("a", function(flow)
      return flow:create(support.order("A-1", { method = "game" })).status
    end) }, { create = support.paid, config = { routes = { { name = "r", to = "a" } } } })
    assert.equal("stopped", pay.flows:start("a").status)
  end)

  it("stops at a limit of the call that cannot be one", function()
    for _, given in ipairs { 0 / 0, math.huge, -1, 1e15, "x" } do
      local pay, about = support.open({ obol.flow("a", function(flow)
        return flow:create(support.order "A-1", { timeout_ms = given }).status
      end) }, { create = support.paid })
      local flow = pay.flows:start "a"
      assert.equal("stopped", flow.status)
      assert.matches("timeout_ms: expected milliseconds from 1 to 600000", flow.error.message)
      assert.equal(0, about.transport.count "payment.create")
    end
  end)

  it("stops where the order_id is that of another payment", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      return flow:create(support.order("A-1", { amount = "9.99" })).status
    end) }, { create = support.paid })
    pay.payments:create(support.order "A-1")
    local flow = pay.flows:start "a"
    assert.equal("stopped", flow.status)
    assert.equal("conflict", flow.error.kind)
    assert.equal(1, about.transport.count "payment.create")
  end)

  it("tries again what the ledger refused, and not what the provider did", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      return flow:create(support.order "A-1").status
    end) }, { create = support.declined })
    local run = about.ledger.store.run
    function about.ledger.store.run(store, changes)
      if changes[1].put == "payments" then
        return nil, obol.error.new { kind = "storage", message = "disk full", field = "ledger" }
      end
      return run(store, changes)
    end
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("waiting", flow.status)
    assert.equal("storage", flow.error.kind)
    about.ledger.store.run = run
    about.clock.now = flow.due_ms
    pay.flows:run()
    assert.equal("failed", pay.flows:get("f").result)
    assert.equal(1, about.transport.count "payment.create")
  end)

  it("keeps no client secret of an action", function()
    for _, given in ipairs { "pi_hush", obol.secret "pi_hush" } do
      local pay, about = support.open({ obol.flow("a", function(flow)
        local payment = flow:create(support.order "A-1")
        flow:present(payment.action)
        return flow:await(payment).status
      end) }, { create = { outcome = "accepted", provider_id = "tx-1",
        action = { type = "client_secret", client_secret = given } } })
      local flow = pay.flows:start("a", nil, { id = "f" })
      assert.equal("waiting", flow.status, tostring(flow.error))
      assert.same({ type = "client_secret" }, flow.action)
      assert.same({ type = "client_secret" }, pay.flows:steps("f")[1].values[1].action)
      assert.is_table(about)
    end
  end)

  it("answers the payment of which it lost the record, and begins no other attempt", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      flow:step("before", function() end)
      local first = flow:create(support.order "A-1")
      local second = flow:create(support.order "A-1")
      return { first.status, #first.attempts, second.status, #second.attempts }
    end) }, { create = support.declined })
    local run = about.ledger.store.run
    -- it dies when the payment is declined and the step not recorded
    function about.ledger.store.run(store, changes)
      if changes[2] and changes[2].put == "steps" and changes[2].row.number == 2 then coroutine.yield() end
      return run(store, changes)
    end
    local thread = coroutine.create(function() pay.flows:start("a", nil, { id = "f" }) end)
    assert.is_true(coroutine.resume(thread))
    about.ledger.store.run = run
    assert.equal("failed", pay.payments:get("A-1").status)
    support.pass(about, 60 * SECOND)
    about.state.create = support.paid
    assert.equal(1, pay.flows:run().ended)
    -- the second create of the code is meant, and begins the next
    assert.same({ "failed", 1, "succeeded", 2 }, pay.flows:get("f").result)
    assert.equal(2, about.transport.count "payment.create")
  end)

  it("records nothing of a card or a token that its code gave it", function()
    local secret = obol.secret "hush-token"
    local pay, about = support.open({ obol.flow("a", function(flow)
      local card = { number = obol.secret "4111111111111111", cvv = obol.secret "hush-cvv" }
      return flow:create(support.order("A-1", { card = card }), { token = secret }).status
    end) }, { create = support.paid })
    assert.equal("succeeded", pay.flows:start("a").result)
    local function look(value)
      if type(value) == "table" then
        for key, member in pairs(value) do
          look(key)
          look(member)
        end
      end
      for _, hidden in ipairs { "4111111111111111", "hush-cvv", "hush-token" } do
        assert.is_nil(type(value) == "string" and value:find(hidden, 1, true) or nil)
      end
      assert.not_equal("userdata", type(value))
    end
    look(require("spec.ledger.all_rows")(about.ledger))
    look(about.records)
  end)

  it("takes the options of a call", function()
    local pay = support.open({ obol.flow("a", function(flow)
      return flow:create(support.order "A-1", { account = "b", timeout_ms = 1000 }).account
    end), obol.flow("b", function(flow)
      return flow:create(support.order "A-2", { account = "z" }).account
    end) }, { create = support.paid,
      config = { accounts = { a = { provider = "cards" }, b = { provider = "cards" } } } })
    assert.equal("b", pay.flows:start("a").result)
    assert.matches("options.account: expected a configured account", pay.flows:start("b").error.message)
  end)
end)

describe("a flow that refunds", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function open(refund, fn)
    return support.open({ obol.flow("a", fn or function(flow)
      local payment = flow:create(support.order "A-1")
      local refund_ = flow:refund(payment, { amount = "1.00" })
      return { refund_.status, refund_.refund_id }
    end) }, { create = support.paid, refund = refund })
  end

  it("has a refund_id of its own each time, the same when it runs again", function()
    local pay, about = open(support.paid, function(flow)
      flow:create(support.order "A-1")
      local ids = {}
      for _ = 1, 2 do ids[#ids + 1] = flow:refund("A-1", { amount = "1.00" }).refund_id end
      return ids
    end)
    local run, first = about.ledger.store.run, nil
    function about.ledger.store.run(store, changes)
      if changes[2] and changes[2].put == "steps" and changes[2].row.kind == "refund" and not first then
        first = pay.refunds:list()[1].refund_id
        coroutine.yield()
      end
      return run(store, changes)
    end
    coroutine.resume(coroutine.create(function() pay.flows:start("a", nil, { id = "f" }) end))
    assert.is_string(first)
    support.pass(about, 60 * SECOND)
    pay.flows:run()
    local ids = pay.flows:get("f").result
    assert.equal(first, ids[1])
    assert.not_equal(first, ids[2])
    assert.equal(2, #pay.refunds:list())
    assert.equal(2, about.transport.count "refund.create")
  end)

  it("is told a refusal, and tries again what did not leave", function()
    local pay, about = open(support.declined)
    assert.equal("failed", pay.flows:start("a").result[1])
    assert.equal(1, about.transport.count "refund.create")

    pay, about = open(client_support.not_sent)
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("waiting", flow.status)
    assert.equal("network", flow.error.kind)
    about.state.refund = support.paid
    about.clock.now = flow.due_ms
    pay.flows:run()
    flow = pay.flows:get "f"
    assert.equal("succeeded", flow.result[1])
    assert.equal(1, #pay.refunds:list())
  end)

  it("stops where it cannot be given back", function()
    local pay = open(support.paid, function(flow)
      flow:create(support.order "A-1")
      flow:refund("A-1", { amount = "99.00" })
    end)
    local flow = pay.flows:start "a"
    assert.equal("stopped", flow.status)
    assert.matches("refund: amount: expected no more than what is left of the payment$", flow.error.message)
  end)

  it("may give a payment back when it fails", function()
    local pay, about = open(support.paid, function(flow)
      local payment = flow:create(support.order "A-1")
      flow:compensate("give back", function(key)
        return flow.pay.refunds:create(payment.order_id, { refund_id = key }).status
      end)
      flow:fail "sold out"
    end)
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("failed", flow.status)
    assert.equal(obol.money("8.88", "USD"), pay.payments:get("A-1").refunded)
    assert.equal("succeeded", pay.flows:steps("f")[3].values[1])
    assert.equal(1, about.transport.count "refund.create")
  end)
end)
