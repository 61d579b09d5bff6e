--- Bringing a database to the version of the tables that this library knows: by itself, forward only.
--
-- Each version is one unit of work, whose statement on `obol_ledger` (the row with the ledger's id and
-- version) succeeds once: of two processes that do it at once, one is refused, looks again and finds it
-- done.

local errors = require "obol.error"
local random = require "obol.ledger.random"
local schema = require "obol.ledger.sql.schema"

local M = {}

local TRIES = 8

local function fail(kind, message)
  return nil, errors.new { kind = kind, field = "ledger", message = message }
end

local function state_of(database, dialect)
  local found, err = database:run { { dialect.catalog, "obol_ledger" }, read = true }
  if not found then return nil, err end
  if not found[1][1] then return { version = 0 } end
  found, err = database:run { { "select id, version from obol_ledger" }, read = true }
  if not found then return nil, err end
  local row = found[1][1]
  if not row or not row.id then return fail("storage", "the ledger has lost its id") end
  return row
end

-- What records that the database is of version `number`.
local function records(number)
  if number > 1 then
    return { { "update obol_ledger set version = $1 where version = $2", number, number - 1, expect = 1 } }
  end
  return {
    { "create table obol_ledger (one integer primary key check (one = 1), id text not null, " ..
      "version bigint not null)" },
    { "insert into obol_ledger (one, id, version) values (1, $1, 1)", random.id(), expect = 1 },
  }
end

local function migrate(database, dialect, tables, number)
  local unit = records(number)
  for _, statement in ipairs(schema.statements(tables, dialect, number)) do unit[#unit + 1] = { statement } end
  return database:run(unit)
end

--- The database's version, 0 where it has no tables yet; or nil and an error.
function M.version(database, dialect)
  local state, err = state_of(database, dialect)
  return state and state.version, err
end

--- The ledger's id, once the database is as new as `tables`; or nil and an error: of kind `unsupported`
-- where it is newer.
function M.run(database, dialect, tables)
  local newest, failed = schema.newest(tables), nil
  for _ = 1, TRIES do
    local state, err = state_of(database, dialect)
    if not state then return nil, err end
    if state.version == newest then return state.id end
    if state.version > newest then
      return fail("unsupported", ("expected version %d of the ledger's tables or an older one, found %d: " ..
        "a newer version of this library made it"):format(newest, state.version))
    end
    if failed and failed.version == state.version then return nil, failed.err end
    local ok
    ok, err = migrate(database, dialect, tables, state.version + 1)
    failed = not ok and { version = state.version, err = err } or nil
  end
  return fail("storage", "the ledger's tables could not be made")
end

return M
