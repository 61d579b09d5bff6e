local obol = require "obol"
local support = require "spec.flow.support"

-- A client of accounts one and two; the first declines, and what the second answers is `second`. Before the first is
-- asked the flow is started.
local function open(flow, second)
  local asked = 0
  local pay, about
  local function answer(request)
    asked = asked + 1
    if asked > 1 then return type(second) == "function" and second(request) or second end
    pay.flows:start("ship", nil, { id = "f" })
    return support.declined
  end
  pay, about = support.open({ flow }, { create = answer, query = support.declined, config = {
    accounts = { one = { provider = "plans" }, two = { provider = "plans" } },
    routes = { { name = "r", to = { "one", "two" }, failover = { declined = { "51" } } } } } })
  return pay, about
end

-- While make(pay) makes the payment, another process runs flows after each write that changes its state. Answers the
-- states of the payment and of the flow as they were then.
local function watched(pay, about, make)
  local seen, is_busy, store = {}, false, about.ledger.store
  local run = store.run
  function store.run(self, changes)
    local ok, err = run(self, changes)
    if ok and not is_busy and changes[1].set == "payments" and changes[1].to.status then
      is_busy = true
      support.pass(about, 1)
      pay.flows:run()
      seen[#seen + 1] = ("%s %s"):format(pay.payments:get("A-1").status, pay.flows:get("f").status)
      is_busy = false
    end
    return ok, err
  end
  make(pay)
  store.run = run
  return seen
end

local function pay_once(pay) return pay.payments:create(support.order "A-1") end

local function subscribe(pay) return pay.subscriptions:create(support.order "A-1") end

local function ship(options)
  return obol.flow("ship", function(flow)
    local payment = flow:await("A-1", options or { timeout = "1h" })
    if payment.status ~= "succeeded" then flow:fail(payment) end
    return payment.status
  end)
end

describe("a flow that waits for an order which goes from account to account", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("does not take it for failed in between", function()
    for _, options in ipairs { { timeout = "1h" }, { timeout = "1h", status = { "failed" } } } do
      local pay, about = open(ship(options), support.paid)
      assert.same({ "created waiting", "created waiting", "succeeded succeeded" }, watched(pay, about, pay_once))
      assert.equal("succeeded", pay.flows:get("f").result)
    end
  end)

  it("hears at once that the last account failed too", function()
    local pay, about = open(ship(), support.declined)
    assert.same({ "created waiting", "created waiting", "failed failed" }, watched(pay, about, pay_once))
  end)

  it("hears of a failure when the call's time is over, where its process died on the way", function()
    local pay, about = open(ship(), support.paid)
    local store = about.ledger.store
    local run, died = store.run, nil
    function store.run(self, changes)
      local one = changes[2] and changes[2].put == "attempts" and changes[2].row
      if one and one.account == "two" then
        died = true
        coroutine.yield()
      end
      return run(self, changes)
    end
    coroutine.resume(coroutine.create(function() pay_once(pay) end))
    store.run = run
    assert.is_true(died)
    support.pass(about, 1000)
    pay.flows:run()
    local flow = pay.flows:get "f"
    assert.equal("waiting", flow.status)
    assert.is_true(flow.due_ms <= support.NOW + 40000)
    about.clock.now = flow.due_ms
    pay.flows:run()
    assert.equal("failed", pay.flows:get("f").status)
  end)

  it("does not take a subscription's first charge for failed either", function()
    local pay, about = open(obol.flow("ship", function(flow)
      local found = flow:step("find", function() return flow.pay.subscriptions:get "A-1" end)
      return flow:await(found).status
    end), support.paid)
    assert.same({ "created waiting", "created waiting", "succeeded succeeded" }, watched(pay, about, subscribe))
    assert.equal("active", pay.flows:get("f").result)
  end)
end)
