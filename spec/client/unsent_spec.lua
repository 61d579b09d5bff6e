-- A request that was encoded and is not sent after all may hold a card: it is wiped by then.

local core = require "obol.core"
local errors = require "obol.error"
local exchange = require "obol.client.exchange"
local subscribed = require "spec.client.subscribed"
local support = require "spec.client.support"

local card, refused = support.card, support.refused

describe("a request that is not sent", function()
  local restore, encode, wipe, encoded, wiped
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  before_each(function()
    encode, wipe, encoded, wiped = exchange.encode, core.wipe_request, {}, {}
    exchange.encode = function(...)
      local request, err = encode(...)
      encoded[#encoded + 1] = request
      return request, err
    end
    core.wipe_request = function(request) wiped[request] = (wiped[request] or 0) + 1 end
  end)
  after_each(function() exchange.encode, core.wipe_request = encode, wipe end)

  -- How many were wiped, once each; all others were sent by one of the transports.
  local function count_wiped(...)
    local sent, count = {}, 0
    for _, transport in ipairs { ... } do
      for _, request in ipairs(transport.sent) do sent[request] = true end
    end
    for _, request in ipairs(encoded) do
      assert.equal(sent[request] and 0 or 1, wiped[request] or 0, request.operation)
      count = count + (wiped[request] or 0)
    end
    return count
  end

  it("is wiped where its account steps back between two accounts", function()
    local function answer(request, options)
      if options.account ~= "three" then return refused() end
      return support.succeed(request)
    end
    local pay, transport, _, ledger = support.open("cards", answer, {
      accounts = { one = { provider = "cards" }, two = { provider = "safe" }, three = { provider = "pages" } },
      routes = { { to = { "one", "two", "three" } }, accounts = { two = { breaker = { failures = 2 } } } } })
    -- the next account is chosen already when its breaker opens
    local finish = ledger.finish_attempt
    ledger.finish_attempt = function(self, unit)
      ledger.finish_attempt = finish
      for place = 1, 2 do pay.payments:create(card("B-" .. place), { account = "two" }) end
      return finish(self, unit)
    end
    assert.equal("three", pay.payments:create(card "A-1").account)
    assert.equal(1, count_wiped(transport))
  end)

  it("is wiped where what has to be known before is not answered, or took time", function()
    local pay, state, transport = subscribed.wheel()
    state.answers["entitlement.get"] = refused
    assert.is_nil((pay.subscriptions:create(subscribed.params)))
    assert.equal(1, count_wiped(transport))
    state.answers["entitlement.get"] = nil
    assert.equal("incomplete", pay.subscriptions:create(subscribed.params).status)
    assert.equal(2, count_wiped(transport))
  end)

  it("is wiped where it stood for one with a session", function()
    local pay, transport = support.open("cloud", function(request)
      if request.operation == "session.create" then
        return { outcome = "succeeded", token = require "obol.secret" "t", expires_in_s = 3600 }
      end
      return support.succeed(request)
    end, { accounts = { a = { provider = "cloud", session = true } } })
    assert.equal("succeeded", pay.payments:create(card "A-1").status)
    assert.equal(1, count_wiped(transport))
  end)

  it("is wiped where the ledger takes no attempt", function()
    local pay, state, transport, _, ledger = subscribed.begun()
    local other, other_transport, _, other_ledger = support.open("cards", support.succeed)
    assert.equal("succeeded", other.payments:create(card "A-1").status)
    state.answers["subscription.cancel"] = { outcome = "succeeded" }
    for _, one in ipairs { ledger, other_ledger } do
      one.begin_attempt = function() return nil, errors.new { kind = "storage", message = "the disk is full" } end
    end
    local before = count_wiped(transport, other_transport)
    assert.is_nil((pay.subscriptions:cancel "S-1"))
    assert.is_nil((other.refunds:create("A-1", { refund_id = "R-1" })))
    assert.is_nil((other.payments:create(card "A-2")))
    assert.equal(before + 3, count_wiped(transport, other_transport))
  end)

  it("is wiped where the call's limit is over before", function()
    local pay, transport = support.open("cards", support.succeed)
    local slow = exchange.encode
    exchange.encode = function(...)
      local until_ms = core.monotonic_ms() + 5
      repeat until core.monotonic_ms() > until_ms
      return slow(...)
    end
    local result, err = pay:call("a", "payment.query", {}, { timeout_ms = 2 })
    assert.is_nil(result)
    assert.equal("timeout", err.kind)
    assert.equal(1, count_wiped(transport))
  end)
end)
