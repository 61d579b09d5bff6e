local obol = require "obol"
local support = require "spec.flow.support"

local SECOND, MINUTE, HOUR = 1000, 60000, 3600000

describe("a flow that awaits", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("goes on when an event tells of its order, and not of another one", function()
    local pay, about = support.open({ obol.flow("a", function(flow, id)
      flow:create(support.order(id))
      return flow:await(id).status
    end) }, { create = support.page, query = support.page })
    for _, id in ipairs { "A-1", "A-2" } do pay.flows:start("a", id, { id = id }) end
    pay.flows:run()
    support.pass(about, SECOND)
    about.state.query = support.paid
    pay.payments:refresh "A-2"
    local seen = {}
    local report = pay.flows:run { on_progress = function(flow) seen[#seen + 1] = flow.id .. " " .. flow.result end }
    assert.equal(1, report.looked)
    assert.equal(1, report.ended)
    assert.same({ "A-2 ended" }, seen)
    assert.equal("succeeded", pay.flows:get("A-2").result)
    assert.equal("waiting", pay.flows:get("A-1").status)
  end)

  it("goes on where the payment is settled already, without waiting", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      local payment = flow:create(support.order "A-1")
      return flow:await(payment, { timeout = "1h" }).order_id
    end) }, { create = support.paid })
    local flow = pay.flows:start "a"
    assert.equal("A-1", flow.result)
    assert.equal(1, #about.transport.sent)
  end)

  it("does not miss what happens between its look and its record", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      flow:create(support.order "A-1")
      return flow:await("A-1").status
    end) }, { create = support.page, query = support.paid })
    local run = about.ledger.store.run
    function about.ledger.store.run(store, changes)
      local to = changes[1].set == "flows" and changes[1].to
      if to and to.status == "waiting" then
        about.ledger.store.run = run
        -- the payer pays, and who wakes finds no flow that waits for it
        assert.equal("succeeded", pay.payments:refresh("A-1").status)
        pay.flows:run()
      end
      return run(store, changes)
    end
    local flow = pay.flows:start "a"
    assert.equal("succeeded", flow.status)
    assert.equal("succeeded", flow.result)
  end)

  it("answers the payment as it is when its time is over", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      local payment = flow:create(support.order "A-1")
      flow:present(payment.action)
      return flow:await(payment, { timeout = "30m" }).status
    end) }, { create = support.page, query = support.page })
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.is_true(flow.due_ms <= support.NOW + 30 * MINUTE)
    support.pass(about, 30 * MINUTE - 1)
    pay.flows:run()
    assert.equal(support.NOW + 30 * MINUTE, pay.flows:get("f").due_ms)
    assert.is_table(pay.flows:get("f").action)
    support.pass(about, 1)
    pay.flows:run()
    flow = pay.flows:get "f"
    assert.equal("processing requires_action", "processing " .. flow.result)
    assert.is_nil(flow.action)
  end)

  it("looks at growing intervals, and asks no more than pay:reconcile", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      return flow:await(flow:create(support.order "A-1")).status
    end) }, { create = support.page, query = support.page })
    pay.flows:start("a", nil, { id = "f" })
    local last, looks = support.NOW, 0
    while about.clock.now < support.NOW + HOUR do
      local due = pay.flows:get("f").due_ms
      assert.is_true(due > last)
      assert.is_true(due <= last + 1.1 * HOUR)
      last, about.clock.now, looks = due, due, looks + 1
      assert(pay:reconcile())
      pay.flows:run()
    end
    assert.is_true(looks < 20)
    local by_reconcile = about.transport.count "payment.query"
    -- every query was that of pay:reconcile, which came first
    local _, again = support.open({}, { create = support.page, query = support.page })
    assert.is_true(by_reconcile <= looks + #again.transport.sent)
    about.state.query = support.paid
    about.clock.now = pay.flows:get("f").due_ms
    pay.flows:run()
    assert.equal("succeeded", pay.flows:get("f").result)
  end)

  it("is answered the same each time it runs, whatever becomes of the payment", function()
    local seen = {}
    local pay, about = support.open({ obol.flow("a", function(flow)
      local payment = flow:create(support.order "A-1")
      payment = flow:await(payment)
      seen[#seen + 1] = payment.status .. " " .. payment.refunded:format()
      flow:sleep "10s"
    end) }, { create = support.paid, refund = support.paid })
    pay.flows:start("a", nil, { id = "f" })
    pay.refunds:create("A-1", { refund_id = "R-1" })
    support.pass(about, 10 * SECOND)
    assert.equal(1, pay.flows:run().ended)
    assert.same({ "succeeded 0.00", "succeeded 0.00" }, seen)
    assert.equal("8.88", pay.payments:get("A-1").refunded:format())
  end)

  it("waits for further states that it names", function()
    local pay, about = support.open({ obol.flow("a", function(flow)
      local payment = flow:create(support.order "A-1")
      payment = flow:await(payment, { status = { "processing" } })
      return { payment.status, flow:await(payment, { status = { "requires_action" } }).status }
    end), obol.flow("b", function(flow)
      return flow:await("A-1", { status = { "payed" } })
    end), obol.flow("c", function(flow) return flow:await "A-77" end) },
      { create = { outcome = "accepted", provider_id = "tx-1" }, query = support.page })
    pay.flows:start("a", nil, { id = "f" })
    support.pass(about, MINUTE)
    pay.flows:run()
    assert.same({ "processing", "requires_action" }, pay.flows:get("f").result)
    assert.matches("wait_spec.lua:%d+: expected `status` to name states of a payment",
      pay.flows:start("b").error.message)
    local flow = pay.flows:start "c"
    assert.equal("stopped", flow.status)
    assert.matches("wait_spec.lua:%d+: await: no payment has this id", flow.error.message)
  end)

  it("waits for a refund, and for a subscription", function()
    local pay, about = support.open({ obol.flow("refund", function(flow)
      local payment = flow:create(support.order "A-1")
      local refund = flow:refund(payment, { amount = "1.00", reason = "broken" })
      local before = refund.status
      refund = flow:await(refund)
      return { before, refund.status, refund.amount, refund.reason }
    end) }, { create = support.paid, refund = { outcome = "accepted" } })
    local flow = pay.flows:start("refund", nil, { id = "f" })
    assert.equal("waiting", flow.status)
    assert.equal("A-1", flow.waits_for)
    about.state.refund = support.paid
    support.pass(about, MINUTE)
    pay:reconcile()
    pay.flows:run()
    assert.same({ "processing", "succeeded", obol.money("1.00", "USD"), "broken" }, pay.flows:get("f").result)

    pay, about = support.open({ obol.flow("plan", function(run)
      local plan = run:create(support.order "S-1", { operation = "subscription.create" })
      local before = plan.status
      plan = run:await(plan)
      return { before, plan.status, plan.payment.status }
    end) }, { provider = "plans", create = support.page, query = support.page })
    flow = pay.flows:start("plan", nil, { id = "f" })
    assert.equal("waiting", flow.status)
    assert.equal("S-1", flow.waits_for)
    about.state.query = support.paid
    support.pass(about, MINUTE)
    pay.flows:run()
    assert.same({ "incomplete", "active", "succeeded" }, pay.flows:get("f").result)
  end)
end)

describe("a flow that receives", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function approval()
    return obol.flow("a", function(flow)
      local first = flow:receive "approval"
      local second = flow:receive("approval", { timeout = "1h" })
      return { first, second }
    end)
  end

  it("waits for its word, takes each once and in their order", function()
    local pay, about = support.open { approval() }
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("waiting", flow.status)
    assert.equal(0, pay.flows:run().looked)
    assert.equal("f", pay.flows:tell("f", "other", 1).id)
    assert.equal(1, pay.flows:run().waiting)
    pay.flows:tell("f", "approval", { by = "ann", amount = obol.money("5.00", "USD") })
    pay.flows:tell("f", "approval", false)
    support.pass(about, SECOND)
    assert.equal(1, pay.flows:run().ended)
    assert.same({ { by = "ann", amount = obol.money("5.00", "USD") }, false }, pay.flows:get("f").result)
    local _, err = pay.flows:tell("f", "approval", 1)
    assert.equal("conflict", err.kind)
    _, err = pay.flows:tell("g", "approval", 1)
    assert.equal("not_found", err.kind)
    _, err = pay.flows:tell("f", "", 1)
    assert.equal("invalid", err.kind)
  end)

  it("takes a word that was told before it asked", function()
    local pay = support.open { obol.flow("a", function(flow)
      flow:sleep "1s"
      return flow:receive "approval"
    end) }
    pay.flows:start("a", nil, { id = "f" })
    pay.flows:tell("f", "approval", "yes")
    assert.equal("waiting", pay.flows:get("f").status)
    assert.equal(1, pay.flows:run().waiting)
    assert.equal("waiting", pay.flows:resume("f").status)
  end)

  it("answers nil when its time is over", function()
    local pay, about = support.open { obol.flow("a", function(flow)
      local word = flow:receive("approval", { timeout = "1h" })
      return word == nil and "nobody"
    end) }
    pay.flows:start("a", nil, { id = "f" })
    support.pass(about, HOUR - 1)
    pay.flows:run()
    assert.equal("waiting", pay.flows:get("f").status)
    support.pass(about, 1)
    pay.flows:run()
    assert.equal("nobody", pay.flows:get("f").result)
  end)

  it("does not miss a word that comes between its look and its record", function()
    local pay, about = support.open { obol.flow("a", function(flow) return flow:receive "approval" end) }
    local run = about.ledger.store.run
    function about.ledger.store.run(store, changes)
      if changes[1].set == "flows" and changes[1].to.status == "waiting" then
        about.ledger.store.run = run
        assert(pay.flows:tell("f", "approval", "yes"))
      end
      return run(store, changes)
    end
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("succeeded", flow.status)
    assert.equal("yes", flow.result)
  end)

  it("finds a word of which it was not woken", function()
    local pay, about = support.open { approval() }
    pay.flows:start("a", nil, { id = "f" })
    local row = about.ledger:flow "f"
    -- as it is when who recorded the wait died before it looked again
    assert(about.ledger.store:run { { put = "steps", row = { id = "f/word/x", flow = "f", name = "approval",
      kind = "word", value = { n = 1, list = { "yes" } } } } })
    assert.equal(row.version, about.ledger:flow("f").version)
    support.pass(about, HOUR)
    pay.flows:run()
    assert.equal(2, pay.flows:get("f").steps)
  end)
end)
