--- Spans of time as rules write them: `30s`, `10m`, `24h`, `7d`.

local UNITS = { s = 1000, m = 60000, h = 3600000, d = 86400000 }

--- Milliseconds of such a text, a year at most; nil for anything else.
return function(text)
  if type(text) ~= "string" then return nil end
  local number, unit = text:match "^(%d%d?%d?%d?%d?%d?)([smhd])$"
  local ms = number and tonumber(number) * UNITS[unit]
  return ms and ms > 0 and ms <= 366 * UNITS.d and ms or nil
end
