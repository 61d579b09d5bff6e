--- Checks of request bodies. A missing or ill-typed field is the client parameter error, 10002.

local json = require "obol.sandbox.json"
local text = require "obol.sandbox.text"

local M = {}

--- The refusal of a field.
function M.refused(name, what)
  return nil, { code = 10002, message = "client parameter error: " .. name .. ": " .. what }
end

local function is_absent(value) return value == nil or value == json.null end

local function fits(kind, value)
  if kind == "integer" then return json.kind(value) == "integer" end
  if kind == "strings" then
    if json.kind(value) ~= "array" then return false end
    for _, item in ipairs(value) do
      if json.kind(item) ~= "string" then return false end
    end
    return true
  end
  if json.kind(value) ~= "string" or value == "" then return false end
  if kind == "user" then return #value <= 255 end
  if kind == "url" then return text.is_redirect_url(value) end
  if kind == "name" then return text.utf8_length(value) <= 250 end
  return true
end

local words = { integer = "an integer", strings = "a list of strings", user = "a string of 1 to 255 bytes",
  url = "an address of at most 2048 bytes", name = "a string of 1 to 250 characters", string = "a string" }

--- Reads fields off a body. `rows` is a list of `{ name, kind, required }`; kinds are `string`,
-- `user`, `url`, `name`, `integer`, `strings`. Answers a table by name, or nil and a refusal.
function M.read(body, rows)
  local out = {}
  for _, row in ipairs(rows) do
    local name, kind, required = row[1], row[2], row[3]
    local value = body[name]
    if is_absent(value) then
      if required then return M.refused(name, "missing") end
    elseif not fits(kind, value) then
      return M.refused(name, "expected " .. words[kind])
    else
      out[name] = value
    end
  end
  return out
end

return M
