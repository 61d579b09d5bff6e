--- The sandbox inside nginx: takes requests off the server, writes answers (also broken ones), sends
-- callbacks. One worker, so one state.

local bomb = require "obol.sandbox.bomb"
local http = require "obol.sandbox.http"
local json = require "obol.sandbox.json"
local sandbox = require "obol.sandbox"
local text = require "obol.sandbox.text"

local ngx = rawget(_G, "ngx")
local M = {}

local PUMP_S, WATCH_S, CHUNK, ANSWER_LIMIT = 0.1, 0.5, 65536, 4096

-- Callbacks go to this machine only.
local function is_loopback(host)
  return host == "localhost" or host == "[::1]" or host:find("^127%.%d+%.%d+%.%d+$") ~= nil
end

local function split(url)
  local scheme, authority, target = text.split_url(url)
  local host, port = (authority or ""):match("^(.-):?(%d*)$")
  return scheme == "http" and is_loopback(host) and host, port, authority, target
end

local function reaches(url) return split(url) and true end

-- The body of an answer, its beginning where it is long.
local function read_answer(socket)
  repeat
    local line = socket:receive("*l")
    if not line then return "" end
  until line == ""
  local body, _, part = socket:receive(ANSWER_LIMIT)
  return body or part or ""
end

-- Sends one callback; gives the HTTP status and the body of the answer, nil where there was none.
local function send(request)
  local host, port, authority, target = split(request.url)
  if not host then return nil end
  local socket = ngx.socket.tcp()
  socket:settimeouts(2000, 5000, 5000)
  if not socket:connect(host == "localhost" and "127.0.0.1" or host, tonumber(port) or 80) then return nil end
  local lines = { "POST " .. target .. " HTTP/1.1", "Host: " .. authority, "Connection: close",
    "Content-Length: " .. #request.body }
  for name, value in pairs(request.headers) do lines[#lines + 1] = name .. ": " .. value end
  local status, body
  if socket:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. request.body) then
    local line = socket:receive("*l")
    status = line and tonumber(line:match("^HTTP/%d%.%d (%d%d%d)"))
    body = status and read_answer(socket)
  end
  socket:close()
  return status, body
end

local function pump(premature)
  if premature or M.busy then return end
  M.busy = true
  local ok, problem = pcall(M.sandbox.deliver, M.sandbox, send, reaches)
  M.busy = false
  if not ok then ngx.log(ngx.ERR, problem) end
end

local function read_file(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local content = file:read("*a")
  file:close()
  return content
end

-- Ends everything when the process that started the sandbox is gone, or the shell between it and nginx.
-- Where the system does not tell of processes, the pipe alone does.
local function watch_family(folder)
  local shell, owner = (read_file(folder .. "family") or ""):match("^(%d+) (%d+)")
  local stat = shell and "/proc/" .. shell .. "/stat"
  if not stat or not read_file(stat) then return end
  assert(ngx.timer.every(WATCH_S, function(premature)
    local parent = (read_file(stat) or ""):match("^.*%) %a (%d+)")
    if premature or parent == owner then return end
    local alive = io.open(folder .. "alive", "r+")
    if not alive then return end
    alive:write("stop\n")
    alive:close()
  end))
end

--- Starts the sandbox of this worker. The folder that is nginx's prefix holds `options.json`, the
-- options of `sandbox.new`; the file `ready` is made there once requests can come.
function M.start()
  local folder = ngx.config.prefix()
  local options = assert(json.read(assert(read_file(folder .. "options.json"))))
  M.sandbox = sandbox.new(options)
  M.sandbox.sender, M.sandbox.reaches = send, reaches
  assert(ngx.timer.every(PUMP_S, pump))
  watch_family(folder)
  assert(io.open(folder .. "ready", "w")):close()
end

local function read_body()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  local path = not body and ngx.req.get_body_file()
  if path then
    local file = assert(io.open(path, "rb"))
    body = file:read("*a")
    file:close()
  end
  return body or ""
end

local function read_headers()
  local out = {}
  for name, value in pairs(ngx.req.get_headers(0)) do
    out[name:lower()] = type(value) == "table" and table.concat(value, ", ") or value
  end
  return out
end

local function head(reply, more)
  local lines = { "HTTP/1.1 " .. reply.status .. " OK", "Connection: close" }
  for name, value in pairs(reply.headers) do lines[#lines + 1] = name .. ": " .. value end
  for _, line in ipairs(more) do lines[#lines + 1] = line end
  return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

local function length(bytes) return string.format("Content-Length: %d", bytes) end

local function stream(socket, reply, first, chunk, bytes, more)
  if not socket:send(head(reply, more) .. first) then return end
  for _ = 1, math.ceil(bytes / #chunk) do
    if not socket:send(chunk) then return end
  end
end

-- Faults that need the connection itself. Each writes raw bytes; the connection is closed after it.
local wires = {
  torn = function(socket, reply)
    socket:send(head(reply, { length(#reply.body) }) .. reply.body:sub(1, math.floor(#reply.body / 2)))
  end,
  two_content_lengths = function(socket, reply)
    socket:send(head(reply, { length(#reply.body), length(#reply.body + 7) }) .. reply.body)
  end,
  stall_headers = function(socket, _, wire)
    socket:send("HTTP/1.1 200 OK\r\nContent-Ty")
    ngx.sleep((wire.ms or 60000) / 1000)
  end,
  stall_body = function(socket, reply, wire)
    socket:send(head(reply, { length(#reply.body) }) .. reply.body:sub(1, math.floor(#reply.body / 2)))
    ngx.sleep((wire.ms or 60000) / 1000)
  end,
  drip = function(socket, reply, wire)
    if not socket:send(head(reply, { length(#reply.body) })) then return end
    for i = 1, #reply.body do
      if not socket:send(reply.body:sub(i, i)) then return end
      ngx.sleep((wire.ms or 1000) / 1000)
    end
  end,
  oversized = function(socket, reply, wire)
    stream(socket, reply, '{"code":0,"message":"', ("a"):rep(CHUNK), wire.bytes or 67108864, {})
  end,
  gzip_bomb = function(socket, reply, wire)
    local first, chunk = bomb.gzip(CHUNK)
    stream(socket, reply, first, chunk, (wire.bytes or 1073741824) / bomb.RATIO, { "Content-Encoding: gzip" })
  end,
}

local function write(reply)
  local wire = reply.wire
  if wire and wire.kind == "slow" then
    ngx.sleep((wire.ms or 3000) / 1000)
  elseif wire and wire.kind == "reset" then
    return ngx.exec("@reset")
  elseif wire then
    local broken = wires[wire.kind]
    local socket = broken and ngx.req.socket(true)
    if socket then broken(socket, reply, wire) end
    return ngx.exit(444)
  end
  ngx.status = reply.status
  for name, value in pairs(reply.headers) do ngx.header[name] = value end
  ngx.header["Content-Length"] = #reply.body
  ngx.print(reply.body)
end

--- Serves one request.
function M.serve()
  local body = read_body()
  write(http.serve(M.sandbox, { method = ngx.req.get_method(), target = ngx.var.request_uri,
    headers = read_headers(), body = body }))
end

--- Answers a body that the server refused to read.
function M.too_large()
  local name = ngx.var.request_uri:match("^/([%l%d]+)/")
  local provider = name and M.sandbox.providers[name]
  if not provider then return ngx.exit(413) end
  write(http.finish(provider:too_large()))
end

return M
