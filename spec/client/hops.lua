-- A world of accounts that knows what was really taken, for specs of payments that go from one to the next: it watches
-- that no account is asked while another one may have, or may yet get, the money.

local problems_of = require "spec.ledger.problems"
local support = require "spec.client.support"

local M = {}

local is_offer = { pages = true, games = true }

-- What can become of a call that pays: what is told, and what is true.
local answers = { "succeeded", "accepted", "declined", "declined_otherwise", "rejected", "not_sent", "unknown_taken",
  "unknown_declined", "unknown_none" }

--- Accounts of several kinds, one of each.
M.accounts = {}
for _, provider in ipairs { "cards", "pages", "safe", "games" } do M.accounts[provider] = { provider = provider } end

--- Choices in their order, and a list of those that were made; those that were not given are drawn, so that long runs
-- are no longer than others.
function M.chooser(given, seed)
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

local stays = { accepted = { outcome = "accepted" }, declined = { outcome = "declined", code = "51" },
  declined_otherwise = { outcome = "declined", code = "59" }, unknown_declined = { outcome = "declined", code = "51" } }

function World:create(request)
  local one = self:at(request)
  self:check(one)
  if self.over then self.broken = ("%s is asked after %s was told"):format(one.provider, self.over) end
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
  -- so is one that was declined, or whose payer has something to do
  local before = one.truth and stays[one.truth]
  if before then
    if answer:find "^unknown" then return support.unknown() end
    one.open = before.outcome == "accepted"
    return told(before.outcome, before.code)
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

--- That a payment failed is told when nothing is left: after it, the same call asks nobody to pay. Looks at every unit
-- that the ledger takes.
function World:watch(ledger)
  local store = ledger.store
  local run = store.run
  store.run = function(itself, changes)
    local ok, err = run(itself, changes)
    for _, change in ipairs(ok and changes or {}) do
      if change.put == "events" then self:hear(change.row) end
    end
    return ok, err
  end
end

function World:hear(event)
  if self.over then self.broken = ("%s is told after %s"):format(event.type, self.over) end
  if event.type ~= "payment.updated" then self.over = event.type end
end

--- What a call leaves has to be what was told.
function World:check_told(call)
  self.over = nil
  local payment = call()
  local said = self.over == "payment.failed" and "failed" or self.over == "payment.succeeded" and "succeeded"
  if said and payment.status ~= said and payment.status ~= "expired" then
    self.broken = ("told to be %s, and it is %s"):format(said, payment.status)
  end
  if said == "failed" then self.told = (self.told or 0) + 1 end
  self.over = nil
end

--- The ledger has to fit together.
function World:check_ledger(ledger)
  self.broken = self.broken or problems_of(ledger)[1]
end

--- How many accounts took the money.
function World:taken()
  local count = 0
  for _, one in pairs(self.keys) do count = count + (one.taken and 1 or 0) end
  return count
end

--- How often one account was asked to pay behind another.
function World:hops()
  local count = -1
  for _ in pairs(self.sent) do count = count + 1 end
  return count
end

--- The answer to a request.
function World:answer(request)
  if request.operation == "payment.create" then return self:create(request) end
  return self:query(request)
end

--- A world whose accounts answer what `choose(list)` takes.
function M.new(choose)
  return setmetatable({ choose = choose, keys = {}, sent = {} }, World)
end

--- A ledger in memory that lets others run before and after each call of it, as a database does.
function M.yielding_ledger()
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

--- Runs what such a ledger makes yield, with nobody beside it.
function M.through(fn)
  local one = coroutine.create(fn)
  repeat assert(coroutine.resume(one)) until coroutine.status(one) == "dead"
end

--- A client of all accounts with a rule that goes through those of `order`. Answers what `support.open` does.
function M.open(world, order, more)
  local config = { accounts = M.accounts, routes = { { to = order, failover = { declined = { "51" } } } } }
  for key, value in pairs(more or {}) do config[key] = value end
  return support.open("cards", function(request)
    if world.pauses then coroutine.yield() end
    return world:answer(request)
  end, config)
end

function M.create(pay)
  return pay.payments:create { order_id = "A-1", amount = "1.00", currency = "USD", customer = { id = "u" },
    item = { product_id = "p" } }
end

return M
