--- The sandbox behind a private nginx on loopback: `run` in the foreground, `start` in the background.
--
--     local server = assert(require("obol.sandbox.server").start{})
--     server.url            "http://127.0.0.1:34567"
--     server:stop()
--
-- A small shell script stands between this process and nginx. It holds the reading end of a pipe whose
-- writing end is ours: when this process ends, however it ends, the script stops nginx and removes the
-- folder. Programs that this process starts inherit the writing end and may outlive it, so nginx also
-- looks whose child the script is, and writes into the pipe when it has become somebody else's.

local error_of = require "obol.error"
local json = require "obol.sandbox.json"
local nginx = require "obol.sandbox.nginx"
local sandbox = require "obol.sandbox"
local simulators = require "obol.sandbox.simulators"

local M = {}
local Server = {}
Server.__index = Server

local TRIES = 8

local SUPERVISOR = [[
dir=$1; program=$2
stop() { [ -n "$pid" ] && kill -TERM "$pid" 2>/dev/null; }
trap stop INT TERM HUP
trap 'rm -rf "$dir"' EXIT
echo "$$ $PPID" >"$dir/family"
"$program" -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log" </dev/null >/dev/null 2>>"$dir/stderr" &
pid=$!
(trap - INT TERM HUP EXIT; read -r word <"$dir/alive"; kill -TERM "$pid" 2>/dev/null) >/dev/null 2>&1 &
watcher=$!
tries=0
while kill -0 "$pid" 2>/dev/null && [ ! -e "$dir/ready" ] && [ $tries -lt 1200 ]; do
  tries=$((tries + 1)); sleep 0.05
done
if [ -e "$dir/ready" ] && kill -0 "$pid" 2>/dev/null; then echo ready; else stop; fi
# Two lines a second wake a foreground process, so that it hears of a signal. (The folder's end ends them too: a
# child that has not begun yet may lose the signal that is sent to it below.)
[ "$3" = beat ] && { (trap - INT TERM HUP EXIT; while [ -d "$dir" ] && sleep 0.5 >/dev/null 2>&1 && echo; do :; done) &
  beat=$!; }
while kill -0 "$pid" 2>/dev/null; do wait "$pid"; done
kill "$watcher" $beat 2>/dev/null
[ -e "$dir/ready" ] || { echo failed; cat "$dir/stderr" "$dir/error.log" 2>/dev/null; }
]]

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function failed(message) return nil, error_of.new{ kind = "internal", message = message } end

local option_types = { port = "number", seed = "string", webhook_url = "string", sign_clock = "string",
  clock_ms = "number" }
for _, name in ipairs(simulators) do option_types[name] = "table" end

local function check_options(options)
  for name, value in pairs(options) do
    if option_types[name] == nil then error("the sandbox's server has no option " .. tostring(name), 4) end
    if type(value) ~= option_types[name] then error("the option " .. name .. " has the wrong type", 4) end
  end
end

-- What is wrong with the simulators' options is better said here than in a server's log.
local function settings_of(options, port)
  local settings = { origin = string.format("http://127.0.0.1:%d", port) }
  for name, value in pairs(options) do
    if name ~= "port" then settings[name] = value end
  end
  local ok, problem = pcall(sandbox.new, settings)
  if not ok then error((tostring(problem):gsub("^[^ ]+:%d+: ", "")), 5) end
  return settings
end

-- Writes the private folder and starts the script in it.
local function launch(found, settings, beat)
  local dir = nginx.output('mktemp -d "${TMPDIR:-/tmp}/obol-sandbox.XXXXXX"')
  if dir == "" then return failed("no temporary folder could be made") end
  write_file(dir .. "/options.json", json.write(json.plain(settings)))
  local port = tonumber(settings.origin:match("%d+$"))
  write_file(dir .. "/nginx.conf", nginx.configuration(found, port))
  write_file(dir .. "/supervise", SUPERVISOR)
  nginx.output("mkfifo -m 600 " .. nginx.quote(dir .. "/alive"))
  local pipe = io.popen(string.format("exec sh %s %s %s %s", nginx.quote(dir .. "/supervise"),
    nginx.quote(dir), nginx.quote(found.program), beat or ""), "r")
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

local function attempt(found, options, port, beat)
  local server, err = launch(found, settings_of(options, port), beat)
  if not server then return nil, err end
  if server.pipe:read("*l") == "ready" then return server end
  local log = server.pipe:read("*a") or ""
  server:stop()
  if log:find("Address already in use", 1, true) then
    return nil, error_of.new{ kind = "conflict", message = string.format("port %d is taken", port) }
  end
  local line = log:match("%[emerg%][^\n]*") or log:match("%[error%][^\n]*") or log:match("[^\n]+")
    or "it ended without a word"
  return failed("nginx did not start: " .. line)
end

local function start(options, beat)
  options = options or {}
  check_options(options)
  local found, err = nginx.find()
  if not found then return nil, err end
  if options.port and options.port ~= 0 then
    if nginx.taken_ports()[options.port] then
      return nil, error_of.new{ kind = "conflict", message = string.format("port %d is taken", options.port) }
    end
    return attempt(found, options, options.port, beat)
  end
  local taken = nginx.taken_ports()
  for _ = 1, TRIES do
    local port = free_port(taken)
    if not port then return failed("no free port was found") end
    local server
    server, err = attempt(found, options, port, beat)
    if server or err.kind ~= "conflict" then return server, err end
    taken[port] = true
  end
  return nil, err
end

--- Starts the sandbox in the background and waits until it answers. Options: `port` (0 or nil: any free
-- one), and those of `sandbox.new` that are texts, numbers or tables. Returns a handle with `url`,
-- `port` and `stop()`; or `nil, err`: `unsupported` (nginx, its Lua module or the LuaJIT core is missing;
-- the message says what to install), `conflict` (the port is taken), `internal`.
function M.start(options)
  local server, err = start(options)
  return server, err -- not a tail call: the levels of errors count on it
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

--- Runs the sandbox in the foreground: prints its address as the first line, then waits until it is
-- ended by SIGINT or SIGTERM, or with this process, however that ends. Then nginx is stopped and the
-- folder removed. Options as for `start`. Returns true, or `nil, err` as for `start`.
function M.run(options)
  local server, err = start(options, "beat")
  if not server then return nil, err end
  -- The interpreter makes an error of SIGINT, once the call that it waits in is over.
  pcall(function()
    io.stdout:write(server.url, "\n")
    io.stdout:flush()
    repeat until not server.pipe:read("*l")
  end)
  server:stop()
  return true
end

return M
