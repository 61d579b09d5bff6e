local errors = require "obol.error"
local ledgers = require "obol.ledger"
local support = require "spec.client.support"

-- A ledger that fails at each of its units in turn, once or for good. Whatever it does, a call that
-- answers nothing but an error sent nothing and recorded no attempt, and none raises.

local function flaky()
  local store, made = require("obol.ledger.memory").open(), { count = 0 }
  local over = { id = function() return store:id() end, close = function() return store:close() end }
  for _, name in ipairs { "get", "select", "run" } do
    over[name] = function(_, ...)
      made.count = made.count + 1
      local hit = made.at and (made.count == made.at or made.for_good and made.count > made.at)
      if hit then return nil, errors.new { kind = "storage", message = "disk full" } end
      return store[name](store, ...)
    end
  end
  made.ledger = ledgers.over(over)
  function made.attempts() return #store:select("attempts", { limit = 1000 }) end
  return made
end

local function provider_of(state)
  return function(request)
    local operation = request.operation
    if operation == "entitlement.get" then
      return { outcome = "succeeded", entitlements = { { name = "vip", orders = { state.order } } } }
    end
    if operation == "subscription.query" then return { outcome = "succeeded", subscription = state.told } end
    if operation:find "query" then return { outcome = "accepted" } end
    state.sent = state.sent + 1
    if state.outcome == "not_sent" then return support.not_sent() end
    if state.outcome == "unknown" then return support.unknown() end
    return { outcome = state.outcome, provider_id = "tx",
      action = state.outcome == "accepted" and { type = "redirect", url = "https://pay.example/1" } or nil }
  end
end

local bought = { order_id = "A", customer = { id = "u" }, item = { product_id = "p" } }
local paid = { order_id = "A", amount = "1.00", currency = "USD", customer = { id = "u" }, item = { product_id = "p" } }

local function with(state, outcome, fn)
  local before = state.outcome
  state.outcome = outcome
  fn()
  state.outcome = before
end

local function subscribe(pay, state)
  with(state, "accepted", function() pay.subscriptions:create(bought) end)
  state.order = { provider_id = "sub_1",
    transaction_id = "in_1", product_id = "p", status = "active", auto_renew = true }
  state.told = { id = "sub_1", transaction_id = "in_1", product_id = "p", status = "active", auto_renew = true }
  assert.equal("active", pay.subscriptions:refresh("A").status)
end

local function sell(pay, state)
  with(state, "succeeded", function() pay.payments:create(paid) end)
end

local function start(pay) pay.payments:create(paid) end

local cases = {
  { "payments:create", { "cards", "safe", "wheel" }, function(pay) return pay.payments:create(paid) end },
  { "a repeated payments:create", { "cards", "safe", "wheel" }, function(pay) return pay.payments:create(paid) end,
    start },
  { "payments:refresh", { "cards", "safe", "wheel" }, function(pay) return pay.payments:refresh "A" end, start },
  { "payments:cancel", { "cards" }, function(pay) return pay.payments:cancel "A" end, start },
  { "refunds:create", { "cards" }, function(pay) return pay.refunds:create("A", { refund_id = "R" }) end, sell },
  { "subscriptions:create", { "wheel" }, function(pay) return pay.subscriptions:create(bought) end },
  { "subscriptions:cancel", { "wheel" }, function(pay) return pay.subscriptions:cancel "A" end, subscribe },
  { "subscriptions:update", { "wheel" },
    function(pay) return pay.subscriptions:update("A", { item = { product_id = "q" } }) end, subscribe },
}

-- One call with the ledger failing at its `at`-th unit; false when the call has fewer.
local function try(case, provider, outcome, at, for_good)
  local made, state = flaky(), { outcome = outcome, sent = 0 }
  local pay = support.open(provider, provider_of(state), { ledger = made.ledger })
  if case[4] then case[4](pay, state) end
  local attempts = made.attempts()
  state.sent, made.count, made.at, made.for_good = 0, 0, at, for_good
  local ok, answer, err = pcall(case[3], pay)
  local where = ("%s, %s, unit %d"):format(provider, outcome, at)
  assert.is_true(ok, where .. ": " .. tostring(answer))
  if answer == nil then
    assert.is_true(errors.is(err), where)
    assert.equal(0, state.sent, where)
    assert.equal(attempts, made.attempts(), where)
  else
    assert.is_string(answer.status, where)
  end
  return made.count >= at
end

describe("a ledger that fails at any unit", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  for _, case in ipairs(cases) do
    it("never hides what was recorded or sent: " .. case[1], function()
      for _, provider in ipairs(case[2]) do
        for _, outcome in ipairs { "succeeded", "accepted", "declined", "unknown", "not_sent" } do
          for _, for_good in ipairs { false, true } do
            local at = 1
            while try(case, provider, outcome, at, for_good) do at = at + 1 end
            assert.is_true(at > 1)
          end
        end
      end
    end)
  end
end)
