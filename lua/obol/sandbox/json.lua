--- JSON of the simulators: a writer that keeps the order of members, and a strict reader that keeps
-- the kinds of values apart, so that a simulator can tell `1.5` from `"1.5"` and `[]` from `{}`.

local text = require "obol.sandbox.text"

local M = {}

local object_mt, array_mt, number_mt = {}, {}, {}
M.null = setmetatable({}, { __tostring = function() return "null" end })

--- An object with its members in order: `obj{ { "code", 0 }, { "message", "success" } }`.
function M.obj(members) return setmetatable({ members = members }, object_mt) end

--- An array, to be written in order.
function M.arr(items) return setmetatable({ items = items }, array_mt) end

--- A number that is written as this text: one that a double cannot hold, or with decimals.
function M.number(literal) return setmetatable({ text = literal }, number_mt) end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n",
  ["\r"] = "\\r", ["\t"] = "\\t" }

local function quote(value)
  return '"' .. value:gsub('[%z\1-\31"\\]', function(c)
    return escapes[c] or string.format("\\u%04x", c:byte())
  end) .. '"'
end

local function write(value, out)
  local kind = type(value)
  if kind == "string" then out[#out + 1] = quote(value)
  elseif kind == "number" then out[#out + 1] = text.integer(value)
  elseif kind == "boolean" then out[#out + 1] = tostring(value)
  elseif value == M.null then out[#out + 1] = "null"
  elseif getmetatable(value) == number_mt then out[#out + 1] = value.text
  elseif getmetatable(value) == object_mt then
    out[#out + 1] = "{"
    for i, member in ipairs(value.members) do
      out[#out + 1] = (i > 1 and "," or "") .. quote(member[1]) .. ":"
      write(member[2], out)
    end
    out[#out + 1] = "}"
  elseif getmetatable(value) == array_mt then
    out[#out + 1] = "["
    for i, item in ipairs(value.items) do
      if i > 1 then out[#out + 1] = "," end
      write(item, out)
    end
    out[#out + 1] = "]"
  else
    error("expected a value made by obj, arr or number, text, an integer, a boolean or null")
  end
end

--- Writes a value made of `obj`, `arr`, `number`, texts, integers, booleans and `null`.
function M.write(value)
  local out = {}
  write(value, out)
  return table.concat(out)
end

--- Turns a plain Lua table into a writable value: a table with `[1]`, or an empty one, is an array
-- unless it stands in `objects`; names are sorted.
function M.plain(value)
  local mt = type(value) == "table" and getmetatable(value)
  if type(value) ~= "table" or value == M.null or mt == object_mt or mt == array_mt or mt == number_mt then
    return value
  end
  if value[1] ~= nil or next(value) == nil then
    local items = {}
    for i, item in ipairs(value) do items[i] = M.plain(item) end
    return M.arr(items)
  end
  local names, members = {}, {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do members[i] = { name, M.plain(value[name]) } end
  return M.obj(members)
end

--- The kind of a value that `read` gave: `string integer number boolean null object array`, or nil.
function M.kind(value)
  local kind = type(value)
  if kind == "number" then return "integer" end
  if kind ~= "table" then return kind ~= "nil" and kind or nil end
  if value == M.null then return "null" end
  local mt = getmetatable(value)
  return mt == object_mt and "object" or mt == array_mt and "array" or mt == number_mt and "number" or nil
end

--- A value that `read` gave, made ready to be written again; members come sorted by name.
function M.again(value)
  local kind = M.kind(value)
  if kind ~= "object" and kind ~= "array" then return value end
  local names, out = {}, {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    local item = M.again(value[name])
    out[i] = kind == "array" and item or { name, item }
  end
  return kind == "array" and M.arr(out) or M.obj(out)
end

local MAX_DEPTH, MAX_INTEGER = 64, 9007199254740991
local unescapes = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local read_value

local function fail(what) error({ json = what }, 0) end

local function skip(source, at) return (source:find("[^ \t\r\n]", at)) or #source + 1 end

local function read_escape(source, at)
  local plain = unescapes[source:sub(at, at)]
  if plain then return plain, at + 1 end
  local hex = source:match("^u(%x%x%x%x)", at)
  if not hex then fail("expected an escape") end
  local code = tonumber(hex, 16)
  if code >= 0xDC00 and code <= 0xDFFF then fail("expected the first half of a pair") end
  if code < 0xD800 or code > 0xDBFF then return text.utf8_char(code), at + 5 end
  local low = source:match("^\\u([dD][c-fC-F]%x%x)", at + 5)
  if not low then fail("expected the second half of a pair") end
  return text.utf8_char(0x10000 + (code - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00), at + 11
end

local function read_string(source, at)
  local out, from = {}, at + 1
  while true do
    local stop = source:find('[%z\1-\31"\\]', from)
    if not stop then fail("expected the end of a string") end
    out[#out + 1] = source:sub(from, stop - 1)
    local c = source:sub(stop, stop)
    if c == '"' then return table.concat(out), stop + 1 end
    if c ~= "\\" then fail("expected no control character") end
    out[#out + 1], from = read_escape(source, stop + 1)
  end
end

local function read_number(source, at)
  local number = source:match("^%-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local whole = number:match("^%-?(%d+)")
  local rest = number and number:match("^%-?%d+(.*)$")
  local fraction = rest:match("^%.%d+(.*)$") or rest
  if not whole or (#whole > 1 and whole:sub(1, 1) == "0")
    or (fraction ~= "" and not fraction:find("^[eE][+-]?%d+$")) then
    fail("expected a number")
  end
  local value = tonumber(number)
  if rest == "" and value >= -MAX_INTEGER and value <= MAX_INTEGER then return value, at + #number end
  return setmetatable({ text = number }, number_mt), at + #number
end

local function read_object(source, at, depth)
  local out = setmetatable({}, object_mt)
  at = skip(source, at + 1)
  if source:sub(at, at) == "}" then return out, at + 1 end
  while true do
    if source:sub(at, at) ~= '"' then fail("expected a name") end
    local name
    name, at = read_string(source, at)
    if rawget(out, name) ~= nil then fail("expected each name once") end
    at = skip(source, at)
    if source:sub(at, at) ~= ":" then fail("expected a colon") end
    out[name], at = read_value(source, skip(source, at + 1), depth)
    at = skip(source, at)
    local c = source:sub(at, at)
    if c == "}" then return out, at + 1 end
    if c ~= "," then fail("expected a comma") end
    at = skip(source, at + 1)
  end
end

local function read_array(source, at, depth)
  local out = setmetatable({}, array_mt)
  at = skip(source, at + 1)
  if source:sub(at, at) == "]" then return out, at + 1 end
  while true do
    out[#out + 1], at = read_value(source, at, depth)
    at = skip(source, at)
    local c = source:sub(at, at)
    if c == "]" then return out, at + 1 end
    if c ~= "," then fail("expected a comma") end
    at = skip(source, at + 1)
  end
end

local words = { ["true"] = true, ["false"] = false, null = M.null }

function read_value(source, at, depth)
  if depth > MAX_DEPTH then fail("expected less depth") end
  local c = source:sub(at, at)
  if c == "{" then return read_object(source, at, depth + 1) end
  if c == "[" then return read_array(source, at, depth + 1) end
  if c == '"' then return read_string(source, at) end
  if c:find("[%d-]") and source:find("^%-?%d", at) then return read_number(source, at) end
  local word = source:match("^%l+", at)
  if words[word] == nil then fail("expected a value") end
  return words[word], at + #word
end

--- Reads JSON text: objects as tables by name, arrays as lists, integers within ±(2^53−1) as
-- numbers, other numbers as `{ text = }`, null as `null`. Answers nil and what was expected where
-- the text is not strict JSON in UTF-8.
function M.read(source)
  if not text.utf8_length(source) then return nil, "expected UTF-8" end
  local ok, value, at = pcall(read_value, source, skip(source, 1), 1)
  if not ok then
    if type(value) == "table" and value.json then return nil, value.json end
    error(value, 0)
  end
  if skip(source, at) <= #source then return nil, "expected the end" end
  return value
end

return M
