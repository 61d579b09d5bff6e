--- Obol inside a foreign event loop: calls that wait in cqueues, while its other coroutines go on. Any
-- loop that can wait for a descriptor does the same with the same five functions.
--
--     local loop = require("cqueues").new()
--     local transport = assert(require("obol.wait").transport {})
--     local calls = dofile("scripts/loops/cqueues.lua")(transport)
--     local pay = assert(obol.open{ ..., transport = calls })
--     loop:wrap(function() local payment, err = pay.payments:create{ ... } end)
--     assert(loop:loop())

local condition = require "cqueues.condition"
local cqueues = require "cqueues"
local errors = require "obol.error"

--- A transport whose `send` and `sleep` wait in the running loop, on top of the built-in transport:
-- a table to give to `obol.open`, or nil and an error.
return function(transport)
  local fd, err = transport.fd()
  if not fd then return nil, err end
  local readable = { pollfd = fd, events = "r" }
  local waiting, reads = {}, false -- id -> what its coroutine waits for, and whether somebody reads
  local M = {}

  -- One coroutine waits for the descriptor, as long as there is a call to wait for.
  local function read()
    while next(waiting) do
      cqueues.poll(readable)
      for _, id in ipairs(transport.poll()) do
        local done = waiting[id]
        waiting[id] = nil
        if done then done.condition:signal() end
      end
    end
    reads = false
  end

  --- Sends and waits: reply, or nil and an error, as the built-in transport's `send`.
  function M.send(request, options)
    local id, refusal = transport.submit(request, options)
    if not id then return nil, refusal end
    local done = { condition = condition.new() }
    waiting[id] = done
    if not reads then
      reads = true
      cqueues.running():wrap(read)
    end
    while waiting[id] do done.condition:wait() end
    if not done.canceled then return transport.take(id) end
    return nil, errors.new { kind = "network", outcome = done.canceled, message = "canceled" }
  end

  --- Ends every call that is under way. Each `send` then says what is known of its call: `not_sent`, or
  -- `unknown` when it may have arrived.
  function M.cancel()
    for id, done in pairs(waiting) do
      local outcome = transport.cancel(id)
      done.canceled = outcome == "not_sent" and outcome or "unknown"
      waiting[id] = nil
      done.condition:signal()
    end
  end

  --- Waits `ms` milliseconds; what a client uses between two tries.
  function M.sleep(ms) cqueues.sleep(ms / 1000) end

  return M
end
