--- Waiting in nginx. A call leaves its light thread, and the worker serves others meanwhile.

local core = require "obol.core"
local detached = require "obol.wait.nginx.detached"
local errors = require "obol.error"
local place = require "obol.wait.nginx.place"
local reader = require "obol.wait.nginx.reader"

local M = {}

local ngx = rawget(_G, "ngx")
local pcall, select, unpack = pcall, select, unpack

--- Runs fn(...) so that it goes on whatever becomes of the request, and waits for what it answers. In a
-- place that cannot wait: nil and an error of kind `unsupported`, and fn is not called.
function M.detached(fn, ...)
  if detached.is_ours() then return fn(...) end
  local refusal = place.refusal()
  if refusal then return nil, refusal end
  return detached.run(fn, ...)
end

--- Why nothing can wait in this place: an error, or nil where it can.
M.refusal = place.refusal

-- Why no announcements are read, or nil where they are.
local function silence()
  local ok, why = reader.start()
  if ok then return nil end
  return errors.new { kind = "internal", outcome = "not_sent", retryable = true,
    message = "nginx gave no timer to wait with: " .. tostring(why) }
end

-- What stands against waiting here, or nil.
local function obstacle() return place.refusal() or silence() end

--- Sends and waits: reply, or nil and an error. `spent`: nobody uses the request any more.
function M.send(channel, request, options, options_of_call, spent)
  local refusal = obstacle()
  if refusal then return nil, refusal end
  local id, err = channel.submit(request, options, options_of_call, false, spent)
  if not id then return nil, err end
  return reader.await(id, channel.take)
end

local function go_on(work) return work:go_on() end

--- Sends and waits; the answer is taken up by `work`, see obol.wait.handing.
function M.hand(channel, request, options, options_of_call, work)
  local err, id = silence(), nil
  if not err then id, err = channel.submit(request, options, options_of_call, false, true) end
  local is_over
  if id then
    is_over = reader.hand(id, channel.take, work)
  else
    is_over = work:take_up(nil, err)
  end
  if is_over then return end
  local _, failure = M.detached(go_on, work)
  if failure then work:give_up() end
end

--- Runs a unit of work and waits: its results, or nil and an error.
function M.run(database, channel, unit)
  local refusal = obstacle()
  if refusal then return nil, refusal end
  local id, err = database:submit(unit, channel.channel)
  if not id then return nil, err end
  return reader.await(id, channel.take)
end

-- Asks again whenever something may have finished.
local function wait(channel, id, timeout_ms)
  local until_ms = timeout_ms and core.monotonic_ms() + timeout_ms
  while not channel.wait(id, 0) do
    local left_ms = until_ms and until_ms - core.monotonic_ms()
    if left_ms and left_ms <= 0 then return false end
    reader.watch(left_ms)
  end
  return true
end

--- Waits until the call `id` (nil: any of the channel) can be taken, for at most `timeout_ms`: whether
-- it can.
function M.wait(channel, id, timeout_ms)
  if channel.wait(id, 0) then return true end
  return M.detached(wait, channel, id, timeout_ms)
end

--- Waits so many milliseconds.
function M.sleep(ms)
  local refusal = place.refusal()
  if refusal then return nil, refusal end
  return ngx.sleep(ms / 1000)
end

local function pack(...) return { n = select("#", ...), ... } end

-- What a function gave, as a list; or nil and what it raised, unless that is an error object.
local function results_of(ok, ...)
  if ok then return pack(...) end
  if errors.is((...)) then return pack(nil, (...)) end
  return nil, (...)
end

-- A light thread begins with a function of Lua, and pcall is none.
local function protected(fn) return pcall(fn) end

-- What ngx.thread.wait answers of such a light thread.
local function ended(ok, ...)
  if ok then return results_of(...) end
  return nil, (...)
end

--- Runs the functions of the list at once, each in a light thread; one list `{ n =, ... }` of results
-- each. A function that raises an error object gives `{ n = 2, nil, err }`; any other error is raised
-- here after all have ended. In a place that cannot wait: nil and an error of kind `unsupported`.
function M.all(functions)
  local refusal = place.refusal()
  if refusal then return nil, refusal end
  local threads, results, failure = {}, {}, nil
  for index = 1, functions.n do threads[index] = ngx.thread.spawn(protected, functions[index]) end
  for index = 1, functions.n do
    local list, raised = ended(ngx.thread.wait(threads[index]))
    results[index] = list
    if not list and not failure then failure = { raised } end
  end
  if failure then error(failure[1], 0) end
  return unpack(results, 1, functions.n)
end

return M
