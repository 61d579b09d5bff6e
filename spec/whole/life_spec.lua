local support = require "spec.whole.support"

-- The whole way: Lua call, C codec, signature, libcurl, a server that checks the signature, the
-- answer decoded, the payer acts, the state confirmed.
describe("through a real server", function()
  local sandbox, pay

  setup(function()
    sandbox = support.start {}
    pay = sandbox.open()
    assert(pay.customers:create { customer = { id = "u-7" } })
  end)
  teardown(function()
    pay:close()
    sandbox.stop()
  end)

  it("a one-off payment succeeds, once", function()
    local payment = assert(pay.payments:create(support.order("A-1", "u-7")))
    assert.equal("requires_action", payment.status)
    sandbox.control("pay", { reference = payment.action.url })
    payment = assert(pay.payments:refresh "A-1")
    assert.equal("succeeded", payment.status)
    assert.equal("8.88 USD", tostring(payment.amount))
    assert.equal(1, #assert(pay.payments:create(support.order("A-1", "u-7"))).attempts)
    local other = support.order("A-1", "u-7")
    other.amount = "9.99"
    local result, err = pay.payments:create(other)
    assert.is_nil(result)
    assert.equal("conflict", err.kind)
  end)

  it("a subscription is started, canceled with a lost answer, and renewed", function()
    assert(pay.customers:create { customer = { id = "u-8" } })
    local subscription = assert(pay.subscriptions:create {
      order_id = "S-1", customer = { id = "u-8" }, item = { product_id = "price_vip_monthly" }, trial_days = 7,
      return_url = "https://shop.example/paid", cancel_url = "https://shop.example/back",
    })
    assert.equal("incomplete", subscription.status)
    sandbox.control("pay", { reference = subscription.action.url })
    subscription = assert(pay.subscriptions:refresh "S-1")
    assert.equal("trialing", subscription.status)
    assert.is_true(subscription.auto_renew)
    sandbox.control("fault", { operation = "subscription.cancel", kind = "commit_then_drop" })
    subscription = assert(pay.subscriptions:cancel "S-1")
    assert.is_false(subscription.auto_renew)
    subscription = assert(pay.subscriptions:renew "S-1")
    assert.is_true(subscription.auto_renew)
    assert.equal(1, #assert(pay.invoices:list { customer = { id = "u-8" } }))
  end)

  it("a wrong secret is refused, and nothing of it is shown", function()
    local obol = require "obol"
    local thief = sandbox.open({}, { secret = obol.secret "ThisIsNotTheSecretOfTheApp000000" })
    local products, err = thief.products:list()
    assert.is_nil(products)
    assert.equal("authentication", err.kind)
    assert.equal("10000", err.provider_code)
    assert.is_nil(tostring(err):find("ThisIsNot", 1, true))
  end)

  it("an answer of the other mode releases nothing and raises an alarm", function()
    local alarms = {}
    local live = sandbox.open { mode = "live", log = function(record)
      if record.type == "alarm" then alarms[#alarms + 1] = record.alarm end
    end }
    assert(live.customers:create { customer = "u-9" })
    local order = support.order("L-1", "u-9")
    order.customer = "u-9"
    local payment = assert(live.payments:create(order))
    assert.not_equal("requires_action", payment.status)
    assert.is_nil(payment.action)
    assert.same({ "other_mode" }, alarms)
  end)

  it("what the sandbox sold is what the ledger says", function()
    local sold = sandbox.control("books").appwheel
    assert.equal(1, #sold.subscriptions)
    local paid = assert(pay.payments:list { status = "succeeded" })
    assert.equal(2, #paid)
  end)
end)
