-- A private server of PostgreSQL, and pgbench inserting the same rows.

local program = require "bench.support.program"
local units = require "bench.support.units"

local M = {}

local server

--- Starts the server: its address.
function M.start()
  package.path = "./?.lua;" .. package.path
  server = require("spec.store.postgres_server").new "-c max_connections=120"
  units.start(server.url)
  local file = assert(io.open(units.folder .. "/insert.sql", "w"))
  file:write(("insert into t (word) values ('%s');\n"):format(units.word))
  file:close()
  return server.url
end

--- Transactions in a second with so many clients.
function M.rate(clients, count)
  local bin = program.output "ls -d /usr/lib/postgresql/*/bin | tail -1":match "%S+"
  local said = program.output(("%s/pgbench -h %s -U nobody -n -M prepared -c %d -j 2 -t %d -f %s/insert.sql postgres")
    :format(bin, server.folder, clients, count, units.folder))
  return tonumber(said:match "tps = ([%d.]+)") or error(said)
end

function M.stop()
  units.stop()
  if server then server.close() end
end

return M
