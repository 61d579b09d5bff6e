local support = require "spec.client.support"
local states = require "obol.ledger.states"

-- Long random runs of outcomes against every kind of account, with what must hold after each step.

local function generator(seed)
  local state = seed
  return function(limit)
    state = (state * 1664525 + 1013904223) % 4294967296
    return math.floor(state / 65536) % limit + 1
  end
end

local LIMIT = 8 * 3600000

-- (A sanitizer has nothing to see in all of them.)
local SEEDS = (os.getenv "LD_PRELOAD" or ""):find "san" and 10 or 60

local outcomes = { "succeeded", "accepted", "declined", "rejected", "unknown", "not_sent" }

local function answer(random)
  local outcome = outcomes[random(#outcomes)]
  if outcome == "not_sent" then return support.not_sent() end
  if outcome == "unknown" and random(2) == 1 then return support.unknown() end
  local action = outcome == "accepted" and random(2) == 1 and { type = "redirect", url = "https://x.example" } or nil
  return { outcome = outcome, action = action, provider_id = "tx" }
end

local function check_ledger(ledger)
  local open = 0
  for _, one in ipairs(ledger:attempts("A-1")) do
    assert.is_nil(one.refused_state)
    local closed = states.outcomes[one.outcome].closed or false
    assert.equal(closed, one.slot == nil, "a slot is held exactly while the attempt is open")
    if not closed then open = open + 1 end
  end
  assert.is_true(open <= 1, "never two open attempts")
  return open
end

-- Whether the answer to a question lets the open attempt end: a definite no, or unpaid after its time.
local function ends(answered, seen)
  local told = answered.outcome
  if told == "declined" or told == "rejected" then return true end
  local unpaid = told == "accepted" or answered.operation == "entitlement.get"
  return unpaid and answered.now - seen.first_sent >= seen.limit
end

local function check_keys(log, seen)
  -- nothing new may begin while the last answer leaves the attempt open
  for place = seen.at + 1, #log do
    local answered = log[place]
    if answered.operation ~= "payment.create" then
      if seen.key and ends(answered, seen) then seen.may_be_open = false end
    elseif answered.key ~= seen.key then
      if seen.key then
        assert.is_false(seen.may_be_open, "a key is never changed while its outcome is open")
        assert.is_nil(seen.used[answered.key], "a key that was given up never comes back")
        seen.used[seen.key] = true
      end
      seen.key, seen.first_sent = answered.key, answered.now
    end
  end
  seen.at = #log
end

local function run(provider, seed)
  local random, log, now = generator(seed), {}, nil
  local function handler(request)
    local orders = { outcome = "succeeded", entitlements = {} }
    local reply, err
    if request.operation == "entitlement.get" then reply = orders else reply, err = answer(random) end
    log[#log + 1] = { operation = request.operation, key = request.context.key, now = now(),
      outcome = (reply or err).outcome }
    return reply, err
  end
  local pay, _, clock, ledger = support.open(provider, handler,
    { accounts = { a = { provider = provider, expire_after_ms = LIMIT } } })
  now = function() return clock.now end
  local seen, before = { at = 0, used = {}, limit = LIMIT }, nil
  for _ = 1, 60 do
    local payment
    if random(3) > 1 then
      payment = pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u" },
        item = { product_id = "p" } }
    else
      payment = pay.payments:refresh("A-1")
    end
    clock.now = clock.now + random(4) * 3600000
    check_keys(log, seen)
    if payment then
      seen.may_be_open = check_ledger(ledger) == 1
      if before then
        -- a next attempt passes through `created` within one call
        local through = states.may("payment", before, "created") and states.may("payment", "created", payment.status)
        assert.is_true(through or states.may("payment", before, payment.status), before .. " to " .. payment.status)
      end
      before = payment.status
    end
  end
end

describe("any sequence of outcomes", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  for _, provider in ipairs { "cards", "safe", "wheel" } do
    it("keeps one open attempt and never changes an open key: " .. provider, function()
      for seed = 1, SEEDS do run(provider, seed * 7919) end
    end)
  end
end)
