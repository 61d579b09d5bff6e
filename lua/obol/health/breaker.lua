--- The breaker of an account's operation, in a store that many workers change at once.
--
-- Closed: calls are counted. It opens after `failures` in a row, or when of `least` calls or more in the window the
-- part `rate` failed. Open: nobody should call before its pause is over, which lasts as long as the provider asked for
-- (`Retry-After`), where that is more; `longest_ms` at most. Then it is half open: a few calls probe, each with a place
-- that it holds by a lease, so that one that never comes back frees it. After `probes` that worked it closes; after one
-- that failed it is open again, for twice as long as before, `longest_ms` at most.
--
-- There are no timers: open and half open are one entry, the moment at which its pause is over. Where the store was
-- emptied the breaker is closed.

local M = {}

local HOUR_S = 3600

--- The names of one account and operation, all of which begin with `prefix`.
function M.names(prefix)
  return { state = prefix .. "state", row = prefix .. "row", proven = prefix .. "proven", all = prefix .. "all/",
    bad = prefix .. "bad/", place = prefix .. "place/", place_now = nil, all_now = nil }
end

--- Its state: `closed`; `open` or `half_open` with the moment from which it is probed and the pause before.
function M.state(store, names, settings, now)
  local text = store:get(names.state)
  if not text then return "closed" end
  local from, pause = text:match "^(%d+) (%d+)$"
  from, pause = tonumber(from), tonumber(pause)
  -- further away than any pause: the clock was put back; what began before now is a probe too
  if from - now > settings.longest_ms then from = now - settings.longest_ms end
  return now < from and "open" or "half_open", from, pause
end

local function pause_of(settings, ms, asked_ms) return math.min(math.max(ms, asked_ms or 0), settings.longest_ms) end

-- The moment rounded, and the entry that lives until nobody asked for an hour.
local function put(store, names, how, now, pause)
  local from = math.ceil(now + pause)
  return store[how](store, names.state, ("%.0f %.0f"):format(from, pause), pause / 1000 + HOUR_S), from
end

local function forget(store, names, place)
  store:delete(names.row)
  store:delete(names.proven)
  for one = place - 1, place do
    store:delete(names.all .. one)
    store:delete(names.bad .. one)
  end
end

-- Whether the part `rate` of the calls in the window that ends now failed. Of the window before counts as much
-- as of it still reaches into that.
local function is_over_rate(store, names, settings, now, place)
  local part = place + 1 - now / settings.window_ms
  local function sum(name)
    return (store:get(name .. place) or 0) + (store:get(name .. place - 1) or 0) * part
  end
  local all = sum(names.all)
  return all >= settings.least and sum(names.bad) >= settings.rate * all
end

-- A call of a closed breaker: `open` and from when it is probed, where this one opened it.
local function count(store, sums, names, settings, is_good, now, asked_ms)
  local place, lasts = math.floor(now / settings.window_ms), 2 * settings.window_ms / 1000
  -- the name is made once for each window, because calls are many
  if names.place_now ~= place then names.place_now, names.all_now = place, names.all .. place end
  sums:incr(names.all_now, 1, 0, lasts)
  if is_good then
    if store:get(names.row) then store:delete(names.row) end
    return nil
  end
  if sums.flush then sums:flush() end
  store:incr(names.bad .. place, 1, 0, lasts)
  local row = store:incr(names.row, 1, 0, HOUR_S) or 1
  if row < settings.failures and not is_over_rate(store, names, settings, now, place) then return nil end
  local added, from = put(store, names, "add", now, pause_of(settings, settings.pause_ms, asked_ms))
  if added then return "open", from end
  return nil
end

--- Counts a call that began at `began` and has ended now; `asked_ms` is how long the provider asks to be left alone
-- (nil: it does not). Answers the new state where this call changed it, and of `open` the moment from which it is
-- probed. `sums` is the store, or an obol.gather over it: what only adds up may come a moment later, so that of calls
-- that work a failure in the same moment may know some less.
function M.record(store, sums, names, settings, is_good, began, now, asked_ms)
  local state, from, pause = M.state(store, names, settings, now)
  if state == "closed" then return count(store, sums, names, settings, is_good, now, asked_ms) end
  -- what began before says nothing of how it is now
  if state == "open" or began < from then return nil end
  if is_good then
    if (store:incr(names.proven, 1, 0, HOUR_S) or 1) < settings.probes then return nil end
    forget(store, names, math.floor(now / settings.window_ms))
    store:delete(names.state)
    return "closed"
  end
  store:delete(names.proven)
  return "open", select(2, put(store, names, "set", now, pause_of(settings, pause * 2, asked_ms)))
end

--- Whether one more probe would get a place.
function M.has_place(store, names, settings)
  for one = 1, settings.probes do
    if not store:get(names.place .. one) then return true end
  end
  return false
end

--- Takes a place of a half-open breaker for so many ms: what `leave` gives back; false where none is free.
function M.enter(store, names, settings, token, lease_ms)
  for one = 1, settings.probes do
    local name = names.place .. one
    local added, why = store:add(name, token, lease_ms / 1000)
    if added then return { name = name, token = token } end
    -- a store without room for it holds no probe back
    if why ~= "exists" then return {} end
  end
  return false
end

--- Gives a place back, unless its lease is over and somebody else has it.
function M.leave(store, place)
  if place.name and store:get(place.name) == place.token then store:delete(place.name) end
end

return M
