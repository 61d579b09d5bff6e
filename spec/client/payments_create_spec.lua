local support = require "spec.client.support"
local money = require "obol.money"

local card = support.card

describe("payments:create", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("answers a payment that succeeded, with its amount, id and attempt", function()
    local pay, transport = support.open("cards", function() return { outcome = "succeeded", provider_id = "tx-1" } end)
    local payment, err = pay.payments:create(card "A-1")
    assert.is_nil(err)
    assert.equal("succeeded", payment.status)
    assert.equal("tx-1", payment.provider_id)
    assert.equal(money("8.88", "USD"), payment.amount)
    assert.equal(money("0", "USD"), payment.refunded)
    assert.equal("a", payment.account)
    assert.is_nil(payment.error)
    assert.equal(1, #payment.attempts)
    assert.equal("succeeded", payment.attempts[1].outcome)
    assert.equal(transport.sent[1].context.key, payment.attempts[1].key)
    assert.equal(32, #payment.attempts[1].key)
    assert.matches("^1700000000000%d%d%d%d%d%d$", transport.sent[1].context.nonce)
    assert.equal(support.NOW, transport.sent[1].context.time_ms)
  end)

  it("tells the payer's action, and processing without one", function()
    local action = { type = "redirect", url = "https://pay.example/#x" }
    local answers = { { outcome = "accepted", action = action }, { outcome = "accepted" } }
    local at = 0
    local pay = support.open("cards", function() at = at + 1 return answers[at] end)
    local payment = pay.payments:create(card "A-1")
    assert.equal("requires_action", payment.status)
    assert.same(action, payment.action)
    assert.same(action, pay.payments:get("A-1").action)
    assert.equal("processing", pay.payments:create(card "A-2").status)
  end)

  it("gives back an open payment instead of sending it again", function()
    local pay, transport = support.open("cards", function() return { outcome = "accepted" } end)
    local first = pay.payments:create(card "A-1")
    local second = pay.payments:create(card "A-1")
    assert.equal(1, #transport.sent)
    assert.equal(first.attempts[1].key, second.attempts[1].key)
    assert.equal("processing", second.status)
  end)

  it("refuses another amount, currency or operation as a conflict", function()
    local pay, transport = support.open("cards", function() return { outcome = "accepted" } end)
    pay.payments:create(card "A-1")
    for _, more in ipairs { { amount = "8.89" }, { currency = "EUR" } } do
      local payment, err = pay.payments:create(card("A-1", more))
      assert.is_nil(payment)
      assert.equal("conflict", err.kind)
    end
    assert.equal(1, #transport.sent)
  end)

  it("starts the next attempt with a new key after a definite no", function()
    for _, outcome in ipairs { "declined", "rejected" } do
      local answers, at = { { outcome = outcome, code = "51" }, { outcome = "succeeded" } }, 0
      local pay, transport = support.open("cards", function() at = at + 1 return answers[at] end)
      local first = pay.payments:create(card "A-1")
      assert.equal("failed", first.status)
      assert.equal("51", first.error.provider_code)
      assert.equal(outcome, first.error.outcome)
      local second = pay.payments:create(card "A-1")
      assert.equal("succeeded", second.status)
      assert.is_nil(second.error)
      assert.not_equal(transport.sent[1].context.key, transport.sent[2].context.key)
      assert.equal(2, #second.attempts)
      assert.equal(2, second.attempts[2].generation)
    end
  end)

  it("repeats what never left with the same key, within the call's limit and with pauses", function()
    local at = 0
    local pay, transport = support.open("cards", function()
      at = at + 1
      if at <= 4 then return support.not_sent() end
      return { outcome = "succeeded" }
    end)
    local first = pay.payments:create(card "A-1")
    assert.equal("failed", first.status)
    assert.equal("not_sent", first.error.outcome)
    assert.is_true(first.error.retryable)
    assert.equal(3, #transport.sent)
    assert.equal(2, #transport.slept)
    assert.is_true(transport.slept[1] >= 50 and transport.slept[1] <= 100)
    assert.is_true(transport.slept[2] >= 100 and transport.slept[2] <= 200)
    local second = pay.payments:create(card "A-1")
    assert.equal("succeeded", second.status)
    for _, request in ipairs(transport.sent) do
      assert.equal(transport.sent[1].context.key, request.context.key)
    end
    assert.equal(1, #second.attempts)
  end)

  it("never pauses beyond the call's limit", function()
    local now_ms = require("obol.core").monotonic_ms
    local since = now_ms()
    local pay, transport = support.open("cards", function()
      repeat until now_ms() - since > 970 -- what is left is less than the shortest pause
      return support.not_sent()
    end)
    pay.payments:create(card "A-1", { timeout_ms = 1000 })
    assert.equal(1, #transport.sent)
    assert.equal(0, #transport.slept)
  end)

  it("asks at once after an unknown outcome, and never sends it again", function()
    local pay, transport = support.open("cards", function(request)
      if request.operation == "payment.create" then return support.unknown() end
      return { outcome = "succeeded", provider_id = "tx-9" }
    end)
    local payment = pay.payments:create(card "A-1")
    assert.equal("succeeded", payment.status)
    assert.equal("tx-9", payment.provider_id)
    assert.equal(1, transport.count "payment.create")
    assert.equal(1, transport.count "payment.query")
    assert.equal("A-1", transport.sent[2].params.order_id)
    assert.equal(transport.sent[1].context.key, transport.sent[2].context.key)
  end)

  it("keeps an unknown outcome while the query fails, and a later refresh settles it", function()
    local query = { outcome = "unknown", code = "404" }
    local pay, transport = support.open("cards", function(request)
      if request.operation == "payment.create" then return support.unknown() end
      return query
    end)
    local payment = pay.payments:create(card "A-1")
    assert.equal("unknown", payment.status)
    assert.equal("unknown", payment.error.outcome)
    assert.equal("unknown", pay.payments:create(card "A-1").status)
    assert.equal(1, transport.count "payment.create")
    query = { outcome = "declined", code = "51" }
    assert.equal("failed", pay.payments:refresh("A-1").status)
    assert.equal("declined", pay.payments:get("A-1").attempts[1].outcome)
  end)

  it("sends an unknown again with the same key only where the provider takes it twice", function()
    local at, sent_before = 0, {}
    local pay, transport = support.open("safe", function()
      at = at + 1
      local reply = { status = 200, headers = {}, result = { outcome = at == 1 and "unknown" or "succeeded" } }
      return setmetatable(reply, { __newindex = function(_, _, context) sent_before[at] = context.sent_before end })
    end)
    assert.equal("unknown", pay.payments:create(card "A-1").status)
    local again = pay.payments:create(card "A-1")
    assert.equal("succeeded", again.status)
    assert.equal(2, #transport.sent)
    assert.equal(transport.sent[1].context.key, transport.sent[2].context.key)
    assert.equal(1, #again.attempts)
    assert.is_false(sent_before[1])
    assert.is_true(sent_before[2])
  end)

  it("says unknown of an answer that cannot be read and of a transport that raises", function()
    for _, handler in ipairs {
      function() return { status = 200, headers = {}, body = "<html>", unreadable = true } end,
      function() error("boom") end,
      function() return nil, "no error object" end,
      -- an id that no index of a database takes
      function() return { outcome = "succeeded", provider_id = ("7"):rep(513) } end,
    } do
      local pay = support.open("safe", handler)
      local payment = pay.payments:create(card "A-1")
      assert.equal("unknown", payment.status)
      assert.equal("unknown", payment.error.outcome)
    end
  end)

  it("says unknown of what is no reply, and never raises", function()
    local raises = setmetatable({}, { __index = function() error "boom" end })
    for _, reply in ipairs { true, 5, "text", {}, { status = "200", headers = {}, body = "{}" }, raises,
      { status = 200, headers = 5, body = "{}" }, { status = 200, headers = {}, body = 5 },
      { status = 2.5, headers = {}, body = "{}" }, { status = 200, headers = {}, body = function() end } } do
      local records = {}
      local pay = assert(require("obol.client").open { mode = "test", ledger = "memory",
        accounts = { a = { provider = "cards" } }, log = function(record) records[#records + 1] = record end,
        transport = { send = function() return reply end } })
      local payment = pay.payments:create(card "A-1")
      assert.equal("unknown", payment.status)
      assert.equal("unknown", payment.error.outcome)
      assert.equal("internal", payment.error.kind)
      assert.equal("unknown", records[1].outcome)
    end
  end)

  it("takes a clock that counts in fractions", function()
    local pay, _, clock = support.open("cards", function() return { outcome = "succeeded" } end)
    clock.now = support.NOW + 0.75
    assert.equal(support.NOW, assert(pay.payments:create(card "A-1")).created_ms)
  end)

  it("goes on where the transport's pause raises", function()
    local pay = assert(require("obol.client").open { mode = "test", ledger = "memory",
      accounts = { a = { provider = "cards" } },
      transport = { send = support.not_sent, sleep = function() error "x" end } })
    assert.equal("not_sent", pay.payments:create(card "A-1").error.outcome)
  end)

  it("reports bad input before anything is sent or recorded", function()
    local pay, transport, _, ledger = support.open("cards", function() return { outcome = "succeeded" } end)
    for field, more in pairs {
      order_id = { order_id = "" }, amount = { amount = 8.88 }, currency = { currency = false },
      bad = { bad = true }, ["customer.id"] = { customer = { id = ("x"):rep(513) } },
      ["items[1].product_id"] = { item = { product_id = ("x"):rep(513) } },
    } do
      local payment, err = pay.payments:create(card("A-1", more))
      assert.is_nil(payment)
      assert.equal("invalid", err.kind)
      assert.equal(field, err.field)
    end
    for _, amount in ipairs { "0", "-71.93", "71.9345", "71x93", "" } do
      local payment, err = pay.payments:create(card("A-1", { amount = amount }))
      assert.is_nil(payment)
      assert.equal("invalid", err.kind)
      assert.is_nil(tostring(err):find("71", 1, true))
    end
    local missing = select(2, pay.payments:create(card("A-1", { order_id = ("x"):rep(129) })))
    assert.equal("order_id", missing.field)
    assert.equal(0, #transport.sent)
    assert.equal(0, #ledger:list("payments", {}))
  end)

  it("takes obol.money, and refuses a currency beside it that differs", function()
    local pay = support.open("cards", function() return { outcome = "succeeded" } end)
    local amount = money("1.00", "EUR")
    assert.equal(amount, pay.payments:create({ order_id = "A-1", amount = amount }).amount)
    local _, err = pay.payments:create({ order_id = "A-2", amount = amount, currency = "USD" })
    assert.equal("currency", err.field)
  end)

  it("raises at the caller's line for misuse", function()
    local pay = support.open("cards", function() return { outcome = "succeeded" } end)
    local function line(fn)
      local ok, message = pcall(fn)
      assert.is_false(ok)
      assert.matches("^spec/client/payments_create_spec.lua:%d+: ", message)
      return message
    end
    local payments = pay.payments
    assert.matches("pay.payments has no `creat`, did you mean `create`", line(function() payments:creat {} end))
    assert.matches("pay has no `payment`", line(function() return pay.payment end))
    assert.matches("expected pay.payments:create", line(function() payments.create {} end))
    assert.matches("expected a payment as a table", line(function() payments:create("A-1") end))
    assert.matches("expected an order_id as a string", line(function() payments:get(1) end))
    assert.matches("expected options as a table", line(function() payments:create({}, 1) end))
    assert.matches("expected a query as a table", line(function() payments:list(1) end))
    assert.matches("expected parameters as a table", line(function() pay.products:list(1) end))
    assert.matches("expected an account's name", line(function() pay:call(1) end))
    assert.matches("expected pay:explain", line(function() pay.explain {} end))
    pay:close()
    assert.matches("the client is closed", line(function() payments:get("A-1") end))
  end)

  it("refuses unknown options with the nearest name, and limits out of range", function()
    local pay = support.open("cards", function() return { outcome = "succeeded" } end)
    local _, err = pay.payments:create(card "A-1", { timeout = 5 })
    assert.equal("options.timeout", err.field)
    _, err = pay.payments:create(card "A-1", { acount = "a" })
    assert.matches("did you mean `account`", err.message)
    for _, limit in ipairs { 0, 1.5, "5", 600001 } do
      _, err = pay.payments:create(card "A-1", { timeout_ms = limit })
      assert.equal("options.timeout_ms", err.field)
    end
    _, err = pay.payments:create(card "A-1", { account = "b" })
    assert.equal("options.account", err.field)
  end)

  it("refuses a token that is no secret", function()
    local pay, transport = support.open("cards", function() return { outcome = "succeeded" } end)
    for _, token in ipairs { "text", 5, {}, true } do
      local payment, err = pay.payments:create(card "A-1", { token = token })
      assert.is_nil(payment)
      assert.equal("options.token", err.field)
      assert.is_nil(tostring(err):find("text", 1, true))
    end
    assert.equal(0, #transport.sent)
    assert.equal("succeeded", pay.payments:create(card "A-1", { token = require("obol.secret")("t") }).status)
  end)

  it("hands the call's limit to the transport", function()
    local seen
    local pay = support.open("cards", function(_, options) seen = options return { outcome = "succeeded" } end)
    pay.payments:create(card "A-1", { timeout_ms = 1234 })
    assert.is_true(seen.timeout_ms > 1000 and seen.timeout_ms <= 1234)
    assert.is_false(seen.repeat_safe)
  end)
end)
