--- Waiting in plain Lua. A call blocks; inside `all` it lets the other functions go on instead.
--
-- `all` runs each function in a coroutine. One loop, that of the outermost `all`, waits for whatever
-- finishes first and goes on with the coroutine that waited for it. A coroutine whose function has
-- ended is kept for another, as making one costs more than a call of it.

local core = require "obol.core"
local errors = require "obol.error"

local M = {}

local WAITING, DONE = {}, {} -- what a coroutine of ours yields first
local SPARE_MAX = 256
local spare, spares = {}, 0 -- coroutines that wait for a function, and how many
local net = core.net.new()
local tasks = setmetatable({}, { __mode = "k" }) -- coroutine -> { group =, index = } while it works
local by_id = {} -- id -> coroutine that waits for it
local sleepers = {} -- coroutine -> moment at which it goes on
local ready = {} -- coroutines whose group has ended

local RESULTS_AT_ONCE = 256 -- then those that sleep have their turn

local unpack = table.unpack or unpack
local pack = table.pack or function(...) return { n = select("#", ...), ... } end
local next_result = net.next
local running, isyieldable = coroutine.running, coroutine.isyieldable
local continue, yield = coroutine.resume, coroutine.yield

-- The coroutine of `all` that runs now, if it can be left here (inside a table.sort it cannot).
local function current()
  local thread = running()
  if thread and tasks[thread] and isyieldable() then return thread end
  return nil
end

--- Whether a coroutine of somebody else runs, who may know what is yielded.
function M.takes_yields() return isyieldable() and not tasks[running()] end

-- The function has ended: with results, or with none and an error.
local function finish(task, results, err)
  local group = task.group
  task.group = nil
  if results then
    group.results[task.index] = results
  elseif errors.is(err) then
    group.results[task.index] = { n = 2, nil, err }
  elseif not group.failure then
    group.failure = { err }
  end
  group.left = group.left - 1
  if group.left == 0 and group.parent then ready[#ready + 1] = group.parent end
end

local function work(fn)
  while true do fn = yield(DONE, fn()) end
end

-- What a coroutine gave when it stopped: its word with results, or its error.
local function stopped(thread, ok, word, ...)
  if ok and word == WAITING then return end
  local task = tasks[thread]
  if ok and word == DONE then
    if spares < SPARE_MAX then
      spares = spares + 1
      spare[spares] = thread
    end
    return finish(task, pack(...))
  end
  tasks[thread] = nil
  if not ok then return finish(task, nil, word) end
  return finish(task, nil, "a function of obol.all yielded to somebody else")
end

local function resume(thread) return stopped(thread, continue(thread)) end

local function wake_sleepers()
  local now, due = core.monotonic_ms(), {}
  for thread, moment in pairs(sleepers) do
    if moment <= now then due[#due + 1] = thread end
  end
  for _, thread in ipairs(due) do
    sleepers[thread] = nil
    resume(thread)
  end
end

local function time_to_next_sleeper()
  local first
  for _, moment in pairs(sleepers) do
    if not first or moment < first then first = moment end
  end
  return first and math.max(0, first - core.monotonic_ms())
end

local function wait_for_something()
  local timeout = time_to_next_sleeper()
  if next(by_id) then
    net.wait(nil, timeout)
  elseif timeout then
    net.sleep(timeout)
  end
  for _ = 1, RESULTS_AT_ONCE do
    local id, reply, err = next_result()
    if not id then break end
    local thread = by_id[id]
    by_id[id] = nil
    if thread then stopped(thread, continue(thread, reply, err)) end
  end
  wake_sleepers()
end

local function run_ready()
  while #ready > 0 do resume(table.remove(ready)) end
end

local function start(fn, group, index)
  local thread, task = spare[spares]
  if thread then
    spare[spares] = nil
    spares = spares - 1
    task = tasks[thread]
  else
    thread, task = coroutine.create(work), {}
    tasks[thread] = task
  end
  task.group, task.index = group, index
  return stopped(thread, continue(thread, fn))
end

--- Runs the functions of the list at once; one list `{ n =, ... }` of results each. A function that raises an
-- error object gives `{ n = 2, nil, err }`; any other error is raised here after all have ended.
function M.all(functions)
  local group = { left = functions.n, results = {} }
  for index = 1, functions.n do
    start(functions[index], group, index)
  end
  local thread = current()
  if thread and group.left > 0 then
    group.parent = thread
    yield(WAITING)
  end
  while group.left > 0 do
    wait_for_something()
    run_ready()
  end
  if group.failure then error(group.failure[1], 0) end
  return unpack(group.results, 1, functions.n)
end

--- Sends and waits: reply, or nil and an error. `spent`: nobody uses the request any more.
function M.send(channel, request, options, options_of_call, spent)
  local thread = current()
  if not thread then return channel.send(request, options, options_of_call, spent) end
  local id, err = net.submit(request, options, options_of_call, true, spent)
  if not id then return nil, err end
  by_id[id] = thread
  return yield(WAITING)
end

--- Runs a unit of work and waits: its results, or nil and an error.
function M.run(database, channel, unit)
  local thread = current()
  if not thread then return database:run(unit, channel.channel) end
  local id, err = database:submit(unit, net.channel, true)
  if not id then return nil, err end
  by_id[id] = thread
  return yield(WAITING)
end

--- Waits so many milliseconds.
function M.sleep(ms)
  local thread = current()
  if not thread then return net.sleep(ms) end
  sleepers[thread] = core.monotonic_ms() + ms
  yield(WAITING)
end

return M
