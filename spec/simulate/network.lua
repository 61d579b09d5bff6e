-- The way of a request to the provider and back: refused, lost, late, delivered, its answer lost or too
-- late. What a caller is told is what an honest transport would tell; a request that was given up may
-- still arrive.

local errors = require "obol.error"
local worlds = require "spec.contract.world"

local M = {}

-- How long after it was given up a request may still arrive.
local LATE_MS = 60000

local function failed(kind, outcome)
  return nil, errors.new{ kind = kind, outcome = outcome, message = "the network", retryable = outcome == "not_sent" }
end

-- The request reaches the provider.
local function arrive(run, call)
  local reply, err = run.plain_transport.send(call.request, call.options)
  run:note("      %s arrives: %s", call.line, tostring(reply and reply.status or err.outcome))
  run.invariants:arrived(call)
  return reply, err
end

local function answer(run, call)
  local reply, err = arrive(run, call)
  run.tasks:pause "answer"
  if run:elapsed() > call.until_ms then return failed("timeout", "unknown") end
  if run:luck(run.net_faults) then return failed("network", "unknown") end
  return reply, err
end

-- Given up by the caller; it may be anywhere.
local function give_up(run, call)
  if run.random:upto(2) == 1 then
    run.late[#run.late + 1] = call
    run:note("      %s is on its way for longer than the caller waits", call.line)
  else
    run:note("      %s is lost", call.line)
  end
  run.tasks:pause "silence"
  return failed("timeout", "unknown")
end

local function send(run, request, options)
  local call = { request = request, options = options, line = request.method .. " " .. request.url:gsub("%?.*", ""),
    body = worlds.bytes_of(request.body), until_ms = run:elapsed() + options.timeout_ms, latest_ms = 0 }
  run:note("      sends %s", call.line)
  run.tasks:pause "send"
  if run:elapsed() > call.until_ms then return failed("timeout", "not_sent") end
  if run:luck(run.net_faults) then return failed("network", "not_sent") end
  run.invariants:leaves(call)
  call.latest_ms = run:elapsed() + LATE_MS
  if run:luck(run.net_faults) then return give_up(run, call) end
  return answer(run, call)
end

--- The transport of one process.
function M.transport(run)
  local transport = { sleep = function() run.tasks:pause "sleep" end }
  function transport.send(request, options)
    local reply, err = send(run, request, options)
    run.invariants:told(request, reply, err)
    return reply, err
  end
  return transport
end

--- Lets late requests arrive: one that the seed chooses, or all that have to be there before `moment` (nil:
-- all there are).
function M.deliver_late(run, moment)
  local waiting = {}
  for _, call in ipairs(run.late) do
    if moment and call.latest_ms > moment then waiting[#waiting + 1] = call else arrive(run, call) end
  end
  run.late = waiting
end

function M.deliver_one(run)
  if #run.late > 0 then arrive(run, table.remove(run.late, run.random:upto(#run.late))) end
end

return M
