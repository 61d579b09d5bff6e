--- Values for people and for programs: amounts and secrets become what may be printed.

local json = require "obol.json"
local money = require "obol.money"
local qr = require "obol.qr"
local terminal = require "obol.cli.terminal"

local M = {}

local array = getmetatable(json.array {})

-- A provider's own secret in a result: who needs it takes it from the library.
local function is_hidden(name)
  return type(name) == "string" and name:lower():gsub("[_-]", ""):find("secret$") ~= nil
end

-- A provider's words might repeat a card's number.
local function mask(text)
  return (text:gsub("%d[%d -]*%d", function(digits)
    if #digits:gsub("%D", "") < 12 then return nil end
    return "[digits]"
  end))
end

--- The value as tables, texts, numbers and booleans that JSON can hold. An amount becomes
-- `{ amount = "8.88", currency = "USD", minor = 888 }`, a secret `"[secret]"`.
function M.plain(value, name)
  if is_hidden(name) and value ~= json.null then return "[secret]" end
  if money.is(value) then
    return { amount = value:format(), currency = value:currency(), minor = value:minor() }
  end
  if type(value) == "userdata" and value ~= json.null then return terminal.clean(tostring(value)) end
  if type(value) ~= "table" then
    return name == "message" and type(value) == "string" and mask(value) or value
  end
  local is_list = #value > 0 or getmetatable(value) == array
  local plain = is_list and json.array {} or {}
  for key, member in pairs(value) do
    if type(member) ~= "function" then plain[key] = M.plain(member, key) end
  end
  return plain
end

--- An error as a table for JSON: its members without functions.
function M.error(err)
  local plain = { message = mask(tostring(err)), kind = err.kind }
  for _, name in ipairs { "outcome", "account", "field", "provider_code", "http_status", "request_id",
    "retryable", "retry_after_ms" } do
    plain[name] = err[name]
  end
  if err.provider_message then plain.provider_message = mask(terminal.clean(err.provider_message)) end
  if err.fields and #err.fields > 0 then
    plain.fields = json.array {}
    for place, problem in ipairs(err.fields) do
      plain.fields[place] = { field = problem.field, message = problem.message }
    end
  end
  return plain
end

--- The value as one line of JSON.
function M.json(value)
  return assert(json.encode(value))
end

local function is_time(name) return name:find "_ms$" or name:find "_s$" end

local function time_text(name, value)
  local seconds = name:find "_ms$" and value / 1000 or value
  if seconds < 1e8 or seconds > 1e11 then return nil end
  return os.date("!%Y-%m-%d %H:%M:%S UTC", math.floor(seconds))
end

local function text_of(name, value)
  if is_hidden(name) then return "[secret]" end
  if value == json.null then return "none" end
  if type(value) == "number" and is_time(name) then
    local time = time_text(name, value)
    return ("%d"):format(value) .. (time and "  (" .. time .. ")" or "")
  end
  if type(value) == "number" and value % 1 == 0 then return ("%d"):format(value) end
  local text = terminal.clean(tostring(value))
  return name == "message" and mask(text) or text
end

-- The members by name; those named first come first.
local first = { "outcome", "status", "id", "provider_id", "action", "code", "message" }

local function sorted_keys(value)
  local keys, rank = {}, {}
  for place, name in ipairs(first) do rank[name] = place end
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local x, y = rank[a] or 100, rank[b] or 100
    if x ~= y then return x < y end
    return tostring(a) < tostring(b)
  end)
  return keys
end

-- "8.88 USD" of an amount that `plain` made a table.
local function amount_of(value)
  if type(value) ~= "table" or not value.minor then return nil end
  return value.amount .. " " .. value.currency
end

local function put(screen, depth, name, value)
  local indent = ("  "):rep(depth)
  value = amount_of(value) or value
  if type(value) ~= "table" then
    screen:line(indent, screen:paint("cyan", name), " ", text_of(name, value))
    return false
  end
  if next(value) == nil then
    screen:line(indent, screen:paint("cyan", name), " ", screen:paint("dim", "none"))
    return false
  end
  screen:line(indent, screen:paint("cyan", name))
  return M.tree(screen, value, depth + 1)
end

--- Writes what `plain` answered to a screen, a member a line, nested members indented. `extra`, which
-- is all that the provider tells beside, is left out: answers whether there was any.
function M.tree(screen, value, depth)
  depth = depth or 0
  local left_out = false
  for _, key in ipairs(sorted_keys(value)) do
    local name = type(key) == "number" and ("[%d]"):format(key) or terminal.clean(key)
    if key == "extra" then left_out = true else left_out = put(screen, depth, name, value[key]) or left_out end
  end
  return left_out
end

--- Writes the QR code that a payer has to scan, where there is one; the colours keep it dark on light
-- on any terminal. Where it cannot be drawn, it says why.
function M.action(screen, action)
  if type(action) ~= "table" or action.type ~= "qr" or type(action.data) ~= "string" then return end
  local picture, err = qr(action.data)
  if not picture then
    screen:line(screen:paint("dim", "  no QR code: " .. terminal.clean(err.message)))
    return
  end
  for line in picture.text:gmatch "[^\n]+" do screen:line(screen:paint("screen", line)) end
end

local colours = { succeeded = "green", accepted = "green", rejected = "red", declined = "red", not_sent = "red",
  abandoned = "yellow", unknown = "yellow" }

--- The name of an outcome in its colour.
function M.outcome(screen, outcome)
  return screen:paint(colours[outcome] or "bold", outcome)
end

return M
