--- The tables of the ledger as SQL, made from tables.lua: names are those of tables.lua behind `obol_`,
-- so that they may live beside a merchant's own.

local states = require "obol.ledger.states"

local M = {}

M.PREFIX = "obol_"

local rules = { payments = "payment", refunds = "refund", subscriptions = "subscription", flows = "flow" }

--- The names of a table's columns, sorted.
function M.columns(about)
  local names = {}
  for column in pairs(about.columns) do names[#names + 1] = column end
  table.sort(names)
  return names
end

local function quoted(list)
  local parts = {}
  for place, name in ipairs(list) do parts[place] = "'" .. name .. "'" end
  return table.concat(parts, ", ")
end

local function state_rule(name)
  local known = {}
  for state in pairs(states.transitions[rules[name]]) do known[#known + 1] = state end
  table.sort(known)
  return (" not null check (status in (%s))"):format(quoted(known))
end

-- What the database itself refuses, whoever writes.
local function rule_of(name, about, column)
  if column == about.key then return " not null primary key" end
  if rules[name] and column == "status" then return state_rule(name) end
  if rules[name] and column == "version" then return " not null check (version >= 1)" end
  if about.columns[column] == "flag" then return (" check (%s in (0, 1))"):format(column) end
  return ""
end

local function column_line(name, about, column, dialect)
  return column .. " " .. dialect.types[about.columns[column]] .. rule_of(name, about, column)
end

local function since(about, column)
  return about.since and about.since[column] or about.first or 1
end

local function create_table(name, about, dialect, number)
  local lines = { about.counter and dialect.counter or dialect.place }
  for _, column in ipairs(M.columns(about)) do
    if column ~= about.counter and since(about, column) == number then
      local line = column_line(name, about, column, dialect)
      -- beside the number of the row there can be no second primary key
      lines[#lines + 1] = (line:gsub("primary key", "unique"))
    end
  end
  local text = ("create table %s%s (%s) %s"):format(M.PREFIX, name, table.concat(lines, ", "), dialect.options)
  return (text:gsub("%s+$", ""))
end

-- Only rows that have a value are in an index, and those that have the same one lie in their order.
local function create_index(name, about, columns, dialect, unique)
  local place = not unique and not dialect.numbered and ", place" or ""
  local first = columns:match "^[%w_]+"
  local always = rule_of(name, about, first):find("not null", 1, true)
  return ("create %sindex %s%s_by_%s on %s%s (%s%s)%s"):format(unique and "unique " or "", M.PREFIX, name,
    columns:gsub(",%s*", "_"), M.PREFIX, name, columns, place, always and "" or (" where %s is not null"):format(first))
end

-- Whether a longer index begins with the column.
local function is_covered(about, column)
  for _, columns in ipairs(about.search or {}) do
    if columns:find("^" .. column .. ",") then return true end
  end
  return false
end

local function add_indexes(list, name, about, dialect, number)
  local function add(columns, unique)
    local newest = 1
    for column in columns:gmatch "[%w_]+" do newest = math.max(newest, since(about, column)) end
    if newest == number then list[#list + 1] = create_index(name, about, columns, dialect, unique) end
  end
  for _, column in ipairs(about.unique or {}) do add(column, true) end
  for _, column in ipairs(about.index or {}) do
    if not is_covered(about, column) then add(column) end
  end
  for _, columns in ipairs(about.search or {}) do add(columns) end
  if about.columns.due_ms then add "due_ms" end
end

local function names_of(tables)
  local names = {}
  for name in pairs(tables) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function add_columns(list, name, about, dialect, number)
  for _, column in ipairs(M.columns(about)) do
    if since(about, column) == number then
      list[#list + 1] = ("alter table %s%s add column %s"):format(M.PREFIX, name,
        column_line(name, about, column, dialect))
    end
  end
end

--- The statements that bring a database from version `number - 1` to `number`, without that which
-- records it: the tables whose `first` it is (1 where none is named), and the columns whose `since` it is.
function M.statements(tables, dialect, number)
  local list = {}
  for _, name in ipairs(names_of(tables)) do
    local about = tables[name]
    if (about.first or 1) == number then
      list[#list + 1] = create_table(name, about, dialect, number)
    else
      add_columns(list, name, about, dialect, number)
    end
    add_indexes(list, name, about, dialect, number)
  end
  if number == 1 then
    for _, statement in ipairs(dialect.events) do list[#list + 1] = statement end
  end
  return list
end

--- The newest version that `tables` speak of.
function M.newest(tables)
  local newest = 1
  for _, about in pairs(tables) do
    newest = math.max(newest, about.first or 1)
    for _, number in pairs(about.since or {}) do newest = math.max(newest, number) end
  end
  return newest
end

return M
