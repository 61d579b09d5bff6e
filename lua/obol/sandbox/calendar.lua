--- Calendar arithmetic in UTC on milliseconds since 1970: periods of days, weeks, months and years.

local M = {}

local floor = math.floor
local DAY = 86400000
local letters = { day = "D", week = "W", month = "M", year = "Y" }

M.DAY = DAY

-- Days since 1970 of a date, and back (proleptic Gregorian calendar, years from March).
local function days_of(year, month, day)
  if month <= 2 then year = year - 1 end
  local era = floor(year / 400)
  local of_era = year - era * 400
  local of_year = floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return era * 146097 + of_era * 365 + floor(of_era / 4) - floor(of_era / 100) + of_year - 719468
end

local function date_of(days)
  local shifted = days + 719468
  local era = floor(shifted / 146097)
  local rest = shifted - era * 146097
  local year = floor((rest - floor(rest / 1460) + floor(rest / 36524) - floor(rest / 146096)) / 365)
  local of_year = rest - (365 * year + floor(year / 4) - floor(year / 100))
  local shifted_month = floor((5 * of_year + 2) / 153)
  local month = shifted_month < 10 and shifted_month + 3 or shifted_month - 9
  return year + era * 400 + (month <= 2 and 1 or 0), month, of_year - floor((153 * shifted_month + 2) / 5) + 1
end

local function add_months(ms, months)
  local days = floor(ms / DAY)
  local year, month, day = date_of(days)
  local index = year * 12 + month - 1 + months
  local to_year, to_month = floor(index / 12), index % 12 + 1
  local next_index = index + 1
  local last = days_of(floor(next_index / 12), next_index % 12 + 1, 1) - days_of(to_year, to_month, 1)
  return days_of(to_year, to_month, math.min(day, last)) * DAY + (ms - days * DAY)
end

--- The time `times` periods of `count` `unit`s (`day week month year`) after `ms`. Counting from one
-- anchor keeps the 31st: a month after 31 January is the end of February, two are 31 March.
function M.add(ms, unit, count, times)
  local n = count * times
  if unit == "day" then return ms + n * DAY end
  if unit == "week" then return ms + n * 7 * DAY end
  return add_months(ms, unit == "month" and n or 12 * n)
end

--- The ISO 8601 duration of `count` `unit`s, as `P1M`.
function M.duration(unit, count)
  return string.format("P%d%s", count, letters[unit])
end

--- A date and time as `2026-11-21 09:30:07`.
function M.timestamp(ms)
  local days = floor(ms / DAY)
  local year, month, day = date_of(days)
  local seconds = floor((ms - days * DAY) / 1000)
  return string.format("%04d-%02d-%02d %02d:%02d:%02d", year, month, day, floor(seconds / 3600),
    floor(seconds / 60) % 60, seconds % 60)
end

--- The time of such a text, or of its date alone; nil where there is no such time. Also whether it is
-- a date alone.
function M.read(text)
  local year, month, day, rest = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$")
  if not year then return nil end
  local hour, minute, second = rest:match("^ (%d%d):(%d%d):(%d%d)$")
  if rest ~= "" and not hour then return nil end
  local ms = days_of(tonumber(year), tonumber(month), tonumber(day)) * DAY
    + (tonumber(hour or 0) * 3600 + tonumber(minute or 0) * 60 + tonumber(second or 0)) * 1000
  -- What is not written back the same is no time, as 30 February.
  if M.timestamp(ms) ~= text .. (hour and "" or " 00:00:00") then return nil end
  return ms, not hour
end

--- A date for people, `2026-11-21 09:30 UTC`.
function M.date(ms)
  local days = floor(ms / DAY)
  local year, month, day = date_of(days)
  local minutes = floor((ms - days * DAY) / 60000)
  return string.format("%04d-%02d-%02d %02d:%02d UTC", year, month, day, floor(minutes / 60), minutes % 60)
end

return M
