-- The client over the real account and the simulator of MinCloud: sessions, payers' own orders,
-- webhooks, and the question whether an item is paid for.

local obol = require "obol"
local sandbox = require "obol.sandbox"
local simulated = require "spec.client.simulated"

-- `which` is one of the ready accounts; `words` replaces members, false takes one away.
local function open(which, words, simulator)
  local box = sandbox.new { clock_ms = 1700000000000, seed = "client", mincloud = simulator }
  local account = box:accounts()[which or "mincloud"]
  account.provider = "mincloud"
  for name, value in pairs(words or {}) do account[name] = value or nil end
  for _, name in ipairs { "token", "webhook_key" } do account[name] = account[name] and obol.secret(account[name]) end
  if account.login then account.login.password = obol.secret(account.login.password) end
  local pay, state = simulated.open(box, { web = account }, { mode = "live" })
  return pay, box, state
end

local function order(order_id, more)
  local params = { order_id = order_id, amount = "0.10", currency = "CNY", description = "tea", method = "wechat_qr" }
  for name, value in pairs(more or {}) do params[name] = value end
  return params
end

local deliver = simulated.deliver_to "web"

-- A webhook with these claims, signed as the simulator signs.
local function signed(box, claims)
  local function encoded(bytes)
    return (obol.crypto.base64(bytes):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
  end
  local input = encoded '{"alg":"HS256","typ":"JWT"}' .. "." .. encoded(claims)
  local mac = obol.crypto.hmac("sha256", box:accounts().mincloud.webhook_key, input)
  return { method = "POST", url = "/", headers = {}, body = input .. "." .. encoded(mac) }
end

local function payer_token(box)
  return obol.secret(box:accounts().mincloud_payer.token)
end

describe("MinCloud's webhook", function()
  for _, amounts in ipairs { true, false } do
    it("is confirmed by the order's query, " .. (amounts and "with" or "without") .. " an amount in it", function()
      local pay, box, state = open(nil, nil, { webhook_amounts = amounts })
      local payment = assert(pay.payments:create(order "A-1"))
      assert.equal("requires_action", payment.status)
      assert.equal("qr", payment.action.type)
      assert(box:pay(payment.provider_id))
      local replies, events = deliver(pay, box)
      assert.equal(200, replies[1].status)
      assert.equal("signature", events[1].verified_by)
      assert.equal("succeeded", pay.payments:get("A-1").status)
      assert.same({ "payment.create", "payment.query" }, state.operations)
      box:resend(box:deliveries()[1].id)
      replies, events = deliver(pay, box)
      assert.equal(200, replies[1].status)
      assert.is_true(events[1].duplicate)
      assert.same({}, state.alarms)
    end)
  end

  it("that nobody signed is refused", function()
    local pay, box = open()
    local payment = assert(pay.payments:create(order "A-1"))
    assert(box:forge(payment.provider_id))
    local replies = deliver(pay, box)
    assert.is_true(replies[1].status >= 400)
    assert.equal("requires_action", pay.payments:get("A-1").status)
  end)

  it("is held until the query works", function()
    local pay, box = open()
    local payment = assert(pay.payments:create(order "A-1"))
    assert(box:pay(payment.provider_id))
    box:fault("payment.query", "status_503", { provider = "mincloud" })
    assert.is_true(deliver(pay, box)[1].status >= 500)
    assert.equal("requires_action", pay.payments:get("A-1").status)
    box:advance(1000)
    assert.equal(200, deliver(pay, box)[1].status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
  end)

  it("of an order that another ledger made is kept, and refused when it turns out to differ", function()
    local pay, box = open()
    local payment = assert(pay.payments:create(order "A-1"))
    assert(box:pay(payment.provider_id))
    local alarms = {}
    local account = box:accounts().mincloud
    account.provider, account.token = "mincloud", obol.secret(account.token)
    account.webhook_key = obol.secret(account.webhook_key)
    local other = assert(obol.open { mode = "live", ledger = "memory", accounts = { web = account },
      transport = box:transport(), clock = function() return box:now_ms() end,
      log = function(record) alarms[#alarms + 1] = record.alarm end })
    assert.is_true(deliver(other, box)[1].status >= 500)
    assert.equal("requires_action", other.payments:create(order("A-1", { amount = "0.20" })).status)
    assert.same({ "mismatch" }, alarms)
  end)
end)

describe("MinCloud, logged in,", function()
  it("makes its session once and never shows it", function()
    local pay, box, state = open "mincloud_login"
    assert.equal("requires_action", pay.payments:create(order "A-1").status)
    assert.equal("requires_action", pay.payments:create(order "A-2").status)
    assert(box:pay(pay.payments:get("A-1").provider_id))
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    assert.same({ "session.create", "payment.create", "payment.create", "payment.query" }, state.operations)
  end)

  it("makes it again shortly before its end", function()
    local pay, box, state = open("mincloud_login", nil, { token_life_s = 100 })
    pay.payments:create(order "A-1")
    box:advance(70000)
    assert.equal("requires_action", pay.payments:create(order "A-2").status)
    assert.same({ "session.create", "payment.create", "session.create", "payment.create" }, state.operations)
  end)

  it("makes it again when it is refused, and the call once more", function()
    local pay, box, state = open "mincloud_login"
    pay.payments:create(order "A-1")
    box:fault("payment.create", "status_401", { provider = "mincloud" })
    local payment = pay.payments:create(order "A-2")
    assert.equal("requires_action", payment.status)
    assert.equal(1, #payment.attempts)
    assert.same({ "session.create", "payment.create", "payment.create", "session.create", "payment.create" },
      state.operations)
    assert.equal(2, #box:books().mincloud.orders)
  end)

  it("sends nothing with a password that is wrong", function()
    local pay, box = open("mincloud_login", { login = { username = "nobody", password = "x" } })
    local payment, err = pay.payments:create(order "A-1")
    assert.is_nil(payment)
    assert.equal("not_sent", err.outcome)
    assert.is_nil((pay.payments:get "A-1"))
    assert.equal(0, #box:books().mincloud.orders)
  end)
end)

describe("An order of MinCloud made with a payer's token", function()
  local function made()
    local pay, box, state = open()
    local payment = assert(pay.payments:create(order("A-1", { method = "wechat_jsapi" }), { token = payer_token(box) }))
    assert.equal("jsapi", payment.action.type)
    return pay, box, state, payment
  end

  it("is not asked about without it", function()
    local pay, box, state = made()
    box:advance(86400000)
    assert.equal("requires_action", pay.payments:refresh("A-1").status)
    assert.same({ "payment.create" }, state.operations)
  end)

  it("is asked about with it", function()
    local pay, box, _, payment = made()
    assert(box:pay(payment.provider_id))
    assert.equal("succeeded", pay.payments:refresh("A-1", { token = payer_token(box) }).status)
  end)

  it("is proven by the signed webhook", function()
    local pay, box, state, payment = made()
    assert(box:pay(payment.provider_id))
    assert.equal(200, deliver(pay, box)[1].status)
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.same({ "payment.create" }, state.operations)
    assert.same({}, state.alarms)
  end)

  it("is not proven by another order of the payer's that has its words", function()
    for cost, expected in pairs { [""] = "requires_action", [',"total_cost":0.01'] = "requires_action",
      [',"total_cost":0.10'] = "succeeded" } do
      local pay, box, state = made()
      local reply = pay.notifications:receive("web", signed(box, ('{"trade_no":"%s","transaction_no":"%s",'
        .. '"status":"success","merchandise_snapshot":{"obol":{"order_id":"A-1","key":"%s"}}%s}'):format(
        ("t"):rep(32), ("n"):rep(32), pay.payments:get("A-1").attempts[1].key, cost)))
      assert.equal(expected, pay.payments:get("A-1").status)
      assert.equal(expected == "succeeded", reply.status == 200)
      assert.same(cost:find "0.01" and { "mismatch" } or {}, state.alarms)
    end
  end)
end)

describe("MinCloud, asked whether an item is paid for,", function()
  it("answers for the payer whose token it is", function()
    local pay, box = open()
    local token = payer_token(box)
    local query = { extra = { mincloud = { record_id = "goods-7" } } }
    local _, err = pay.payments:find(query)
    assert.equal("unsupported", err.kind)
    assert.is_false(assert(pay.payments:find(query, { token = token })).paid)
    local made = assert(pay.payments:create(order("A-1", { extra = query.extra }), { token = token }))
    assert.is_false(assert(pay.payments:find(query, { token = token })).paid)
    assert(box:pay(made.provider_id))
    local found = assert(pay.payments:find(query, { token = token }))
    assert.is_true(found.paid)
    assert.equal("A-1", found[1].order_id)
    assert.is_true(assert(pay.payments:find({ item = "goods-7" }, { token = token })).paid)
    assert.is_false(assert(pay.payments:find({ item = "goods-8" }, { token = token })).paid)
  end)
end)

describe("An order of MinCloud without an answer", function()
  it("is found by its key when it was made, and given up when it was not", function()
    local pay, box = open()
    box:fault("payment.create", "commit_then_drop", { provider = "mincloud" })
    local payment = assert(pay.payments:create(order "A-1"))
    assert.equal("processing", payment.status)
    assert.is_string(payment.provider_id)
    assert(box:pay(payment.provider_id))
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    box:fault("payment.create", "status_503", { provider = "mincloud" })
    payment = assert(pay.payments:create(order "A-2"))
    assert.equal("failed", payment.status)
    assert.equal("abandoned", payment.attempts[1].outcome)
    assert.equal("failed", pay.payments:refresh("A-2").status)
    assert.equal("requires_action", pay.payments:create(order "A-2").status)
  end)
end)
