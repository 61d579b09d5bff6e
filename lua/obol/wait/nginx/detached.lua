--- Work that goes on whatever becomes of the request that asked for it: when a client goes away, nginx
-- ends its light threads wherever they wait, but a payment that was sent has to be recorded. So a
-- request only waits, and a timer of the worker does the work in light threads of its own.
--
-- A light thread that has ended its job waits for another: nginx gives back what it holds of one only
-- when the whole timer ends. For the same reason a timer takes a limited number of jobs, then the next
-- timer begins. An idle worker has none.

local bell = require "obol.wait.nginx.bell"
local core = require "obol.core"
local errors = require "obol.error"

local M = {}

local ngx = rawget(_G, "ngx")
local semaphore = ngx and require "ngx.semaphore"
local now_ms = core.monotonic_ms
local running, select, unpack, pcall = coroutine.running, select, unpack, pcall

-- How long a timer stays without work; how often a request looks whether its job was begun, and for
-- how long; how long a light thread sleeps at most; when a timer that shows no life was ended.
local LINGER_S, LOOK_S, BEGIN_MS, IDLE_S, DEAD_MS = 0.1, 1, 5000, 3600, 2000
local JOBS_EACH = 20000

local queue, first, last = {}, 1, 0 -- jobs for which no light thread was idle
local current -- the dispatcher that takes jobs: { door =, idle =, busy =, jobs =, turn_ms =, over = }
local asked_ms -- when a timer was asked for that has not begun
local ours = setmetatable({}, { __mode = "k" }) -- light threads of a dispatcher

local function enqueue(job)
  last = last + 1
  queue[last] = job
end

local function take_job()
  while first <= last do
    local job = queue[first]
    queue[first] = nil
    first = first + 1
    if not job.given_up then return job end
  end
  first, last = 1, 0
  return nil
end

local function pack(...) return { n = select("#", ...), ... } end

local function execute(dispatcher, job)
  job.dispatcher = dispatcher
  job.results = pack(pcall(job.fn, unpack(job.arguments, 1, job.arguments.n)))
  job.semaphore:post(1)
end

-- What a light thread does next: a job, or nil when its dispatcher is over.
local function next_job(dispatcher, self)
  local job = not dispatcher.over and take_job()
  if job then return job end
  dispatcher.busy = dispatcher.busy - 1
  if dispatcher.busy == 0 and (dispatcher.over or ngx.worker.exiting()) then dispatcher.door:post(1) end
  if dispatcher.over then return nil end
  dispatcher.idle[#dispatcher.idle + 1] = self
  repeat self.semaphore:wait(IDLE_S) until self.job or dispatcher.over
  job, self.job = self.job, nil
  return job
end

local function work(dispatcher, job)
  local self, thread = { semaphore = semaphore.new() }, running()
  ours[thread] = true
  while job do
    execute(dispatcher, job)
    job = next_job(dispatcher, self)
  end
  ours[thread] = nil -- nginx may use it again, for whatever comes
end

local function spawn_for_queue(dispatcher)
  local job = take_job()
  while job do
    dispatcher.busy = dispatcher.busy + 1
    ngx.thread.spawn(work, dispatcher, job)
    job = take_job()
  end
end

-- Until there was nothing to do for a while, or it has had its share and all of that is done.
local function dispatch(dispatcher)
  local rests, called
  repeat
    if not dispatcher.over then spawn_for_queue(dispatcher) end
    called = dispatcher.door:wait(LINGER_S)
    dispatcher.turn_ms = now_ms()
    rests = dispatcher.busy == 0 and (dispatcher.over or first > last)
  until rests and (dispatcher.over or not called or ngx.worker.exiting())
end

local function retire(dispatcher)
  dispatcher.over = true
  if current == dispatcher then current = nil end
  dispatcher.door:post(1)
  for _, thread in ipairs(dispatcher.idle) do
    if not thread.job then thread.semaphore:post(1) end
  end
end

local function begin()
  asked_ms = nil
  if current then return end
  local dispatcher = { door = semaphore.new(), idle = {}, busy = 0, jobs = 0, turn_ms = now_ms(), over = false }
  current = dispatcher
  local ok, err = pcall(dispatch, dispatcher)
  retire(dispatcher)
  if not ok then ngx.log(ngx.ERR, "obol: light threads cannot be made: ", err) end
end

-- Whether there is, or soon will be, a dispatcher: true, or nil and what nginx says.
local function start()
  if current then
    current.door:post(1)
    return true
  end
  if asked_ms and now_ms() - asked_ms < LOOK_S * 1000 then return true end
  local ok, err = ngx.timer.at(0, begin)
  if not ok then return nil, err end
  asked_ms = now_ms()
  return true
end

-- To a light thread that is idle.
local function hand_over(job)
  local dispatcher = current
  local idle = dispatcher and dispatcher.idle
  local thread = idle and idle[#idle]
  if not thread then return false end
  idle[#idle] = nil
  dispatcher.busy = dispatcher.busy + 1
  thread.job, job.handed_to = job, dispatcher
  thread.semaphore:post(1)
  return true
end

local function submit(job)
  if current and current.jobs >= JOBS_EACH then retire(current) end
  if current then current.jobs = current.jobs + 1 end
  if hand_over(job) then return true end
  local ok, err = start()
  if ok then enqueue(job) end
  return ok, err
end

local function fail(why)
  return errors.new { kind = "internal", outcome = "not_sent", retryable = true,
    message = "nginx gave no timer to work in: " .. tostring(why) }
end

-- Whether its timer was ended from within, as ngx.exit does. After a moment in which the worker did
-- nothing at all, whoever waits here may come first: then the timer has its turn.
local function is_dead(dispatcher, job)
  if not dispatcher or now_ms() - dispatcher.turn_ms < DEAD_MS then return false end
  job.semaphore:wait(3 * LINGER_S)
  if now_ms() - dispatcher.turn_ms < DEAD_MS then return false end
  retire(dispatcher)
  return true
end

-- What to tell who waits for a job that is not done: nothing while there is hope.
local function look_after(job, since_ms)
  if job.dispatcher then
    if not is_dead(job.dispatcher, job) or job.results then return nil end
    return errors.new { kind = "internal", outcome = "unknown",
      message = "what did the work was ended, as by ngx.exit" }
  end
  if job.handed_to and is_dead(job.handed_to, job) then
    job.handed_to = nil
    enqueue(job)
  end
  is_dead(current, job)
  local ok, err = start()
  if job.dispatcher or ok and now_ms() - since_ms <= BEGIN_MS then return nil end
  job.given_up = true
  return fail(err or "timers do not begin")
end

-- Waits until the job is done: true, or nil and an error when it cannot be any more.
local function await(job)
  local since_ms = now_ms()
  repeat
    if not job.semaphore:wait(LOOK_S) and not job.results then
      local err = look_after(job, since_ms)
      if err then return nil, err end
    end
  until job.results
  return true
end

--- Whether the caller already runs where it goes on by itself.
function M.is_ours() return ours[running()] == true and ngx.get_phase() == "timer" end

--- Runs fn(...) where it goes on by itself, and waits: what it answers, or nil and an error when it
-- could not begin. Errors that it raises are raised here, those without a place with that of the caller.
function M.run(fn, ...)
  local job = { fn = fn, arguments = pack(...), semaphore = bell.take() }
  local ok, err = submit(job)
  if not ok then return nil, fail(err) end
  ok, err = await(job)
  if not ok then return nil, err end
  bell.give(job.semaphore)
  local results = job.results
  if results[1] then return unpack(results, 2, results.n) end
  error(results[2], 2)
end

return M
