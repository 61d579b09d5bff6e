-- scripts/flows/checkout.lua over the sandbox, the whole way.

local world = require "spec.examples.world"

local MINUTES = 10 * 60000

describe("the example flow of a checkout", function()
  local w, pay, backend

  before_each(function()
    w = world.new()
    pay = w:open_flows "checkout"
    backend = w.backend
  end)

  after_each(function() pay:close() end)

  -- In yuan, with WeChat and then Alipay.
  local function start(more)
    local order = { order_id = "A-1", amount = "19.99", currency = "CNY", ways = { "wechat_qr", "alipay_page" },
      items = { { name = "tea lights", price = "19.99", quantity = 1 } } }
    for name, value in pairs(more or {}) do order[name] = value end
    return assert(pay.flows:start("checkout", order, { id = "f-1" }))
  end

  -- In dollars, on the hosted page for cards.
  local function start_page()
    return start { currency = "USD", amount = "8.88", ways = { "checkout" }, billing = { country = "CA" },
      items = { { name = "tea lights", price = "8.88", quantity = 1 } },
      customer = { id = "u-7", ip = "203.0.113.9" } }
  end

  -- What the simulator of wallets offered, and what became of each.
  local function offers()
    local list = {}
    for place, order in ipairs(w.box:books().mincloud.orders) do
      list[place] = order.gateway_type .. " " .. order.status
    end
    return list
  end

  local function flow() return pay.flows:get "f-1" end

  it("offers a code, and sends what was paid", function()
    local one = start()
    assert.same({ "waiting", "qr", "A-1" }, { one.status, one.action.type, one.waits_for })
    assert(w.box:pay "A-1")
    w:work()
    one = flow()
    assert.same({ "succeeded", nil }, { one.status, one.action })
    assert.same({ parcel = "ship-A-1" }, one.result)
    assert.same({ "hold A-1 ...", "ship A-1 hold-A-1" }, backend.done)
  end)

  it("falls back to the next way once the first is over, and takes money once", function()
    start()
    w:pass(3 * world.HOUR)
    local one = flow()
    assert.same({ "waiting", "redirect" }, { one.status, one.action.type })
    assert.equal(2, #pay.payments:get("A-1").attempts)
    assert(w.box:pay "A-1")
    w:work()
    assert.equal("succeeded", flow().status)
    assert.same({ "weixin_tenpay_native pending", "alipay_page success" }, offers())
  end)

  it("begins no other way while a page can still be paid", function()
    start()
    w:pass(world.HOUR)
    assert.equal(1, #pay.payments:get("A-1").attempts)
    assert.equal("qr", flow().action.type)
  end)

  it("lets the goods go when every way is over", function()
    start()
    w:pass(6 * world.HOUR)
    local one = flow()
    assert.same({ "failed", nil }, { one.status, one.action })
    assert.matches("not paid", tostring(one.error))
    assert.same({ "hold A-1 ...", "release hold-A-1" }, backend.done)
  end)

  it("takes a decline on the page for what it is", function()
    start_page()
    w.box:decline "A-1"
    w:work()
    assert.same({ "failed", "declined" }, { flow().status, flow().error.kind })
    assert.same({ "hold A-1 ...", "release hold-A-1" }, backend.done)
  end)

  it("ends at once where it is sold out, and asks nobody for money", function()
    backend.answers.hold = {}
    assert.equal("failed", start().status)
    assert.same({ "hold A-1 ..." }, backend.done)
    assert.equal("not_found", select(2, pay.payments:get "A-1").kind)
  end)

  it("begins no other way while it is unknown what became of the first", function()
    w.box:fault("payment.create", "commit_then_drop", { provider = "mincloud" })
    w.box:fault("payment.query", "status_500", { provider = "mincloud", times = 3 })
    local one = start()
    assert.same({ "waiting", nil, "unknown" }, { one.status, one.action, pay.payments:get("A-1").status })
    w:pass(world.HOUR, MINUTES)
    assert.same({ "weixin_tenpay_native pending" }, offers())
    w:pass(2 * world.HOUR, MINUTES)
    assert.equal(2, #offers())
    assert(w.box:pay "A-1")
    w:work()
    assert.equal("succeeded", flow().status)
  end)

  it("sends what was paid although its answer was lost", function()
    w.box:fault("payment.create", "commit_then_drop", { provider = "mincloud" })
    start()
    assert(w.box:pay "A-1")
    w:work()
    assert.equal("succeeded", flow().status)
    assert.same({ "weixin_tenpay_native success" }, offers())
  end)

  it("sends what is paid, however long the warehouse is down", function()
    backend.down.ship = true
    start()
    w.box:pay "A-1"
    w:work()
    local one = flow()
    assert.equal("waiting", one.status)
    assert.matches("ship: down", tostring(one.error))
    w:pass(3 * world.HOUR)
    assert.equal("waiting", flow().status)
    backend.down.ship = nil
    w:pass(3 * world.HOUR)
    assert.same({ "succeeded", "ship A-1 hold-A-1" }, { flow().status, backend.done[2] })
    assert.equal(2, #backend.done)
    assert.is_true(backend.asked.ship > 2)
  end)

  it("gives back what cannot be delivered, once, and lets the goods go", function()
    backend.answers.ship = {}
    start_page()
    w.box:pay "A-1"
    w:work()
    w:pass(world.HOUR)
    assert.same({ "failed", "hold A-1 ...", "ship A-1 hold-A-1", "release hold-A-1" },
      { flow().status, backend.done[1], backend.done[2], backend.done[3] })
    assert.matches("cannot be delivered", tostring(flow().error))
    assert.equal("8.88 USD", tostring(pay.payments:get("A-1").refunded))
    local refunds = w.box:books().ruxpay.refunds
    assert.same({ 1, "succeeded", 888 }, { #refunds, refunds[1].status, refunds[1].amount })
  end)

  it("has a person give it back where the provider does not", function()
    backend.answers.ship = {}
    start_page()
    w.box:pay "A-1"
    w:work()
    for place = 1, 2 do
      assert(w.box:decline(w.box:books().ruxpay.refunds[place].refund_id))
      w:work()
    end
    assert.equal("failed", flow().status)
    assert.same({ "mail accounting A-1: give back 8.88 USD by hand", "release hold-A-1" },
      { backend.done[3], backend.done[4] })
  end)
end)
