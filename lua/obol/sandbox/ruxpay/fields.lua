--- What requests hold, as rows `{ name, kind, limit, need, rows }`, and the reader of them. Which fields
-- are needed is data: brands of this platform differ in it.

local amount = require "obol.sandbox.ruxpay.amount"
local json = require "obol.sandbox.json"
local text = require "obol.sandbox.text"
local webhooks = require "obol.sandbox.webhooks"

local M = {}

local CYCLES = { DAY = "day", WEEK = "week", MONTH = "month", THREE_MONTHS = "three months", SIX_MONTHS = "six months",
  YEAR = "year" }

local function string_of(pattern, words)
  return function(value)
    if json.kind(value) ~= "string" or not value:find(pattern) then return nil, words end
    return value
  end
end

local function integer(value, row)
  if json.kind(value) ~= "integer" or value < 1 or value > row[3] then
    return nil, string.format("expected an integer from 1 to %d", row[3])
  end
  return value
end

local function decimal(value, least)
  local digits = amount.literal(value)
  local thousandths = digits and amount.read(digits)
  if not thousandths or thousandths < least then return nil, "expected Number(12,3)" end
  return thousandths
end

-- Each gives the value to keep, or nil and what was expected.
local kinds = {
  text = function(value, row)
    if json.kind(value) ~= "string" or text.utf8_length(value) > row[3] then
      return nil, string.format("expected a string of at most %d characters", row[3])
    end
    return value
  end,
  -- Texts of a browser are as long as they are.
  loose = string_of("", "expected a string"),
  boolean = function(value)
    if type(value) ~= "boolean" then return nil, "expected a boolean" end
    return value
  end,
  integer = integer,
  amount = function(value) return decimal(value, 1) end,
  price = function(value) return decimal(value, 0) end,
  id = function(value, row)
    local digits = amount.literal(value)
    if not digits or not digits:find("^%d+$") or #digits > row[3] then
      return nil, string.format("expected at most %d digits", row[3])
    end
    return digits
  end,
  currency = function(value)
    if json.kind(value) ~= "string" or not amount.is_currency(value) then return nil, "expected a currency's code" end
    return value
  end,
  country = string_of("^%u%u$", "expected two capital letters"),
  two_digits = string_of("^%d%d$", "expected two digits"),
  month = function(value)
    local month = json.kind(value) == "string" and value:find("^%d%d$") and tonumber(value)
    if not month or month < 1 or month > 12 then return nil, "expected 01 to 12" end
    return value
  end,
  pan = function(value, row)
    if json.kind(value) ~= "string" or not value:find("^%d+$") or #value < 12 or #value > row[3] then
      return nil, "expected 12 to 20 digits"
    end
    return value
  end,
  cvv = function(value)
    if not M.is_cvv(value) then return nil, "expected 3 or 4 digits, not 000" end
    return value
  end,
  page = function(value, row)
    if json.kind(value) ~= "string" or #value > row[3] or not text.is_redirect_url(value) then
      return nil, string.format("expected an address of at most %d characters", row[3])
    end
    return value
  end,
  server = function(value, row)
    if json.kind(value) ~= "string" or #value > row[3] or webhooks.problem(value) or not value:find("^https?://") then
      return nil, string.format("expected a server's address of at most %d characters", row[3])
    end
    return value
  end,
  cycle = function(value)
    if json.kind(value) ~= "string" or not CYCLES[value] then
      return nil, "expected DAY, WEEK, MONTH, THREE_MONTHS, SIX_MONTHS or YEAR"
    end
    return value
  end,
  trade = function(value)
    if value ~= "Sale" and value ~= "Authorization" then return nil, "expected Sale or Authorization" end
    return value
  end,
}

--- Whether a text can be a CVV: 3 or 4 digits whose last three are not 000.
function M.is_cvv(value)
  return json.kind(value) == "string" and value:find("^%d%d%d%d?$") ~= nil and value:sub(-3) ~= "000"
end

--- A cycle for people.
function M.cycle(name) return CYCLES[name] end

local read

local function read_list(app, value, row, path, key)
  if json.kind(value) ~= "array" or #value == 0 then return nil, path .. ": expected at least one item" end
  local out = {}
  for i, item in ipairs(value) do
    local at = string.format("%s[%d]", path, i)
    if json.kind(item) ~= "object" then return nil, at .. ": expected an object" end
    local problem
    out[i], problem = read(app, item, row[5], at .. ".", key .. ".")
    if problem then return nil, problem end
  end
  return out
end

local function read_value(app, value, row, path, key)
  if row[2] == "list" then return read_list(app, value, row, path, key) end
  if row[2] == "object" then
    if json.kind(value) ~= "object" then return nil, path .. ": expected an object" end
    return read(app, value, row[5], path .. ".", key .. ".")
  end
  local kept, what = kinds[row[2]](value, row)
  if kept == nil then return nil, path .. ": " .. what end
  return kept
end

-- `path` says where for people, `key` the same without places in a list.
function read(app, body, rows, path, key)
  local out = {}
  for _, row in ipairs(rows) do
    local name = row[1]
    local value, needed = body[name], app.required[key .. name]
    if needed == nil then needed = row[4] == true or row[4] == "strict" and app.options.strict_shipping == true end
    if value == nil or value == json.null or value == "" then
      if needed then return nil, path .. name .. ": missing" end
    else
      local kept, problem = read_value(app, value, row, path .. name, key .. name)
      if kept == nil then return nil, problem end
      out[name] = kept
    end
  end
  return out
end

--- Reads a request's body by rows: a table of what they name, or nil and a message that names the field
-- and never its value.
function M.read(app, body, rows)
  local out, problem = read(app, body, rows, "", "")
  return out, problem
end

return M
