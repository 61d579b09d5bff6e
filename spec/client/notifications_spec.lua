local support = require "spec.client.support"

local function wheel(more)
  local state = { orders = {} }
  local pay, transport, clock, ledger = support.open("wheel", function(request)
    if request.operation == "entitlement.get" then
      return { outcome = "succeeded", entitlements = { { name = "vip", orders = state.orders } } }
    end
    if request.operation == "subscription.query" then
      return { outcome = "succeeded", subscription = state.subscription }
    end
    return { outcome = "accepted", action = { type = "redirect", url = "https://pay.example/c" } }
  end, more)
  return pay, state, transport, clock, ledger
end

local function notice(id, extra, body)
  return { method = "POST", url = "/notify", headers = { id = id }, body = body or "{}", extra = extra }
end

describe("notifications:receive", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("follows a hint of a product to the open purchase, and acknowledges it", function()
    local pay, state = wheel()
    pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u-1" },
      item = { product_id = "price_1" } }
    state.orders = { { product_id = "price_1", transaction_id = "in_1", provider_id = "in_1", status = "active" } }
    local extra = { data = { object = { price = "price_1" } } }
    local reply, event, err = pay.notifications:receive("a", notice("evt_1", extra))
    assert.is_nil(err)
    assert.equal(200, reply.status)
    assert.equal("hint", event.type)
    assert.equal("a", event.account)
    assert.is_false(event.duplicate)
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)

  it("follows a hint of a subscription", function()
    local pay, state = wheel()
    pay.subscriptions:create { order_id = "S-1", customer = { id = "u-1" }, item = { product_id = "price_1" } }
    state.orders = { { product_id = "price_1", transaction_id = "in_1", provider_id = "sub_1", status = "active" } }
    pay.subscriptions:refresh "S-1"
    state.subscription = { id = "sub_1", product_id = "price_1", transaction_id = "in_1", status = "past_due" }
    pay.notifications:receive("a", notice("evt_2", { object = { subscription = "sub_1" } }))
    assert.equal("past_due", pay.subscriptions:get("S-1").status)
  end)

  it("asks about nothing for a hint of nothing of ours", function()
    local pay, _, transport = wheel()
    pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u-1" },
      item = { product_id = "price_1" } }
    local before = #transport.sent
    assert.equal(200, pay.notifications:receive("a", notice("evt_1", { id = "sub_9" })).status)
    assert.equal(before, #transport.sent)
  end)

  it("changes nothing for the same notification twice, also without an id", function()
    local pay, _, transport, _, ledger = wheel()
    pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u-1" },
      item = { product_id = "price_1" } }
    local before = #transport.sent
    for place, wanted in ipairs { false, true, true } do
      local reply, event = pay.notifications:receive("a", notice("evt_1", { "price_1" }))
      assert.equal(200, reply.status)
      assert.equal(wanted, event.duplicate, place)
    end
    assert.equal(before + 1, #transport.sent)
    for _, wanted in ipairs { false, true } do
      assert.equal(wanted, select(2, pay.notifications:receive("a", notice(nil, {}, "some body"))).duplicate)
    end
    assert.equal(2, #ledger:list("notifications", {}))
  end)

  it("bounds what a flood of hints makes it ask", function()
    local pay, _, transport = wheel()
    pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u-1" },
      item = { product_id = "price_1" } }
    local before = #transport.sent
    for place = 1, 100 do pay.notifications:receive("a", notice("evt_" .. place, { "price_1" })) end
    assert.is_true(#transport.sent - before <= 25, #transport.sent - before)
  end)

  it("always has a reply, and never raises", function()
    local pay = wheel()
    local cases = {
      { "nobody", notice "e", 404, "not_found" },
      { nil, notice "e", 404, "not_found" },
      { "a", notice("e", nil, "forged"), 400, "signature" },
      { "a", notice("e", nil, "raise"), 400, "invalid" },
      { "a", notice("e", nil, ("x"):rep(1024 * 1024 + 1)), 400, "invalid" },
      { "a", { body = 5 }, 400, "invalid" },
      { "a", "text", 400, "invalid" },
      { "a", nil, 400, "invalid" },
    }
    for place = 1, 8 do
      local reply, event, err = pay.notifications:receive(cases[place][1], cases[place][2])
      assert.equal(cases[place][3], reply.status)
      assert.is_table(reply.headers)
      assert.is_nil(event)
      assert.equal(cases[place][4], err.kind)
    end
  end)

  it("asks for another delivery when the ledger fails", function()
    local pay, _, _, _, ledger = wheel()
    ledger.apply_event = function() return nil, { kind = "storage", message = "disk full" } end
    local reply, event, err = pay.notifications:receive("a", notice "evt_1")
    assert.equal(500, reply.status)
    assert.equal("hint", event.type)
    assert.equal("storage", err.kind)
  end)
end)

describe("events:consume", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function shop()
    local pay = support.open("cards", function(request)
      return { outcome = request.params.order_id == "A-2" and "declined" or "succeeded", provider_id = "tx" }
    end)
    for place = 1, 3 do
      pay.payments:create { order_id = "A-" .. place, amount = "1.00", currency = "USD" }
    end
    return pay
  end

  it("hands every event once to each consumer, in order", function()
    local pay, seen = shop(), {}
    local function take(event) seen[#seen + 1] = event.order_id .. " " .. event.type end
    assert.equal(3, (pay.events:consume("mail", take)))
    assert.same({ "A-1 payment.succeeded", "A-2 payment.failed", "A-3 payment.succeeded" }, seen)
    assert.equal(0, (pay.events:consume("mail", take)))
    assert.equal(3, (pay.events:consume("stock", take)))
    local event
    pay.events:consume("books", function(given) event = event or given end)
    assert.equal("1.00", event.amount:format())
    assert.equal("succeeded", event.outcome)
    assert.equal("a", event.account)
    assert.equal(support.NOW, event.time_ms)
    assert.equal("tx", event.provider_id)
  end)

  it("brings an event again that was not taken, and holds back what follows it for the same order", function()
    local pay = shop()
    pay.payments:create { order_id = "A-2", amount = "1.00", currency = "USD" }
    for _, refuse in ipairs {
      function() error "boom" end, function() return false end, function() return nil, "later" end,
    } do
      local seen = {}
      local done, err = pay.events:consume("mail", function(event)
        seen[#seen + 1] = event.order_id
        if event.order_id == "A-2" then return refuse() end
      end)
      assert.equal("internal", err.kind)
      local count = 0
      for _, order_id in ipairs(seen) do
        if order_id == "A-2" then count = count + 1 end
      end
      assert.equal(1, count)
      assert.is_true(done == 2 or done == 0)
    end
    local seen = {}
    assert.equal(2, (pay.events:consume("mail", function(event) seen[#seen + 1] = event.order_id end)))
    assert.same({ "A-2", "A-2" }, seen)
  end)

  it("goes through more events than one batch", function()
    local pay = support.open("cards", function() return { outcome = "succeeded" } end)
    for place = 1, 250 do pay.payments:create { order_id = "A-" .. place, amount = "1.00", currency = "USD" } end
    local count = 0
    assert.equal(250, (pay.events:consume("mail", function() count = count + 1 end)))
    assert.equal(250, count)
  end)
end)
