--- What was counted towards the limits of accounts, in a store that the workers of an nginx share. Each hundredth of a
-- window has numbers of its own, to which workers only add, so that none is lost; the sum of those that nobody adds to
-- any more is kept in each worker. Amounts are exact up to 2^53 minor units.
--
-- What is in the store belongs to a filling: the name that the worker gave it that counted what the ledger holds. With
-- that name all of it is gone, and is filled again.

local kept = require "obol.kept"
local limit = require "obol.route.limit"

local M = {}

local PARTS = 100

local Usage = {}
Usage.__index = Usage

--- What is counted in `store`; `unique` answers a text that nobody else has.
function M.new(store, unique)
  return setmetatable({ store = store, unique = unique, windows = {} }, Usage)
end

-- As a double on every Lua: the sum of two integers may be beyond 64 bits, and be below nothing then.
local function minor(amount)
  return tonumber(amount:minor()) + 0.0
end

local function new_window(account, per)
  local prefix = ("limit/%s/%.0f/"):format(account, per)
  return { prefix = prefix, filling = prefix .. "filling", width = per / PARTS, lasts = per * 1.1 / 1000, sums = {} }
end

-- What this worker knows of the window of an account: its names, and sums over parts that are over.
local function window_of(usage, account, per) return kept(usage.windows, account, per, new_window) end

local function place_of(window, at) return math.floor(at / window.width) end

-- Adds to the part of the window in which `at` lies. A change of one that is over is told to all workers.
local function put(usage, window, filling, at, now, count, amount)
  local place, base = place_of(window, at), window.prefix .. filling
  usage.store:incr(("%s/n/%.0f"):format(base, place), count, 0, window.lasts)
  if amount then
    usage.store:incr(("%s/%s/%.0f"):format(base, amount:currency(), place), count * minor(amount), 0, window.lasts)
  end
  if place_of(window, now) - place > 0 then usage.store:incr(base .. "/changes", 1, 0) end
end

-- The sum of `name` over the parts up to the one before the last, kept while none of them changes.
local function settled(usage, window, base, name, place)
  local sums, changes = window.sums, usage.store:get(base .. "/changes") or 0
  if sums.base ~= base or sums.place ~= place or sums.changes ~= changes then
    sums = { base = base, place = place, changes = changes }
    window.sums = sums
  end
  if not sums[name] then
    local sum = 0
    for one = place - PARTS, place - 2 do sum = sum + (usage.store:get(("%s/%s/%.0f"):format(base, name, one)) or 0) end
    sums[name] = sum
  end
  return sums[name]
end

-- All of `name` (`n`, or a currency) that is in the window at `now`.
local function sum_of(usage, window, filling, name, now)
  local place, base = place_of(window, now), window.prefix .. filling
  local sum = settled(usage, window, base, name, place)
  -- whoever read the clock a moment ago may still add to the one before
  for one = place - 1, place do sum = sum + (usage.store:get(("%s/%s/%.0f"):format(base, name, one)) or 0) end
  return sum
end

--- Those of an account's limits over windows in which what was recorded before is not counted yet; nil for none.
function Usage:unfilled(account, limits)
  local list
  for _, one in ipairs(limits) do
    if not self.store:get(window_of(self, account, one.per).filling) then
      list = list or {}
      list[#list + 1] = one
    end
  end
  return list
end

--- Counts what was recorded before, a list of { amount = (money or nil), at = }, in the windows of these limits, which
-- are empty then but for that. Where another worker was first, what it counted holds.
function Usage:fill(account, limits, found, now)
  for _, per in ipairs(limit.windows(limits)) do
    local window, filling = window_of(self, account, per), self.unique()
    local from = place_of(window, now) - PARTS
    for _, one in ipairs(found) do
      if place_of(window, one.at) >= from then put(self, window, filling, one.at, now, 1, one.amount) end
    end
    self.store:add(window.filling, filling)
  end
end

--- Forgets the windows that none of limits_of(account) needs: they would be filled again.
function Usage:keep(limits_of)
  for account, windows in pairs(self.windows) do
    local stays = {}
    for _, one in ipairs(limits_of(account) or {}) do stays[one.per] = windows[one.per] end
    for per, window in pairs(windows) do
      if not stays[per] then self.store:delete(window.filling) end
    end
    self.windows[account] = stays
  end
end

-- Why one more payment is over a limit; `ours` is 1 where it is counted already.
local function over(usage, account, limits, amount, now, ours)
  for _, one in ipairs(limits) do
    local window = window_of(usage, account, one.per)
    local filling = usage.store:get(window.filling)
    local currency = one.amount and one.amount:currency()
    local is_same = amount and amount:currency() == currency
    if filling and one.count and sum_of(usage, window, filling, "n", now) - ours + 1 > one.count then
      return limit.words(one, "count")
    end
    if filling and is_same then
      local sum = sum_of(usage, window, filling, currency, now)
      if sum + (1 - ours) * minor(amount) > minor(one.amount) then return limit.words(one, "amount") end
    end
  end
  return nil
end

--- Why one more payment of `amount` (money or nil) would be over a limit of the account: text; nil where it fits.
function Usage:over(account, limits, amount, now) return over(self, account, limits, amount, now, 0) end

local function count(usage, account, limits, amount, at, now, by)
  for _, per in ipairs(limit.windows(limits)) do
    local window = window_of(usage, account, per)
    local filling = usage.store:get(window.filling)
    if filling then put(usage, window, filling, at, now, by, amount) end
  end
end

--- Counts a payment of `amount` that was begun at `at`.
function Usage:take(account, limits, amount, at, now) count(self, account, limits, amount, at, now or at, 1) end

--- The same now, unless it would be over a limit: nil, or why not. It is counted first and looked at then: of two
-- workers that take the last room at once, both may be refused, and never both let through.
function Usage:enter(account, limits, amount, now)
  local why = over(self, account, limits, amount, now, 0)
  if why then return why end
  count(self, account, limits, amount, now, now, 1)
  why = over(self, account, limits, amount, now, 1)
  if why then count(self, account, limits, amount, now, now, -1) end
  return why
end

--- Takes back what was counted at `at`, because no money moved.
function Usage:give_back(account, limits, amount, at, now)
  for _, per in ipairs(limit.windows(limits)) do
    local window = window_of(self, account, per)
    local filling = self.store:get(window.filling)
    -- what has left the window is not in its sum either
    if filling and place_of(window, at) >= place_of(window, now) - PARTS then
      put(self, window, filling, at, now, -1, amount)
    end
  end
end

return M
