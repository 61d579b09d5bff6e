-- scripts/flows/subscription.lua over the sandbox, the whole way: months go by.

local world = require "spec.examples.world"

local MONTHLY, YEARLY = "price_vip_monthly", "price_vip_yearly"

describe("the example flows of a membership", function()
  local w, pay, backend

  before_each(function()
    w = world.new()
    pay = w:open_flows "subscription"
    backend = w.backend
  end)

  after_each(function() pay:close() end)

  local function start(more)
    local order = { order_id = "S-1", customer = "u-7", product = MONTHLY, trial_days = 7 }
    for name, value in pairs(more or {}) do order[name] = value or nil end
    return assert(pay.flows:start("membership", order, { id = "m-1" }))
  end

  local function flow(id) return pay.flows:get(id or "m-1") end

  local function joined(more)
    local one = start(more)
    assert(w.box:pay(one.action.url))
    w:pass(world.HOUR)
    return one
  end

  local function days(count) w:pass(count * world.DAY, 6 * world.HOUR) end

  it("begins with a trial, and lasts while it is paid for", function()
    local one = start()
    assert.same({ "waiting", "redirect" }, { one.status, one.action.type })
    w.box:pay(one.action.url)
    w:pass(world.HOUR)
    assert.same({ "grant u-7 " .. MONTHLY }, backend.done)
    local subscription = pay.subscriptions:get "S-1"
    assert.same({ "trialing", true }, { subscription.status, subscription.auto_renew })
    days(70)
    assert.same({ "waiting", nil, "active" }, { flow().status, flow().action, pay.subscriptions:get("S-1").status })
    assert.equal(1, #backend.done)
    local renewals = {}
    for _, payment in ipairs(pay.payments:list {}) do
      if payment.renewal_of then renewals[#renewals + 1] = tostring(payment.amount) end
    end
    assert.same({ "9.99 USD", "9.99 USD", "9.99 USD" }, renewals)
    assert.same({}, w.alarms)
  end)

  it("ends where nobody pays on the page", function()
    start()
    days(3)
    assert.same({ "failed", 0 }, { flow().status, #backend.done })
    assert.equal("expired", pay.payments:get("S-1").status)
  end)

  it("asks for another card when a renewal fails, and goes on when that is paid", function()
    joined()
    w.box:fail_card("u-7", true)
    days(8)
    assert.equal("past_due", pay.subscriptions:get("S-1").status)
    assert.matches("^mail u%-7 your card was declined", backend.done[2])
    assert.equal(2, #backend.done)
    w.box:fail_card("u-7", false)
    days(20)
    assert.same({ "waiting", "active", 2 }, { flow().status, pay.subscriptions:get("S-1").status, #backend.done })
    -- and again a month later
    w.box:fail_card("u-7", true)
    days(20)
    assert.equal(3, #backend.done)
  end)

  it("closes what it gave when no renewal is paid", function()
    joined()
    w.box:fail_card("u-7", true)
    days(60)
    assert.equal("succeeded", flow().status)
    assert.is_true(flow().result.ended == "expired" or flow().result.ended == "canceled")
    assert.equal(1, flow().result.ended == pay.subscriptions:get("S-1").status and 1)
    assert.equal("revoke u-7", backend.done[#backend.done])
  end)

  it("goes on over months in which the shop's server is not there, and over one that dies", function()
    joined()
    w.box:advance(40 * world.DAY)
    w:work()
    assert.same({ "waiting", 1 }, { flow().status, #backend.done })
  end)

  describe("of leaving", function()
    local function leave()
      local one = assert(pay.flows:start("leave", { order_id = "S-1" }, { id = "l-1" }))
      w:work()
      return one
    end

    it("keeps access to the end of what is paid for", function()
      joined()
      local one = leave()
      assert.equal("succeeded", one.status)
      assert.equal(pay.subscriptions:get("S-1").period_end_ms, one.result.ends_ms)
      assert.matches("^mail u%-7 thank you, you will not be charged", backend.done[2])
      assert.equal(2, #backend.done)
      days(10)
      assert.same({ "succeeded", { ended = "canceled" } }, { flow().status, flow().result })
      assert.equal("revoke u-7", backend.done[3])
      local invoices = w.box:books().appwheel.invoices
      assert.same({ 1, 0 }, { #invoices, invoices[1].paid })
    end)

    it("finds out what a lost answer did, and cancels once", function()
      joined()
      w.box:fault("subscription.cancel", "commit_then_drop")
      assert.equal("succeeded", leave().status)
    end)

    it("tries again while the provider is out of reach", function()
      joined()
      w.box:fault("*", "refuse", { provider = "appwheel", times = 9 })
      local one = leave()
      assert.same({ "waiting", true }, { one.status, one.error ~= nil })
      days(1)
      assert.same({ "succeeded", false }, { flow("l-1").status, pay.subscriptions:get("S-1").auto_renew })
    end)
  end)

  describe("of changing the plan", function()
    local function change(product)
      return assert(pay.flows:start("change_plan", { order_id = "S-1", product = product or YEARLY }, { id = "c-1" }))
    end

    it("lets the member pay the difference, and then it is another plan", function()
      joined { trial_days = false }
      local one = change()
      assert.same({ "waiting", "redirect" }, { one.status, one.action.type })
      assert.equal(MONTHLY, pay.subscriptions:get("S-1").product_id)
      assert(w.box:pay(one.action.url))
      w:pass(world.HOUR)
      assert.same({ "succeeded", YEARLY }, { flow("c-1").status, pay.subscriptions:get("S-1").product_id })
      assert.equal("waiting", flow().status)
    end)

    it("leaves the plan as it is where the difference is not paid", function()
      joined { trial_days = false }
      change()
      days(2)
      assert.same({ "failed", MONTHLY }, { flow("c-1").status, pay.subscriptions:get("S-1").product_id })
      assert.equal(1, #backend.done)
    end)

    it("waits while it is unknown whether the plan has changed", function()
      joined { trial_days = false, product = YEARLY }
      w.box:fault("subscription.update", "commit_then_drop")
      w.box:fault("subscription.query", "status_500", { times = 3 })
      local one = change(MONTHLY)
      assert.equal("waiting", one.status)
      assert.equal(YEARLY, pay.subscriptions:get("S-1").product_id)
      days(1)
      assert.same({ "succeeded", MONTHLY }, { flow("c-1").status, pay.subscriptions:get("S-1").product_id })
    end)

    it("says so where a change that was unknown was not made", function()
      joined { trial_days = false, product = YEARLY }
      w.box:fault("subscription.update", "status_503")
      w.box:fault("subscription.query", "status_500", { times = 2 })
      local one = change(MONTHLY)
      assert.is_true(one.status == "waiting" or one.status == "failed")
      days(2)
      assert.same({ "failed", YEARLY }, { flow("c-1").status, pay.subscriptions:get("S-1").product_id })
      assert.equal(1, #backend.done)
    end)

    it("says why a plan cannot be had", function()
      joined()
      local one = change "price_vip_2021"
      assert.equal("failed", one.status)
      assert.truthy(one.error)
      assert.equal(MONTHLY, pay.subscriptions:get("S-1").product_id)
    end)
  end)
end)
