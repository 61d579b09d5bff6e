--- What rules may name: `money`, and those functions on texts, tables and numbers that end soon, give the same
-- answer each time and ask for no memory to speak of. Neither `pcall`, which would hold off the limit of
-- instructions, nor what draws lots.

local guard = require "obol.guard"
local money = require "obol.money"
local nearest = require "obol.nearest"
local text = require "obol.guard.text"

local M = {}

local function pick(from, names)
  local picked = {}
  for name in names:gmatch "%S+" do picked[name] = from[name] end
  return picked
end

-- A width in a format is two digits at most, so that this asks for no memory either.
local TEXT = "byte find format gmatch gsub len lower match reverse sub upper"
local LISTS = "concat remove"
local NUMBERS = "abs ceil floor fmod huge max min modf pi sqrt"
local ALONE = "assert error ipairs select tonumber tostring type"

local AMOUNT = "expected an amount and its currency, such as money(\"5.00\", \"USD\")"
local MINOR = "expected minor units and their currency, such as money.minor(500, \"USD\")"
local MAX_EXACT = 9007199254740991

-- What is nothing would be no condition at all, so both raise, at the line of the file that calls.
local function given(what, value, err)
  if value == nil then error(what .. ": " .. (err.message or ""), 3) end
  return value
end

local function minor(units, currency)
  local fits = type(units) == "string" or type(units) == "number" and units % 1 == 0 and math.abs(units) <= MAX_EXACT
  if not fits or type(currency) ~= "string" then error(MINOR, 2) end
  local value = given(MINOR, money.minor(units, currency)) -- no tail call, which would take the line away
  return value
end

local function plain_money()
  return setmetatable({ minor = minor, is = money.is }, { __metatable = false,
    __call = function(_, amount, currency)
      if type(amount) == "number" then error(AMOUNT .. ": write the amount as text", 2) end
      if type(amount) ~= "string" or type(currency) ~= "string" then error(AMOUNT, 2) end
      local value = given(AMOUNT, money(amount, currency))
      return value
    end })
end

-- The members of a view come as they are asked for (see obol.route.subject): going through it asks for all.
local function all_pairs(value)
  if type(value) ~= "table" then error("expected a table", 2) end
  local meta = debug.getmetatable(value)
  if meta and meta.fill then meta.fill(value) end
  return next, value, nil
end

-- Some lists take their square to sort, in one step that nothing can stop.
local MAX_SORTED = 10000

local function sort(list, less)
  if type(list) ~= "table" then error("expected a table to sort", 2) end
  if #list > MAX_SORTED then error("expected 10000 members to sort at most", 2) end
  return text.nested(table.sort, list, less)
end

-- LuaJIT moves everything from the list's end to any place, however far away, in one step that nothing can stop.
local function insert(list, ...)
  if type(list) ~= "table" then error("expected a table to insert into", 2) end
  local count, place = select("#", ...), (...)
  if count == 1 then
    list[#list + 1] = place
    return
  end
  local fits = count == 2 and type(place) == "number" and place % 1 == 0 and place >= 1 and place <= #list + 1
  if not fits then error("expected a value to insert, or its place in the list and the value", 2) end
  table.insert(list, place, (select(2, ...)))
end

-- A name that is misspelt would be nothing, and a condition on it would hold or not by chance.
local function refuse(environment, name)
  error("expected a known name" .. nearest.hint(name, environment), 2)
end

--- A fresh environment, which one file has for itself. A name that nobody gave a value raises.
function M.new()
  local environment = pick(_G, ALONE)
  environment.string, environment.table = pick(guard.text, TEXT), pick(table, LISTS)
  environment.table.sort, environment.table.insert = sort, insert
  environment.math, environment.money, environment.pairs = pick(math, NUMBERS), plain_money(), all_pairs
  environment.table.unpack = rawget(table, "unpack") or rawget(_G, "unpack")
  environment.unpack = environment.table.unpack
  return setmetatable(environment, { __index = refuse })
end

return M
