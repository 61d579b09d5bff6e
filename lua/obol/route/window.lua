--- Windows of time, for schedules of rules and maintenance of accounts. A window lies between two moments
-- (`from = "2026-03-01T22:00Z", to = "2026-03-02T04:00+08:00"`) or comes back each day or on some days of the
-- week (`from = "22:00", to = "02:00", days = { "fri", "sat" }, zone = "+08:00"`; the days are those on which
-- it begins, the zone is UTC unless given).

local nearest = require "obol.nearest"
local plain = require "obol.route.plain"

local M = {}

local MINUTE, DAY = 60000, 86400000
local DAYS = { thu = 0, fri = 1, sat = 2, sun = 3, mon = 4, tue = 5, wed = 6 } -- 1970 began on a Thursday
local known = { from = true, to = true, days = true, zone = true }

local function zone_ms(text)
  if text == "Z" then return 0 end
  local sign, hours, minutes = text:match "^([+-])(%d%d):(%d%d)$"
  if not sign or tonumber(hours) > 14 or tonumber(minutes) > 59 then return nil end
  return (sign == "-" and -1 or 1) * (tonumber(hours) * 60 + tonumber(minutes)) * MINUTE
end

-- Days since 1970 of a date of the Gregorian calendar; nil for one that there is not.
local function days_of(year, month, day)
  local lengths = { 31, year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) and 29 or 28, 31, 30, 31, 30, 31, 31,
    30, 31, 30, 31 }
  if year < 1970 or month < 1 or month > 12 or day < 1 or day > lengths[month] then return nil end
  local before = year - 1
  local days = before * 365 + math.floor(before / 4) - math.floor(before / 100) + math.floor(before / 400) - 719162
  for earlier = 1, month - 1 do days = days + lengths[earlier] end
  return days + day - 1
end

--- Milliseconds since 1970 of `2026-03-01T22:00Z` (also with seconds, and with `+08:00`); nil for anything else.
function M.moment(text)
  if type(text) ~= "string" then return nil end
  local year, month, day, hour, minute, rest = text:match "^(%d%d%d%d)-(%d%d)-(%d%d)T(%d%d):(%d%d)(.*)$"
  if not year then return nil end
  local second, zone = rest:match "^:(%d%d)(.+)$"
  local ahead = zone_ms(zone or rest)
  local days = days_of(tonumber(year), tonumber(month), tonumber(day))
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second or 0)
  if not ahead or not days or hour > 23 or minute > 59 or second > 59 then return nil end
  return days * DAY + (hour * 60 + minute) * MINUTE + second * 1000 - ahead
end

-- Milliseconds of "22:00"; "24:00" is the end of the day.
local function time_of_day(text)
  if type(text) ~= "string" then return nil end
  local hour, minute = text:match "^(%d%d):(%d%d)$"
  hour, minute = tonumber(hour), tonumber(minute)
  if not hour or hour > 24 or minute > 59 or (hour == 24 and minute > 0) then return nil end
  return (hour * 60 + minute) * MINUTE
end

local function days_set(list)
  if list == nil then return nil end
  local set, problem = {}, nil
  if type(list) ~= "table" then list = { list } end
  plain.check(list, "expected a list of days", function(_, message) problem = message end)
  if problem then return nil, problem end
  for _, name in ipairs(list) do
    if not DAYS[name] then
      return nil, "expected days from `mon` to `sun`" .. nearest.hint(name, DAYS)
    end
    set[DAYS[name]] = true
  end
  if next(set) == nil then return nil, "expected one day at least" end
  return set
end

local function between(one)
  local from, to = M.moment(one.from), M.moment(one.to)
  if (one.from ~= nil and not from) or (one.to ~= nil and not to) then
    return nil, "expected moments such as `2026-03-01T22:00Z`, or times of the day such as `22:00`"
  end
  if one.days ~= nil or one.zone ~= nil then return nil, "expected `days` and `zone` with times of the day alone" end
  if from and to and from >= to then return nil, "expected a `to` that is after `from`" end
  return function(now) return (not from or now >= from) and (not to or now < to) end
end

local function daily(one)
  local from, to = time_of_day(one.from or "00:00"), time_of_day(one.to or "24:00")
  if not from or not to or from == to then
    return nil, "expected two times of the day, such as `22:00` and `02:00`, that differ"
  end
  local ahead = zone_ms(one.zone == nil and "Z" or tostring(one.zone))
  if not ahead then return nil, "expected a zone such as `+08:00`" end
  local days, problem = days_set(one.days)
  if problem then return nil, problem end
  return function(now)
    local day, time = math.floor((now + ahead) / DAY), (now + ahead) % DAY
    local today = not days or days[day % 7] or false
    if from < to then return today and time >= from and time < to end
    -- over midnight: the evening is of this day, the small hours are of the day before
    if time >= from then return today end
    return time < to and (not days or days[(day - 1) % 7] or false)
  end
end

local function compile(one)
  if type(one) ~= "table" then return nil, "expected a table with `from` and `to`" end
  for key in pairs(one) do
    if not known[key] then return nil, "expected `from`, `to`, `days` or `zone`" .. nearest.hint(key, known) end
  end
  if next(one) == nil then return nil, "expected a table with `from` and `to`" end
  local absolute = (type(one.from) == "string" and one.from:find "T") or (type(one.to) == "string" and one.to:find "T")
  if absolute then return between(one) end
  return daily(one)
end

--- Whether a moment lies in one of the windows of `list` (or in the one that it is): a function; nil without any.
-- What is wrong goes to `add(keys, message)`.
function M.compile(list, add)
  if list == nil then return nil end
  local single = type(list) ~= "table" or list[1] == nil
  local tests = {}
  if not single then plain.check(list, "expected a list of windows, or one window", add) end
  for place, one in ipairs(single and { list } or list) do
    local test, problem = compile(one)
    if test then tests[#tests + 1] = test else add(single and {} or { place }, problem) end
  end
  return function(now)
    for _, test in ipairs(tests) do
      if test(now) then return true end
    end
    return false
  end
end

return M
