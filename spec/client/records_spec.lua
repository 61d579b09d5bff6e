local all_rows = require "spec.ledger.all_rows"
local support = require "spec.client.support"
local secret = require "obol.secret"

-- What leaves the client beside its answers: log records and the ledger. Neither may hold a secret.

local PAN, CVV, TOKEN = "4111111111111111", "737", "tok_live_9f8e7d"

local function walk(value, seen, visit)
  if type(value) == "table" then
    if seen[value] then return end
    seen[value] = true
    for key, member in pairs(value) do
      walk(key, seen, visit)
      walk(member, seen, visit)
    end
  else
    visit(value)
  end
end

local function assert_clean(value)
  local count = 0
  walk(value, {}, function(leaf)
    count = count + 1
    assert.is_not_equal("userdata", type(leaf))
    local text = tostring(leaf)
    for _, forbidden in ipairs { PAN, TOKEN, "411111", "a private word" } do
      assert.is_nil(text:find(forbidden, 1, true))
    end
    assert.is_not_equal(CVV, text)
  end)
  return count
end

local function card(order_id)
  return {
    order_id = order_id, amount = "8.88", currency = "USD", customer = { id = "u-1", email = "a private word" },
    card = { number = secret(PAN), cvv = secret(CVV), exp_month = 12, exp_year = 2028 }, description = "a private word",
  }
end

describe("records", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("tell each call's account, operation, key, outcome, status, sizes and time", function()
    local records = {}
    local pay = support.open("cards", function() return { outcome = "declined", kind = "declined", code = "51" } end,
      { log = function(record) records[#records + 1] = record end })
    local payment = pay.payments:create(card "A-1")
    assert.equal(1, #records)
    local record = records[1]
    assert.equal("call", record.type)
    assert.equal("a", record.account)
    assert.equal("cards", record.provider)
    assert.equal("payment.create", record.operation)
    assert.equal(payment.attempts[1].key, record.key)
    assert.equal("A-1", record.order_id)
    assert.equal("declined", record.outcome)
    assert.equal("declined", record.kind)
    assert.equal(200, record.http_status)
    assert.equal(2, record.request_bytes)
    assert.equal(2, record.reply_bytes)
    assert.equal(support.NOW, record.time_ms)
    assert.is_number(record.duration_ms)
  end)

  it("tell a call that got no answer", function()
    local records = {}
    local pay = support.open("safe", support.unknown, { log = function(record) records[#records + 1] = record end })
    pay.payments:create(card "A-1")
    assert.equal("unknown", records[1].outcome)
    assert.equal("timeout", records[1].kind)
    assert.is_nil(records[1].http_status)
  end)

  it("hold no secret, whatever the outcome", function()
    local records, outcomes = {}, { "succeeded", "accepted", "declined", "rejected", "unknown", "not_sent" }
    for _, outcome in ipairs(outcomes) do
      local pay, _, _, ledger = support.open("cards", function()
        return { outcome = outcome, message = "card " .. PAN, extra = { number = PAN }, provider_id = "tx",
          action = outcome == "accepted" and { type = "client_secret", client_secret = TOKEN } or nil }
      end, { log = function(record) records[#records + 1] = record end })
      local payment = pay.payments:create(card "A-1", { token = secret(TOKEN) })
      pay.payments:refresh("A-1")
      assert.is_true(assert_clean(all_rows(ledger)) > 20)
      if payment.error then assert.is_nil(tostring(payment.error):find(PAN, 1, true)) end
      if outcome == "accepted" then assert.equal(TOKEN, payment.action.client_secret) end
    end
    assert.is_true(#records >= #outcomes)
    assert_clean(records)
  end)

  it("never break a payment when the log function raises", function()
    local pay = support.open("cards", function() return { outcome = "succeeded" } end,
      { log = function() error "disk full" end })
    assert.equal("succeeded", pay.payments:create(card "A-1").status)
  end)
end)

describe("an answer of the other mode", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("releases nothing, and raises an alarm", function()
    for mode, live in pairs { test = true, live = false } do
      local alarms, live_now = {}, live
      local pay = support.open("cards", function() return { outcome = "succeeded", live = live_now } end,
        { mode = mode, log = function(record) alarms[#alarms + 1] = record.alarm end })
      assert.equal("unknown", pay.payments:create(card "A-1").status)
      assert.equal("other_mode", alarms[1])
      live_now = not live
      assert.equal("succeeded", pay.payments:refresh("A-1").status)
    end
  end)
end)

describe("a ledger that fails", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function failing() return nil, require("obol.error").new { kind = "storage", message = "disk full" } end

  it("before the send gives nothing but an error, and sends nothing", function()
    local pay, transport, _, ledger = support.open("cards", function() return { outcome = "succeeded" } end)
    ledger.begin_attempt = failing
    local payment, err = pay.payments:create(card "A-1")
    assert.is_nil(payment)
    assert.equal("storage", err.kind)
    assert.equal(0, #transport.sent)
  end)

  it("after the send gives the payment as unknown, and an alarm", function()
    local alarms = {}
    local pay, transport, clock, ledger = support.open("cards", function() return { outcome = "succeeded" } end,
      { log = function(record) if record.type == "alarm" then alarms[#alarms + 1] = record.alarm end end })
    ledger.finish_attempt = failing
    local payment = pay.payments:create(card "A-1")
    assert.equal("unknown", payment.status)
    assert.equal("storage", payment.error.kind)
    assert.same({ "ledger_failed" }, alarms)
    -- what was in flight is found again, and not sent again
    ledger.finish_attempt = nil
    assert.equal(1, #transport.sent)
    assert.equal("created", pay.payments:create(card "A-1").status)
    clock.now = clock.now + 60000
    assert.equal("succeeded", pay.payments:refresh("A-1").status)
    assert.equal(1, transport.count "payment.create")
  end)

  it("while reading gives its error", function()
    local pay, _, _, ledger = support.open("cards", function() return { outcome = "succeeded" } end)
    ledger.payment = failing
    for _, method in ipairs { "get", "refresh", "cancel" } do
      local payment, err = pay.payments[method](pay.payments, "A-1")
      assert.is_nil(payment)
      assert.equal("storage", err.kind)
    end
    assert.equal("storage", select(2, pay.payments:create(card "A-1")).kind)
  end)
end)

describe("two creates at once", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("send one attempt: the second sees the first in flight", function()
    local pay, inner
    local transport
    pay, transport = support.open("cards", function()
      inner = inner or pay.payments:create(card "A-1")
      return { outcome = "succeeded" }
    end)
    local payment = pay.payments:create(card "A-1")
    assert.equal("created", inner.status)
    assert.equal("succeeded", payment.status)
    assert.equal(1, #transport.sent)
  end)

  it("send one attempt also when both begin before either is recorded", function()
    local pay, transport, _, ledger = support.open("cards", function() return { outcome = "succeeded" } end)
    local begin, inner = ledger.begin_attempt, nil
    ledger.begin_attempt = function(self, unit)
      ledger.begin_attempt = begin
      inner = pay.payments:create(card "A-1")
      return begin(self, unit)
    end
    local payment = pay.payments:create(card "A-1")
    assert.equal("succeeded", inner.status)
    assert.equal("succeeded", payment.status)
    assert.equal(1, #transport.sent)
    assert.equal(1, #payment.attempts)
  end)
end)

describe("an error", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("tells the provider's wait, request id and status, and prints as one line", function()
    local pay = support.open("cards", function()
      return { status = 429, body = "{}", headers = { ["retry-after"] = "12", ["x-request-id"] = { "req-1", "req-2" } },
        result = { outcome = "rejected", kind = "rate_limited", code = "429", message = "slow\ndown" } }
    end)
    local err = pay.payments:create(card "A-1").error
    assert.equal("rate_limited", err.kind)
    assert.equal(12000, err.retry_after_ms)
    assert.equal("req-1", err.request_id)
    assert.equal(429, err.http_status)
    assert.is_true(err.retryable)
    assert.equal("slow\ndown", err.provider_message)
    assert.equal("a: refused by the provider before acting (code 429)", tostring(err))
  end)

  it("says that it is the credentials that were refused", function()
    local pay = support.open("cards", function() return { outcome = "rejected", kind = "authentication" } end)
    local err = pay.payments:create(card "A-1").error
    assert.equal("a: refused: the provider does not take these credentials", tostring(err))
  end)

  it("never prints a code that is no code", function()
    local pay = support.open("cards", function() return { outcome = "declined", code = "4111 1111\n" } end)
    assert.equal("a: declined by the provider", tostring(pay.payments:create(card "A-1").error))
  end)
end)

describe("a client that is closed", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("raises at the caller's line, whatever is called, and sends nothing", function()
    local pay, transport = support.open("cards", function() return { outcome = "succeeded" } end)
    pay:close()
    pay:close()
    for _, call in ipairs {
      function() local answer = pay:call("a", "payment.query", {}) return answer end,
      function() local answer = pay:explain {} return answer end,
      function() local answer = pay.payments:create(card "A-1") return answer end,
      function() local answer = pay.notifications:receive("a", {}) return answer end,
    } do
      local ok, err = pcall(call)
      assert.is_false(ok)
      assert.matches("records_spec%.lua:%d+: the client is closed", err)
    end
    assert.equal(0, #transport.sent)
  end)
end)

describe("pay:call", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("makes one operation and records nothing", function()
    local pay, _, _, ledger = support.open("cards", function() return { outcome = "declined", code = "51" } end)
    local result, err = pay:call("a", "payment.create", card "A-1")
    assert.equal("declined", result.outcome)
    assert.equal("51", err.provider_code)
    assert.equal(0, #ledger:list("payments", {}))
  end)

  it("says what is wrong with its account or operation", function()
    local pay = support.open("cards", support.unknown)
    local _, err = pay:call("b", "payment.create", {})
    assert.equal("invalid", err.kind)
    _, err = pay:call("a", "payment.creat", {})
    assert.equal("unsupported", err.kind)
    assert.matches("did you mean `payment.create`", err.message)
    local result
    result, err = pay:call("a", "payment.query", {})
    assert.is_nil(result)
    assert.equal("timeout", err.kind)
  end)
end)
