-- What the specs of the store share: folders, processes, private servers.

local store = require "obol.store"

local M = {}

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end
M.quote = quote

--- What a command prints, and how it ended.
function M.output(command)
  local pipe = assert(io.popen(command .. "; echo \":$?\""))
  local text = pipe:read "*a"
  pipe:close()
  local output, code = text:match "^(.*):(%d+)\n$"
  return output, tonumber(code)
end

--- A fresh folder of our own.
function M.folder()
  return (M.output "mktemp -d /tmp/obol-spec.XXXXXX":match "%S+")
end

function M.remove(folder)
  assert(folder:find "^/tmp/obol%-spec%.%w+$")
  os.execute("rm -rf " .. quote(folder))
end

--- Whether the specs run as root.
function M.is_root() return M.output "id -u" == "0\n" end

--- Whether a sanitizer runs along.
function M.is_sanitized() return (os.getenv "LD_PRELOAD" or ""):find "san" ~= nil end

function M.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  file:close()
end

function M.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

function M.exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

local scripts = 0

--- The command that runs a script of Lua on the Lua of these specs; the script is put into `folder`.
function M.command(folder, script)
  scripts = scripts + 1
  local path = ("%s/script%d.lua"):format(folder, scripts)
  M.write(path, script)
  return ("%s %s"):format(os.getenv "OBOL_LUA" or arg[-1] or "lua5.4", quote(path))
end

--- Starts a script in the background: { pid =, line(), finish() }; line() waits for its next line.
function M.start(folder, script)
  local pipe = assert(io.popen("echo $$; exec " .. M.command(folder, script) .. " 2>&1"))
  local process = { pid = assert(pipe:read "*l") }
  function process.line() return pipe:read "*l" end
  function process.kill(signal) os.execute(("kill -%s %s 2>/dev/null"):format(signal or "KILL", process.pid)) end
  --- The rest of what it prints.
  function process.finish()
    local text = pipe:read "*a"
    pipe:close()
    return text
  end
  return process
end

--- Opens a database that has to be right.
function M.open(url, options)
  return assert(store.open(url, options))
end

--- The rows of one query.
function M.rows(database, sql, ...)
  return assert(database:run { { sql, ... }, read = true })[1]
end

--- The first column named `value` of the first row of a query.
function M.value(database, sql, ...)
  local row = M.rows(database, sql, ...)[1]
  return row and row.value
end

return M
