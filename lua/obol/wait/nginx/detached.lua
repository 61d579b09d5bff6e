--- Work that goes on whatever becomes of the request that asked for it: when a client goes away, nginx
-- ends its light threads wherever they wait, but a payment that was sent has to be recorded. So a
-- request only waits, and a timer of the worker does the work in light threads of its own.
--
-- A light thread that has ended its job waits for another: nginx gives back what it holds of one only
-- when the whole timer ends. For the same reason a timer takes a limited number of jobs, then the next
-- timer begins. An idle worker has none.

local core = require "obol.core"
local errors = require "obol.error"

local M = {}

local ngx = rawget(_G, "ngx")
local semaphore = ngx and require "ngx.semaphore"
local now_ms = core.monotonic_ms
local running, select, unpack, pcall = coroutine.running, select, unpack, pcall

-- How long a timer stays without work; how often a request looks whether its job was begun, and for
-- how long; how long a light thread sleeps at most.
local LINGER_S, LOOK_S, BEGIN_MS, IDLE_S = 0.1, 1, 5000, 3600
local JOBS_EACH = 20000

local queue, first, last = {}, 1, 0 -- jobs for which no light thread was idle
local current -- the dispatcher that takes jobs: { door =, idle =, busy =, jobs =, over = }
local asked_ms -- when a timer was asked for that has not begun
local ours = setmetatable({}, { __mode = "k" }) -- light threads of a dispatcher

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

local function execute(job)
  job.begun = true
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
  local self = { semaphore = semaphore.new() }
  ours[running()] = true
  while job do
    execute(job)
    job = next_job(dispatcher, self)
  end
end

local function spawn_for_queue(dispatcher)
  local job = take_job()
  while job do
    dispatcher.busy = dispatcher.busy + 1
    ngx.thread.spawn(work, dispatcher, job)
    job = take_job()
  end
end

-- Until there was nothing to do for a while, or it has had its share.
local function dispatch(dispatcher)
  repeat
    spawn_for_queue(dispatcher)
    local called = dispatcher.door:wait(LINGER_S)
    local rests = dispatcher.busy == 0 and first > last
  until dispatcher.over or rests and not called or rests and ngx.worker.exiting()
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
  local dispatcher = { door = semaphore.new(), idle = {}, busy = 0, jobs = 0, over = false }
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
  thread.job = job
  thread.semaphore:post(1)
  return true
end

local function submit(job)
  if current and current.jobs >= JOBS_EACH then retire(current) end
  if current then current.jobs = current.jobs + 1 end
  if hand_over(job) then return true end
  local ok, err = start()
  if not ok then return nil, err end
  last = last + 1
  queue[last] = job
  return true
end

local function fail(why)
  return errors.new { kind = "internal", outcome = "not_sent", retryable = true,
    message = "nginx gave no timer to work in: " .. tostring(why) }
end

-- Waits until the job is done: true, or nil and an error when it was never begun.
local function await(job)
  local since_ms = now_ms()
  repeat
    if not job.semaphore:wait(LOOK_S) and not job.begun then
      local ok, err = start()
      if not ok or now_ms() - since_ms > BEGIN_MS then
        job.given_up = true
        return nil, fail(err or "timers do not begin")
      end
    end
  until job.results
  return true
end

--- Whether the caller already runs where it goes on by itself.
function M.is_ours() return ours[running()] == true end

--- Runs fn(...) where it goes on by itself, and waits: what it answers, or nil and an error when it
-- could not begin. Errors that it raises are raised here, those without a place with that of the caller.
function M.run(fn, ...)
  local job = { fn = fn, arguments = pack(...), semaphore = semaphore.new() }
  local ok, err = submit(job)
  if not ok then return nil, fail(err) end
  ok, err = await(job)
  if not ok then return nil, err end
  local results = job.results
  if results[1] then return unpack(results, 2, results.n) end
  error(results[2], 2)
end

return M
