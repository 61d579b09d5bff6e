-- The ledger's store as a process sees it: left before and after each call, a call that may fail, and a
-- unit whose answer may be lost after its commit. Every committed unit is shown to the invariants.

local errors = require "obol.error"

local M = {}

local function failed()
  return nil, errors.new{ kind = "storage", message = "the database does not answer" }
end

local function unit_of(changes)
  local words = {}
  for place, change in ipairs(changes) do
    local to = change.row or change.to
    words[place] = ("%s %s%s"):format(change.put and "+" .. change.put or change.set,
      tostring(change.key or to.order_id or to.key or to.id), to.status and " " .. tostring(to.status)
      or to.outcome and " " .. tostring(to.outcome) or "")
  end
  return table.concat(words, ", ")
end

-- One unit: lost before its commit, committed, or committed without an answer.
local function run_unit(run, plain, changes)
  run.tasks:pause "unit"
  local luck = run:luck(run.unit_faults)
  if luck and run.random:upto(2) == 1 then
    run:note("      unit lost before its commit: %s", unit_of, changes)
    return failed()
  end
  local ok, err = plain:run(changes)
  run:note("      unit %s: %s", ok and "committed" or "refused", unit_of, changes)
  if ok then run.invariants:committed(changes) end
  run.tasks:pause "unit's answer"
  if luck then
    run:note "      its answer is lost"
    return failed()
  end
  return ok, err
end

--- `plain` as the processes of `run` see it.
function M.over(run, plain)
  local store = {}
  function store.id() return run.ledger_id end
  function store.close() end
  function store.run(_, changes) return run_unit(run, plain, changes) end
  for _, name in ipairs{ "get", "select" } do
    store[name] = function(_, table_name, what)
      run.tasks:pause(name)
      if run:luck(run.read_faults) then
        run:note("      reading %s fails", table_name)
        return failed()
      end
      return plain[name](plain, table_name, what)
    end
  end
  return store
end

return M
