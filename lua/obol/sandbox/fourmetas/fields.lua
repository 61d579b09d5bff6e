--- Checks of request bodies. Each refusal is a message that names the field.

local amount = require "obol.sandbox.fourmetas.amount"
local json = require "obol.sandbox.json"
local text = require "obol.sandbox.text"
local webhooks = require "obol.sandbox.webhooks"

local M = {}

local INT32, INT64 = "2147483647", "9223372036854775807"

-- Integers stay text: half of them are beyond 2^53.
local function integer(most)
  return function(value)
    local kind = json.kind(value)
    if kind ~= "integer" and kind ~= "number" then return nil end
    local digits = kind == "number" and value.text or string.format("%d", value)
    if not digits:find("^[1-9]%d*$") or #digits > #most then return nil end
    return (#digits < #most or digits <= most) and digits or nil
  end
end

-- Limits are the caller's own choice, so only a strict simulator holds it to them.
local function words(most, fits)
  return function(value, strict)
    if json.kind(value) ~= "string" then return nil end
    if strict and text.utf8_length(value) > most then return nil end
    return (value == "" or not fits or fits(value)) and value or nil
  end
end

local function extra(value, strict)
  return json.kind(value) == "string" and not (strict and #value > 1024) and value or nil
end

local kinds = {
  int64 = { integer(INT64), "an integer of 64 bits above 0" },
  int32 = { integer(INT32), "an integer of 32 bits above 0" },
  amount = { amount.read, "a number above 0 with at most 2 decimals and 9 digits before them" },
  notify = { words(512, function(url) return not webhooks.problem(url) end), "an absolute address" },
  page = { words(512, text.is_redirect_url), "an address for a browser or an app" },
  extra = { extra, "a string" },
}

--- What creation takes: the name, the kind, whether it is required, and the name in the other spelling.
M.create = {
  { "thirdId", "int64", true }, { "goodId", "int32", true }, { "gameId", "int32", true },
  { "rechargeAmount", "amount", true }, { "notify_url", "notify", false, "notifyUrl" },
  { "page_url", "page", false, "pageUrl" }, { "extra", "extra" },
}

--- What the query takes.
M.query = { { "id", "int64", true } }

local function is_absent(value) return value == nil or value == json.null end

--- Reads `rows` off a body: a table by name (ids as digits, the amount in cents), or nil and what is
-- wrong. A strict simulator knows no other spelling.
function M.read(body, rows, strict)
  local out = {}
  for _, row in ipairs(rows) do
    local name, kind, required, other = row[1], kinds[row[2]], row[3], row[4]
    local value = body[name]
    if is_absent(value) and other and not strict then name, value = other, body[other] end
    if not is_absent(value) then
      out[row[1]] = kind[1](value, strict)
      if out[row[1]] == nil then return nil, name .. ": expected " .. kind[2] end
    elseif required then
      return nil, name .. ": missing"
    end
  end
  return out
end

return M
