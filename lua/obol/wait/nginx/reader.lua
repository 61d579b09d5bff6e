--- Hears in nginx of finished work: one light thread of the worker reads the socket on which ids are
-- announced and wakes whoever waits for each. It begins with the first that waits and ends soon after
-- the last, so that an idle worker holds nothing that would keep it from ending.

local bell = require "obol.wait.nginx.bell"
local core = require "obol.core"

local M = {}

local ngx = rawget(_G, "ngx")
local semaphore = ngx and require "ngx.semaphore"
local now_ms = core.monotonic_ms
local select, pcall, unpack = select, pcall, unpack

-- How long it stays when nobody waits; how long a waiter sleeps before it looks for itself, should an
-- announcement have been lost; when to try again to connect; when a timer that did not begin is given
-- up.
local LINGER_S, LOOK_S, RETRY_S, BEGIN_MS = 0.1, 2, 0.1, 1000
local SOCKET_MS, QUIET_MS = 5000, 86400000 * 2 -- no call lasts longer than a day
-- Bytes of announcements until others have their turn: a thousand calls that end in the same moment must
-- not hold them up. nginx sleeps a millisecond at least, so a turn is the time in which the announcer answers a
-- question about a call that never was.
local AT_ONCE, TURN_S, QUESTION = 64, 0.001, "W9007199254740991\n"

-- Entries of `hand` whose work is done, used again.
local SPARE_MAX = 1024
local spare, spares = {}, 0

local waiting, count = {}, 0 -- id -> whoever waits for it, and how many wait
local watchers = {} -- semaphores of those who want to know of every announcement
local alive = false
local asked_ms -- when a timer was asked for that has not begun
local door, lingers -- what wakes it while nobody waits, and whether that is so

local function keep(entry, ...)
  local n = select("#", ...)
  if n == 0 then return false end -- it is still under way
  entry.results = { n = n, ... }
  return true
end

-- Has the answer taken up, here and now: who made the call may be gone.
local function take_up(work, ...) return work:take_up(...) end

-- Whether that is the end of it; not where there is more to do and somebody waits who will.
local function end_of(entry, ok, is_over)
  local work = entry.work
  if not ok then
    work.failure = is_over
  elseif not is_over and (entry.looks or entry.semaphore:count() < 0) then
    return false
  elseif not is_over then
    ok, is_over = pcall(work.give_up, work)
    if not ok then work.failure = is_over end
  end
  return true
end

local function hand_over(id, entry, ...)
  if select("#", ...) == 0 then return end -- it is still under way
  waiting[id], count = nil, count - 1
  entry.is_over = end_of(entry, pcall(take_up, entry.work, ...))
  entry.results = entry
  entry.semaphore:post(1)
end

-- Takes the result for whoever waits. Where he has gone meanwhile, it is gone with this.
local function deliver(id)
  local entry = waiting[id]
  if not entry then return end
  if entry.work then return hand_over(id, entry, entry.take(id, true, entry.work.room)) end
  if not keep(entry, entry.take(id)) then return end
  waiting[id], count = nil, count - 1
  entry.semaphore:post(1)
end

local function deliver_all()
  for id in pairs(waiting) do deliver(id) end
end

-- Answers whether somebody waits again.
local function linger()
  lingers = true
  while count == 0 and not ngx.worker.exiting() do
    if not door:wait(LINGER_S) then break end
  end
  lingers = false
  return count > 0
end

local function connect(word)
  local path, err = core.completion.path()
  if not path then return nil, err.message end
  local socket = ngx.socket.tcp()
  socket:settimeouts(SOCKET_MS, SOCKET_MS, QUIET_MS)
  local ok
  ok, err = socket:connect("unix:" .. path)
  if not ok then return nil, err end
  ok, err = socket:send(word)
  if ok then return socket end
  socket:close()
  return nil, err
end

-- Lets others have their turn. `turns` holds the connection for it, which is made when it is first needed.
local function pass(turns)
  local asked = turns.socket and turns.socket:send(QUESTION)
  if not turns.socket then
    turns.socket = connect(QUESTION)
    asked = turns.socket ~= nil
    if asked then turns.socket:settimeout(SOCKET_MS) end
  end
  if asked and turns.socket:receive "*l" then return end
  if turns.socket then turns.socket:close() end
  turns.socket = nil
  ngx.sleep(TURN_S)
end

-- Until nobody waits any more; an error when the connection is lost before.
local function read(socket, turns)
  local rest = ""
  while count > 0 or linger() do
    local bytes, err = socket:receiveany(AT_ONCE)
    if not bytes then return err end
    local from, is_full = 1, #bytes == AT_ONCE
    if rest ~= "" then bytes = rest .. bytes end
    local at = bytes:find("\n", 1, true)
    while at do
      deliver(tonumber(bytes:sub(from, at - 1)))
      from = at + 1
      at = bytes:find("\n", from, true)
    end
    rest = bytes:sub(from)
    for watcher in pairs(watchers) do watcher:post(1) end
    if is_full then pass(turns) end
  end
  return nil
end

local function run()
  while count > 0 do
    local turns, socket, err = {}, connect "A\n"
    if socket then
      err = read(socket, turns)
      socket:close()
    end
    if turns.socket then turns.socket:close() end
    if err then
      ngx.log(ngx.ERR, "obol: the announcements of finished calls cannot be read: ", err)
      deliver_all()
      if count > 0 then ngx.sleep(RETRY_S) end
    end
  end
end

local function begin()
  asked_ms = nil
  if alive then return end
  alive, door = true, semaphore.new()
  local ok, err = pcall(run)
  alive, lingers = false, false
  if not ok then ngx.log(ngx.ERR, "obol: the reader of finished calls failed: ", err) end
end

--- Sees to it that announcements are read: true, or nil and what nginx says. Also while the worker
-- ends, as nginx still takes timers without a delay then.
function M.start()
  if alive then
    if lingers then door:post(1) end
    return true
  end
  if asked_ms and now_ms() - asked_ms < BEGIN_MS then return true end
  local ok, err = ngx.timer.at(0, begin)
  if not ok then return nil, err end
  asked_ms = now_ms()
  return true
end

local function await(id, entry)
  waiting[id], count = entry, count + 1
  repeat
    if not entry.semaphore:wait(LOOK_S) and not entry.results then
      entry.looks = true
      deliver(id)
      entry.looks = nil
      if not entry.results then M.start() end
    end
  until entry.results
  bell.give(entry.semaphore)
end

--- Waits until the work `id` is finished; answers what `take(id)` gives then (nothing, while it is
-- under way). `start` has to come first, without leaving the coroutine in between.
function M.await(id, take)
  local entry = { take = take, semaphore = bell.take(), results = nil }
  await(id, entry)
  return unpack(entry.results, 1, entry.results.n)
end

--- The same, but what `take(id, true, work.room)` gives is taken up by `work:take_up(...)` as soon as it is there, also
-- when the request that waits here is gone. Answers whether that was the end of it; see obol.wait.handing.
function M.hand(id, take, work)
  local entry = spare[spares]
  if entry then
    spare[spares], spares = nil, spares - 1
  else
    entry = { take = nil, semaphore = nil, work = nil, results = nil, is_over = nil, looks = nil }
  end
  entry.take, entry.semaphore, entry.work = take, bell.take(), work
  await(id, entry)
  local is_over = entry.is_over
  entry.take, entry.semaphore, entry.work, entry.results = nil, nil, nil, nil
  if spares < SPARE_MAX then
    spares = spares + 1
    spare[spares] = entry
  end
  return is_over
end

--- Waits until something was announced, or for a while. The caller must be a light thread that is never
-- ended from outside.
function M.watch(most_ms)
  local watcher = semaphore.new()
  watchers[watcher], count = true, count + 1
  M.start()
  watcher:wait(most_ms and math.min(most_ms / 1000, LOOK_S) or LOOK_S)
  watchers[watcher], count = nil, count - 1
end

return M
