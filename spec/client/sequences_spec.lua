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

local function check_keys(transport, seen)
  -- what each key was answered: nothing new may begin while the last answer leaves it open
  for place = seen.at + 1, #transport.sent do
    local request = transport.sent[place]
    if request.operation == "payment.create" then
      local key = request.context.key
      if seen.key and key ~= seen.key then
        assert.is_false(seen.may_be_open, "a key is never changed while its outcome is open")
        assert.is_nil(seen.used[key], "a key that was given up never comes back")
        seen.used[seen.key] = true
      end
      seen.key = key
    end
  end
  seen.at = #transport.sent
end

local function run(provider, seed)
  local random = generator(seed)
  local pay, transport, clock, ledger = support.open(provider, function(request)
    if request.operation == "entitlement.get" then return { outcome = "succeeded", entitlements = {} } end
    return answer(random)
  end, { accounts = { a = { provider = provider, expire_after_ms = 86400000 } } })
  local seen, before = { at = 0, used = {} }, nil
  for _ = 1, 60 do
    local payment
    if random(3) > 1 then
      payment = pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u" },
        item = { product_id = "p" } }
    else
      payment = pay.payments:refresh("A-1")
    end
    clock.now = clock.now + random(4) * 3600000
    check_keys(transport, seen)
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
      for seed = 1, 60 do run(provider, seed * 7919) end
    end)
  end
end)
