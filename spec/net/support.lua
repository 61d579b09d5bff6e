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

--- The server of spec/net/server.lua: `url(path)` is an address there, `count(name)` how many requests
-- for `/name` came, over how many connections, and how many were under way at most at one time;
-- `release(word)` lets go what `/held/word` holds.
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
    local requests, connections, most = reply.body:match "(%d+) (%d+) (%d+)"
    return tonumber(requests), tonumber(connections), tonumber(most)
  end
  function server.release(word)
    assert(require("obol.core").net.send{ url = server.url("_release/" .. word), pool = "count" })
  end
  return server
end

function M.stop_server(server)
  M.stop(server)
  M.remove(server.folder)
end

local function make_certificate(folder, stem, name)
  local base = quote(folder .. "/" .. stem)
  read_all(("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=%s -addext "
    .. "subjectAltName=DNS:%s -keyout %s.key -out %s.pem 2>&1"):format(name, name, base, base))
  return base
end

--- A TLS server with a certificate of its own for `name`, in `folder`.
function M.tls_server(folder, name)
  local base = make_certificate(folder, name, name)
  local server = start(("openssl s_server -accept 127.0.0.1:0 -www -cert %s.pem -key %s.key")
    :format(base, base), "^ACCEPT [%d.]+:(%d+)$")
  server.ca_file = folder .. "/" .. name .. ".pem"
  return server
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local nginx_conf = [[
daemon off; master_process off; pid %s/nginx.pid; error_log %s/error.log; user root;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path %s/b; proxy_temp_path %s/p; fastcgi_temp_path %s/f; uwsgi_temp_path %s/u; scgi_temp_path %s/s;
  server {
    listen 127.0.0.1:%d ssl; ssl_certificate %s/nginx.pem; ssl_certificate_key %s/nginx.key;
    location / { return 200 "answer"; }
  }
}
]]

--- An nginx that speaks TLS as localhost, in `folder`: `url`, `ca_file`, `pid`.
function M.tls_nginx(folder)
  local socket = require "socket"
  make_certificate(folder, "nginx", "localhost")
  local probe = assert(socket.bind("127.0.0.1", 0))
  local port = select(2, probe:getsockname())
  probe:close()
  local f = folder
  write(f .. "/nginx.conf", nginx_conf:format(f, f, f, f, f, f, f, port, f, f))
  local pipe = assert(io.popen(("echo $$; exec nginx -p %s -c %s/nginx.conf 2>&1"):format(f, f)))
  local server = { pipe = pipe, pid = pipe:read "*l", ca_file = f .. "/nginx.pem",
    url = ("https://localhost:%d/"):format(port) }
  if M.eventually(function() return socket.connect("127.0.0.1", port) end) then return server end
  error("nginx did not start: " .. tostring(pipe:read "*l"))
end

--- A command prefix under which name servers are silent, or nil where that cannot be had: a mount
-- and network name space whose only name server is an address that nobody answers from.
function M.silent_resolver(folder)
  write(folder .. "/resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:2\n")
  write(folder .. "/nsswitch.conf", "hosts: dns\n")
  write(folder .. "/silent.sh", ([[
set -e
rm -f @/ready
ip link set lo up
mount --bind @/resolv.conf /etc/resolv.conf
mount --bind @/nsswitch.conf /etc/nsswitch.conf
lua5.4 -e 's = require("socket").udp() s:setsockname("127.0.0.1", 53) io.open("@/ready", "w"):close()
  require("socket").sleep(60)' &
sleeper=$!
tries=0
until [ -e @/ready ] || [ $tries = 500 ]; do sleep 0.02; tries=$((tries + 1)); done
set +e
"$@"
status=$?
kill $sleeper
exit $status
]]):gsub("@/", folder .. "/"))
  local command = ("unshare -m -n sh %s/silent.sh "):format(folder)
  if read_all(command .. "echo ready 2>&1") ~= "ready\n" then return nil end
  return command
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

--- Waits until check() answers something, which it answers; for half a minute at most, as a machine may
-- be busy.
function M.eventually(check)
  local socket = require "socket"
  local ends = socket.gettime() + 30
  while true do
    local value = check()
    if value or socket.gettime() > ends then return value end
    socket.sleep(0.01)
  end
end

--- Collects whatever nothing refers to. Code that LuaJIT has compiled refers to the functions and tables that
-- it was compiled for, so it is let go first.
function M.collect()
  local jit = rawget(_G, "jit")
  if jit then jit.flush() end
  collectgarbage()
  collectgarbage()
end

--- Milliseconds that `f` took, and what it returned.
function M.timed(f, ...)
  local core = require "obol.core"
  local started = core.monotonic_ms()
  local first, second = f(...)
  return core.monotonic_ms() - started, first, second
end

return M
