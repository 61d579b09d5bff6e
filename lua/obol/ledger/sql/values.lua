--- Values of rows as the databases hold them, and back.
--
-- Texts are stored as they are, but for those that a database cannot hold (a NUL, bytes that are not
-- UTF-8): they stand there as the byte 1 and hex digits. Tables are stored as JSON; what JSON would
-- change (numbers with a fraction or beyond 2^53, keys that are numbers) stands in it as a text that
-- begins with the byte 1.

local json = require "obol.json"

local M = {}

local MARK = "\1"
local ODD = "[%z\1\128-\255]"
local EXACT = 2 ^ 53

local function hex(text)
  return (text:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

local function unhex(text)
  return (text:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function write_text(value)
  if not value:find(ODD) then return value end
  local plain = not value:find("%z") and value:sub(1, 1) ~= MARK and json.encode(value) ~= nil
  return plain and value or MARK .. hex(value)
end

local function read_text(value)
  if value:byte() ~= 1 then return value end
  return unhex(value:sub(2))
end

local function is_plain(value)
  return value == math.floor(value) and value > -EXACT and value < EXACT
end

-- Whether this Lua holds it as an integer of 64 bits.
local function is_whole(value)
  return math.type ~= nil and math.type(value) == "integer"
end

local function number_text(value)
  return MARK .. "n" .. (is_whole(value) and "%d" or "%.17g"):format(value)
end

local write_member

-- Whether JSON's list says it all.
local function is_list(value)
  local count = 0
  for key in pairs(value) do
    if type(key) ~= "number" then return false end
    count = count + 1
  end
  for place = 1, count do
    if value[place] == nil then return false end
  end
  return true
end

local function write_table(value)
  local written, list = {}, is_list(value)
  for key, member in pairs(value) do
    if type(key) == "string" then
      key = write_member(key)
    elseif not list then
      key = number_text(key)
    end
    written[key] = write_member(member)
  end
  return written
end

function write_member(value)
  local kind = type(value)
  if kind == "table" then return write_table(value) end
  if kind == "number" and not is_plain(value) then return number_text(value) end
  if kind ~= "string" or not value:find(ODD) then return value end
  local text = write_text(value)
  return text == value and value or MARK .. "x" .. text:sub(2)
end

local read_member

local function read_table(value)
  local read = {}
  for key, member in pairs(value) do read[read_member(key)] = read_member(member) end
  return read
end

function read_member(value)
  if type(value) == "table" then return read_table(value) end
  if type(value) ~= "string" or value:byte() ~= 1 then return value end
  local rest = value:sub(3)
  if value:sub(2, 2) == "n" then return tonumber(rest) end
  return unhex(rest)
end

-- Digits stand for what is beyond 2^53.
local function read_integer(value)
  return tonumber(value)
end

local writers = {
  text = write_text,
  integer = function(value)
    if is_plain(value) or is_whole(value) then return value end
    return { integer = ("%.0f"):format(value) }
  end,
  flag = function(value) return value end,
  json = function(value) return json.encode(write_table(value)) end,
}

local readers = {
  text = read_text,
  integer = read_integer,
  flag = function(value) return value == 1 end,
  json = function(value)
    local decoded = json.decode(value)
    return decoded and read_table(decoded)
  end,
}

--- What stands in the database for a value of the kind `text`, `integer`, `flag` or `json`.
function M.write(kind, value)
  if kind == "text" and not value:find(ODD) then return value end
  return writers[kind](value)
end

--- Changes a row of the database into one of the ledger, in place. `kinds`: column -> kind. False and
-- the column where it cannot be read.
function M.read(kinds, row)
  for column, value in pairs(row) do
    local kind = kinds[column]
    -- the most common first: a text that stands for itself, a small integer
    if kind ~= "text" and not (kind == "integer" and type(value) == "number")
      or kind == "text" and value:byte() == 1 then
      local read = readers[kind](value)
      if read == nil then return false, column end
      row[column] = read
    end
  end
  return true
end

return M
