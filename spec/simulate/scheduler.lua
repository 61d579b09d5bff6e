-- Tasks as coroutines. A task is left at every point where the world could act between two of its
-- steps: before and after each call of the ledger, each request and each answer. Which task goes on is the
-- seed's choice.

local Scheduler = {}
Scheduler.__index = Scheduler

local running, create, resume, yield, status = coroutine.running, coroutine.create, coroutine.resume,
  coroutine.yield, coroutine.status

local M = {}

--- `note(format, ...)` takes a line of the trace, nil for none.
function M.new(random, note)
  -- Some runs stay with a task for long, so that another is left standing in the middle of its work.
  return setmetatable({ random = random, note = note, tasks = {}, stays = random:pick{ 0, 0, 50, 90 } }, Scheduler)
end

--- A point where others may run. Outside of tasks, nothing happens.
function Scheduler:pause(point)
  local task = self.current
  if not task or self.held or running() ~= task.thread then return end
  task.point = point
  yield()
end

local function drop(list, task)
  for place, other in ipairs(list) do
    if other == task then return table.remove(list, place) end
  end
end

local function go_on(self, task, ...)
  if self.note and task.point then self.note("    %s goes on (%s)", task.name, task.point) end
  local before = self.current
  self.current, self.last = task, task
  local ok, err = resume(task.thread, ...)
  self.current = before
  if status(task.thread) == "dead" then drop(self.tasks, task) end
  if not ok then
    if type(err) == "table" then err = tostring(err.message or err) end
    error(task.name .. ": " .. tostring(err) .. "\n" .. debug.traceback(task.thread), 0)
  end
end

--- Starts `fn(...)` as a task that belongs to the process `owner`, up to its first point.
function Scheduler:start(name, owner, fn, ...)
  local task = { name = name, owner = owner, thread = create(fn) }
  self.tasks[#self.tasks + 1] = task
  if self.note then self.note("  %s begins", name) end
  go_on(self, task, ...)
end

--- One task goes on to its next point.
function Scheduler:step()
  local random, tasks = self.random, self.tasks
  local task = self.last
  if not task or status(task.thread) == "dead" or task.gone or not random:chance(self.stays) then
    task = random:pick(tasks)
  end
  go_on(self, task)
end

function Scheduler:rest()
  while #self.tasks > 0 do self:step() end
end

--- Forgets all tasks of a process, wherever they stand.
function Scheduler:kill(owner)
  local left = {}
  for _, task in ipairs(self.tasks) do
    if task.owner == owner then
      task.gone = true
      if self.note then self.note("    %s is gone (%s)", task.name, task.point) end
    else
      left[#left + 1] = task
    end
  end
  self.tasks = left
end

return M
