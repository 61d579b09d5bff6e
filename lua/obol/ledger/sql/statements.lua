--- The statements of the store, made once each: their texts depend on nothing but the names of columns.

local rows = require "obol.ledger.rows"
local schema = require "obol.ledger.sql.schema"
local values = require "obol.ledger.sql.values"

local none = rows.none
local concat = table.concat

local Statements = {}
Statements.__index = Statements

local lua_types = { text = "string", integer = "number", flag = "boolean" }

local function time_of(columns)
  return columns.created_ms and "created_ms" or columns.time_ms and "time_ms"
    or columns.received_ms and "received_ms" or nil
end

local function describe(name, about, dialect)
  local columns = schema.columns(about)
  return {
    name = name, table = schema.PREFIX .. name, key = about.key, kinds = about.columns, columns = columns,
    list = concat(columns, ", "), time = time_of(about.columns),
    place = about.counter or "place", counted = about.counter ~= nil,
    numbered = about.counter == nil or dialect.numbered,
    insert = {}, update = {}, select = {},
  }
end

--- Statements for `tables` on a dialect.
local function new(tables, dialect)
  local self = setmetatable({ tables = {} }, Statements)
  for name, about in pairs(tables) do
    local one = describe(name, about, dialect)
    one.get = ("select %s from %s where %s = $1"):format(one.list, one.table, one.key)
    self.tables[name] = one
  end
  return self
end

-- The columns of `row` that are there, in order, and their texts as one.
local function shape_of(about, row)
  local shape, count = {}, 0
  for _, column in ipairs(about.columns) do
    local value = row[column]
    if value ~= nil then
      count = count + 1
      shape[count] = value == none and column .. "!" or column
    end
  end
  return concat(shape, ",", 1, count), shape
end

local function parameters(from, to)
  local list = {}
  for number = from, to do list[#list + 1] = "$" .. number end
  return list
end

local function add_values(statement, about, row)
  for _, column in ipairs(about.columns) do
    local value = row[column]
    if value ~= nil and value ~= none then
      statement[#statement + 1] = values.write(about.kinds[column], value)
    end
  end
end

--- Inserts a row of the ledger's own values.
function Statements:insert(name, row)
  local about = self.tables[name]
  for column, value in pairs(row) do
    if value == none then row[column] = nil end
  end
  local key, shape = shape_of(about, row)
  local text = about.insert[key]
  if not text then
    text = ("insert into %s (%s) values (%s)"):format(about.table, concat(shape, ", "),
      concat(parameters(1, #shape), ", "))
    about.insert[key] = text
  end
  local statement = { text, expect = 1 }
  add_values(statement, about, row)
  return statement
end

-- "a = $1, b = null", and the number of parameters.
local function terms(shape, from, empty, between)
  local parts, number = {}, from
  for place, column in ipairs(shape) do
    local bare = column:match "^(.*)!$"
    if bare then
      parts[place] = bare .. empty
    else
      number = number + 1
      parts[place] = ("%s = $%d"):format(column, number)
    end
  end
  return concat(parts, between), number
end

--- Changes the row `key`: `to` and `expect` are of the ledger's own values.
function Statements:update(name, key, to, expect)
  local about = self.tables[name]
  local changed, shape = shape_of(about, to)
  local held, held_shape = shape_of(about, expect)
  local id = changed .. "|" .. held
  local text = about.update[id]
  if not text then
    local assigned, number = terms(shape, 1, " = null", ", ")
    -- nothing to change is a question whether the row is there
    if assigned == "" then assigned = ("%s = %s"):format(about.key, about.key) end
    local wanted = terms(held_shape, number, " is null", " and ")
    text = ("update %s set %s where %s = $1%s"):format(about.table, assigned, about.key,
      wanted ~= "" and " and " .. wanted or "")
    about.update[id] = text
  end
  local statement = { text, values.write("text", key), expect = 1, name = name }
  add_values(statement, about, to)
  add_values(statement, about, expect)
  return statement
end

function Statements:get(name, key)
  return { self.tables[name].get, values.write("text", key) }
end

-- A condition that no value of the column can meet selects nothing.
local function is_possible(about, where)
  for column, value in pairs(where) do
    local kind = about.kinds[column]
    if value ~= none and type(value) ~= lua_types[kind] then return false end
  end
  return true
end

-- A range of times as one of places, which are in nearly the same order: so a page is read where its rows
-- lie, and no further than the last of them.
local function add_range(parts, about, numbers, first_page)
  local range = {}
  if numbers.from then range[#range + 1] = ("%s >= $%d"):format(about.time, numbers.from) end
  if numbers.to then range[#range + 1] = ("%s < $%d"):format(about.time, numbers.to) end
  if #range == 0 then return end
  local text = concat(range, " and ")
  parts[#parts + 1] = text
  local form = "%s %s (select %s(%s + 0) from %s where " .. text .. ")"
  if first_page and numbers.from then
    parts[#parts + 1] = form:format(about.place, ">=", "min", about.place, about.table)
  end
  if numbers.to then parts[#parts + 1] = form:format(about.place, "<=", "max", about.place, about.table) end
end

local function select_text(about, shape, query)
  local wanted, number = terms(shape, 0, " is null", " and ")
  local parts, numbers = { wanted ~= "" and wanted or nil }, {}
  local function next_number()
    number = number + 1
    return number
  end
  if about.time and query.from_ms then numbers.from = next_number() end
  if about.time and query.to_ms then numbers.to = next_number() end
  add_range(parts, about, numbers, not query.after and not query.due_ms)
  if query.due_ms then
    parts[#parts + 1] = ("due_ms <= $%d"):format(next_number())
    parts[#parts + 1] = ("(claimed_until is null or claimed_until <= $%d)"):format(next_number())
  elseif query.after then
    parts[#parts + 1] = ("%s > $%d"):format(about.place, next_number())
  end
  return ("select %s, %s as place from %s%s order by %s%s limit $%d"):format(about.list, about.place, about.table,
    #parts > 0 and " where " .. concat(parts, " and ") or "", query.due_ms and "due_ms, " or "", about.place,
    next_number())
end

--- Rows of a query, one more than its limit where there are more; nil where there can be none.
function Statements:select(name, query, limit)
  local about, where = self.tables[name], query.where or {}
  if not is_possible(about, where) then return nil end
  local key, shape = shape_of(about, where)
  key = ("%s|%s%s%s"):format(key, query.from_ms and "f" or "", query.to_ms and "t" or "",
    query.due_ms and "d" or query.after and "a" or "")
  local text = about.select[key]
  if not text then
    text = select_text(about, shape, query)
    about.select[key] = text
  end
  local statement = { text }
  add_values(statement, about, where)
  if about.time then
    statement[#statement + 1] = query.from_ms
    statement[#statement + 1] = query.to_ms
  end
  if query.due_ms then
    statement[#statement + 1], statement[#statement + 2] = query.due_ms, query.due_ms
  elseif query.after then
    statement[#statement + 1] = tonumber(query.after) or 0
  end
  statement[#statement + 1] = limit
  return statement
end

return new
