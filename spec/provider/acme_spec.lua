-- The example provider: scripts/providers/acme.lua, from its table to whole payments.

local obol = require "obol"
local acme = require "spec.provider.acme_server"

local NOW = acme.NOW

local function define() return assert(dofile "scripts/providers/acme.lua") end

local function new_account(more)
  local words = { provider = "acme", merchant = "m-1", key = obol.secret(acme.KEY) }
  for name, value in pairs(more or {}) do words[name] = value end
  return assert(obol.account(words))
end

local params = { order_id = "A-1001", amount = "8.88", currency = "USD", description = "tea lights" }
local moment = { time_ms = NOW, nonce = "n-1", key = "key-1" }

describe("Acme's account", function()
  setup(define)

  it("writes and signs a request", function()
    local request = assert(new_account():encode("payment.create", params, moment))
    assert.equal("POST", request.method)
    assert.equal("https://api.acme.example/v1/payments", request.url)
    assert.equal('{"merchantId":"m-1","reference":"key-1","orderNo":"A-1001","amount":888,"currency":"USD",'
      .. '"channel":"PAGE","subject":"tea lights"}', request.body)
    -- the signatures of this file are made with `openssl dgst -sha256 -hmac`
    assert.same({ ["content-type"] = "application/json", ["x-acme-merchant"] = "m-1", ["x-acme-time"] = "1700000000",
      ["x-acme-nonce"] = "n-1",
      ["x-acme-signature"] = "2828af3a603c3829bea9e0cd2ec7d5c613ee95fe4129097fc1877996ded4a647" }, request.headers)
    assert.is_true(request.repeat_safe)
  end)

  it("escapes a path, and signs it as it is sent", function()
    local request = assert(new_account():encode("payment.query", { key = "key/1" }, moment))
    assert.equal("https://api.acme.example/v1/payments/key%2F1", request.url)
    assert.equal("", request.body)
    assert.equal("11e78d3684c70e0673a0303bff290df20af216048b2849e45e6ed8aabf89c73d",
      request.headers["x-acme-signature"])
  end)

  it("signs with the newest of several keys", function()
    local account = new_account { key = { obol.secret(acme.KEY), obol.secret "the-older-key" } }
    assert.equal("2828af3a603c3829bea9e0cd2ec7d5c613ee95fe4129097fc1877996ded4a647",
      assert(account:encode("payment.create", params, moment)).headers["x-acme-signature"])
  end)

  it("refuses what its rows do not take, all at once", function()
    local request, err = new_account():encode("payment.create",
      { order_id = ("x"):rep(33), amount = 8.88, currency = "USD", method = "card" })
    assert.is_nil(request)
    assert.equal("not_sent", err.outcome)
    local fields = {}
    for _, problem in ipairs(err.fields) do fields[problem.field] = problem.message end
    assert.same({ order_id = "expected text of 1 to 32 characters",
      amount = 'expected text such as "8.88" or an obol.money, not a number',
      method = "expected a payment method that acme has" }, { order_id = fields.order_id, amount = fields.amount,
      method = fields.method:find "that acme has$" and fields.method or "expected a payment method that acme has" })
    local _, other = new_account():encode("payment.create", { order_id = "A", amount = "888", currency = "JPY" })
    assert.equal("unsupported", other.kind)
    assert.equal("currency: expected a currency that acme takes", tostring(other))
  end)

  it("reads what became of a payment", function()
    local account = new_account()
    for status, expected in pairs { PAID = { "succeeded", "succeeded" }, PENDING = { "accepted", "processing" },
      FAILED = { "declined", "failed" }, CLOSED = { "declined", "expired" }, ODD = { "unknown", "unknown" } } do
      local result = assert(account:decode("payment.query", { status = 200, body = '{"code":0,"message":"ok","data":'
        .. '{"paymentId":"pay_1","amount":888,"currency":"USD","status":"' .. status .. '"}}' }))
      assert.same(expected, { result.outcome, result.status })
      assert.equal("pay_1", result.provider_id)
      assert.equal("8.88 USD", tostring(result.amount))
    end
  end)

  it("knows its codes, and nothing by others", function()
    local account = new_account()
    local function reply(code) return { status = 200, body = ('{"code":%s,"message":"no"}'):format(code) } end
    for code, expected in pairs { ["1001"] = "rejected", ["2001"] = "declined", ["9001"] = "rejected",
      ["7"] = "unknown", ["2002"] = "rejected", ["0"] = "unknown" } do
      assert.equal(expected, assert(account:decode("payment.create", reply(code))).outcome)
    end
    local none = assert(account:decode("payment.query", reply "2002"))
    assert.same({ "unknown", "not_found", false }, { none.outcome, none.kind, none.found })
    assert.is_nil(account:decode("payment.query", reply "1002").found)
    assert.equal("authentication", account:decode("payment.create", reply "1002").kind)
    assert.is_true(account:decode("payment.create", reply "9001").retryable)
    local result, err = account:decode("payment.create", { status = 502, body = "<html>" })
    assert.is_nil(result)
    assert.equal("unknown", err.outcome)
  end)

  it("shows what was given without what nobody should see", function()
    local shown = new_account():redact("payment.create", { order_id = "A", customer = { email = "ada@shop.example" } })
    assert.equal("A", shown.order_id)
    assert.not_equal("ada@shop.example", shown.customer.email)
  end)
end)

describe("Acme's notifications", function()
  setup(define)

  local body = '{"id":"evt_1","type":"payment.changed","time":"2023-11-14T22:13:20Z","data":{"paymentId":"pay_1",'
    .. '"reference":"key-1","orderNo":"A-1001","status":"PAID","amount":888,"currency":"USD",'
    .. '"trace":1738513709476610049}}'

  local function open(account, signature, more)
    local incoming = { method = "POST", url = "/n", body = body, headers = { ["x-acme-signature"] = signature } }
    for name, value in pairs(more or {}) do incoming[name] = value end
    return account:open(incoming, { time_ms = NOW })
  end

  local signature = "t=1700000000,v1=f90ab91c4bc7d510c4b0ad29895a409d0df441b9152a8d16e661140b294022c0"

  it("are read when they are signed", function()
    local event = assert(open(new_account(), signature))
    assert.same({ "evt_1", "payment.succeeded", "key-1", "A-1001", "pay_1", "8.88 USD", "succeeded", 1700000000000 },
      { event.id, event.type, event.key, event.order_id, event.provider_id, tostring(event.amount), event.outcome,
        event.time_ms })
    assert.equal("signature", event.verified_by)
    assert.is_nil(event.confirm)
    assert.equal("1738513709476610049", event.extra.data.trace)
  end)

  it("are read from a secret body, and by an older key", function()
    assert.equal("evt_1", assert(open(new_account(), signature, { body = obol.secret(body) })).id)
    local account = new_account { key = { obol.secret(acme.KEY), obol.secret "the-older-key" } }
    assert(open(account, "t=1700000000,v1=277ff845a98a6f4d02208c1d75bc027a6166fc8e5686c0f9e73e65e067a2ddf2"))
  end)

  it("are refused with one word for whatever is not proven", function()
    local account = new_account()
    for _, wrong in ipairs { "", "t=1700000000,v1=00", "v1=" .. signature:sub(-64), signature:gsub("t=1", "t=2"),
      signature:gsub(".$", "1"), signature .. " " } do
      local event, err = open(account, wrong)
      assert.is_nil(event)
      assert.equal("signature", err.kind)
      assert.equal("expected a signed notification of this account", err.message)
    end
    assert.is_nil((open(account, signature, { headers = {} })))
    assert.is_nil((open(account, signature, { headers = { ["x-acme-signature"] = { signature, signature } } })))
    assert.is_nil((open(account, signature, { body = body .. " " })))
    assert.is_nil((account:open({ body = body, headers = { ["x-acme-signature"] = signature } },
      { time_ms = NOW + 301000 })))
    assert.is_nil((account:open({}, { time_ms = NOW })))
  end)

  it("are refused beyond 1 MiB before anything is looked at", function()
    local _, err = open(new_account(), signature, { body = ("x"):rep(1024 * 1024 + 1) })
    assert.equal("invalid", err.kind)
  end)

  it("are answered as the table says", function()
    assert.equal(200, new_account():acknowledge("accepted").status)
    assert.equal(503, new_account():acknowledge("later").status)
    assert.equal(400, new_account():acknowledge("refused").status)
  end)
end)

describe("payments with Acme", function()
  local server, pay
  before_each(function()
    define()
    server = acme.new()
    pay = assert(obol.open { mode = "test", ledger = "memory", transport = server:transport(),
      clock = function() return NOW end,
      accounts = { acme = { provider = "acme", merchant = "m-1", key = obol.secret(acme.KEY) } } })
  end)
  after_each(function() pay:close() end)

  local function pay_of(payment)
    local data = server.payments[payment.attempts[1].key]
    data.status = "PAID"
    return data
  end

  it("are made, notified of once, and given back", function()
    local payment = assert(pay.payments:create(params))
    assert.equal("requires_action", payment.status)
    assert.same({ type = "redirect", url = "https://acme.example/pay/1" }, payment.action)
    local notification = acme.notification("payment.changed", pay_of(payment))
    local reply, event = pay.notifications:receive("acme", notification)
    assert.equal(200, reply.status)
    assert.equal("payment.succeeded", event.type)
    assert.equal("succeeded", pay.payments:get("A-1001").status)
    reply, event = pay.notifications:receive("acme", notification)
    assert.equal(200, reply.status)
    assert.is_true(event.duplicate)

    local refund = assert(pay.refunds:create("A-1001", { refund_id = "R-1", amount = "3.00" }))
    assert.equal("processing", refund.status)
    assert.equal('{"paymentId":"pay_1","refundNo":"R-1","amount":300}', server.sent[#server.sent].body)
    server.refunds["R-1"].status = "DONE"
    assert.equal("succeeded", assert(pay.refunds:refresh("R-1")).status)
    assert.equal("3.00 USD", tostring(pay.payments:get("A-1001").refunded))
  end)

  it("whose answer is lost are found again by our key", function()
    server.faults[1] = "lost"
    local payment = assert(pay.payments:create(params))
    assert.same({ "POST", "GET" }, { server.sent[1].method, server.sent[2].method })
    assert.equal("requires_action", payment.status)
    pay_of(payment)
    payment = assert(pay.payments:refresh("A-1001"))
    assert.equal("succeeded", payment.status)
    assert.equal("pay_1", payment.provider_id)
  end)

  it("that never arrived are given up once the query finds none, and made again", function()
    server.faults[1] = "swallowed"
    local payment = assert(pay.payments:create(params))
    assert.equal("failed", payment.status)
    assert.equal("abandoned", payment.attempts[1].outcome)
    payment = assert(pay.payments:create(params))
    assert.equal("requires_action", payment.status)
    assert.not_equal(payment.attempts[1].key, payment.attempts[2].key)
    assert.equal(1, server.count)
  end)

  -- What is signed has to name the amount that is recorded, or the provider is asked.
  it("are not paid by what names another amount, or none that the provider's record bears out", function()
    local payment = assert(pay.payments:create(params))
    local told = {}
    for name, value in pairs(server.payments[payment.attempts[1].key]) do told[name] = value end
    told.status = "PAID"
    local unpaid = { amount = { 887, 889, 88800, 0, false }, currency = { "EUR", "JPY", "KWD", false } }
    for member, values in pairs(unpaid) do
      for _, value in ipairs(values) do
        local before = told[member]
        told[member] = value or nil
        local reply = pay.notifications:receive("acme", acme.notification("payment.changed", told))
        assert.is_true(reply.status >= 400, member .. " " .. tostring(value))
        assert.equal("requires_action", pay.payments:get("A-1001").status, member .. " " .. tostring(value))
        told[member] = before
      end
    end
    told.amount = nil
    pay_of(payment)
    assert.equal(200, pay.notifications:receive("acme", acme.notification("payment.changed", told)).status)
    assert.equal("succeeded", pay.payments:get("A-1001").status)
    assert.equal("GET", server.sent[#server.sent].method)
  end)

  it("are not moved by a forged notification", function()
    local payment = assert(pay.payments:create(params))
    local forged = acme.notification("payment.changed", pay_of(payment))
    forged.body = forged.body:gsub("pay_1", "pay_2")
    local reply, event, err = pay.notifications:receive("acme", forged)
    assert.equal(400, reply.status)
    assert.is_nil(event)
    assert.equal("signature", err.kind)
    assert.equal("requires_action", pay.payments:get("A-1001").status)
  end)
end)
