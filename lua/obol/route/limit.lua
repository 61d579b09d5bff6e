--- Limits of accounts: how many payments, and how much of one currency, within a window of time. The window
-- slides by hundredths, so that what is counted needs the same memory whatever the traffic, and is counted for
-- up to a hundredth longer than the window. Each process counts for itself.

local duration = require "obol.route.duration"
local money = require "obol.money"
local nearest = require "obol.nearest"

local M = {}

local PARTS = 100
local known = { count = true, amount = true, per = true }

local function compile(one)
  if type(one) ~= "table" then return nil, "expected a table with `count` or `amount`, and `per`" end
  for key in pairs(one) do
    if not known[key] then return nil, "expected `count`, `amount` or `per`" .. nearest.hint(key, known) end
  end
  local count, amount, per = one.count, one.amount, duration(one.per)
  if not per then return nil, "expected `per` as a span of time, such as `24h`" end
  if count == nil and amount == nil then return nil, "expected a `count` or an `amount`" end
  if count ~= nil and (type(count) ~= "number" or count % 1 ~= 0 or count < 0 or count > 1e9) then
    return nil, "expected `count` as an integer of 0 or more"
  end
  if amount ~= nil and (not money.is(amount) or amount:sign() < 0) then
    return nil, "expected `amount` as money, such as money(\"1000\", \"USD\")"
  end
  return { count = count, amount = amount, per = per, text = one.per }
end

--- The limits in `list` (or the one that it is); what is wrong goes to `add(keys, message)`.
function M.compile(list, add)
  if list == nil then return {} end
  local single = type(list) ~= "table" or list[1] == nil
  local limits = {}
  for place, one in ipairs(single and { list } or list) do
    local limit, problem = compile(one)
    if limit then limits[#limits + 1] = limit else add(single and {} or { place }, problem) end
  end
  return limits
end

local Usage = {}
Usage.__index = Usage

--- What was counted, of all accounts; kept when rules are loaded again.
function M.usage()
  return setmetatable({ windows = {} }, Usage)
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
  elseif first - window.first > PARTS then
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

--- Empties the window of `per` milliseconds of an account.
function Usage:forget(account, per)
  if self.windows[account] then self.windows[account][per] = nil end
end

--- Why one more payment of `amount` (money or nil) would be over a limit of the account: text; nil where it fits.
function Usage:over(account, limits, amount, now)
  for _, limit in ipairs(limits) do
    local total = window_of(self, account, limit.per, now).total
    if limit.count and total.count + 1 > limit.count then
      return ("its limit of %d payments in %s is used up"):format(limit.count, limit.text)
    end
    local currency = limit.amount and limit.amount:currency()
    if currency and amount and amount:currency() == currency then
      local sum = total.sums[currency]
      if (sum and sum + amount or amount) > limit.amount then
        return ("its limit of %s in %s leaves no room"):format(tostring(limit.amount), limit.text)
      end
    end
  end
  return nil
end

--- Counts a payment of `amount` that was begun at `at`.
function Usage:take(account, limits, amount, at, now)
  local seen = {}
  for _, limit in ipairs(limits) do
    if not seen[limit.per] then put(window_of(self, account, limit.per, now or at), at, 1, amount) end
    seen[limit.per] = true
  end
end

--- Takes back what `take` counted, because no money moved.
function Usage:give_back(account, limits, amount, at, now)
  local seen = {}
  for _, limit in ipairs(limits) do
    local window = window_of(self, account, limit.per, now)
    -- what has left the window is not in its sum either
    if not seen[limit.per] and window.buckets[math.floor(at / window.width)] then
      put(window, at, -1, amount and -amount)
    end
    seen[limit.per] = true
  end
end

--- The longest window of `limits` in milliseconds, 0 without any.
function M.longest(limits)
  local longest = 0
  for _, limit in ipairs(limits) do longest = math.max(longest, limit.per) end
  return longest
end

return M
