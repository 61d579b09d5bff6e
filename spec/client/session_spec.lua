local notified = require "spec.client.notified"
local secret = require "obol.secret"
local support = require "spec.client.support"

-- An account of `cloud` that logs in: `state.session` answers session.create, `state.create` a
-- payment; `state.tokens` lists the tokens that payments were asked for with.
local function open(more, words)
  local state = { tokens = {}, logins = 0, records = {} }
  function state.session()
    state.logins = state.logins + 1
    return { outcome = "succeeded", token = secret("token-" .. state.logins), expires_in_s = 3600 }
  end
  state.create = { outcome = "accepted", provider_id = "tx-1" }
  local account = { provider = "cloud", session = true }
  for key, value in pairs(words or {}) do account[key] = value end
  local config = { accounts = { a = account }, log = function(record) state.records[#state.records + 1] = record end }
  for key, value in pairs(more or {}) do config[key] = value end
  local pay, transport, clock, ledger = support.open("cloud", function(request)
    if request.operation == "session.create" then return state.session(request) end
    state.tokens[#state.tokens + 1] = request.context.token:reveal()
    local answer = request.operation == "payment.create" and state.create or state.query or state.create
    if type(answer) == "function" then return answer(request) end
    return answer
  end, config)
  return pay, state, transport, clock, ledger
end

local function refused()
  return { status = 401, headers = {}, body = "", result = { outcome = "rejected", kind = "authentication" } }
end

describe("a session", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("is made when it is needed, and kept", function()
    local pay, state, transport = open()
    assert.equal(0, #transport.sent)
    pay.payments:create(notified.order "A-1")
    pay.payments:create(notified.order "A-2")
    pay.payments:refresh "A-1"
    assert.same({ "token-1", "token-1", "token-1" }, state.tokens)
    assert.equal(1, state.logins)
    assert.same({}, transport.sent[1].params)
    assert.is_nil(transport.sent[1].context.token)
  end)

  it("is made again 30 seconds before its end", function()
    local pay, state, _, clock = open()
    pay.payments:create(notified.order "A-1")
    clock.now = clock.now + 3570 * 1000 - 1
    pay.payments:refresh "A-1"
    assert.equal(1, state.logins)
    clock.now = clock.now + 1
    pay.payments:refresh "A-1"
    assert.equal(2, state.logins)
    assert.equal("token-2", state.tokens[#state.tokens])
  end)

  it("is renewed once when it is refused, and the call repeated with the same key", function()
    local pay, state, transport = open()
    local count = 0
    state.create = function()
      count = count + 1
      if count == 1 then return refused() end
      return { outcome = "accepted", provider_id = "tx-1" }
    end
    local payment = pay.payments:create(notified.order "A-1")
    assert.equal("processing", payment.status)
    assert.same({ "token-1", "token-2" }, state.tokens)
    assert.equal(1, #payment.attempts)
    assert.equal(transport.sent[2].context.key, transport.sent[4].context.key)
    assert.equal(payment.attempts[1].key, transport.sent[4].context.key)
  end)

  it("that is refused twice is the call's error, and nothing more is tried", function()
    local pay, state = open()
    state.create = refused
    local payment = pay.payments:create(notified.order "A-1")
    assert.equal("failed", payment.status)
    assert.equal("authentication", payment.error.kind)
    assert.same({ "token-1", "token-2" }, state.tokens)
    assert.equal(2, state.logins)
  end)

  it("is not renewed where the call may have acted", function()
    for _, answer in ipairs { support.unknown, { outcome = "unknown", kind = "provider" },
      { outcome = "declined", kind = "declined" }, { outcome = "unknown", kind = "authentication" } } do
      local pay, state, transport = open()
      state.create = answer
      state.query = support.unknown
      pay.payments:create(notified.order "A-1")
      assert.equal(1, state.logins)
      assert.equal(1, transport.count "payment.create")
    end
  end)

  it("that cannot be made stops the call before anything is recorded or sent", function()
    local pay, state, transport, _, ledger = open()
    for _, answer in ipairs { { outcome = "rejected", kind = "authentication" }, support.unknown, support.not_sent,
      { outcome = "succeeded" } } do
      state.session = function()
        if type(answer) == "function" then return answer() end
        return answer
      end
      local payment, err = pay.payments:create(notified.order "A-1")
      assert.is_nil(payment)
      assert.equal("not_sent", err.outcome)
      assert.equal("a", err.account)
      assert.is_nil((ledger:payment "A-1"))
      assert.equal(0, transport.count "payment.create")
    end
    local result, err = pay:call("a", "payment.query", {})
    assert.is_nil(result)
    assert.equal("not_sent", err.outcome)
  end)

  it("that was refused is not asked for again at once, by whichever call", function()
    local wait = require "obol.wait"
    local pay, state = open()
    local session, logins = state.session, 0
    state.session = function()
      logins = logins + 1
      return { outcome = "rejected", kind = "authentication" }
    end
    for place = 1, 3 do
      local payment, err = pay.payments:create(notified.order("A-" .. place))
      assert.is_nil(payment)
      assert.equal("authentication", err.kind)
      assert.equal("not_sent", err.outcome)
    end
    assert.equal(1, logins)
    state.session = session
    wait.sleep(1050)
    assert.equal("processing", pay.payments:create(notified.order "A-1").status)
    assert.equal("processing", pay.payments:create(notified.order "A-2").status)
    assert.equal(1, state.logins)
  end)

  it("that was refused is not asked for again at once, whatever the refusal is called", function()
    for _, kind in ipairs { "invalid", "not_found", "provider", "unsupported" } do
      local pay, state = open()
      local logins = 0
      state.session = function()
        logins = logins + 1
        return { outcome = "rejected", kind = kind }
      end
      for place = 1, 3 do
        local payment, err = pay.payments:create(notified.order("A-" .. place))
        assert.same({ nil, kind, "not_sent" }, { payment, err.kind, err.outcome })
      end
      assert.equal(1, logins)
    end
  end)

  it("is not made for input that is bad", function()
    local pay, _, transport = open()
    local _, err = pay.payments:create(notified.order("A-1", { bad = true }))
    assert.equal("bad", err.field)
    assert.equal(0, #transport.sent)
  end)

  it("gives way to a call's own token", function()
    local pay, state = open()
    pay.payments:create(notified.order "A-1", { token = secret "payer" })
    assert.same({ "payer" }, state.tokens)
    assert.equal(0, state.logins)
  end)

  it("of a payer that is refused is not replaced", function()
    local pay, state = open()
    state.create = refused
    pay.payments:create(notified.order "A-1", { token = secret "payer" })
    assert.same({ "payer" }, state.tokens)
    assert.equal(0, state.logins)
  end)

  it("is never logged", function()
    local pay, state = open()
    pay.payments:create(notified.order "A-1")
    assert.equal(2, #state.records)
    for _, record in ipairs(state.records) do
      for key, value in pairs(record) do
        assert.is_nil(tostring(value):find("token-1", 1, true), key)
      end
    end
  end)

  it("is made by one of several calls that need it", function()
    local wait = require "obol.wait"
    local pay, state, transport = open()
    transport.sleep = nil
    local session = state.session
    state.session = function()
      wait.sleep(30)
      return session()
    end
    local results = { wait.all(
      function() return pay:call("a", "payment.query", {}) end,
      function() return pay:call("a", "payment.query", {}) end,
      function() return pay:call("a", "payment.query", {}) end) }
    assert.equal(3, #results)
    for _, result in ipairs(results) do assert.equal("accepted", result[1].outcome) end
    assert.equal(1, state.logins)
    assert.same({ "token-1", "token-1", "token-1" }, state.tokens)
  end)

  it("is not used by an account whose credential is none", function()
    local pay, state = open(nil, { session = false })
    state.create = { outcome = "accepted" }
    local ok = pcall(pay.payments.create, pay.payments, notified.order "A-1")
    assert.is_true(ok)
    assert.equal(0, state.logins)
  end)
end)

describe("an order made with a payer's token", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function made()
    local pay, state, transport, clock, ledger = open()
    pay.payments:create(notified.order "A-1", { token = secret "payer" })
    return pay, state, transport, clock, ledger
  end

  it("is asked about with that token alone", function()
    local pay, state, transport, clock = made()
    local before = #transport.sent
    clock.now = clock.now + 86400000
    assert.equal("processing", pay.payments:refresh("A-1").status)
    assert.equal(before, #transport.sent)
    state.query = { outcome = "succeeded", provider_id = "tx-1" }
    assert.equal("succeeded", pay.payments:refresh("A-1", { token = secret "payer" }).status)
    assert.same({ "payer", "payer" }, state.tokens)
  end)

  it("is not changed by an answer that it is not there", function()
    local pay, state = made()
    state.query = { outcome = "unknown", found = false, kind = "not_found" }
    local payment = pay.payments:refresh("A-1", { token = secret "other" })
    assert.equal("processing", payment.status)
    assert.equal("not_found", payment.error.kind)
  end)

  it("is proven by the signed notification, without a query", function()
    for _, about in ipairs { { provider_id = "tx-1", amount = false }, { order_id = "A-1" } } do
      local pay, _, transport = made()
      local before = #transport.sent
      about.confirm = true
      assert.equal(200, pay.notifications:receive("a", notified.event("e1", about)).status)
      assert.equal("succeeded", pay.payments:get("A-1").status)
      assert.equal(before, #transport.sent)
    end
  end)

  it("is not proven by one about another order of the payer's that tells no amount", function()
    for _, about in ipairs { { order_id = "A-1" }, { order_id = "A-1", provider_id = "tx-2" } } do
      local pay, state = made()
      state.query = { outcome = "unknown", found = false, kind = "not_found" }
      about.confirm, about.amount = true, false
      assert.equal(500, pay.notifications:receive("a", notified.event("e1", about)).status)
      assert.equal("processing", pay.payments:get("A-1").status)
    end
  end)

  it("is not proven by one that anybody could have written", function()
    local pay, state = made()
    state.query = { outcome = "unknown", found = false, kind = "not_found" }
    local key = pay.payments:get("A-1").attempts[1].key
    local told = notified.event("e1", { key = key, provider_id = "tx-1", amount = false, verified_by = false })
    assert.equal(500, pay.notifications:receive("a", told).status)
    assert.equal("processing", pay.payments:get("A-1").status)
  end)

  it("without an answer stays unknown where it is not seen", function()
    local pay, state = open()
    state.create = support.unknown
    assert.equal("unknown", pay.payments:create(notified.order "A-1", { token = secret "payer" }).status)
    assert.equal("unknown", pay.payments:refresh("A-1").status)
    -- nobody was shown what is not there
    state.query = { outcome = "unknown", found = false, kind = "not_found" }
    local payment = pay.payments:refresh("A-1", { token = secret "payer" })
    assert.equal("failed", payment.status)
    assert.equal("abandoned", payment.attempts[1].outcome)
  end)
end)
