--- Limits of accounts: how many payments, and how much of one currency, within a window of time; see
-- obol.route.usage for what is counted.

local duration = require "obol.route.duration"
local money = require "obol.money"
local nearest = require "obol.nearest"
local plain = require "obol.route.plain"

local M = {}

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

--- The windows of `limits`, each once: a list of milliseconds.
function M.windows(limits)
  if limits.windows then return limits.windows end
  local list, seen = {}, {}
  for _, limit in ipairs(limits) do
    if not seen[limit.per] then list[#list + 1], seen[limit.per] = limit.per, true end
  end
  return list
end

--- The limits in `list` (or the one that it is); what is wrong goes to `add(keys, message)`.
function M.compile(list, add)
  if list == nil then return {} end
  local single = type(list) ~= "table" or list[1] == nil
  local limits = {}
  if not single then plain.check(list, "expected a list of limits, or one limit", add) end
  for place, one in ipairs(single and { list } or list) do
    local limit, problem = compile(one)
    if limit then limits[#limits + 1] = limit else add(single and {} or { place }, problem) end
  end
  -- made once, because payments are many
  limits.windows = M.windows(limits)
  return limits
end

--- Why a limit's `count` or `amount` lets no more through: text.
function M.words(limit, which)
  if which == "count" then return ("its limit of %d payments in %s is used up"):format(limit.count, limit.text) end
  return ("its limit of %s in %s leaves no room"):format(tostring(limit.amount), limit.text)
end

--- The longest window of `limits` in milliseconds, 0 without any.
function M.longest(limits)
  local longest = 0
  for _, limit in ipairs(limits) do longest = math.max(longest, limit.per) end
  return longest
end

return M
