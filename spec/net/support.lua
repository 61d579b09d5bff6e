-- Servers for the specs of the transport, each on a free port and gone at the end.

local M = {}

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function read_all(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

--- What a command prints.
M.output = read_all

--- A fresh folder of our own.
function M.folder()
  return (read_all "mktemp -d /tmp/obol-spec.XXXXXX":match "%S+")
end

function M.remove(folder)
  assert(folder:find "^/tmp/obol%-spec%.%w+$")
  os.execute("rm -rf " .. quote(folder))
end

-- Starts a command that prints `pattern` in one of its first lines; answers what that captured.
local function start(command, pattern)
  local pipe = assert(io.popen("echo $$; exec " .. command .. " 2>&1"))
  local pid = pipe:read "*l"
  local server = { pipe = pipe, pid = pid }
  for _ = 1, 20 do
    local line = pipe:read "*l"
    if not line then break end
    local port, full = line:match(pattern)
    server.port, server.full = tonumber(port), tonumber(full)
    if server.port then return server end
  end
  error("server did not start: " .. command)
end

--- Ends a server that was started here.
function M.stop(server)
  os.execute("kill " .. server.pid .. " 2>/dev/null")
  server.pipe:close()
end

--- The server of spec/net/server.lua: `url(path)` is an address there, `count(name)` how many
-- requests for `/name` came, and over how many connections.
function M.server()
  local folder = M.folder()
  local zeros = folder .. "/zeros.gz"
  os.execute("head -c 33554432 /dev/zero | gzip -9 > " .. quote(zeros))
  local server = start("lua5.4 spec/net/server.lua " .. quote(zeros), "^(%d+)%s+(%d+)$")
  server.folder = folder
  function server.url(path) return ("http://127.0.0.1:%d/%s"):format(server.port, path) end
  function server.count(name)
    local net = require("obol.core").net
    local reply = assert(net.send{ url = server.url("_count/" .. name), pool = "count" })
    local requests, connections = reply.body:match "(%d+) (%d+)"
    return tonumber(requests), tonumber(connections)
  end
  return server
end

function M.stop_server(server)
  M.stop(server)
  M.remove(server.folder)
end

--- A TLS server with a certificate of its own for `name`, in `folder`.
function M.tls_server(folder, name)
  local base = quote(folder .. "/" .. name)
  read_all(("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=%s -addext "
    .. "subjectAltName=DNS:%s -keyout %s.key -out %s.pem 2>&1"):format(name, name, base, base))
  local server = start(("openssl s_server -accept 127.0.0.1:0 -www -cert %s.pem -key %s.key")
    :format(base, base), "^ACCEPT [%d.]+:(%d+)$")
  server.ca_file = folder .. "/" .. name .. ".pem"
  return server
end

--- Runs a Lua script in a process of its own, on the Lua that runs this one; answers what it prints
-- and its exit code. `environment` is put in front of the command.
function M.run(script, environment)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write(script)
  file:close()
  local lua = os.getenv "OBOL_LUA" or (rawget(_G, "jit") and "luajit" or "lua5.4")
  local text = read_all(("%s timeout 60 %s %s 2>&1; echo \"exit $?\""):format(environment or "", lua, quote(name)))
  os.remove(name)
  local output, code = text:match "^(.-)exit (%d+)\n$"
  return output, tonumber(code)
end

--- Milliseconds that `f` took, and what it returned.
function M.timed(f, ...)
  local core = require "obol.core"
  local started = core.monotonic_ms()
  local first, second = f(...)
  return core.monotonic_ms() - started, first, second
end

return M
