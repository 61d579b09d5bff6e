-- scripts/flows/card.lua over the sandbox, the whole way, with the page that takes the card.

local world = require "spec.examples.world"

local BROWSER = { user_agent = "Mozilla/5.0", accept = "text/html" }

describe("the example flow of an order paid by card", function()
  local w, pay, backend

  before_each(function()
    w = world.new()
    pay = w:open_flows "card"
    backend = w.backend
    assert(pay.flows:start("card", { order_id = "A-1", items = { { name = "tea lights" } } }, { id = "f-1" }))
  end)

  after_each(function() pay:close() end)

  local entered
  before_each(function() entered = 0 end)

  -- What the page's server does with a card; `is_cut` where it dies before it tells.
  local function enter(cvv, is_cut)
    local payment = assert(pay.payments:create(world.card("A-1", { cvv = cvv, three_ds = true, browser = BROWSER })))
    entered = entered + 1
    if entered > 1 and not is_cut then assert(pay.flows:tell("f-1", "another card", true)) end
    w:pass(60000, 60000)
    return payment
  end

  local function flow() return pay.flows:get "f-1" end

  it("keeps no card, neither in its input nor in its record", function()
    enter "123"
    for _, one in ipairs(pay.flows:steps "f-1") do
      assert.is_nil(require("cjson").encode(one.subject or ""):find("4300", 1, true))
    end
    local refused, err = pay.flows:start("card", { order_id = "A-9", card = { number = "4300000000000000" } })
    assert.is_nil(refused)
    assert.equal("invalid", err.kind)
  end)

  it("waits for the bank's challenge, and sends", function()
    assert.equal("waiting", flow().status)
    local payment = enter "123"
    assert.same({ "waiting", "A-1" }, { flow().status, flow().waits_for })
    w.box:pay(payment.action.url)
    w:work()
    assert.same({ "succeeded", "ship-A-1" }, { flow().status, flow().result })
    assert.same({ "hold A-1 ...", "ship A-1 hold-A-1" }, backend.done)
  end)

  it("goes to the other account where the first is closed, and waits for that one", function()
    w.box:set("ruxpay", { disabled = { w.box:accounts().ruxpay.app_id } })
    local payment = enter "123"
    assert.equal("spare", payment.account)
    w.box:pay(payment.action.url)
    w:work()
    assert.equal("succeeded", flow().status)
    assert.same({ "spare succeeded" }, w:card_sales())
  end)

  it("lets the payer try another card when the bank said no", function()
    w.box:decline(enter("123").action.url)
    w:work()
    assert.same({ "waiting", nil }, { flow().status, flow().waits_for })
    w.box:pay(enter("123").action.url)
    w:work()
    assert.equal("succeeded", flow().status)
    assert.same({ "cards declined", "cards succeeded" }, w:card_sales())
  end)

  it("has enough of a payer after three cards", function()
    for _ = 1, 3 do enter "900" end
    assert.same({ "failed", "declined" }, { flow().status, flow().error.kind })
    assert.same({ "hold A-1 ...", "release hold-A-1" }, backend.done)
  end)

  it("lets the goods go where no card comes", function()
    w:pass(world.HOUR, world.HOUR / 2)
    assert.equal("failed", flow().status)
    assert.matches("no card was entered", tostring(flow().error))
    assert.same({ "hold A-1 ...", "release hold-A-1" }, backend.done)
  end)

  it("lets the goods go where no other card comes", function()
    enter "900"
    w:pass(world.HOUR, world.HOUR / 2)
    assert.same({ "failed", "declined" }, { flow().status, flow().error.kind })
  end)

  it("finds out what was paid on a page that died before it told", function()
    enter "900"
    w.box:pay(enter("123", true).action.url)
    w:work()
    assert.equal("waiting", flow().status)
    w:pass(world.HOUR, world.HOUR / 4)
    assert.equal("succeeded", flow().status)
  end)

  it("waits for a challenge that is answered late", function()
    w:pass(20 * 60000, 60000)
    local payment = enter "123"
    w:pass(20 * 60000, 60000)
    assert.equal("waiting", flow().status)
    w.box:pay(payment.action.url)
    w:work()
    assert.equal("succeeded", flow().status)
  end)

  it("waits while it is unknown, and takes no second card meanwhile", function()
    w.box:fault("payment.create", "status_503", { provider = "ruxpay" })
    w.box:fault("payment.query", "status_500", { provider = "ruxpay" })
    assert.equal("unknown", enter("123").status)
    assert.same({ "waiting", "A-1" }, { flow().status, flow().waits_for })
    local again = pay.payments:create(world.card("A-1", { cvv = "123", three_ds = true, browser = BROWSER }))
    assert.same({ "unknown", 1 }, { again.status, #again.attempts })
    -- every query of the provider's schedule has to find nothing before it is said that nothing was taken
    w:pass(3 * world.HOUR, world.HOUR / 12)
    assert.same({ "failed", "failed" }, { pay.payments:get("A-1").status, flow().status })
    assert.same({}, w:card_sales())
  end)
end)
