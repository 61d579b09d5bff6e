-- A private server of PostgreSQL: in a folder of its own, reached through a socket in it, run by a user
-- without rights, as it refuses root.

local net = require "spec.net.support"
local support = require "spec.store.support"

local M = {}

local quote = support.quote
local USER = "nobody"

-- The programs of the server go without the preload of a sanitizer, with which they lock up.
local function binaries()
  return (support.output "ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1":match "%S+")
end

--- Why there can be none here, or nil.
function M.missing()
  if not binaries() then return "no server of PostgreSQL here" end
  if not require("obol.core").features().postgres then return "no libpq here" end
  return nil
end

--- Starts one: { url =, start(), stop([how]), close(), sql(text) }, where `how` is "fast" or "immediate".
-- `settings` are words for its configuration.
function M.new(settings)
  local folder, bin = support.folder(), binaries()
  local data, log = folder .. "/data", folder .. "/log"
  local as = support.is_root() and ("setpriv --reuid=%s --regid=nogroup --clear-groups "):format(USER) or ""
  local server = { folder = folder, url = ("postgres://%s@/postgres?host=%s"):format(USER, folder) }
  if support.is_root() then os.execute(("chown %s %s"):format(USER, folder)) end

  local function run(command)
    local line = ("cd %s && env -u LD_PRELOAD %s%s/%s </dev/null 2>&1"):format(folder, as, bin, command)
    local said, code = support.output(line)
    if code ~= 0 then error(said, 2) end
    return said
  end

  function server.start()
    run(("pg_ctl -D %s -l %s -w -o %s start"):format(data, log, quote(
      ("-c listen_addresses='' -c unix_socket_directories=%s -c max_connections=50 -c shared_buffers=16MB " ..
      "-c lc_messages=C %s"):format(folder, settings or ""))))
  end

  function server.stop(how)
    run(("pg_ctl -D %s -m %s -w stop"):format(data, how or "fast"))
  end

  function server.sql(text)
    return run(("psql -X -q -t -A -h %s -U %s -d postgres -c %s"):format(folder, USER, quote(text)))
  end

  function server.close()
    pcall(server.stop, "immediate")
    support.remove(folder)
  end

  run(("initdb -D %s -U %s -A trust -E UTF8 --no-sync"):format(data, USER))
  server.start()
  return server
end

--- Waits until somebody sleeps in the server, in a unit that was submitted, and answers what `column` says of
-- who does.
function M.sleepers(database, column)
  local query = "select " .. (column or "count(*)") .. " as value from pg_stat_activity " ..
    "where query like 'select count(pg_sleep%' and wait_event = 'PgSleep'"
  local value
  assert(net.eventually(function()
    value = support.value(database, query)
    return value > 0
  end), "nobody sleeps")
  return value
end

return M
