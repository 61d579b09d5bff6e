-- A client of one account over a sandbox in process, with what it logs.

local obol = require "obol"

local M = {}

--- Opens it: `accounts` has the one account, `more` replaces members of the configuration. Answers the client
-- and its state: the names of its `alarms` and of the `operations` that it called.
function M.open(box, accounts, more)
  local state = { alarms = {}, operations = {} }
  local config = { mode = "test", ledger = "memory", accounts = accounts, transport = box:transport(),
    clock = function() return box:now_ms() end,
    log = function(record)
      if record.type == "alarm" then state.alarms[#state.alarms + 1] = record.alarm end
      if record.type == "call" then state.operations[#state.operations + 1] = record.operation end
    end }
  for name, value in pairs(more or {}) do config[name] = value end
  return assert(obol.open(config)), state
end

--- A function that hands the client what is due for an account, and answers the replies and the events.
function M.deliver_to(account)
  return function(pay, box)
    local replies, events = {}, {}
    box:deliver(function(request)
      local reply, event = pay.notifications:receive(account, request)
      replies[#replies + 1], events[#events + 1] = reply, event or false
      return reply
    end)
    return replies, events
  end
end

return M
