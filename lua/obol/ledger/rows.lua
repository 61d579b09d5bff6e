--- Checking and copying rows, for every store.

local clone = require "obol.clone"
local tables = require "obol.ledger.tables"

local M = {}

--- Written as a column's value, this empties the column (SQL's NULL).
M.none = setmetatable({}, { __tostring = function() return "none" end })

local LIMIT = 2 ^ 63 -- of integers
local MAX_DEPTH = 24

local copy_json

local function copy_table(value, depth)
  if depth > MAX_DEPTH or getmetatable(value) ~= nil then return nil, "expected plain values" end
  local copied = {}
  for key, member in pairs(value) do
    local kind = type(key)
    if kind ~= "string" and kind ~= "number" then return nil, "expected plain keys" end
    local problem
    copied[key], problem = copy_json(member, depth + 1)
    if problem then return nil, problem end
  end
  return copied
end

function copy_json(value, depth)
  local kind = type(value)
  if kind == "table" then return copy_table(value, depth) end
  if kind == "string" or kind == "boolean" then return value end
  if kind == "number" and value == value and value ~= math.huge and value ~= -math.huge then return value end
  return nil, "expected plain values"
end

local readers = {
  text = function(value) return type(value) == "string" and value or nil end,
  integer = function(value)
    local fits = type(value) == "number" and value == math.floor(value) and value >= -LIMIT and value < LIMIT
    return fits and value or nil
  end,
  flag = function(value)
    if type(value) == "boolean" then return value end
    return nil
  end,
  json = function(value)
    if type(value) ~= "table" then return nil end
    return (copy_table(value, 1))
  end,
}

-- The columns of each table whose values are tables.
local nested = {}
for name, described in pairs(tables) do
  nested[name] = {}
  for column, kind in pairs(described.columns) do
    if kind == "json" then nested[name][#nested[name] + 1] = column end
  end
end

--- Writes what is in `from` into `to`, provided it holds nothing but columns of `name`, each of its
-- type. Answers it and whether a column was given as empty; or nil and the column at fault (never its value).
function M.write(name, from, to)
  local columns, has_empty = tables[name].columns, false
  for column, value in pairs(from) do
    local kind = columns[column]
    if kind == nil then return nil, tostring(column) end
    if value == M.none then
      has_empty = true
    else
      value = readers[kind](value)
      if value == nil then return nil, column end
    end
    to[column] = value
  end
  return to, has_empty
end

--- A copy of `row` that holds nothing but the columns of `name`, each of its type. Answers as `write` does.
function M.copy(name, row)
  local columns, to, has_empty = tables[name].columns, clone(row), false
  for column, value in pairs(row) do
    local kind = columns[column]
    if kind == nil then return nil, tostring(column) end
    if value == M.none then
      has_empty = true
    elseif kind ~= "text" or type(value) ~= "string" then -- most are, and are there already
      value = readers[kind](value)
      if value == nil then return nil, column end
      to[column] = value
    end
  end
  return to, has_empty
end

--- A copy of a row of `name` that was written before.
function M.copy_out(name, row)
  local copied = clone(row)
  for _, column in ipairs(nested[name]) do
    local value = row[column]
    if value ~= nil then copied[column] = M.copy_json(value) end
  end
  return copied
end

--- A deep copy of a table of plain values.
function M.copy_json(value)
  return (copy_table(value, 1))
end

--- Whether every member of `where` equals the row's; `none` asks for an empty column.
function M.matches(row, where)
  for column, wanted in pairs(where) do
    local value = row[column]
    if wanted == M.none then
      if value ~= nil then return false end
    elseif value ~= wanted then
      return false
    end
  end
  return true
end

return M
