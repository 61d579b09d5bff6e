-- A TCP server that misbehaves on request. Run by spec/net/support.lua with lua5.4 and lua-socket:
-- prints its port, and one at which no connection comes about, on the first line; serves until it is
-- killed or LIFE seconds are over.
--
-- The path says what happens to the request; `/_count/NAME` answers how many requests for `/NAME`
-- came and over how many connections.

local socket = require "socket"

local LIFE = 120
local gzip_file = arg[1]

local readers, writers, sleepers = {}, {}, {} -- socket or coroutine -> what waits
local requests, connections_of = {}, {}

local function resume(thread)
  local ok, err = coroutine.resume(thread)
  if not ok and not tostring(err):find "closed" then io.stderr:write(tostring(err), "\n") end
end

local Connection = {}
Connection.__index = Connection

function Connection:receive()
  while not self.closed do
    local data, err, part = self.socket:receive(4096)
    local got = data or part
    if got and #got > 0 then return got end
    if err ~= "timeout" then break end
    readers[self.socket] = coroutine.running()
    coroutine.yield()
  end
  return nil
end

function Connection:send(text)
  local at = 1
  while at <= #text do
    local sent, err, part = self.socket:send(text, at)
    if sent then return true end
    if err ~= "timeout" then error "closed" end
    at = part + 1
    writers[self.socket] = coroutine.running()
    coroutine.yield()
  end
  return true
end

function Connection:close()
  self.closed = true
  self.socket:close()
end

function Connection:reset()
  self.socket:setoption("linger", { on = true, timeout = 0 })
  self:close()
end

local function sleep(seconds)
  sleepers[coroutine.running()] = socket.gettime() + seconds
  coroutine.yield()
end

-- The next request: method, path, head, body; nil when the client is gone.
function Connection:request()
  while true do
    -- the hello of TLS, which nobody speaks here
    if self.buffer:byte(1) == 22 then self:reset() return nil end
    local head_end = self.buffer:find("\r\n\r\n", 1, true)
    if head_end then
      local head = self.buffer:sub(1, head_end + 3)
      local length = tonumber(head:lower():match "\r\ncontent%-length: *(%d+)") or 0
      if #self.buffer >= #head + length then
        local body = self.buffer:sub(#head + 1, #head + length)
        self.buffer = self.buffer:sub(#head + length + 1)
        local method, path = head:match "^(%u+) (%S+)"
        return method, path, head, body
      end
    end
    local more = self:receive()
    if not more then return nil end
    self.buffer = self.buffer .. more
  end
end

function Connection:answer(status, headers, body)
  self:send(("HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s"):format(status, #body, headers, body))
end

local function read_gzip()
  local file = assert(io.open(gzip_file, "rb"))
  local bytes = file:read "a"
  file:close()
  return bytes
end

local acts = {}

function acts.ok(c) c:answer("200 OK", "X-Kind: plain\r\n", "fine") end
function acts.echo(c, _, head, body) c:answer("200 OK", "", head .. body) end
function acts.close(c) c:close() end
function acts.reset(c) c:reset() end
function acts.stall_headers() sleep(60) end
function acts.empty(c) c:answer("200 OK", "", "") end

-- Answers, and leaves while nobody asks.
function acts.leaves(c) c:answer("200 OK", "", "bye") sleep(0.1) c:close() end

-- Answers once; reads the next request and closes.
function acts.idle_close(c)
  c.served = (c.served or 0) + 1
  if c.served > 1 then c:close() else c:answer("200 OK", "", "first") end
end

-- The same with a reset.
function acts.idle_reset(c)
  c.served = (c.served or 0) + 1
  if c.served > 1 then c:reset() else c:answer("200 OK", "", "first") end
end

function acts.half_headers(c) c:send "HTTP/1.1 200 OK\r\nContent-Le" sleep(60) end
function acts.stall_body(c) c:send "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789" sleep(60) end
function acts.reset_in_body(c)
  c:send "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"
  sleep(0.05)
  c:reset()
end

function acts.drip(c)
  c:send "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
  for _ = 1, 60 do
    c:send "x"
    sleep(1)
  end
end

function acts.drip_headers(c)
  c:send "HTTP/1.1 200 OK\r\n"
  for _ = 1, 60 do
    c:send "x"
    sleep(1)
  end
end

function acts.endless(c)
  c:send "HTTP/1.1 200 OK\r\n\r\n"
  local block = ("x"):rep(65536)
  while true do c:send(block) end
end

function acts.endless_chunks(c)
  c:send "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
  local block = ("10000\r\n%s\r\n"):format(("x"):rep(65536))
  while true do c:send(block) end
end

function acts.gzip(c) c:answer("200 OK", "Content-Encoding: gzip\r\n", read_gzip()) end
function acts.gzip_transfer(c)
  local bytes = read_gzip()
  c:send("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
  c:send(("%x\r\n%s\r\n0\r\n\r\n"):format(#bytes, bytes))
end

local function raw(name, text, close)
  acts[name] = function(c)
    c:send(text)
    if close then c:close() end
  end
end

raw("two_lengths", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n12345")
raw("two_same_lengths", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n1234")
raw("list_length", "HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\n1234")
raw("length_and_chunked",
  "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n0\r\n\r\n")
raw("truncated", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789", true)
raw("truncated_chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n0123456789", true)
raw("no_last_chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n", true)
raw("until_close", "HTTP/1.1 200 OK\r\n\r\nall of it", true)
raw("not_http", "SSH-2.0-OpenSSH_9.2\r\n", true)
raw("no_status", "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n", true)
raw("nul_header", "HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\nab")
raw("folded", "HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\nContent-Length: 2\r\n\r\nab")
raw("repeated",
  "HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nX-A: 3\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nab")
raw("interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
  .. "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast")
raw("trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n"
  .. "X-Late: 1\r\nStatus: 500\r\n\r\n")
raw("many_headers", "HTTP/1.1 200 OK\r\n" .. ("X-A: 1\r\n"):rep(300) .. "Content-Length: 2\r\n\r\nab")
raw("big_header", "HTTP/1.1 200 OK\r\nX-A: " .. ("x"):rep(70000) .. "\r\nContent-Length: 2\r\n\r\nab")
raw("redirect", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n")

function acts.flood(c)
  c:send "HTTP/1.1 200 OK\r\n"
  while true do c:send(("X-Flood: %s\r\n"):format(("x"):rep(100))) end
end

function acts.interim_flood(c) while true do c:send "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" end end

function acts.large(c, path)
  c:answer("200 OK", "", ("x"):rep(tonumber(path:match "%d+")))
end

function acts.slow(c, path)
  sleep(tonumber(path:match "%d+") / 1000)
  c:answer("200 OK", "", path)
end

function acts.status(c, path)
  c:answer(path:match "%d+" .. " Status", "", path)
end

function acts._count(c, path)
  local name = path:match "/_count/([%w_]+)"
  local hosts = 0
  for _ in pairs(connections_of[name] or {}) do hosts = hosts + 1 end
  c:answer("200 OK", "", ("%d %d"):format(requests[name] or 0, hosts))
end

local function serve(c)
  while not c.closed do
    local method, path, head, body = c:request()
    if not method then break end
    local name = path:match "^/([%w_]+)" or path:match "^http://[^/]+/([%w_]+)" or ""
    requests[name] = (requests[name] or 0) + 1
    connections_of[name] = connections_of[name] or {}
    connections_of[name][c] = true
    local act = acts[name] or function() c:answer("404 Not Found", "", "") end
    act(c, path, head, body)
  end
  if not c.closed then c:close() end
end

local listener = assert(socket.bind("127.0.0.1", 0, 1024))
listener:settimeout(0)

-- A door at which everybody waits: nobody is let in, and the queue is full.
local full = assert(socket.bind("127.0.0.1", 0, 0))
local queue = {}
for index = 1, 3 do
  queue[index] = socket.tcp()
  queue[index]:settimeout(0)
  queue[index]:connect("127.0.0.1", select(2, full:getsockname()))
end

print((select(2, listener:getsockname())), (select(2, full:getsockname())))
io.stdout:flush()

local function keys(map)
  local list = {}
  for key in pairs(map) do list[#list + 1] = key end
  return list
end

local function accept_all()
  while true do
    local client = listener:accept()
    if not client then return end
    client:settimeout(0)
    client:setoption("tcp-nodelay", true)
    local c = setmetatable({ socket = client, buffer = "" }, Connection)
    resume(coroutine.create(function() serve(c) end))
  end
end

local function wake_sleepers()
  local now = socket.gettime()
  for _, thread in ipairs(keys(sleepers)) do
    if sleepers[thread] <= now then
      sleepers[thread] = nil
      resume(thread)
    end
  end
end

local function wake(waiting, list)
  for _, one in ipairs(list) do
    local thread = waiting[one]
    waiting[one] = nil
    if thread then resume(thread) end
  end
end

local function time_to_wake()
  local first = math.huge
  for _, moment in pairs(sleepers) do first = math.min(first, moment) end
  return math.max(0, math.min(1, first - socket.gettime()))
end

local ends = socket.gettime() + LIFE
while socket.gettime() < ends do
  local reading = keys(readers)
  reading[#reading + 1] = listener
  local readable, writable = socket.select(reading, keys(writers), time_to_wake())
  wake(readers, readable)
  wake(writers, writable)
  accept_all()
  wake_sleepers()
end
