-- A private nginx for specs: on a free loopback port, in a folder of its own, gone with the process that
-- started it.

local found_by = require "obol.sandbox.nginx"
local json = require "obol.json"
local net = require "spec.net.support"
local socket = require "socket"
local wait = require "obol.wait"

local M = {}

local transport = assert(wait.transport{ timeout_ms = 60000 })

local CONFIGURATION = [[
@modules@user root;
@main@
worker_processes @workers@;
worker_rlimit_nofile 20000;
daemon off;
master_process @master@;
pid nginx.pid;
error_log error.log notice;
events { worker_connections @connections@; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 1000000;
  lua_package_path "@root@/?.lua;@root@/?/init.lua;@here@/?.lua;;";
  lua_package_cpath "@core@;;";
  lua_code_cache @cache@;
  lua_check_client_abort on;
  lua_shared_dict seen 1m;
@http@
  server {
    listen 127.0.0.1:@port@ backlog=4096;
    location = /ping { return 200 "pong"; }
    location = /stats { content_by_lua_block { require("spec.nginx.app").stats() } }
@server@
  }
}
]]

-- Ends nginx when its input ends, so with us at the latest. The end's exit code stands in a file. (nginx
-- does not give back all of its own memory, nor a worker what a thread of its master had.)
local SUPERVISOR = [[
exec >/dev/null 2>&1
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
nginx=$1 dir=$2
"$nginx" -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log" </dev/null &
pid=$!
cat
kill -TERM "$pid"
wait "$pid"
echo "$?" >"$dir/code"
]]

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = io.open(path, "r")
  if not file then return "" end
  local text = file:read "*a"
  file:close()
  return text
end

--- A port that nothing listens on.
function M.free_port()
  local probe = assert(socket.bind("127.0.0.1", 0))
  local port = select(2, probe:getsockname())
  probe:close()
  return port
end

local function here()
  local pipe = assert(io.popen "pwd")
  local path = pipe:read "*l"
  pipe:close()
  return path
end

--- The text of a configuration: options = { http =, server =, main = (texts), workers = 1,
-- connections = 1024, master = "on", cache = "on" }.
function M.configuration(options, port)
  local found = assert(found_by.find())
  local values = { modules = found.modules, root = found.root, core = found.core, here = here(),
    port = ("%d"):format(port), http = options.http or "", server = options.server or "", main = options.main or "",
    workers = ("%d"):format(options.workers or 1), connections = ("%d"):format(options.connections or 1024),
    master = options.master or "on", cache = options.cache or "on" }
  return (CONFIGURATION:gsub("@(%l+)@", values)), found.program
end

local Server = {}
Server.__index = Server

--- Starts one. `prefix` is put in front of the command.
function M.start(options, prefix)
  local folder, port = net.folder(), M.free_port()
  local text, program = M.configuration(options, port)
  write(folder .. "/nginx.conf", text)
  write(folder .. "/supervise", SUPERVISOR)
  local self = setmetatable({ folder = folder, port = port, options = options }, Server)
  local command = ("%s sh %s/supervise %s %s"):format(prefix or "exec", folder, quote(program), folder)
  self.pipe = assert(io.popen(command, "w"))
  -- (It listens before it has written down its process id, to which signals go.)
  local probe = M.eventually(function()
    return read(folder .. "/nginx.pid"):find "%d" and socket.connect("127.0.0.1", port)
  end)
  if probe then
    probe:close()
    return self
  end
  local log = self:log()
  self:stop()
  error("nginx did not start: " .. log)
end

--- An address there.
function Server:url(path) return ("http://127.0.0.1:%d%s"):format(self.port, path) end

--- GET: the body of a good answer, read as JSON where it is that.
function Server:get(path, options)
  local reply = assert(transport.send({ url = self:url(path) }, options))
  assert(reply.status == 200, ("%s: status %d: %s\n%s"):format(path, reply.status, reply.body, self:log()))
  if (reply.headers["content-type"] or ""):find "json" then return assert(json.decode(reply.body)) end
  return reply.body
end

--- Whether there is nothing under way any more, before long, by what `/stats` tells.
function Server:rests()
  return M.eventually(function()
    local stats = self:get "/stats"
    return stats.timers == 0 and stats.pending == 0 and stats.done == 0 and stats.expired == 0
  end)
end

--- Waits until what is there has the `status`, and answers it.
function Server:becomes(path, status)
  local last
  local fine = M.eventually(function()
    last = self:get(path)
    return last.status == status
  end)
  if fine then return last end
  error(("%s is %s: %s\n%s"):format(path, tostring(last and last.status), tostring(last and last.error), self:log()), 2)
end

--- `count` GETs at once: a list of what they answer.
function Server:get_at_once(path, count)
  local calls = {}
  for index = 1, count do calls[index] = function() return self:get(path) end end
  local answers = { wait.all((table.unpack or unpack)(calls)) }
  for index = 1, count do answers[index] = answers[index][1] end
  return answers
end

function Server:log() return read(self.folder .. "/error.log") end

--- Lines of the log that speak of something wrong; nil when there are none.
function Server:complaints()
  local lines = {}
  for line in self:log():gmatch "[^\n]+" do
    local level = line:match "%[(%l+)%]"
    local is_fine = level == "notice" or level == "info" or line:find("stack traceback", 1, true)
    if not is_fine then lines[#lines + 1] = line end
  end
  return #lines > 0 and table.concat(lines, "\n") or nil
end

--- The process ids of the workers that run now (of nginx itself, where there is no master).
function Server:workers()
  local master, list = read(self.folder .. "/nginx.pid"):match "%d+", {}
  for pid in read(("/proc/%s/task/%s/children"):format(master, master)):gmatch "%d+" do list[#list + 1] = pid end
  if #list == 0 then list[1] = master end
  return list, master
end

--- Sends a signal to nginx, as `kill` names it.
function Server:signal(name)
  local _, master = self:workers()
  os.execute(("kill -%s %s"):format(name, master))
end

--- Writes the configuration anew, for the next HUP.
function Server:configure(options)
  write(self.folder .. "/nginx.conf", (M.configuration(options, self.port)))
end

--- Ends it and answers its exit code and its log.
function Server:stop()
  if not self.pipe then return end
  self.pipe:close()
  self.pipe = nil
  local code, log = tonumber(read(self.folder .. "/code")), self:log()
  net.remove(self.folder)
  return code, log
end

--- Waits until check() answers something, which it answers; for half a minute at most.
M.eventually = net.eventually

return M
