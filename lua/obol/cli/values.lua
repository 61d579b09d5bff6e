--- Parameters of a call from words of the command line: `customer.id=u-7`, `items[1].quantity=2`.
--
-- `name=value` is text (a boolean where the field is one), `name:=JSON` any JSON, `name=@FILE` and
-- `name=env:NAME` the contents of a file or of an environment variable. A field that is a secret is
-- taken in the last two ways alone, because a command line is seen by others and kept in histories.

local json = require "obol.json"
local secret = require "obol.secret"
local steps_of = require "obol.steps"

local M = {}

-- Secret wherever they are taken, whether this provider takes them or not.
local always = { ["card.number"] = "secret", ["card.cvv"] = "secret" }

--- The types of all fields of an operation's variants, by name.
function M.types(variants)
  local types = {}
  for name, kind in pairs(always) do types[name] = kind end
  for _, operation in ipairs(variants or {}) do
    for _, field in ipairs(operation.request or {}) do types[field.name] = field.type end
  end
  return types
end

-- `item` is short for the first of `items`, and all items are alike.
local function type_of(types, name)
  local known = name:gsub("^item%.", "items[1]."):gsub("^items%[%d+%]", "items[1]")
  return types[known]
end

local function read_file(path)
  local file = io.open(path, "rb")
  local text = file and file:read(1024 * 1024 + 1)
  if file then file:close() end
  if not text or #text > 1024 * 1024 then return nil, "expected a file of 1 MiB at most that can be read" end
  return (text:gsub("\r?\n$", ""))
end

-- The contents of a place, as a secret or as text.
local function read_place(value, is_secret)
  local path, variable = value:match "^@(.+)$", value:match "^env:(.+)$"
  if path and is_secret then
    local found = secret.file(path)
    return found, not found and "expected a file of 1 byte to 1 MiB that can be read" or nil
  elseif path then
    return read_file(path)
  end
  local found
  if is_secret then found = secret.env(variable) else found = os.getenv(variable) end
  return found, not found and "expected an environment variable with a value" or nil
end

local function read(kind, sign, value)
  local is_place = sign == "=" and (value:find "^@." or value:find "^env:.")
  if kind == "secret" and not is_place then
    return nil, "a secret: give it as " .. "env:NAME or @FILE, where nobody else reads it"
  end
  if sign == ":=" then
    local found, err = json.decode(value)
    return found, err and "expected JSON after `:=`" or nil
  end
  if is_place then return read_place(value, kind == "secret" or kind == nil) end
  if kind == "boolean" and (value == "true" or value == "false") then return value == "true" end
  return value
end

local function put(params, steps, value)
  local place = params
  for index = 1, #steps - 1 do
    if place[steps[index]] == nil then place[steps[index]] = {} end
    place = place[steps[index]]
    if type(place) ~= "table" then return false end
  end
  if place[steps[#steps]] ~= nil then return false end
  place[steps[#steps]] = value
  return true
end

--- Reads the words; `types` as M.types gives them. Answers the parameters, or nil and a list of
-- problems { field =, message = }, which hold no value.
function M.parse(words, types)
  local params, problems = {}, {}
  for place, word in ipairs(words) do
    local name, sign, value = word:match "^([%w_.%[%]-]+)(:?=)(.*)$"
    local steps = name and steps_of(name)
    local found, problem
    if not steps then
      name, problem = ("parameter %d"):format(place), "expected name=value, such as customer.id=u-7"
    else
      found, problem = read(type_of(types, name), sign, value)
      if not problem and not put(params, steps, found) then problem = "given twice" end
    end
    if problem then problems[#problems + 1] = { field = name, message = problem } end
  end
  if #problems > 0 then return nil, problems end
  return params
end

return M
