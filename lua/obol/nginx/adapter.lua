--- Between nginx and the handlers: a request as a table, a response to the connection.

local reply = require "obol.nginx.reply"

local M = {}

local ngx = rawget(_G, "ngx")
local HEADERS = 100

-- The body; nil where it is longer than `limit`, also when nginx has put it into a file.
local function read_body(limit)
  local length = tonumber(ngx.var.http_content_length)
  if length and length > limit then return nil end
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  local path = not body and ngx.req.get_body_file()
  if path then
    local file = assert(io.open(path, "rb"))
    body = file:read(limit + 1)
    file:close()
  end
  body = body or ""
  return #body <= limit and body or nil
end

local function lower_names(headers)
  local out = {}
  for name, value in pairs(headers) do
    if value == true then value = "" end
    out[name:lower()] = value
  end
  return out
end

local function read(limit)
  local target = ngx.var.request_uri
  local path, query = target:match("^([^?]*)%??(.*)$")
  local body = read_body(limit)
  if not body then return nil end
  return { method = ngx.req.get_method(), path = path, query = query ~= "" and query or nil,
    headers = lower_names(ngx.req.get_headers(HEADERS)), body = body, remote_addr = ngx.var.remote_addr }
end

local function send(text)
  if not ngx.print(text) then return false end
  return ngx.flush(true) == 1
end

local function sleep(seconds)
  -- A worker that is to end must not be held back by a page that waits.
  if ngx.worker.exiting() then ngx.exit(ngx.OK) end
  ngx.sleep(seconds)
end

local function written(_, level, text) ngx.log(level, text) end

-- nginx ends each line of a request with its address, and of a payer's page that is the token, with which anybody can
-- open it. A timer's line has none.
local function log(level, text)
  if ngx.get_phase() == "init" then return ngx.log(level, text) end
  if ngx.timer.at(0, written, level, text) then return end
  io.stderr:write(text, "\n")
end

-- Streams until the handler is done or the listener gone. Where nginx looks for that itself
-- (lua_check_client_abort), it would end us without a word.
local function stream(response)
  ngx.on_abort(function()
    response.ended()
    ngx.exit(499)
  end)
  local ok, err = pcall(response.stream, send, sleep)
  response.ended()
  if not ok then log(ngx.WARN, "a live connection ended early: " .. tostring(err)) end
end

local function write(response)
  ngx.status = response.status
  for name, value in pairs(response.headers) do ngx.header[name] = value end
  if response.stream then return stream(response) end
  ngx.header["content-length"] = #response.body
  ngx.print(response.body)
end

--- Serves the request that nginx has at hand with handle(request), whose bodies are at most `limit` bytes.
function M.serve(handle, limit)
  local request = read(limit)
  if not request then return write(reply.problem(413, "expected a shorter body")) end
  write(handle(request))
end

--- Writes to the error log, without the address of the request that is served.
function M.log(text)
  if type(ngx) == "table" and ngx.log then log(ngx.ERR, text) end
end

return M
