--- Databases: whole units of work on SQLite and PostgreSQL.
--
-- A unit is a list of statements that take effect together or not at all:
--
--     local results, err = store:run {
--       { "insert into payments (order_id, amount) values ($1, $2)", "A-1001", 888, expect = 1 },
--       { "update orders set version = $2 + 1 where id = $1 and version = $2", "A-1001", 7, expect = 1 },
--     }
--
-- A statement is its SQL, then its values for `$1`, `$2`, ... Its other members:
--
-- * `expect`: how many rows it has to touch, exactly (rows that it returns, or else changes)
-- * `at_least`: how many at least
-- * `name`: stands in the error when the number is another
--
-- The unit's member `read = true` says that it changes nothing: it then disturbs nobody.
--
-- Values: numbers without a fraction, strings (UTF-8 without NUL), booleans (as 1 and 0),
-- `store.null`, `store.blob(bytes)`, and `store.integer(digits)` for what a number of this Lua cannot
-- hold. Results: a list with one member for each statement, `{ count = rows, row, row ... }`, where a
-- row is `{ column = value }`; a null is absent, integers are numbers within 2^53 and digits beyond,
-- texts and blobs are strings. There are no floating point numbers in either direction.
--
-- When `run` answers, the unit is durable. Units that wait at the same time are committed together, and
-- one that fails does not disturb the others. Errors are of kind `conflict` (another number of rows;
-- `field` is the statement's name or place; or a value that another row holds: `field` is
-- `table.column`), `invalid` (what the database cannot do), or `storage`: nothing was done, unless the
-- error's `outcome` is `unknown`, when the answer to a commit was lost. `statement` is the place of the
-- statement at fault, `retryable` is true where the same unit may succeed later.

local core = require "obol.core"
local wait = require "obol.wait"
require "obol.error" -- gives errors their text

local M = {}

local Store = {}
Store.__index = Store

local database = setmetatable({}, { __mode = "k" }) -- store -> that of the core
local channel = setmetatable({}, { __mode = "k" }) -- store -> where its results come

local function of(store, name)
  local found = database[store]
  if not found then error(("bad argument #1 to '%s' (store expected)"):format(name), 3) end
  return found
end

--- SQL's NULL.
M.null = core.null

--- Bytes as a value: they may be anything.
function M.blob(bytes)
  if type(bytes) ~= "string" then error("expected a string", 2) end
  return { blob = bytes }
end

--- An integer within 64 bits, written in digits.
function M.integer(digits)
  if type(digits) ~= "string" then error("expected a string of digits", 2) end
  return { integer = digits }
end

--- Opens a database: `sqlite:<path>`, `sqlite::memory:`, `postgres://user@host/name`. Answers the store,
-- or nil and an error (kind `invalid`). The database itself is opened by the first unit, which is told
-- when it cannot be. Options:
--
-- * `busy_ms` (5000): how long others may hold what a unit needs
-- * `connect_ms` (5000): how long to try to reach a server that was lost
-- * `timeout_ms` (30000): limit of one statement at a server
-- * `max_result` (16 MiB): most bytes of one unit's results
-- * `keep_ms` (300000): how long results of `submit` wait to be taken
-- * `check` ("quick"): what is looked through when a file of SQLite is opened: "none", "quick" (pages
--   and rows, of files up to 64 MiB) or "full" (also indexes, whatever the size)
function M.open(url, options)
  if type(url) ~= "string" then error("expected an address", 2) end
  local opened, err = core.store_open(url, options)
  if not opened then return nil, err end
  local store = setmetatable({}, Store)
  database[store], channel[store] = opened, core.net.new()
  return store
end

--- Runs a unit and waits until it is durable: its results, or nil and an error. Inside `obol.all` the
-- other functions go on meanwhile.
function Store:run(unit)
  return wait.run(of(self, "run"), channel[self], unit)
end

--- Hands a unit over: its id, or nil and an error.
function Store:submit(unit)
  return of(self, "submit"):submit(unit, channel[self].channel)
end

--- What `run` would have answered, or nothing while the unit is under way.
function Store:take(id)
  of(self, "take")
  return channel[self].take(id)
end

--- Waits until `id` (nil: any) can be taken, for at most `timeout_ms`: whether it can.
function Store:wait(id, timeout_ms)
  of(self, "wait")
  return wait.wait(channel[self], id, timeout_ms)
end

--- The ids of units that were done since the last call; does not wait.
function Store:poll()
  of(self, "poll")
  return channel[self].poll()
end

--- A descriptor that becomes readable when units are done, or nil and an error.
function Store:fd()
  of(self, "fd")
  return channel[self].fd()
end

--- Counts: `units`, `groups` (transactions), `opened`, `repeated`, `prepared`, `pending`.
function Store:stats()
  return of(self, "stats"):stats()
end

--- Waits until what was handed over is done, and closes the database; in nginx that is done behind it, because
-- a worker must not wait. May be called again.
function Store:close()
  of(self, "close"):close(not wait.may_block())
end

return M
