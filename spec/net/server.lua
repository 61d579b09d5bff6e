-- A TCP server that misbehaves on request. Run by spec/net/support.lua with lua5.4 and lua-socket:
-- prints its port, and one at which no connection comes about, on the first line; serves until it is
-- killed or LIFE seconds are over.
--
-- The path says what happens to the request; `/_count/NAME` answers how many requests for `/NAME`
-- came, over how many connections, and how many of them were held at most at one time. `/held/WORD` is
-- answered when `/_release/WORD` is asked for.

local loop = require "spec.net.loop"
local socket = require "socket"

local LIFE = 900
local gzip_file = arg[1]

local requests, connections_of = {}, {}
local under_way, most = {}, {}
local held, released = {}, {} -- word -> threads that wait for it; word -> whether it was let go
local sleep = loop.sleep

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

function acts.held(c, path)
  local word = path:match "[^/]+$"
  if not released[word] then
    held[word] = held[word] or {}
    table.insert(held[word], (coroutine.running()))
    coroutine.yield()
  end
  c:answer("200 OK", "", path)
end

function acts._release(c, path)
  local word = path:match "[^/]+$"
  local waiting = held[word] or {}
  released[word], held[word] = true, nil
  c:answer("200 OK", "", ("%d"):format(#waiting))
  for _, thread in ipairs(waiting) do loop.resume(thread) end
end

function acts.status(c, path)
  c:answer(path:match "%d+" .. " Status", "", path)
end

function acts._count(c, path)
  local name = path:match "/_count/([%w_]+)"
  local hosts = 0
  for _ in pairs(connections_of[name] or {}) do hosts = hosts + 1 end
  c:answer("200 OK", "", ("%d %d %d"):format(requests[name] or 0, hosts, most[name] or 0))
end

local function serve(c)
  while not c.closed do
    local method, path, head, body = c:request()
    if not method then break end
    local name = path:match "^/([%w_]+)" or path:match "^http://[^/]+/([%w_]+)" or ""
    requests[name] = (requests[name] or 0) + 1
    connections_of[name] = connections_of[name] or {}
    connections_of[name][c] = true
    under_way[name] = (under_way[name] or 0) + 1
    most[name] = math.max(most[name] or 0, under_way[name])
    local act = acts[name] or function() c:answer("404 Not Found", "", "") end
    local ok, why = pcall(act, c, path, head, body)
    under_way[name] = under_way[name] - 1
    if not ok then error(why, 0) end
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

loop.run(listener, serve, LIFE)
