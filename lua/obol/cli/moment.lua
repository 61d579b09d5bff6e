--- Moments as people write them.

local core = require "obol.core"

local M = {}

local units = { s = 1000, m = 60000, h = 3600000, d = 86400000, w = 604800000 }

-- Days since 1970 of a day of the calendar.
local function days(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  local era = math.floor(year / 400)
  local of_era = year - era * 400
  local of_year = math.floor((153 * (month - 3) + 2) / 5) + day - 1
  return era * 146097 + of_era * 365 + math.floor(of_era / 4) - math.floor(of_era / 100) + of_year - 719468
end

local function days_of(year, month)
  return (month == 12 and days(year + 1, 1, 1) or days(year, month + 1, 1)) - days(year, month, 1)
end

local function of_calendar(text)
  local year, month, day, rest = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$"
  if not year then return nil end
  local hour, minute, second = rest:match "^[T ](%d%d):(%d%d):?(%d*)Z?$"
  if rest ~= "" and not hour then return nil end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  hour, minute, second = tonumber(hour or 0), tonumber(minute or 0), tonumber(second ~= "" and second or 0)
  if month < 1 or month > 12 or day < 1 or day > days_of(year, month) then return nil end
  if hour > 23 or minute > 59 or second > 59 then return nil end
  return ((days(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000
end

--- A length of time such as `90s`, `5m`, `24h`, `7d` in milliseconds, or nil and what was expected.
function M.length(text)
  local number, unit = text:match "^(%d+)([smhdw])$"
  if number and #number <= 9 then return tonumber(number) * units[unit] end
  return nil, "expected a length of time, such as 90s, 30m, 24h or 7d"
end

--- A moment in ms since 1970: a day or a time of UTC, a length of time before now, or milliseconds.
function M.parse(text)
  local length = M.length(text)
  if length then return core.clock_ms() - length end
  local number = text:match "^%d+$" and #text <= 15 and #text >= 12 and tonumber(text)
  local moment = number or of_calendar(text)
  if moment then return moment end
  return nil, "expected a day or time of UTC, such as 2026-01-31 or 2026-01-31T14:00, or a length before now, as 24h"
end

--- A moment as text.
function M.text(ms)
  if not ms then return "" end
  return os.date("!%Y-%m-%d %H:%M:%S", math.floor(ms / 1000))
end

return M
