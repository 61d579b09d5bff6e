-- A private nginx on loopback that answers each request with the same small JSON. It ends when
-- `stop` is called, and also when this process ends without that: it lives as long as a pipe is open.

local program = require "bench.support.program"
local socket = require "socket"

local M = {}

local CONFIG = [[
daemon off; master_process off; pid FOLDER/pid; error_log FOLDER/error;
events { worker_connections 2048; }
http {
  access_log off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path FOLDER; proxy_temp_path FOLDER; fastcgi_temp_path FOLDER; uwsgi_temp_path FOLDER;
  scgi_temp_path FOLDER;
  server { listen 127.0.0.1:PORT backlog=1024; location / { return 200 'BODY'; } }
}
]]

local BODY = '{"code":0,"message":"success","data":{"checkoutUrl":"https://pay.example/c/1","awTransId":""}}'

local pipe, folder

local function free_port()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:close()
  return port
end

local function wait_for(port)
  for _ = 1, 200 do
    local connection = socket.connect("127.0.0.1", port)
    if connection then
      connection:close()
      return
    end
    socket.sleep(0.02)
  end
  error "the server did not start"
end

-- Answers the server's address, without a slash at its end.
function M.start()
  folder = program.output "mktemp -d":match "%S+"
  local port = free_port()
  local file = assert(io.open(folder .. "/nginx.conf", "wb"))
  file:write((CONFIG:gsub("%u%u%u%u+", { FOLDER = folder, PORT = tostring(port), BODY = BODY })))
  file:close()
  local script = ([[nginx -p %s -c %s/nginx.conf -e %s/error & server=$!
    cat >/dev/null; kill $server; wait $server; rm -rf %s]]):gsub("%%s", folder)
  pipe = assert(io.popen(script, "w"))
  wait_for(port)
  return "http://127.0.0.1:" .. port
end

function M.stop()
  if pipe then pipe:close() end
  pipe = nil
end

return M
