-- Forwarded notifications: raw Stripe events, signed as the sheet's section 9 says.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local support = dofile "spec/sandbox/support.lua"

local DAY = support.DAY

describe("the sandbox's notifications", function()
  local app
  before_each(function()
    app = support.open{ webhook_url = "http://127.0.0.1:9/hook" }
    app.user("u1")
  end)

  local function types(list)
    local out = {}
    for i, request in ipairs(list) do out[i] = cjson.decode(request.body).type end
    return out
  end

  local function is_signed(request, secret)
    local stamp, mac = request.headers["stripe-signature"]:match("^t=(%d+),v1=(%x+)$")
    secret = secret or app.box:accounts().appwheel.webhook_secret
    return mac == crypto.hex(crypto.hmac("sha256", secret, stamp .. "." .. request.body)), stamp
  end

  it("signs as the sheet's vector does", function()
    local body = '{"id":"evt_1","object":"event","type":"invoice.payment_succeeded"}'
    assert.equal("b64536eac8f6b5fe732a97231770251b6ca7a496b557db07a187aeb529e50c8d",
      crypto.hex(crypto.hmac("sha256", "whsec_test_secret", "1700000000." .. body)))
    local box = require("obol.sandbox").new{ clock_ms = support.T0,
      appwheel = { webhook_secret = "whsec_test_secret" } }
    local provider = box.providers.appwheel
    box.webhooks.push = function(_, message)
      assert.equal("t=1700000000,v1=b64536eac8f6b5fe732a97231770251b6ca7a496b557db07a187aeb529e50c8d",
        message.sign(body, 1700000000)["stripe-signature"])
      provider.seen_sign = true
    end
    require("obol.sandbox.appwheel.events").refund(provider, { user = { customer = "cus_1" }, charge = "ch_1",
      charged = 1, total = 1,
      currency = "usd" })
    assert.is_true(provider.seen_sign)
  end)

  it("forwards the events of a purchase, in order, as Stripe writes them", function()
    app.bought()
    local list = app.box:deliver()
    assert.same({ "invoice.finalized", "customer.subscription.created", "invoice.payment_succeeded" }, types(list))
    local first = list[1]
    assert.same({ "http://127.0.0.1:9/hook", "POST", "application/json" },
      { first.url, first.method, first.headers["content-type"] })
    local signed, stamp = is_signed(first)
    assert.is_true(signed)
    assert.equal("1700000000", stamp)
    assert.truthy(first.body:find('^{"id":"evt_%w+","object":"event","type":"invoice.finalized","created":1700000000,'
      .. '"livemode":false,"data":{"object":{"id":"in_'))
    assert.same({}, app.box:deliver())
  end)

  it("forwards renewals, plan changes, ends and refunds", function()
    local bought = app.bought()
    app.box:deliver()
    app.box:advance(30 * DAY)
    assert.same({ "invoice.finalized", "invoice.payment_succeeded", "customer.subscription.updated" },
      types(app.box:deliver()))
    app.post("/v1/stripe/purchase/cancel", { appUserId = "u1", purchaseId = bought.subscription })
    assert.same({ "customer.subscription.updated" }, types(app.box:deliver()))
    local refund = app.box:refund(bought.subscription)
    local list = app.box:deliver()
    assert.same({ "charge.refunded", "customer.subscription.deleted" }, types(list))
    local charge = cjson.decode(list[1].body).data.object
    assert.same({ 999, true, refund.of }, { charge.amount_refunded, charge.refunded, charge.invoice })
  end)

  it("tries again after 1, 5 and 30 s on anything but 200, then gives up", function()
    app.bought()
    local calls = 0
    local function refuse()
      calls = calls + 1
      return 500
    end
    app.box:deliver(refuse)
    assert.equal(3, calls)
    local times = {}
    for second = 1, 60 do
      app.box:advance(1000)
      local before = calls
      app.box:deliver(refuse)
      if calls > before then times[#times + 1] = second end
    end
    assert.same({ 1, 6, 36 }, times)
    assert.equal(12, calls)
    assert.equal("failed", app.box:deliveries()[1].status)
    assert.equal(4, app.box:deliveries()[1].attempts)
  end)

  it("tries again with a new stamp and stops at 200", function()
    app.bought()
    app.box:deliver(function() return nil end)
    app.box:advance(1000)
    local stamps = {}
    app.box:deliver(function(request)
      stamps[#stamps + 1] = select(2, is_signed(request))
      return { status = 200 }
    end)
    assert.same({ "1700000001", "1700000001", "1700000001" }, stamps)
    app.box:advance(60000)
    assert.same({}, app.box:deliver())
    assert.equal("delivered", app.box:deliveries()[1].status)
  end)

  it("comes late, twice, out of order, forged, and under another key", function()
    app.box:fault("notification", "late", { ms = 90000 })
    app.bought()
    assert.same({ "customer.subscription.created", "invoice.payment_succeeded" }, types(app.box:deliver()))
    app.box:advance(90000)
    assert.same({ "invoice.finalized" }, types(app.box:deliver()))

    local function cancel(verb)
      local id = app.box:books().appwheel.subscriptions[1].id
      app.post("/v1/stripe/purchase/" .. verb, { appUserId = "u1", purchaseId = id })
    end
    app.box:fault("customer.subscription.updated", "duplicated")
    cancel("cancel")
    local list = app.box:deliver()
    assert.equal(2, #list)
    assert.equal(list[1].body, list[2].body)

    app.box:fault("notification", "reordered")
    cancel("renew")
    cancel("cancel")
    list = app.box:deliver()
    local ends = {}
    for i, request in ipairs(list) do ends[i] = cjson.decode(request.body).data.object.cancel_at_period_end end
    assert.same({ true, false }, ends)

    for _, kind in ipairs{ "forged", "wrong_key" } do
      app.box:fault("notification", kind)
      cancel(kind == "forged" and "renew" or "cancel")
      list = app.box:deliver()
      assert.equal(1, #list)
      assert.is_false((is_signed(list[1])))
    end
  end)

  it("tells another amount under a good signature", function()
    app.box:fault("invoice.payment_succeeded", "wrong_amount")
    app.bought()
    local list = app.box:deliver()
    assert.is_true((is_signed(list[3])))
    assert.equal(1000, cjson.decode(list[3].body).data.object.amount_paid)
    assert.equal(999, cjson.decode(list[1].body).data.object.amount_due)
  end)

  it("lets go of a held one that nothing follows", function()
    app.bought()
    app.box:deliver()
    app.box:fault("notification", "reordered")
    local id = app.box:books().appwheel.subscriptions[1].id
    app.post("/v1/stripe/purchase/cancel", { appUserId = "u1", purchaseId = id })
    assert.same({ "customer.subscription.updated" }, types(app.box:deliver()))
  end)

  it("stamps with the clock that is asked for", function()
    -- No choice where time stands still means the sandbox's clock.
    for _, case in ipairs{ { "wall", "1700000000" }, { "sandbox", "1702592000" }, { nil, "1702592000" } } do
      local moved = support.open{ sign_clock = case[1] }
      moved.user("u1")
      moved.bought()
      moved.box:deliver()
      moved.box:advance(30 * DAY)
      local signed, stamp = is_signed(moved.box:deliver()[1], moved.box:accounts().appwheel.webhook_secret)
      assert.is_true(signed)
      assert.equal(case[2], stamp)
    end
  end)

  it("sends an empty body for the dashboard's test button", function()
    app.box:test_webhook()
    local list = app.box:deliver()
    assert.same({ 1, "" }, { #list, list[1].body })
    assert.is_nil(list[1].headers["stripe-signature"])
  end)
end)
