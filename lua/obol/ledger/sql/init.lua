--- The store on a database: SQLite or PostgreSQL. The functions are those of memory.lua; each of them
-- may wait, so that others run meanwhile.
--
-- Nothing is opened before the first of them is called: a client may be made before nginx starts its
-- workers, and each of them then opens the database for itself.

local database_of = require "obol.store"
local dialects = require "obol.ledger.sql.dialects"
local errors = require "obol.error"
local known_tables = require "obol.ledger.tables"
local migrations = require "obol.ledger.sql.migrations"
local new_statements = require "obol.ledger.sql.statements"
local numbering = require "obol.ledger.sql.numbering"
local rows = require "obol.ledger.rows"
local schema = require "obol.ledger.sql.schema"
local values = require "obol.ledger.sql.values"

local Sql = {}
Sql.__index = Sql

local function fail(kind, field, message)
  return nil, errors.new { kind = kind, field = field, message = message }
end

-- Names of the database in the ledger's words. What the database would not take is no mistake of who
-- called the client.
local function explain(err)
  if err.field then err.field = err.field:gsub(schema.PREFIX, "") end
  if err.kind == "invalid" then err.kind = "internal" end
  if err.kind == "storage" then err.field = err.field or "ledger" end
  err.statement = nil
  return nil, err
end

-- Runs a unit; before the first one the database is brought up to date.
local function run(self, unit)
  if self.closed then return fail("storage", nil, "the ledger is closed") end
  if not self.ledger_id then
    local id, err = migrations.run(self.database, self.dialect, self.tables)
    if not id then return explain(err) end
    self.ledger_id = id
  end
  local results, err = self.database:run(unit)
  if not results then return explain(err) end
  return results
end

--- The ledger's random id, or nil and an error.
function Sql:id()
  if not self.ledger_id then
    local ok, err = run(self, { { "select version from obol_ledger" }, read = true })
    if not ok then return nil, err end
  end
  return self.ledger_id
end

local function read_rows(about, list)
  for _, row in ipairs(list) do
    row.place = nil
    local fine, column = values.read(about.kinds, row)
    if not fine then
      return fail("storage", about.name .. "." .. column, "expected a value of its column's type")
    end
  end
  return list
end

-- Rows without a number come last.
local function has_numbers(list) return #list == 0 or list[#list].seq ~= nil end

-- Runs a query: its rows as they stand in the database. Where events get their numbers when they are read,
-- that is done first, until `enough(rows)` says that what is still without one cannot be among these. Somebody
-- else may give the numbers between rows and question, so the rows are looked at too.
local function query(self, about, statement, enough)
  while true do
    local results, err = run(self, { statement, not about.numbered and numbering.question or nil, read = true })
    if not results then return nil, err end
    if about.numbered or enough(results[1]) then return results[1] end
    if results[2].count == 0 and has_numbers(results[1]) then return results[1] end
    local ok
    ok, err = run(self, numbering.unit)
    if not ok then return nil, err end
  end
end

function Sql:get(name, key)
  if type(key) ~= "string" then return nil end
  local about = self.statements.tables[name]
  local found, err = query(self, about, self.statements:get(name, key), has_numbers)
  if not found then return nil, err end
  found, err = read_rows(about, found)
  if not found then return nil, err end
  return found[1]
end

function Sql:select(name, asked)
  local about, limit = self.statements.tables[name], asked.limit or 100
  local statement = self.statements:select(name, asked, asked.due_ms and limit or limit + 1)
  if not statement then return {} end
  local found, err = query(self, about, statement, function(list)
    return #list > limit and list[limit + 1].seq ~= nil
  end)
  if not found then return nil, err end
  local cursor
  if #found > limit then
    cursor = ("%d"):format(found[limit].place)
    found[limit + 1] = nil
  end
  found.count = nil
  found, err = read_rows(about, found)
  if not found then return nil, err end
  return found, cursor
end

local function wrong_column(name, column)
  return fail("internal", name .. "." .. column, "expected a column of its type")
end

local function put(self, change)
  local row, column = rows.copy(change.put, change.row)
  if not row then return wrong_column(change.put, column) end
  local counter = self.tables[change.put].counter
  if counter then row[counter] = nil end
  return self.statements:insert(change.put, row)
end

local function set(self, change)
  local to, column = rows.copy(change.set, change.to)
  if not to then return wrong_column(change.set, column) end
  local expect
  expect, column = rows.copy(change.set, change.expect or {})
  if not expect then return wrong_column(change.set, column) end
  return self.statements:update(change.set, change.key, to, expect)
end

function Sql:run(changes)
  local unit = {}
  for place, change in ipairs(changes) do
    local statement, err = (change.put and put or set)(self, change)
    if not statement then return nil, err end
    unit[place] = statement
  end
  local done, err = run(self, unit)
  if not done then return nil, err end
  return true
end

function Sql:close()
  if self.closed then return end
  self.closed = true
  self.database:close()
end

--- Brings the database to the newest version now: its version before, or nil and an error.
function Sql:migrate()
  local before, err = migrations.version(self.database, self.dialect)
  if not before then return explain(err) end
  local id
  id, err = migrations.run(self.database, self.dialect, self.tables)
  if not id then return explain(err) end
  self.ledger_id = id
  return before, schema.newest(self.tables)
end

--- What the database says of itself, changing nothing: { version = (0 where it has no tables yet), newest =,
-- server = (the version of the database itself) }; or nil and an error.
function Sql:about()
  local version, err = migrations.version(self.database, self.dialect)
  if not version then return explain(err) end
  local about = { version = version, newest = schema.newest(self.tables) }
  local name = self.dialect.name == "sqlite" and "sqlite_version()" or "current_setting('server_version')"
  local found
  found, err = self.database:run { { "select " .. name .. " as server" }, read = true }
  if not found then return explain(err) end
  about.server = found[1][1].server
  return about
end

--- Takes another ledger's id in the place of its own: true, or nil and an error.
function Sql:adopt(id)
  local done, err = run(self, { { "update obol_ledger set id = $1", id, expect = 1 } })
  if not done then return nil, err end
  self.ledger_id = id
  return true
end

--- What the database finds wrong with its own file: a list of texts; or nil and an error. A server looks
-- after its files by itself.
function Sql:verify()
  if self.dialect.name ~= "sqlite" then return {} end
  local found, err = run(self, { { "select integrity_check as problem from pragma_integrity_check(20)" }, read = true })
  if not found then return nil, err end
  local problems = {}
  for _, row in ipairs(found[1]) do
    if row.problem ~= "ok" then problems[#problems + 1] = row.problem end
  end
  return problems
end

local M = {}

--- A store at `place`, `sqlite:<path>`, `sqlite::memory:` or `postgres://...`; or nil and an error.
-- options: those of obol.store; `tables` in the place of the ledger's own, for specs.
function M.open(place, options)
  local given = {}
  for name, value in pairs(options or {}) do given[name] = value end
  local tables = given.tables or known_tables
  given.tables = nil
  local database, err = database_of.open(place, given)
  if not database then return nil, err end
  local dialect = place:match "^sqlite:" and dialects.sqlite or dialects.postgres
  return setmetatable({
    database = database, dialect = dialect, tables = tables, statements = new_statements(tables, dialect),
    durable = place ~= "sqlite::memory:",
  }, Sql)
end

return M
