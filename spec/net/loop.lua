-- Connections of the misbehaving server: each served by a coroutine, all by one loop.

local socket = require "socket"

local M = {}

local readers, writers, sleepers = {}, {}, {} -- socket or coroutine -> what waits

--- Goes on with a coroutine.
function M.resume(thread)
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

--- Lets others go on for so many seconds.
function M.sleep(seconds)
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

local function keys(map)
  local list = {}
  for key in pairs(map) do list[#list + 1] = key end
  return list
end

local function accept_all(listener, serve)
  while true do
    local client = listener:accept()
    if not client then return end
    client:settimeout(0)
    client:setoption("tcp-nodelay", true)
    local c = setmetatable({ socket = client, buffer = "" }, Connection)
    M.resume(coroutine.create(function() serve(c) end))
  end
end

local function wake_sleepers()
  local now = socket.gettime()
  for _, thread in ipairs(keys(sleepers)) do
    if sleepers[thread] <= now then
      sleepers[thread] = nil
      M.resume(thread)
    end
  end
end

local function wake(waiting, list)
  for _, one in ipairs(list) do
    local thread = waiting[one]
    waiting[one] = nil
    if thread then M.resume(thread) end
  end
end

local function time_to_wake()
  local first = math.huge
  for _, moment in pairs(sleepers) do first = math.min(first, moment) end
  return math.max(0, math.min(1, first - socket.gettime()))
end

--- Serves what comes to the listener by serve(connection), for so many seconds.
function M.run(listener, serve, seconds)
  local ends = socket.gettime() + seconds
  while socket.gettime() < ends do
    local reading = keys(readers)
    reading[#reading + 1] = listener
    local readable, writable = socket.select(reading, keys(writers), time_to_wake())
    wake(readers, readable)
    wake(writers, writable)
    accept_all(listener, serve)
    wake_sleepers()
  end
end

return M
