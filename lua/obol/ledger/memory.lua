--- The store in memory: for tests and for trying things. It keeps its promises while the process
-- lives, and nothing longer.
--
-- A store is a table with five functions; SQLite and PostgreSQL stand behind the same five:
--   store:id()                     the ledger's random id (text), made once
--   store:get(table, key)          a copy of the row, nil without one, or nil, err
--   store:select(table, query)     rows in the order of insertion, and a cursor (text) for the next
--                                  page; query = { where = {column = value}, from_ms =, to_ms =
--                                  (of created_ms, or time_ms), after = cursor, limit = }; with
--                                  due_ms = (a moment) those to be looked at by then whom nobody
--                                  looks at then, by their own due_ms, and no cursor
--   store:run(changes)             one unit: all of it or nothing, answered when durable; true, or
--                                  nil, err (kind `conflict` when an expectation is not met or a
--                                  unique column is taken, err.field names `table.column`)
--   store:close()
-- A change is { put = table, row = } (the key must be new), or { set = table, key =, to = {...},
-- expect = {...} } (the row must be there and every member of `expect` must hold).

local errors = require "obol.error"
local random = require "obol.ledger.random"
local rows = require "obol.ledger.rows"
local tables = require "obol.ledger.tables"

local Memory = {}
Memory.__index = Memory

local function fail(kind, field, message)
  return nil, errors.new { kind = kind, field = field, message = message }
end

local function new_table(name)
  local unique = {}
  for _, column in ipairs(tables[name].unique or {}) do unique[column] = {} end
  local index = {}
  for _, column in ipairs(tables[name].index or {}) do index[column] = {} end
  return { by_key = {}, list = {}, unique = unique, index = index, due = {} }
end

function Memory:id()
  return self.ledger_id
end

function Memory:get(name, key)
  local entry = self.tables[name].by_key[key]
  return entry and rows.copy_out(name, entry.row) or nil
end

local function in_time(row, query)
  local time = row.created_ms or row.time_ms or row.received_ms or 0
  return (not query.from_ms or time >= query.from_ms) and (not query.to_ms or time < query.to_ms)
end

-- The entries among which those asked for are, in the order of insertion: few where a column with an
-- index is asked by.
local function candidates(held, where)
  for column, value in pairs(where) do
    if held.unique[column] then return { held.unique[column][value] } end
    if held.index[column] then
      local list = {}
      for entry in pairs(held.index[column][value] or {}) do list[#list + 1] = entry end
      table.sort(list, function(a, b) return a.place < b.place end)
      return list
    end
  end
  return held.list
end

local function is_due(row, moment)
  return row.due_ms <= moment and (not row.claimed_until or row.claimed_until <= moment)
end

local function select_due(name, held, query)
  local list, found = {}, {}
  for entry in pairs(held.due) do
    local row = entry.row
    if is_due(row, query.due_ms) and rows.matches(row, query.where or {}) and in_time(row, query) then
      list[#list + 1] = entry
    end
  end
  table.sort(list, function(a, b)
    if a.row.due_ms ~= b.row.due_ms then return a.row.due_ms < b.row.due_ms end
    return a.place < b.place
  end)
  for place = 1, math.min(#list, query.limit or 100) do found[place] = rows.copy_out(name, list[place].row) end
  return found, nil
end

function Memory:select(name, query)
  if query.due_ms then return select_due(name, self.tables[name], query) end
  local held, where, found = self.tables[name], query.where or {}, {}
  local after, last, limit = tonumber(query.after or "0") or 0, nil, query.limit or 100
  local list = candidates(held, where)
  -- in the whole list an entry's number is its place, so that a later page begins where it has to
  for number = list == held.list and after + 1 or 1, #list do
    local entry = list[number]
    if entry.place > after and rows.matches(entry.row, where) and in_time(entry.row, query) then
      if #found == limit then return found, ("%d"):format(last) end
      found[#found + 1], last = rows.copy_out(name, entry.row), entry.place
    end
  end
  return found, nil
end

-- Moves `entry` in the indexes from what the row `before` holds to what `after` holds; either may be
-- nil.
local function reindex(held, entry, before, after)
  for column, index in pairs(held.unique) do
    local value = before and before[column]
    if value ~= nil and index[value] == entry then index[value] = nil end
    if after and after[column] ~= nil then index[after[column]] = entry end
  end
  for column, index in pairs(held.index) do
    local value = before and before[column]
    if value ~= nil then
      index[value][entry] = nil
      if next(index[value]) == nil then index[value] = nil end
    end
    value = after and after[column]
    if value ~= nil then
      index[value] = index[value] or {}
      index[value][entry] = true
    end
  end
  held.due[entry] = after and after.due_ms and true or nil
end

-- Writes `row` over `entry`, keeping the indexes; what was there goes to the log of undoing.
local function write(store, name, entry, row, undo)
  local held = store.tables[name]
  for column, index in pairs(held.unique) do
    local value = row[column]
    if value ~= nil and index[value] and index[value] ~= entry then
      return fail("conflict", name .. "." .. column, "expected a value that no other row holds")
    end
  end
  local before = entry.row
  reindex(held, entry, before, row)
  entry.row = row
  undo[#undo + 1] = { name = name, entry = entry, before = before }
  return true
end

-- Takes out of a row what was `given` as empty.
local function drop_empty(row, given)
  for member, value in pairs(given) do
    if value == rows.none then row[member] = nil end
  end
end

local function put(store, change, undo)
  local name = change.put
  local row, also = rows.copy(name, change.row)
  if not row then return fail("internal", name .. "." .. also, "expected a column of its type") end
  if also then drop_empty(row, change.row) end
  local held, key = store.tables[name], row[tables[name].key]
  if held.by_key[key] then
    return fail("conflict", name .. "." .. tables[name].key, "expected a key that is new")
  end
  local counter = tables[name].counter
  if counter then row[counter] = #held.list + 1 end
  local entry = { key = key, place = #held.list + 1 }
  local ok, err = write(store, name, entry, row, undo)
  if not ok then return nil, err end
  held.by_key[key] = entry
  held.list[#held.list + 1] = entry
  return true
end

local function set(store, change, undo)
  local name = change.set
  local entry = store.tables[name].by_key[change.key]
  if not entry then return fail("conflict", name, "expected a row with this key") end
  if not rows.matches(entry.row, change.expect or {}) then
    return fail("conflict", name, "expected a row that nobody changed")
  end
  local row, also = rows.write(name, change.to, rows.copy_out(name, entry.row))
  if not row then return fail("internal", name .. "." .. also, "expected a column of its type") end
  if also then drop_empty(row, change.to) end
  return write(store, name, entry, row, undo)
end

local function take_back(store, undo)
  for place = #undo, 1, -1 do
    local step = undo[place]
    local held, entry = store.tables[step.name], step.entry
    reindex(held, entry, entry.row, step.before)
    entry.row = step.before
    if not step.before then
      held.by_key[entry.key] = nil
      held.list[#held.list] = nil
    end
  end
end

function Memory:run(changes)
  if self.closed then return fail("storage", nil, "the ledger is closed") end
  local undo = {}
  for _, change in ipairs(changes) do
    local ok, err = (change.put and put or set)(self, change, undo)
    if not ok then
      take_back(self, undo)
      return nil, err
    end
  end
  return true
end

--- Takes another ledger's id in the place of its own.
function Memory:adopt(id)
  self.ledger_id = id
  return true
end

function Memory:close()
  self.closed = true
end

local M = {}

--- A new store in memory.
function M.open()
  local store = { ledger_id = random.id(), tables = {} }
  for name in pairs(tables) do store.tables[name] = new_table(name) end
  return setmetatable(store, Memory)
end

return M
