--- The example shop's nginx: a private folder with its configuration, gone with this process.

local crypto = require "obol.crypto"
local found_by = require "obol.sandbox.nginx"

local M = {}
local Server = {}
Server.__index = Server

local CONFIGURATION = [[
@modules@@user@worker_processes 2;
daemon off;
pid nginx.pid;
error_log error.log warn;
env OBOL_CONFIG; env OBOL_URL; env SANDBOX; env PAYER_TOKEN;
events { worker_connections 1024; }
http {
  access_log off;
  server_tokens off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  lua_package_path "@root@/?.lua;@root@/?/init.lua;@here@/nginx/?.lua;@here@/storefront/?.lua;;";
  lua_package_cpath "@core@;;";
  include "@here@/nginx/http.conf";
  server {
    listen 127.0.0.1:@port@;
    include "@here@/nginx/locations.conf";
    location / { client_max_body_size 4k; content_by_lua_block { require("storefront").serve() } }
  }
}
]]

-- Ends nginx when its input ends, so with the process that started it at the latest.
local SUPERVISOR = [[
trap '' INT TERM HUP
dir=$1 program=$2
"$program" -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log" </dev/null >/dev/null 2>>"$dir/error.log" &
pid=$!
(while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done; echo over >"$dir/over") &
cat >/dev/null
kill -TERM "$pid" 2>/dev/null
wait
rm -rf "$dir"
]]

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function random(bytes)
  local file = assert(io.open("/dev/urandom", "rb"))
  local text = crypto.hex(file:read(bytes))
  file:close()
  return text
end

-- A value as the configuration's script writes it; secrets come from files beside it.
local function literal(dir, value, secrets, path)
  if type(value) == "table" then
    local parts = {}
    for key, member in pairs(value) do
      parts[#parts + 1] = ("[%q] = %s"):format(key, literal(dir, member, secrets, path .. "_" .. key))
    end
    return "{ " .. table.concat(parts, ", ") .. " }"
  end
  local name = path:match "[^_]+$"
  if secrets[path:match "_(.+)$"] or secrets[name] then
    write(dir .. "/" .. path, value)
    return ("secret.file %q"):format(path)
  end
  return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

local function configuration_of(dir, found, expire_after)
  local given = {
    web = { provider = "mincloud", client_id = found.mincloud.client_id, base_url = found.mincloud.base_url,
      token = found.mincloud.token, webhook_key = found.mincloud.webhook_key },
    cards = { provider = "ruxpay", base_url = found.ruxpay.base_url, app_id = found.ruxpay.app_id,
      merchant_no = found.ruxpay.merchant_no, secret_key = found.ruxpay.secret_key, auth = found.ruxpay.auth },
    subs = { provider = "appwheel", base_url = found.appwheel.base_url, app_id = found.appwheel.app_id,
      platform = found.appwheel.platform, secret = found.appwheel.secret,
      webhook_secret = found.appwheel.webhook_secret },
    games = { provider = "fourmetas", api_base = found.fourmetas.api_base, pay_base = found.fourmetas.pay_base,
      game_id = found.fourmetas.game_id, rsa = { mode = found.fourmetas.rsa.mode, key = found.fourmetas.rsa.key } },
  }
  local secrets = { token = true, webhook_key = true, secret_key = true, secret = true, webhook_secret = true,
    rsa_key = true }
  local lines = {}
  for name, account in pairs(given) do
    account.expire_after = expire_after
    lines[#lines + 1] = ("    %s = %s,"):format(name, literal(dir, account, secrets, name))
  end
  return 'return {\n  mode = "test", ledger = "sqlite:obol.db",\n  accounts = {\n' .. table.concat(lines, "\n")
    .. "\n  },\n}\n"
end

local function free_port(wanted)
  local taken = found_by.taken_ports()
  if wanted ~= 0 then
    if taken[wanted] then
      return nil, ("port %d is taken; name another one, as in make serve PORT=8801"):format(wanted)
    end
    return wanted
  end
  local start = tonumber(random(2), 16) % 12000
  for step = 0, 11999 do
    local port = 20000 + (start + step) % 12000
    if not taken[port] then return port end
  end
  return nil, "no free port was found"
end

local function absolute(path)
  return path:sub(1, 1) == "/" and path or found_by.output "pwd" .. "/" .. path
end

local function answers(port)
  local taken = found_by.taken_ports()
  return taken[port] ~= nil
end

--- Starts it: options = { port = (0: any free one), here = (the folder scripts/), sandbox = (its address), accounts =
-- (the sandbox's), expire_after = (how long a payment may be paid, such as "30s"; each provider's own without it) }.
-- A handle with `url`, `key`, `runs()` and `stop()`; or nil and an error.
function M.start(options)
  local found, err = found_by.find()
  if not found then return nil, err end
  local port
  port, err = free_port(options.port)
  if not port then return nil, err end
  local dir = found_by.output 'mktemp -d "${TMPDIR:-/tmp}/obol-shop.XXXXXX"'
  local self = setmetatable({ dir = dir, url = ("http://127.0.0.1:%d"):format(port), key = random(16) }, Server)
  local values = { modules = found.modules, user = found.is_root and "user root;\n" or "", root = found.root,
    core = found.core, here = absolute(options.here), port = ("%d"):format(port) }
  write(dir .. "/nginx.conf", (CONFIGURATION:gsub("@(%l+)@", values)))
  write(dir .. "/obol.lua", configuration_of(dir, options.accounts, options.expire_after))
  write(dir .. "/supervise", SUPERVISOR)
  local words = { OBOL_CONFIG = dir .. "/obol.lua", OBOL_URL = self.url .. "/pay", OBOL_CHECKOUT_SECRET = random(32),
    OBOL_API_KEY = self.key, OBOL_SHOP_NAME = "Tea & Lights", SANDBOX = options.sandbox,
    PAYER_TOKEN = options.accounts.mincloud_payer.token }
  local command = { "exec env" }
  for name, value in pairs(words) do command[#command + 1] = name .. "=" .. found_by.quote(value) end
  command[#command + 1] = ("sh %s %s %s"):format(found_by.quote(dir .. "/supervise"), found_by.quote(dir),
    found_by.quote(found.program))
  self.pipe = assert(io.popen(table.concat(command, " "), "w"))
  for _ = 1, 100 do
    if answers(port) then return self end
    if not self:runs() then break end
    os.execute "sleep 0.1"
  end
  local log = read(dir .. "/error.log") or ""
  self:stop()
  return nil, "nginx did not start: " .. (log:match "[^\n]+" or "it ended without a word")
end

--- Whether nginx runs.
function Server:runs() return read(self.dir .. "/over") == nil end

--- What nginx complained of.
function Server:log() return read(self.dir .. "/error.log") or "" end

--- Stops nginx and removes its folder.
function Server:stop()
  if not self.pipe then return end
  self.pipe:close()
  self.pipe = nil
end

return M
