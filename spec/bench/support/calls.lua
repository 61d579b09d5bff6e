-- Calls to the private server: the request, which an account made, and the transport.

local appwheel = require "bench.support.appwheel"
local server = require "bench.support.server"
local socket = require "socket"

local M = {}

M.stop = server.stop

-- Answers the server's address; `M.request` and `M.transport` are ready then.
function M.start()
  local base = server.start()
  M.request = assert(appwheel.open(base):encode("payment.create", appwheel.params()))
  M.transport = assert(require("obol.wait").transport {})
  M.check(M.transport.send(M.request))
  return base .. "/v1/stripe/purchase/create"
end

function M.check(reply, err)
  if not reply or reply.status ~= 200 or reply.body:byte() ~= 123 then
    error("a call failed: " .. tostring(err or reply and reply.status))
  end
end

-- How many calls a second, when `work` makes `count` of them.
function M.rate(count, work)
  local from = socket.gettime()
  work()
  return count / (socket.gettime() - from)
end

return M
