--- The sandbox behind a private nginx on loopback: `run` in the foreground, `start` in the background.
--
--     local server = assert(require("obol.sandbox.server").start{})
--     server.url            "http://127.0.0.1:34567"
--     server:stop()
--
-- A small shell script stands between this process and nginx. It holds the reading end of a pipe whose
-- writing end is ours: when this process ends, however it ends, the script stops nginx and removes the
-- folder.

local core = require "obol.core"
local error_of = require "obol.error"
local json = require "obol.sandbox.json"
local nginx = require "obol.sandbox.nginx"

local M = {}
local Server = {}
Server.__index = Server

local TRIES = 8

local SUPERVISOR = [[
dir=$1; program=$2
stop() { [ -n "$pid" ] && kill -TERM "$pid" 2>/dev/null; }
trap stop INT TERM HUP
trap 'rm -rf "$dir"' EXIT
"$program" -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log" </dev/null >/dev/null 2>>"$dir/stderr" &
pid=$!
(trap - INT TERM HUP EXIT; read -r word <"$dir/alive"; kill -TERM "$pid" 2>/dev/null) >/dev/null 2>&1 &
watcher=$!
tries=0
while kill -0 "$pid" 2>/dev/null && [ ! -e "$dir/ready" ] && [ $tries -lt 200 ]; do
  tries=$((tries + 1)); sleep 0.05
done
if [ -e "$dir/ready" ] && kill -0 "$pid" 2>/dev/null; then echo ready; else stop; fi
while kill -0 "$pid" 2>/dev/null; do wait "$pid"; done
kill "$watcher" 2>/dev/null
[ -e "$dir/ready" ] || { echo failed; cat "$dir/stderr" "$dir/error.log" 2>/dev/null; }
]]

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function failed(message) return nil, error_of.new{ kind = "internal", message = message } end

local option_types = { port = "number", seed = "string", webhook_url = "string", sign_clock = "string",
  clock_ms = "number", appwheel = "table" }

local function check_options(options)
  for name, value in pairs(options) do
    if option_types[name] == nil then error("unknown option of the sandbox's server: " .. tostring(name), 3) end
    if type(value) ~= option_types[name] then error("wrong type of the option " .. name, 3) end
  end
end

-- Writes the private folder and starts the script in it.
local function launch(found, options, port)
  local dir = nginx.output('mktemp -d "${TMPDIR:-/tmp}/obol-sandbox.XXXXXX"')
  if dir == "" then return failed("no temporary folder could be made") end
  local settings = { origin = "http://127.0.0.1:" .. string.format("%d", port)}
  for name, value in pairs(options) do
    if name ~= "port" then settings[name] = value end
  end
  write_file(dir .. "/options.json", json.write(json.plain(settings)))
  write_file(dir .. "/nginx.conf", nginx.configuration(found, dir, port))
  write_file(dir .. "/supervise", SUPERVISOR)
  nginx.output("mkfifo -m 600 " .. nginx.quote(dir .. "/alive"))
  local pipe = io.popen(string.format("exec sh %s %s %s", nginx.quote(dir .. "/supervise"),
    nginx.quote(dir), nginx.quote(found.program)), "r")
  -- Open both ways, which does not wait for the reader; after the script was started, which so does
  -- not hold the writing end itself.
  local alive = pipe and io.open(dir .. "/alive", "r+")
  if not alive then
    os.execute("rm -rf " .. nginx.quote(dir))
    return failed("the sandbox's shell could not be started")
  end
  return setmetatable({ pipe = pipe, alive = alive, dir = dir, url = settings.origin, port = port }, Server)
end

-- A port that nothing listens on, below those that the system gives out for connections.
local function free_port(taken)
  local source = io.open("/dev/urandom", "rb")
  local start = os.time()
  if source then
    local a, b = source:read(2):byte(1, 2)
    start = a * 256 + b
    source:close()
  end
  for step = 0, 11999 do
    local port = 20000 + (start + step) % 12000
    if not taken[port] then return port end
  end
  return nil
end

local function attempt(found, options, port)
  local server, err = launch(found, options, port)
  if not server then return nil, err end
  if server.pipe:read("*l") == "ready" then return server end
  local log = server.pipe:read("*a") or ""
  server:stop()
  if log:find("Address already in use", 1, true) then
    return nil, error_of.new{ kind = "conflict", message = string.format("port %d is taken", port) }
  end
  local line = log:match("%[emerg%][^\n]*") or log:match("[^\n]+") or "it ended without a word"
  return failed("nginx did not start: " .. line)
end

--- Starts the sandbox in the background and waits until it answers. Options: `port` (0 or nil: any free
-- one), and those of `sandbox.new` that are texts, numbers or tables. Returns a handle with `url`,
-- `port` and `stop()`; or `nil, err`: `unsupported` (nginx, its Lua module or the LuaJIT core is missing;
-- the message says what to install), `conflict` (the port is taken), `internal`.
function M.start(options)
  options = options or {}
  check_options(options)
  local found, err = nginx.find()
  if not found then return nil, err end
  if options.port and options.port ~= 0 then
    if nginx.taken_ports()[options.port] then
      return nil, error_of.new{ kind = "conflict", message = string.format("port %d is taken", options.port) }
    end
    return attempt(found, options, options.port)
  end
  local taken = nginx.taken_ports()
  for _ = 1, TRIES do
    local port = free_port(taken)
    if not port then return failed("no free port was found") end
    local server
    server, err = attempt(found, options, port)
    if server or err.kind ~= "conflict" then return server, err end
    taken[port] = true
  end
  return nil, err
end

--- Stops nginx and removes its folder; returns once both are gone. Safe to call twice.
function Server:stop()
  if not self.pipe then return end
  self.alive:write("stop\n")
  self.alive:flush()
  self.pipe:read("*a")
  self.pipe:close()
  self.alive:close()
  self.pipe, self.alive = nil, nil
end

-- What the foreground process becomes: it keeps the pipe's writing end, waits until the folder is
-- gone, and on a signal asks for that first.
local WAITER = [[
dir=$1; step=0.5
trap 'step=0.02; echo stop 2>/dev/null >"$dir/alive"' INT TERM HUP
while [ -d "$dir" ]; do sleep $step & wait $!; done
]]

--- Runs the sandbox in the foreground: prints its address as the first line, then is that server until
-- it is ended by SIGINT or SIGTERM, when nginx is stopped and the folder removed. This process becomes
-- the waiting one, so the call does not come back; `nil, err` as for `start` where it cannot begin.
function M.run(options)
  local server, err = M.start(options)
  if not server then return nil, err end
  io.stdout:write(server.url, "\n")
  io.stdout:flush()
  return core.exec("sh", "-c", WAITER, "obol-sandbox", server.dir)
end

return M
