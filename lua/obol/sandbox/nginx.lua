--- What the sandbox's nginx needs: where the program, its modules, our Lua files and the LuaJIT core
-- are, and the configuration.

-- Lua 5.4 and LuaJIT have it, plain Lua 5.1 does not.
local searchpath = rawget(package, "searchpath")

local error_of = require "obol.error"

local M = {}

local MODULES = { "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/share/nginx/modules",
  "/usr/local/lib/nginx/modules", "/usr/local/nginx/modules" }

--- The output of a shell command, its last line feed cut; "" where it says nothing.
function M.output(command)
  local pipe = io.popen(command, "r")
  if not pipe then return "" end
  local text = pipe:read("*a")
  pipe:close()
  return (text:gsub("%s+$", ""))
end

--- Quotes text for the shell.
function M.quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function exists(path)
  local file = path and io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

local function missing(message)
  return nil, error_of.new{ kind = "unsupported", message = message }
end

local function absolute(path)
  if path:sub(1, 1) == "/" then return path end
  return M.output("pwd") .. "/" .. path:gsub("^%./", "")
end

-- The folder that holds `obol/`, from which this process itself reads.
local function lua_root()
  local path = searchpath("obol.sandbox.nginx", package.path)
  return path and absolute(path):match("^(.*)/obol/sandbox/nginx%.lua$")
end

-- Where the LuaJIT build of the core is: as the environment says; the one that this process uses, if
-- it runs under LuaJIT; beside the 5.4 build, in a checkout or where both are installed; on LuaJIT's
-- own paths.
local function core_path(root)
  local given = os.getenv("OBOL_LUAJIT_CPATH")
  if given and given ~= "" then return searchpath("obol.core", given) and given end
  local here = searchpath("obol.core", package.cpath)
  local found = {}
  if here then
    here = absolute(here)
    local folder = here:match("^(.*)/obol/core%.so$")
    if folder and rawget(_G, "jit") then found[#found + 1] = folder end
    if folder then
      found[#found + 1] = (folder:gsub("5%.4$", "luajit"))
      found[#found + 1] = (folder:gsub("5%.4$", "5.1"))
    end
  end
  found[#found + 1] = root .. "/../build/luajit"
  found[#found + 1] = "/usr/local/lib/lua/5.1"
  found[#found + 1] = "/usr/lib/lua/5.1"
  for _, folder in ipairs(found) do
    local is_other = folder:find("5.4", 1, true) and folder .. "/obol/core.so" == here
    if not is_other and exists(folder .. "/obol/core.so") then return folder .. "/?.so" end
  end
  return nil
end

local function modules_of(program)
  for _, folder in ipairs(MODULES) do
    local lua = folder .. "/ngx_http_lua_module.so"
    if exists(lua) then
      local ndk = folder .. "/ndk_http_module.so"
      return (exists(ndk) and "load_module " .. ndk .. ";\n" or "") .. "load_module " .. lua .. ";\n"
    end
  end
  -- Some builds, as OpenResty's, have it inside.
  if M.output(M.quote(program) .. " -V 2>&1"):find("lua", 1, true) then return "" end
  return nil
end

--- Finds all that is needed. nil and an `unsupported` error that says what to install where something
-- is missing. Environment: `OBOL_NGINX` (the program), `OBOL_LUAJIT_CPATH` (as LuaJIT's `package.cpath`).
function M.find()
  local program = M.output('PATH="$PATH:/usr/sbin:/usr/local/sbin"; command -v "${OBOL_NGINX:-nginx}"')
  if program == "" then return missing("nginx is not installed: apt-get install nginx-light libnginx-mod-http-lua") end
  local modules = modules_of(program)
  if not modules then return missing("nginx has no Lua module: apt-get install libnginx-mod-http-lua") end
  local root = lua_root()
  if not root then return missing("the Lua files of obol were not found on package.path") end
  local core = core_path(root)
  if not core then
    return missing("the LuaJIT build of obol.core was not found: run make build, install the rock for Lua 5.1, "
      .. "or name it in OBOL_LUAJIT_CPATH")
  end
  return { program = program, modules = modules, root = root, core = core, is_root = M.output("id -u") == "0" }
end

-- Inside a quoted word of the configuration.
local function word(text) return '"' .. text:gsub('[\\"$]', "\\%0") .. '"' end

local TEMPLATE = [[
@modules@@user@worker_processes 1;
daemon off;
pid nginx.pid;
error_log error.log warn;
events { worker_connections 1024; }
http {
  access_log off;
  server_tokens off;
  default_type application/octet-stream;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  client_max_body_size 1m;
  client_body_buffer_size 1m;
  large_client_header_buffers 4 64k;
  keepalive_requests 1000000;
  lua_package_path @path@;
  lua_package_cpath @cpath@;
  lua_socket_log_errors off;
  init_worker_by_lua_block { require("obol.sandbox.worker").start() }
  server {
    listen 127.0.0.1:@port@;
    merge_slashes off;
    error_page 413 = @too_large;
    location / { content_by_lua_block { require("obol.sandbox.worker").serve() } }
    location @reset { reset_timedout_connection on; return 444; }
    location @too_large { content_by_lua_block { require("obol.sandbox.worker").too_large() } }
  }
}
]]

--- The configuration for a port. Names of files are those of the private folder, which nginx is given
-- as its prefix: so whatever that folder is called, it is no word of the configuration.
function M.configuration(found, port)
  local values = { modules = found.modules, user = found.is_root and "user root;\n" or "",
    path = word(found.root .. "/?.lua;" .. found.root .. "/?/init.lua;;"), cpath = word(found.core .. ";;"),
    port = string.format("%d", port) }
  return (TEMPLATE:gsub("@(%l+)@", values))
end

--- The ports on which something listens, as a set; empty where the system does not tell.
function M.taken_ports()
  local taken = {}
  for _, path in ipairs{ "/proc/net/tcp", "/proc/net/tcp6" } do
    local file = io.open(path, "r")
    if file then
      for line in file:lines() do
        local port = line:match("^%s*%d+: %x+:(%x+) ")
        if port then taken[tonumber(port, 16)] = true end
      end
      file:close()
    end
  end
  return taken
end

return M
