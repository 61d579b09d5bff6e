-- Units of work that insert one row of 200 bytes each, as the reference does.

local program = require "bench.support.program"

local M = { word = ("x"):rep(200) }

--- Opens a database; `M.folder` is where its files may lie. Answers it.
function M.start(url)
  M.folder = program.output "mktemp -d /tmp/obol-bench.XXXXXX":match "%S+"
  M.database = assert(require("obol.store").open(url or "sqlite:" .. M.folder .. "/a.db"))
  local key = url and "bigserial" or "integer"
  assert(M.database:run { { ("create table t (id %s primary key, word text)"):format(key) } })
  return M.database
end

--- One unit.
function M.insert()
  assert(M.database:run { { "insert into t (word) values ($1)", M.word, expect = 1 } })
end

--- How many of `count` units in a second, by the clock, as all of them wait for the disk.
function M.rate(count, work)
  local core = require "obol.core"
  local from = core.monotonic_ms()
  work()
  return count * 1000 / math.max(1, core.monotonic_ms() - from)
end

--- So many waves of so many units at once; `work` makes one (nil: M.insert).
function M.waves(waves, width, work)
  local wait, functions = require "obol.wait", {}
  for index = 1, width do functions[index] = work or M.insert end
  for _ = 1, waves do wait.all((table.unpack or unpack)(functions)) end
end

function M.stop()
  if M.database then M.database:close() end
  if M.folder then program.output("rm -rf " .. program.quote(M.folder)) end
end

return M
