--- The points of a process at which it can be killed: before and after everything that leaves it or
-- reaches it. They are counted from 1; the one whose number OBOL_CRASH_POINT names ends the process, by
-- a real SIGKILL: at once, or OBOL_CRASH_SOON milliseconds later, in the middle of what comes then.

local M = { count = 0 }

local fatal = tonumber(os.getenv "OBOL_CRASH_POINT" or "")
local soon = tonumber(os.getenv "OBOL_CRASH_SOON" or "")
local trace = os.getenv "OBOL_CRASH_TRACE"

--- Waits for the end, where it was asked for: what is not the library's work is done whole or not at all.
function M.rest()
  while M.is_doomed do os.execute "sleep 0.01" end
end

--- Passes a point: `what` says where it is.
function M.pass(what)
  M.count = M.count + 1
  if trace then io.stderr:write(("  %d %s\n"):format(M.count, what)) end
  if M.count ~= fatal then return end
  io.stdout:write(("killed %d %s\n"):format(M.count, what))
  io.stdout:flush()
  M.is_doomed = true
  os.execute(soon and ("(pid=$PPID; sleep %.3f; kill -KILL $pid) >/dev/null 2>&1 &"):format(soon / 1000)
    or "kill -KILL $PPID")
  if not soon then M.rest() end
end

local function name_of(changes)
  local names = {}
  for place, change in ipairs(changes) do
    names[place] = change.put and "+" .. change.put or change.set
  end
  return table.concat(names, " ")
end

--- How a unit reaches the ledger, and a request the network.
function M.run(store, changes, ...) return store:run(changes, ...) end
function M.submit(transport, request, options) return transport.submit(request, options) end

--- A store that passes a point before and after each unit.
function M.store(store)
  local over = {}
  function over.run(_, changes, ...)
    local name = name_of(changes)
    M.pass("before the unit " .. name)
    local ok, err = M.run(store, changes, ...)
    M.pass(("after the unit %s%s"):format(name, ok and "" or ", refused"))
    return ok, err
  end
  return setmetatable(over, { __index = function(_, name)
    local method = store[name]
    if type(method) ~= "function" then return method end
    return function(_, ...) return method(store, ...) end
  end })
end

--- A transport over the built-in one that passes a point before a request is sent, while it is under
-- way, and when its answer is there.
function M.transport(transport)
  local over = {}
  function over.send(request, options)
    local line = ("%s %s"):format(request.method, (request.url:gsub("^%a+://[^/]*", ""):gsub("%?.*", "")))
    M.pass("before sending " .. line)
    local id, err = M.submit(transport, request, options)
    if not id then return nil, err end
    M.pass("after sending " .. line)
    transport.wait(id)
    local reply
    reply, err = transport.take(id)
    M.pass("after the answer to " .. line)
    return reply, err
  end
  return over
end

return M
