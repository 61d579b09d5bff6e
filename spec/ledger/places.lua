-- The stores on which the specs of the ledger run: { name =, missing = why it is not on this machine,
-- start(), stop(), open([options]) = an empty ledger }. What `open` answers has `again()`, the same ledger
-- as another process finds it, where it is durable.

local busted = require "busted"
local ledger = require "obol.ledger"
local postgres_server = require "spec.store.postgres_server"
local support = require "spec.store.support"

local memory = { name = "memory" }
function memory.start() end
function memory.stop() end
function memory.open() return assert(ledger.open "memory") end

local opened = {}
local function remember(place, options)
  local book = assert(ledger.open(place, options))
  opened[#opened + 1] = book
  return book
end

local function close_all()
  for _, book in ipairs(opened) do book:close() end
  opened = {}
end

local sqlite = { name = "SQLite", durable = true }
function sqlite.start()
  sqlite.folder, sqlite.count = support.folder(), 0
end
function sqlite.stop()
  close_all()
  support.remove(sqlite.folder)
end
function sqlite.place()
  sqlite.count = sqlite.count + 1
  return ("sqlite:%s/%d.db"):format(sqlite.folder, sqlite.count)
end

local postgres = { name = "PostgreSQL", durable = true, missing = postgres_server.missing() }
function postgres.start()
  postgres.server, postgres.count = postgres_server.new(), 0
end
function postgres.stop()
  close_all()
  postgres.server.close()
end
-- Each ledger has a schema of its own in the one database.
function postgres.place()
  postgres.count = postgres.count + 1
  postgres.server.sql(("create schema s%d"):format(postgres.count))
  return ("%s&options=-csearch_path%%3Ds%d"):format(postgres.server.url, postgres.count)
end

for _, kind in ipairs { sqlite, postgres } do
  function kind.open(options)
    local place = kind.place()
    local book = remember(place, options)
    function book.again(more) return remember(place, more) end
    return book
  end
end

local M = { memory, sqlite, postgres }

--- Specs on each of them: `body(kind)` declares those of one, whose title is `title` with its name for `%s`. options:
-- `install` (called before them, it answers what is called behind them) and `but` (the name of one that is left out).
function M.describe(title, body, options)
  options = options or {}
  local function specs(kind)
    busted.describe(title:format(kind.name), function()
      if kind.missing then return busted.it("run", function() busted.pending(kind.missing) end) end
      local restore
      busted.setup(function()
        kind.start()
        restore = options.install and options.install()
      end)
      busted.teardown(function()
        kind.stop()
        if restore then restore() end
      end)
      body(kind)
    end)
  end
  for _, kind in ipairs(M) do
    if kind.name ~= options.but then specs(kind) end
  end
end

return M
