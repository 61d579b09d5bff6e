--- Amounts of MinCloud: yuan outside, integers of fen (1/100 yuan) inside. All by digits, as no binary
-- fraction is 0.1.

local json = require "obol.sandbox.json"

local M = {}

-- Beyond this an integer is not exact in a double.
local MAX_DIGITS, MAX_EXPONENT = 15, 400

local function text_of(value)
  local kind = json.kind(value)
  if kind == "integer" then return string.format("%d", value) end
  return kind == "number" and value.text or nil
end

-- The digits before the last place that is kept, and whether the first one left off rounds up.
local function cut(digits, count)
  if count < 0 then return "0", false end
  local kept = digits:sub(1, count) .. ("0"):rep(count - #digits)
  local dropped = digits:sub(count + 1, count + 1)
  return kept == "" and "0" or kept, dropped ~= "" and dropped >= "5"
end

--- The fen of a JSON number of yuan (as `json.read` gave it), rounded to the nearest: clients with short
-- floats send 0.009999999776482582 for 0.01. nil where it is no number, below zero, or beyond 15 digits.
function M.fen(value)
  local source = text_of(value)
  if not source then return nil end
  local whole, rest = source:match("^(%d+)(.*)$")
  if not whole then return nil end
  local fraction, exponent = rest:match("^%.(%d+)(.*)$")
  exponent = tonumber((exponent or rest):match("^[eE]([+-]?%d+)$") or "0")
  if math.abs(exponent) > MAX_EXPONENT then return exponent < 0 and 0 or nil end
  local kept, up = cut(whole .. (fraction or ""), #whole + exponent + 2)
  kept = kept:gsub("^0+(%d)", "%1")
  if #kept > MAX_DIGITS then return nil end
  return tonumber(kept) + (up and 1 or 0)
end

--- Yuan with two places: `398.00`.
function M.yuan(fen)
  return string.format("%d.%02d", math.floor(fen / 100), fen % 100)
end

--- The shortest yuan, as JavaScript writes it: `0.1`, `398`, `10.01`.
function M.shortest(fen)
  return (M.yuan(fen):gsub("0$", ""):gsub("%.0$", ""))
end

return M
