--- What was counted towards the limits of accounts, in this process. A window slides by hundredths, so that it needs
-- the same memory whatever the traffic; what is in it is counted for up to a hundredth longer than it lasts.
-- obol.route.usage_shared is the same for the workers of an nginx.

local limit = require "obol.route.limit"

local M = {}

local PARTS = 100

local Usage = {}
Usage.__index = Usage

--- What was counted, of all accounts; kept when rules are loaded again.
function M.new()
  return setmetatable({ windows = {}, filled = {} }, Usage)
end

local function add(total, count, amount)
  total.count = total.count + count
  if not amount then return end
  local currency = amount:currency()
  total.sums[currency] = total.sums[currency] and total.sums[currency] + amount or amount
end

local function clear(window, first)
  window.first, window.buckets, window.total = first, {}, { count = 0, sums = {} }
end

-- The window of an account, without what is too old by `now`.
local function window_of(usage, account, per, now)
  local accounts = usage.windows
  accounts[account] = accounts[account] or {}
  local window = accounts[account][per]
  local first = math.floor(now / (per / PARTS)) - PARTS
  if not window then
    window = { width = per / PARTS }
    accounts[account][per] = window
    clear(window, first)
  elseif math.abs(first - window.first) > PARTS then
    -- long ago; or before, where the clock was put back
    clear(window, first)
  end
  while window.first < first do
    local bucket = window.buckets[window.first]
    if bucket then
      window.total.count = window.total.count - bucket.count
      for currency, sum in pairs(bucket.sums) do window.total.sums[currency] = window.total.sums[currency] - sum end
      window.buckets[window.first] = nil
    end
    window.first = window.first + 1
  end
  return window
end

local function put(window, at, count, amount)
  local place = math.max(math.floor(at / window.width), window.first)
  local bucket = window.buckets[place]
  if not bucket then
    bucket = { count = 0, sums = {} }
    window.buckets[place] = bucket
  end
  add(bucket, count, amount)
  add(window.total, count, amount)
end

--- Those of an account's limits over windows in which what was recorded before is not counted yet; nil for none.
function Usage:unfilled(account, limits)
  local known, list = self.filled[account], nil
  for _, one in ipairs(limits) do
    if not (known and known[one.per]) then
      list = list or {}
      list[#list + 1] = one
    end
  end
  return list
end

--- Counts what was recorded before, a list of { amount = (money or nil), at = }, in the windows of these limits, which
-- are empty then but for that.
function Usage:fill(account, limits, found, now)
  self.filled[account] = self.filled[account] or {}
  for _, per in ipairs(limit.windows(limits)) do
    if self.windows[account] then self.windows[account][per] = nil end
    self.filled[account][per] = true
    local window = window_of(self, account, per, now)
    for _, one in ipairs(found) do
      if math.floor(one.at / window.width) >= window.first then put(window, one.at, 1, one.amount) end
    end
  end
end

--- Forgets the windows that none of limits_of(account) needs: they would be filled again.
function Usage:keep(limits_of)
  for account, windows in pairs(self.filled) do
    local stays = {}
    for _, one in ipairs(limits_of(account) or {}) do stays[one.per] = windows[one.per] end
    self.filled[account] = stays
  end
end

--- Why one more payment of `amount` (money or nil) would be over a limit of the account: text; nil where it fits.
function Usage:over(account, limits, amount, now)
  for _, one in ipairs(limits) do
    local total = window_of(self, account, one.per, now).total
    if one.count and total.count + 1 > one.count then return limit.words(one, "count") end
    local currency = one.amount and one.amount:currency()
    if currency and amount and amount:currency() == currency then
      local sum = total.sums[currency]
      -- by what is left: the sum itself may be beyond any amount
      if amount > one.amount or sum and sum > one.amount - amount then return limit.words(one, "amount") end
    end
  end
  return nil
end

--- Counts a payment of `amount` that was begun at `at`.
function Usage:take(account, limits, amount, at, now)
  for _, per in ipairs(limit.windows(limits)) do put(window_of(self, account, per, now or at), at, 1, amount) end
end

--- The same now, unless it would be over a limit: nil, or why not.
function Usage:enter(account, limits, amount, now)
  local over = self:over(account, limits, amount, now)
  if not over then self:take(account, limits, amount, now) end
  return over
end

--- Takes back what was counted at `at`, because no money moved.
function Usage:give_back(account, limits, amount, at, now)
  for _, per in ipairs(limit.windows(limits)) do
    local window = window_of(self, account, per, now)
    -- what has left the window is not in its sum either
    if window.buckets[math.floor(at / window.width)] then put(window, at, -1, amount and -amount) end
  end
end

return M
