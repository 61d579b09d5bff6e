local support = require "spec.client.support"

-- Every sequence of what accounts can answer, over rules that go from one to the next: a world that knows what
-- was really taken watches that no account is asked while another one may have, or may yet get, the money.

local ACCOUNTS = { cards = "cards", pages = "pages", safe = "safe", games = "games" }
local is_offer = { pages = true, games = true }

-- What can become of a call that pays: what is told, and what is true.
local answers = { "succeeded", "accepted", "declined", "declined_otherwise", "rejected", "not_sent", "unknown_taken",
  "unknown_declined", "unknown_none" }

-- Choices in their order; those that were not given are drawn, so that long runs are no longer than others.
local function chooser(given, seed)
  local made, state = {}, seed
  return function(list)
    local at = #made + 1
    local pick = given[at]
    if not pick then
      state = (state * 1664525 + 1013904223) % 4294967296
      pick = at <= #given and 1 or math.floor(state / 65536) % #list + 1
    end
    made[at] = { pick = pick, of = #list }
    return list[pick]
  end, made
end

local World = {}
World.__index = World

local function told(outcome, code)
  return { outcome = outcome, code = code, provider_id = outcome ~= "rejected" and "tx" or nil }
end

-- What is true of one account's key: `taken`, or `open` (money may come, or may have come).
function World:at(request)
  local key = request.url .. "/" .. request.context.key
  self.keys[key] = self.keys[key] or { provider = request.url:match "//(.*)$", key = key }
  return self.keys[key]
end

-- No other key may hold money, or be able to.
function World:check(one)
  for _, other in pairs(self.keys) do
    if other ~= one and (other.taken or other.open) then
      self.broken = ("%s is asked while %s %s"):format(one.provider, other.provider, other.taken and "has it" or "may")
    end
  end
end

local function settle(one, answer)
  one.taken, one.open = answer == "succeeded" or answer == "unknown_taken", false
  one.truth = answer
  if answer == "accepted" or answer:find "^unknown" then one.open = true end
  -- what nobody was shown and nobody can find, nobody can pay
  if is_offer[one.provider] and answer:find "^unknown" then one.taken = false end
  if one.provider == "games" and answer:find "^unknown" then one.open = false end
end

function World:create(request)
  local one = self:at(request)
  self:check(one)
  self.sent[one.provider] = (self.sent[one.provider] or 0) + 1
  local answer = self.choose(answers)
  if answer == "not_sent" then
    return nil, { kind = "network", outcome = "not_sent", message = "refused", retryable = false }
  end
  -- A key that was taken before is answered as what it is, where it is answered.
  if one.taken then
    if answer:find "^unknown" or answer == "rejected" then return support.unknown() end
    one.open = false
    return told "succeeded"
  end
  -- of a key that may have been taken up, a refusal says nothing
  if one.truth and answer == "rejected" then return support.unknown() end
  settle(one, answer)
  if answer:find "^unknown" then return support.unknown() end
  if answer == "declined" then return told("declined", "51") end
  if answer == "declined_otherwise" then return told("declined", "59") end
  return told(answer)
end

function World:query(request)
  local one = self:at(request)
  if self.choose { "answers", "fails" } == "fails" then return support.unknown() end
  if one.taken then return told "succeeded" end
  if one.truth == "accepted" then
    if self.choose { "waits", "paid" } == "waits" then return told "accepted" end
    one.taken, one.open = true, false
    return told "succeeded"
  end
  if one.truth == "unknown_declined" then
    one.open = false
    return told("declined", "51")
  end
  if is_offer[one.provider] then one.open = false end
  return { outcome = "unknown", found = false, kind = "not_found" }
end

local function new_world(choose)
  return setmetatable({ choose = choose, keys = {}, sent = {} }, World)
end

local function run(order, given, seed)
  local choose, made = chooser(given, seed)
  local world = new_world(choose)
  local accounts = {}
  for name, provider in pairs(ACCOUNTS) do accounts[name] = { provider = provider } end
  local pay, _, clock = support.open("cards", function(request)
    if request.operation == "payment.create" then return world:create(request) end
    return world:query(request)
  end, { accounts = accounts, routes = { { to = order, failover = { declined = { "51" } } } } })
  local params = { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u" },
    item = { product_id = "p" } }
  for step = 1, 4 do
    if step == 3 then pay.payments:refresh "A-1" else pay.payments:create(params) end
    -- past the lease of an attempt that was not answered, and before anything expires
    clock.now = clock.now + 60000
  end
  local taken = 0
  for _, one in pairs(world.keys) do taken = taken + (one.taken and 1 or 0) end
  return world, taken, made
end

-- A ledger in memory that lets others run before and after each call of it, as a database does.
local function yielding_ledger()
  local ledger = require("obol.ledger").open "memory"
  local store = ledger.store
  for _, name in ipairs { "get", "select", "run" } do
    local method = store[name]
    store[name] = function(...)
      coroutine.yield()
      local one, two = method(...)
      coroutine.yield()
      return one, two
    end
  end
  return ledger
end

-- Three callers at once, each with a client of its own; whose turn it is, is drawn.
local function race(order, seed)
  local draw = chooser({}, seed)
  local world, ledger = new_world(draw), yielding_ledger()
  local accounts, running, clocks = {}, {}, {}
  for name, provider in pairs(ACCOUNTS) do accounts[name] = { provider = provider } end
  local function handler(request)
    coroutine.yield()
    if request.operation == "payment.create" then return world:create(request) end
    return world:query(request)
  end
  local function call(pay, refresh)
    if refresh then return pay.payments:refresh "A-1" end
    return pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u" },
      item = { product_id = "p" } }
  end
  for caller = 1, 3 do
    local pay, _, clock = support.open("cards", handler, { accounts = accounts, ledger = ledger,
      routes = { { to = order, failover = { declined = { "51" } } } } })
    clocks[caller] = clock
    running[caller] = coroutine.create(function()
      for step = 1, 3 do
        call(pay, step == 2 and caller == 3)
        for _, each in ipairs(clocks) do each.now = each.now + 60000 end
      end
    end)
  end
  while #running > 0 do
    local places = {}
    for place in ipairs(running) do places[place] = place end
    local place = draw(places)
    assert(coroutine.resume(running[place]))
    if coroutine.status(running[place]) == "dead" then table.remove(running, place) end
  end
  return world
end

-- The next sequence of `depth` choices, as an odometer counts; nil after the last.
local function next_given(made, depth)
  local given = {}
  for place = 1, math.min(depth, #made) do given[place] = made[place].pick end
  for place = #given, 1, -1 do
    if given[place] < made[place].of then
      given[place] = given[place] + 1
      return given
    end
    given[place] = nil
  end
  return nil
end

local DEPTH = (os.getenv "LD_PRELOAD" or ""):find "san" and 2 or 4

describe("failover, over every sequence of outcomes,", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  for _, order in ipairs { { "cards", "safe", "pages" }, { "pages", "cards", "safe" }, { "safe", "games", "cards" } } do
    it("never asks an account while another may have the money: " .. table.concat(order, ", "), function()
      local given, runs, hops = {}, 0, 0
      for place = 1, DEPTH do given[place] = 1 end
      while given do
        runs = runs + 1
        local world, taken, made = run(order, given, runs)
        assert.is_nil(world.broken)
        assert.is_true(taken <= 1, "money was taken twice")
        local asked = 0
        for _ in pairs(world.sent) do asked = asked + 1 end
        hops = hops + asked - 1
        given = next_given(made, DEPTH)
      end
      assert.is_true(runs > 9 ^ (DEPTH - 2), "too few sequences")
      assert.is_true(hops > runs / 4, "too few of them went to another account")
    end)
  end

  it("never does so either when several call at once", function()
    local hops = 0
    for seed = 1, DEPTH * 100 do
      local world = race({ "cards", "safe", "pages" }, seed * 7919)
      assert.is_nil(world.broken, "seed " .. seed)
      local taken = 0
      for _, one in pairs(world.keys) do taken = taken + (one.taken and 1 or 0) end
      assert.is_true(taken <= 1, "money was taken twice")
      for _ in pairs(world.sent) do hops = hops + 1 end
      hops = hops - 1
    end
    assert.is_true(hops > DEPTH * 5, "too few of them went to another account")
  end)

  it("would be caught asking too early", function()
    local world = new_world(function() return "unknown_taken" end)
    world:create { url = "https://cards", context = { key = "a" } }
    assert.is_nil(world.broken)
    world:create { url = "https://safe", context = { key = "b" } }
    assert.matches("safe is asked while cards", world.broken)
  end)
end)
