--- How accounts are, by the outcomes of the calls that are made of them: for each account and operation a breaker,
-- and how often and how fast calls succeed, what is older counting less. All of it is kept in a store of obol.shared,
-- which may be emptied at any time: what is forgotten is closed.

local breaker = require "obol.health.breaker"
local judge = require "obol.health.judge"
local kept = require "obol.kept"
local preset = require "obol.health.preset"
local rates = require "obol.health.rates"

local M = {}
local Health = {}
Health.__index = Health

--- What holds for an account of which nothing is said.
M.preset = preset

--- about = { store = (of obol.shared), clock = (ms since 1970), settings = function(account) that answers its
-- settings, false (no breaker) or nil (the preset), unique = (a text that nobody else has), told = function({ account
-- =, operation =, state =, probes_from_ms = }) at each change of a state (nil for none) }.
function M.new(about)
  return setmetatable({ store = about.store, sums = about.store, clock = about.clock, settings_of = about.settings,
    unique = about.unique, told = about.told, names = {} }, Health)
end

--- Uses another store from now on; with `sums`, an obol.gather over it, for what only adds up.
function Health:share(store, sums) self.store, self.sums = store, sums or store end

local function new_names(account, operation)
  local prefix = ("health/%s/%s/"):format(account, operation)
  return { rates = rates.names(prefix), breaker = breaker.names(prefix) }
end

-- The names of what is kept of an account's operation; made once, because calls are many.
local function names_of(self, account, operation) return kept(self.names, account, operation, new_names) end

local function settings_of(self, account)
  local settings = self.settings_of(account)
  if settings == nil then return preset end
  return settings
end

--- Counts what came of a call that began at `began_ms` (by the clock) and took `duration_ms`: `facts` are those of
-- obol.health.judge, and `retry_after_ms` where the provider asks for a pause. What says nothing of the account is not
-- counted.
function Health:record(account, operation, facts, began_ms, duration_ms)
  local is_good = judge.judge(facts)
  if is_good == nil then return end
  local names, settings, now = names_of(self, account, operation), settings_of(self, account), self.clock()
  rates.add(self.sums, names.rates, (settings or preset).half_life_ms, now, is_good, duration_ms)
  if not settings then return end
  local state, from = breaker.record(self.store, self.sums, names.breaker, settings, is_good, began_ms, now,
    facts.retry_after_ms)
  if state and self.told then
    self.told { account = account, operation = operation, state = state, probes_from_ms = from }
  end
end

-- "2026-03-01T22:00:05Z"
local function moment(ms) return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(ms / 1000)) end

--- Whether a call may be made: true, and where it would be a probe a word on that; or false, why not, and the moment
-- from which the breaker is or was probed. Takes no place.
function Health:allows(account, operation)
  local settings = settings_of(self, account)
  if not settings then return true end
  local names = names_of(self, account, operation).breaker
  local state, from = breaker.state(self.store, names, settings, self.clock())
  if state == "closed" then return true end
  if state == "open" then return false, "its breaker is open, probes from " .. moment(from), from end
  if breaker.has_place(self.store, names, settings) then
    return true, "its breaker is half open, and this would be a probe"
  end
  return false, "its breaker is half open, and its probes are under way", from
end

--- Takes a probe's place where the breaker is half open, for `lease_ms` at most: what `leave` takes, nil where none
-- is needed, or false where the call may not be made.
function Health:enter(account, operation, lease_ms)
  local settings = settings_of(self, account)
  if not settings then return nil end
  local names = names_of(self, account, operation).breaker
  local state = breaker.state(self.store, names, settings, self.clock())
  if state == "closed" then return nil end
  if state == "open" then return false end
  return breaker.enter(self.store, names, settings, self.unique(), lease_ms)
end

--- Gives back a place, whether or not the call was made.
function Health:leave(place)
  if place then breaker.leave(self.store, place) end
end

local function line_of(self, account, operation, now)
  local names, settings = names_of(self, account, operation), settings_of(self, account)
  local line = rates.read(self.store, names.rates, (settings or preset).half_life_ms, now)
  local state, from = "off"
  if settings then state, from = breaker.state(self.store, names.breaker, settings, now) end
  if not line and not from then return nil end
  line = line or { calls = 0 }
  line.account, line.operation, line.state, line.probes_from_ms = account, operation, state, from
  line.failures = settings and self.store:get(names.breaker.row) or 0
  return line
end

--- What is known: a list of { account =, operation =, state = (`closed`, `open`, `half_open`, or `off` without a
-- breaker), probes_from_ms =, failures = (in a row), calls = (how many, decayed), success_rate = (0 to 1), latency_ms
-- = }, for each operation of each account, in their order, of which anything is known.
function Health:report(accounts, operations)
  local list, now = {}, self.clock()
  if self.sums.flush then self.sums:flush() end
  for _, account in ipairs(accounts) do
    for _, operation in ipairs(operations) do list[#list + 1] = line_of(self, account, operation, now) end
  end
  return list
end

return M
