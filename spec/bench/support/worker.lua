-- One worker of nginx with a shop, and an upstream of its own that plays the provider. Both end with
-- this process.

local program = require "bench.support.program"

local M = {}

local ANSWER = '{"transaction_no":"$request_id","trade_no":"t","code_url":"weixin://wxpay/bizpayurl?pr=$request_id"}'

local UPSTREAM = [[
  location / { default_type application/json; return 200 '%s'; }
  location ~ ^/after/(\d+)/ {
    default_type application/json;
    content_by_lua_block {
      ngx.req.discard_body()
      ngx.sleep(tonumber(ngx.var[1]) / 1000)
      local body = (([=[%s]=]):gsub("%%$request_id", ngx.var.request_id))
      ngx.header.content_length = #body
      ngx.print(body)
    }
  }
]]

local HTTP = [[
  lua_shared_dict limits 1m;
  upstream provider { server 127.0.0.1:%d; keepalive 512; }
  init_by_lua_block { package.loaded["spec.bench.words"] = { upstream = "%s", key = [=[%s]=] } }
]]

local SERVER = [[
  location = /pay { content_by_lua_block { require("spec.bench.support.inside").pay() } }
  location = /call { content_by_lua_block { require("spec.bench.support.inside").call() } }
  location /pay/notify/ { content_by_lua_block { require("spec.bench.support.inside").shop.notify() } }
  location = /proxy {
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_pass http://provider/;
  }
]]

local count = 0

--- Starts both. The upstream answers after `delay_ms`, at once without it.
function M.start(delay_ms)
  local nginx = require "spec.nginx.support"
  M.upstream = nginx.start { connections = 20000, server = UPSTREAM:format(ANSWER, ANSWER) }
  local url = M.upstream:url(delay_ms and ("/after/%d"):format(delay_ms) or "")
  local key = require("obol.sandbox.fourmetas.keys").ready.private
  M.shop = nginx.start { connections = 20000, http = HTTP:format(M.upstream.port, url, key), server = SERVER }
  M.pid = M.shop:workers()[1]
end

function M.stop()
  local complaints = M.shop and M.shop:complaints()
  if M.shop then M.shop:stop() end
  if M.upstream then M.upstream:stop() end
  assert(not complaints, complaints)
end

-- The command, with orders that no other run has; `pings`: see http_load.c.
local function command(path, width, total, pings, body)
  count = count + 1
  return ("%s/bench/http_load %d '%s?order=%d-#' %d %d %s %s"):format(os.getenv "BUILD" or "build", M.shop.port, path,
    count, width, total, pings or "-", body and program.quote(body) or "")
end

local function read(text)
  local seconds, bad, p99, max = text:match "^([%d.]+) (%d+) ([%d.]+) ([%d.]+)"
  assert(bad == "0", "a request failed: " .. text)
  return { seconds = tonumber(seconds), p99_ms = tonumber(p99), max_ms = tonumber(max) }
end

--- Loads the shop: { seconds =, p99_ms = (of /ping), max_ms = }.
function M.load(path, width, total, pings) return read(program.output(command(path, width, total, pings))) end

--- The member `what` of the best of three such loads: what else the machine does only makes it worse.
function M.best(what, ...)
  local best
  for _ = 1, 3 do best = math.min(best or math.huge, M.load(...)[what]) end
  return best
end

--- POSTs a body, whatever the answers are.
function M.post(path, width, total, body)
  assert(program.output(command(path, width, total, nil, body) .. " 2>&1"):find "%d")
end

--- The same, with `meanwhile` called when `seconds` of it have passed.
function M.load_while(path, width, total, seconds, meanwhile)
  local pipe = assert(io.popen(command(path, width, total)))
  require("socket").sleep(seconds)
  meanwhile()
  local text = pipe:read "*a"
  pipe:close()
  return read(text)
end

--- Seconds of a processor that the worker has used, its threads included.
function M.cpu_s()
  local seconds = 0
  for ns in program.output(("cat /proc/%s/task/*/schedstat"):format(M.pid)):gmatch "(%d+) %d+ %d+" do
    seconds = seconds + tonumber(ns) / 1e9
  end
  return seconds
end

--- KiB of memory that the worker holds.
function M.resident_kib()
  return tonumber(program.output(("cat /proc/%s/status"):format(M.pid)):match "VmRSS:%s*(%d+)")
end

return M
