-- The client over the real account and the simulator of 4metas: orders, callbacks, and what is wrong
-- with them.

local crypto = require "obol.crypto"
local keys = require "obol.sandbox.fourmetas.keys"
local obol = require "obol"
local sandbox = require "obol.sandbox"
local simulated = require "spec.client.simulated"

local function open(mode, words)
  local box = sandbox.new { clock_ms = 1700000000000, seed = "client", fourmetas = { rsa = { mode = mode } } }
  local account = box:accounts().fourmetas
  account.provider = "fourmetas"
  account.rsa.key = obol.secret(account.rsa.key)
  for name, value in pairs(words or {}) do account[name] = value end
  local transport = box:transport()
  local send = transport.send
  local pay, state
  transport.send = function(...)
    state.sent = state.sent + 1
    return send(...)
  end
  pay, state = simulated.open(box, { games = account }, { transport = transport })
  state.sent = 0
  return pay, box, state
end

local function order(order_id, more)
  local params = { order_id = order_id, amount = "3.44", currency = "USD", customer = { id = "167123123123" },
    item = { product_id = 1 }, notify_url = "https://shop.example/notify/games", return_url = "game://paid" }
  for name, value in pairs(more or {}) do params[name] = value end
  return params
end

local deliver = simulated.deliver_to "games"

for _, mode in ipairs { "public_encrypt", "private_encrypt" } do
  describe("4metas, " .. mode .. ",", function()
    it("takes an order from its creation to its callback, once", function()
      local pay, box, state = open(mode)
      local payment = assert(pay.payments:create(order("A-1|%", { extra = { fourmetas = { echo = "server|7" } } })))
      assert.equal("requires_action", payment.status)
      box:pay(payment.provider_id)
      local replies, events = deliver(pay, box)
      assert.equal(200, replies[1].status)
      assert.is_false(events[1].duplicate)
      assert.equal(mode == "public_encrypt" and "query" or "signature", events[1].verified_by)
      payment = pay.payments:get "A-1|%"
      assert.equal("succeeded", payment.status)
      assert.equal("3.44", payment.amount:format())
      assert.same({}, state.alarms)
      box:resend(box:deliveries()[1].id)
      local sent = state.sent
      replies, events = deliver(pay, box)
      assert.equal(200, replies[1].status)
      assert.is_true(events[1].duplicate)
      assert.equal(sent, state.sent)
    end)

    it("is found by asking where no callback comes", function()
      local pay, box = open(mode)
      local payment = assert(pay.payments:create(order "A-1"))
      assert.equal("requires_action", pay.payments:refresh("A-1").status)
      box:pay(payment.provider_id)
      assert.equal("succeeded", pay.payments:refresh("A-1").status)
    end)

    it("ends when the order closes", function()
      local pay, box = open(mode)
      pay.payments:create(order "A-1")
      box:advance(1800000)
      assert.equal("expired", pay.payments:refresh("A-1").status)
    end)

    it("holds a callback that the query does not confirm, and takes it when it comes again", function()
      local pay, box, state = open(mode)
      local payment = assert(pay.payments:create(order "A-1"))
      box:pay(payment.provider_id)
      box:fault("payment.query", "status_503", { provider = "fourmetas" })
      assert.equal(503, deliver(pay, box)[1].status)
      assert.equal("requires_action", pay.payments:get("A-1").status)
      box:advance(5000)
      assert.equal(200, deliver(pay, box)[1].status)
      assert.equal("succeeded", pay.payments:get("A-1").status)
      assert.same({}, state.alarms)
    end)

    it("refuses in one way what is not as it was sent", function()
      for _, kind in ipairs { "altered", "forged", "wrong_key", "wrong_amount" } do
        local pay, box = open(mode)
        local payment = assert(pay.payments:create(order "A-1"))
        box:fault("notification", kind, { provider = "fourmetas" })
        box:pay(payment.provider_id)
        local replies, events = deliver(pay, box)
        assert.equal(400, replies[1].status, kind)
        assert.equal('{"status":0,"msg":"refused"}', replies[1].body)
        assert.is_false(events[1])
        assert.equal("requires_action", pay.payments:get("A-1").status, kind)
      end
    end)

    it("takes another order's callback again for that order only", function()
      local pay, box, state = open(mode)
      local first = assert(pay.payments:create(order "A-1"))
      local second = assert(pay.payments:create(order "A-2"))
      box:pay(first.provider_id)
      deliver(pay, box)
      box:fault("notification", "replayed", { provider = "fourmetas" })
      box:pay(second.provider_id)
      local replies, events = deliver(pay, box)
      assert.equal(200, replies[1].status)
      assert.is_true(events[1].duplicate)
      assert.equal("requires_action", pay.payments:get("A-2").status)
      assert.equal("succeeded", pay.payments:refresh("A-2").status)
      assert.same({}, state.alarms)
    end)
  end)
end

describe("4metas", function()
  it("proves nothing by a callback that the public key alone made", function()
    local pay, box, state = open "public_encrypt"
    local payment = assert(pay.payments:create(order "A-1"))
    assert(box:forge(payment.provider_id))
    for _ = 1, 3 do
      local replies = deliver(pay, box)
      if #replies == 0 then break end
      assert.not_equal(200, replies[1].status)
      box:advance(5000)
    end
    assert.equal("requires_action", pay.payments:get("A-1").status)
    assert.is_true(state.sent > 1)
  end)

  it("asks nothing where the configuration trusts the platform's own key", function()
    local pay, box, state = open("private_encrypt", { confirm = false })
    local payment = assert(pay.payments:create(order "A-1"))
    box:pay(payment.provider_id)
    assert.equal(200, deliver(pay, box)[1].status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.equal(1, state.sent)
  end)

  it("refuses a callback without all of the text that went out with the order", function()
    local pay, box, state = open("private_encrypt", { confirm = false })
    local payment = assert(pay.payments:create(order "A-1"))
    box:pay(payment.provider_id)
    local platform = assert(crypto.key(keys.ready.private))
    local function answer(extra)
      local clear = '{"gameId":22,"rechargeAmount":3.44,"orderId":' .. payment.provider_id .. extra
        .. ',"goodId":1,"userId":167123123123,"status":1}'
      local body = '{"param":"' .. crypto.base64(assert(platform:private_encrypt(clear))) .. '"}'
      return pay.notifications:receive("games", { method = "POST", url = "/notify", body = body,
        headers = { ["content-type"] = "application/json; charset=utf-8" } }).status
    end
    local key = payment.attempts[1].key
    for _, extra in ipairs { "", ',"extra":null', ',"extra":""', ',"extra":"' .. key .. '"',
      ',"extra":"' .. key .. '|A-1"' } do
      assert.equal(400, answer(extra), extra)
    end
    assert.equal("requires_action", pay.payments:get("A-1").status)
    assert.equal(1, state.sent)
    assert.equal(200, answer(',"extra":"' .. key .. '|A-1|"'))
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)

  it("refuses blocks of two callbacks that were joined", function()
    local pay, box, state = open("private_encrypt", { confirm = false })
    local first = assert(pay.payments:create(order("A-1", { customer = { id = "167123123123" } })))
    local second = assert(pay.payments:create(order("A-2", { customer = { id = "167123999999" } })))
    box:pay(first.provider_id)
    deliver(pay, box)
    box:fault("notification", "spliced", { provider = "fourmetas" })
    box:pay(second.provider_id)
    local replies = deliver(pay, box)
    assert.equal(400, replies[1].status)
    assert.equal("requires_action", pay.payments:get("A-2").status)
    assert.is_true(#state.alarms <= 1)
  end)

  it("that does not answer the creation is asked again with another key, and never pays twice", function()
    local pay, box = open "public_encrypt"
    box:fault("payment.create", "commit_then_drop", { provider = "fourmetas" })
    local payment = assert(pay.payments:create(order "A-1"))
    assert.equal("failed", payment.status)
    assert.equal("abandoned", payment.attempts[1].outcome)
    payment = assert(pay.payments:create(order "A-1"))
    assert.equal("requires_action", payment.status)
    local lost
    for _, made in ipairs(box:books().fourmetas.orders) do
      if made.id ~= payment.provider_id then lost = made.id end
    end
    box:pay(payment.provider_id)
    assert.equal(200, deliver(pay, box)[1].status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    -- the lost order is paid too: money of which a person has to know
    assert(box:pay(lost))
    assert.equal(200, deliver(pay, box)[1].status)
    assert.equal(lost, pay.payments:get("A-1").surplus[1].provider_id)
  end)
end)
