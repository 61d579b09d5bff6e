--- Dollars as JSON numbers: read from their text into exact cents, and written from them.

local json = require "obol.sandbox.json"

local M = {}

local WHOLE_DIGITS, SHIFT = 9, 20

--- The cents of a number that `json.read` gave; nil where it is none above 0 with at most two decimals
-- and nine digits before them.
function M.read(value)
  local kind = json.kind(value)
  if kind ~= "integer" and kind ~= "number" then return nil end
  local literal = kind == "number" and value.text or string.format("%d", value)
  local whole, fraction, power = literal:match("^(%d+)%.?(%d*)[eE]?([+-]?%d*)$")
  power = whole and (power == "" and 0 or tonumber(power))
  if not power or math.abs(power) > SHIFT then return nil end
  local digits, point = whole .. fraction, #whole + power
  if point < 0 then digits, point = ("0"):rep(-point) .. digits, 0 end
  digits = digits .. ("0"):rep(point + 2 - #digits)
  local head, rest = digits:sub(1, point):gsub("^0+", ""), digits:sub(point + 3)
  if #head > WHOLE_DIGITS or rest:find("[^0]") then return nil end
  local cents = tonumber(head .. digits:sub(point + 1, point + 2))
  return cents > 0 and cents or nil
end

--- How an amount may be written: `plain` as 373, 3.4, 3.44; `decimal` as 373.0, 3.4, 3.44, as Java's
-- doubles are printed; `exponent` as 3.73E2.
M.styles = {
  plain = function(whole, fraction) return fraction == "" and whole or whole .. "." .. fraction end,
  decimal = function(whole, fraction) return whole .. "." .. (fraction == "" and "0" or fraction) end,
  exponent = function(whole, fraction)
    local first, rest = whole:sub(1, 1), whole:sub(2) .. fraction
    return string.format("%s.%sE%d", first, rest == "" and "0" or rest, #whole - 1)
  end,
}

--- Cents as a JSON number (of json.lua) in a style, `plain` if not given.
function M.number(cents, style)
  local whole = string.format("%d", math.floor(cents / 100))
  local fraction = string.format("%02d", cents % 100):gsub("0+$", "")
  return json.number(M.styles[style or "plain"](whole, fraction))
end

return M
