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
  local columns, empty = schema.columns(about), {}
  for _, column in ipairs(columns) do empty[column] = column .. "!" end
  return {
    name = name, table = schema.PREFIX .. name, key = about.key, kinds = about.columns,
    columns = columns, empty = empty, list = concat(columns, ", "), time = time_of(about.columns),
    place = about.counter or "place",
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

-- The columns of `row` that are there, in order; those that are to be empty with a mark.
local function shape_of(about, row)
  local shape = {}
  for _, column in ipairs(about.columns) do
    local value = row[column]
    if value ~= nil then shape[#shape + 1] = value == none and about.empty[column] or column end
  end
  return shape
end

-- Texts are found by going from column to column through tables within tables, which costs less than to
-- make a name of all of them.
local function next_node(node, name)
  local found = node[name]
  if not found then
    found = {}
    node[name] = found
  end
  return found
end

-- Appends the values of `row` to the statement, which has `count` members: the node to which its columns
-- lead from `node`, and the members then.
local function fill(statement, count, about, row, node)
  local columns, kinds = about.columns, about.kinds
  for place = 1, #columns do
    local column = columns[place]
    local value = row[column]
    if value == none then
      node = next_node(node, about.empty[column])
    elseif value ~= nil then
      node, count = next_node(node, column), count + 1
      statement[count] = values.write(kinds[column], value)
    end
  end
  return node, count
end

local function parameters(count)
  local list = {}
  for number = 1, count do list[number] = "$" .. number end
  return concat(list, ", ")
end

--- Inserts a row of the ledger's own values.
function Statements:insert(name, row)
  local about, statement = self.tables[name], { "", expect = 1 }
  for column, value in pairs(row) do
    if value == none then row[column] = nil end
  end
  local node = fill(statement, 1, about, row, about.insert)
  if not node[1] then
    local shape = shape_of(about, row)
    node[1] = ("insert into %s (%s) values (%s)"):format(about.table, concat(shape, ", "), parameters(#shape))
  end
  statement[1] = node[1]
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

local function update_text(about, to, expect)
  local assigned, number = terms(shape_of(about, to), 1, " = null", ", ")
  -- nothing to change is a question whether the row is there
  if assigned == "" then assigned = ("%s = %s"):format(about.key, about.key) end
  local wanted = terms(shape_of(about, expect), number, " is null", " and ")
  return ("update %s set %s where %s = $1%s"):format(about.table, assigned, about.key,
    wanted ~= "" and " and " .. wanted or "")
end

--- Changes the row `key`: `to` and `expect` are of the ledger's own values.
function Statements:update(name, key, to, expect)
  local about = self.tables[name]
  local statement = { "", values.write("text", key), expect = 1, name = name }
  local node, count = fill(statement, 2, about, to, about.update)
  node = fill(statement, count, about, expect, next_node(node, "|"))
  node[1] = node[1] or update_text(about, to, expect)
  statement[1] = node[1]
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

--- Rows of a query; nil where there can be none.
function Statements:select(name, query, limit)
  local about, where = self.tables[name], query.where or {}
  if not is_possible(about, where) then return nil end
  local statement = { "" }
  local node, count = fill(statement, 1, about, where, about.select)
  local function add(value)
    count = count + 1
    statement[count] = value
  end
  if about.time and query.from_ms then
    node = next_node(node, ">")
    add(query.from_ms)
  end
  if about.time and query.to_ms then
    node = next_node(node, "<")
    add(query.to_ms)
  end
  if query.due_ms then
    node = next_node(node, "due")
    add(query.due_ms)
    add(query.due_ms)
  elseif query.after then
    node = next_node(node, "after")
    add(tonumber(query.after) or 0)
  end
  add(limit)
  node[1] = node[1] or select_text(about, shape_of(about, where), query)
  statement[1] = node[1]
  return statement
end

return new
