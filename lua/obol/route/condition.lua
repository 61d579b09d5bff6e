--- Conditions of a rule: from what is written to a function of the subject (and of a table that those of one decision
-- share) that answers true; false and what was expected; or nil and an error of what raised.

local field = require "obol.route.field"
local guard = require "obol.guard"
local money = require "obol.money"
local nearest = require "obol.nearest"
local subjects = require "obol.route.subject"

local M = {}

--- How many instructions a function in the rules may do.
M.LIMIT = 100000

local MAX_EXACT = 9007199254740991

local function is_integer(value)
  return type(value) == "number" and value % 1 == 0 and math.abs(value) <= MAX_EXACT
end

-- Ids may be integers or text: the two are the same value.
local function scalar(value)
  if is_integer(value) then return ("%d"):format(value) end
  return value
end

local function is_value(value)
  local kind = type(value)
  return kind == "string" or kind == "boolean" or is_integer(value) or money.is(value)
end

local function shown(value) return ("`%s`"):format(tostring(scalar(value))) end

-- Runs a function of the rules: its answer has to be a boolean or nothing.
local function ask(fn, where, ...)
  local ok, answer = guard.run(fn, M.LIMIT, "a function", ...)
  if not ok then
    local message = type(answer) == "string" and guard.plain(answer) or "raised no text"
    if not message:find("^[^:]+:%d+: ") then message = where .. message end
    return nil, message:sub(1, 300)
  end
  if answer ~= nil and type(answer) ~= "boolean" then return nil, where .. "expected it to answer true or false" end
  return answer or false
end

-- "routes.lua:7: " of a function.
local function place_of(fn)
  local info = debug.getinfo(fn, "S")
  if not info or info.source:sub(1, 1) ~= "@" then return "" end
  return ("%s:%d: "):format(info.source:sub(2), info.linedefined)
end

local function by_function(fn, read, fields)
  local where = place_of(fn)
  guard.interpret(fn)
  local refused = ("the function at %sanswered no"):format(where ~= "" and where or "its place: ")
  return function(subject, state)
    local view = subjects.view(subject, fields, state)
    local answer, problem
    if read then
      answer, problem = ask(fn, where, read(view), view)
    else
      answer, problem = ask(fn, where, view)
    end
    if answer == nil then return nil, problem end
    return answer, not answer and refused or nil
  end
end

local function by_value(value, read)
  local reason, wanted = "expected " .. shown(value), scalar(value)
  if money.is(value) then
    return function(subject) return read(subject) == value, reason end
  end
  return function(subject)
    local found = read(subject)
    if found == wanted then return true end
    -- text and tables are what they are
    if type(found) ~= "number" then return false, reason end
    return scalar(found) == wanted, reason
  end
end

local function by_amounts(amounts, read, reason)
  return function(subject)
    local found = read(subject)
    for place = 1, #amounts do
      if amounts[place] == found then return true end
    end
    return false, reason
  end
end

local function by_list(list, read)
  local wanted, amounts, words = {}, {}, {}
  for place, value in ipairs(list) do
    words[place] = shown(value)
    if money.is(value) then amounts[#amounts + 1] = value else wanted[scalar(value)] = true end
  end
  local reason = "expected one of " .. table.concat(words, ", ")
  if #amounts > 0 then return by_amounts(amounts, read, reason) end
  return function(subject)
    local found = read(subject)
    if found == nil then return false, reason end
    if wanted[found] then return true end
    return type(found) == "number" and wanted[scalar(found)] == true, reason
  end
end

-- The number of an integer that was given as one or in digits.
local function number_of(value)
  if type(value) == "string" and value:find "^%-?%d%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?%d?$" then
    return tonumber(value)
  end
  return is_integer(value) and value or nil
end

local function by_range(range, read)
  local low, high = range.min, range.max
  local of_money = money.is(low) or money.is(high)
  local currency = of_money and (low or high):currency()
  local reason = "expected"
  if low ~= nil then reason = reason .. " " .. tostring(scalar(low)) .. " at least" end
  if high ~= nil then reason = reason .. (low ~= nil and " and " or " ") .. tostring(scalar(high)) .. " at most" end
  return function(subject)
    local found = read(subject)
    if not of_money then found = number_of(found) end
    if of_money and not (money.is(found) and found:currency() == currency) then
      return false, "expected an amount in " .. currency
    end
    if found == nil or (low ~= nil and found < low) or (high ~= nil and found > high) then return false, reason end
    return true
  end
end

local range_keys = { min = true, max = true }

local function check_range(range)
  for key in pairs(range) do
    if not range_keys[key] then
      return "expected a list, or a range with `min` and `max`" .. nearest.hint(key, range_keys)
    end
  end
  local low, high = range.min, range.max
  for _, bound in pairs(range) do
    if not is_integer(bound) and not money.is(bound) then
      return "expected bounds that are integers, or money such as money(\"5.00\", \"USD\")"
    end
  end
  if low == nil or high == nil then return nil end
  if money.is(low) ~= money.is(high) then return "expected both bounds as integers, or both as money" end
  if money.is(low) and low:currency() ~= high:currency() then return "expected bounds of one currency" end
  return low > high and "expected a `min` that is not above `max`" or nil
end

local function check_list(list)
  local count = 0
  for key, value in pairs(list) do
    count = count + 1
    if type(key) ~= "number" then return "expected a list of values, or a range with `min` and `max`" end
    if money.is(value) ~= money.is(list[1]) then return "expected money alone in the list, or none" end
    if not is_value(value) then return "expected texts, integers, booleans or money in the list" end
  end
  return count ~= #list and "expected a list without gaps" or nil
end

local function is_of_money(value)
  if type(value) ~= "table" then return money.is(value) end
  return money.is(value[1]) or money.is(value.min) or money.is(value.max)
end

-- Amounts beside the payment's own, such as an item's price, are text in its currency.
local function as_money(read)
  return function(subject)
    local found, currency = read(subject), subject.currency
    if type(found) ~= "string" or type(currency) ~= "string" then return found end
    return (money(found, currency))
  end
end

local function compile(value, read, fields)
  if type(value) == "function" then return by_function(value, read, fields) end
  if is_of_money(value) then read = as_money(read) end
  if is_value(value) then return by_value(value, read) end
  if type(value) ~= "table" then return nil, "expected a value, a list, a range or a function" end
  if value[1] ~= nil then
    local problem = check_list(value)
    if problem then return nil, problem end
    return by_list(value, read)
  end
  if next(value) == nil then return nil, "expected a list or a range that is not empty" end
  local problem = check_range(value)
  if problem then return nil, problem end
  return by_range(value, read)
end

-- Money is compared as money, in one currency; text would be equal by chance.
local function check_amount(name, value)
  if name ~= "amount" or type(value) == "function" or money.is(value) then return nil end
  local list = type(value) == "table" and value or { value }
  for _, each in pairs(list) do
    if not money.is(each) then return "expected money, such as money(\"5.00\", \"USD\")" end
  end
  return nil
end

--- The conditions of `when` (a function, a table from fields to conditions, or nil): a list of { name =, test = }.
-- What is wrong goes to `add(keys, message)`, `keys` being the path within `when`.
function M.compile(when, fields, add)
  if when == nil then return {} end
  if type(when) == "function" then return { { name = "when", test = by_function(when, nil, fields) } } end
  if type(when) ~= "table" then
    add({}, "expected a table from fields to conditions, or a function")
    return {}
  end
  local list = {}
  for name, value in pairs(when) do
    local read, problem = field.compile(name, fields)
    local test
    if read then
      problem = check_amount(name, value)
      if not problem then test, problem = compile(value, read, fields) end
    end
    if test then list[#list + 1] = { name = name, test = test } else add({ name }, problem) end
  end
  -- the same order each time, and functions, which cost most and may raise, behind plain values
  local function late(one) return type(when[one.name]) == "function" and 1 or 0 end
  table.sort(list, function(a, b)
    if late(a) ~= late(b) then return late(a) < late(b) end
    return a.name < b.name
  end)
  return list
end

return M
