--- `Number(12,3)`: amounts as integers of thousandths.

local json = require "obol.sandbox.json"
local money = require "obol.sandbox.money"

local M = {}

--- The digits of a JSON value that is a string or a number, as they were written; nil for another.
function M.literal(value)
  local kind = json.kind(value)
  if kind == "string" then return value end
  if kind == "integer" then return string.format("%d", value) end
  return kind == "number" and value.text or nil
end

--- Thousandths of an amount's text: 1 to 9 digits, at most 3 places; nil for anything else.
function M.read(text)
  local whole, rest = text:match("^(%d+)(.*)$")
  if not whole or #whole > 9 or whole:find("^0.") then return nil end
  local places = rest == "" and "" or rest:match("^%.(%d%d?%d?)$")
  if not places then return nil end
  return tonumber(whole) * 1000 + tonumber((places .. "000"):sub(1, 3))
end

--- Thousandths as text: two places, the third where it is not zero.
function M.write(thousandths)
  local places = thousandths % 1000
  local whole = string.format("%d", (thousandths - places) / 1000)
  if places % 10 ~= 0 then return whole .. string.format(".%03d", places) end
  return whole .. string.format(".%02d", places / 10)
end

-- How many thousandths a minor unit is.
local function unit(currency) return 10 ^ (3 - money.iso_places(currency:lower())) end

--- Whether a currency (three capitals) is known.
function M.is_currency(code) return code:find("^%u%u%u$") ~= nil and money.iso_places(code:lower()) ~= nil end

--- Minor units of thousandths; a fraction where the currency has fewer places.
function M.minor(thousandths, currency)
  local step = unit(currency)
  return thousandths % step == 0 and math.floor(thousandths / step) or thousandths / step
end

--- Thousandths of minor units.
function M.thousandths(minor, currency) return math.floor(minor * unit(currency) + 0.5) end

--- An amount for people, as `9.99 USD`.
function M.shown(thousandths, currency)
  return money.shown(M.minor(thousandths, currency), currency:lower(), money.iso_places(currency:lower()))
end

return M
