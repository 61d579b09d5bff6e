--- Values as a flow's record holds them: plain values, exact amounts of money, error objects, and nil. What
-- JSON has no word for stands as a table with the name `$`; a name that begins with `$` has one more.

local errors = require "obol.error"
local json = require "obol.json"
local money = require "obol.money"

local M = {}

local MAX_DEPTH, MAX_BYTES, EACH = 12, 65536, 8
local MAX_EXACT = 9007199254740991

local array = getmetatable(json.array {})
local unpack = table.unpack or unpack

-- Members of an error that are kept: what a provider wrote in words is not.
local kept = { "kind", "outcome", "message", "account", "field", "provider_code", "http_status", "request_id",
  "retryable", "retry_after_ms" }

-- Names under which card data comes, however they are written: `cardNumber`, `card-number`, `card_number`.
local card_names = {}
for name in ([[cvv cvc cvv2 cvc2 csc pan cardnumber ccnumber creditcardnumber cardpan cardcvv cardcvc cardcsc
  securitycode cardsecuritycode]]):gmatch "%S+" do
  card_names[name] = true
end

local function plain(name) return type(name) == "string" and name:lower():gsub("[^%l%d]", "") or "" end

-- Whether what stands under the name `card` is one, or its number.
local function has_number(card)
  if type(card) == "table" then
    for name in next, card do
      if plain(name) == "number" then return true end
    end
  end
  local digits = (type(card) == "string" and card:find "^[%d%s-]+$" or type(card) == "number") and tostring(card)
  return digits and #digits:gsub("%D", "") >= 12 or false
end

local function is_card(name, value)
  name = plain(name)
  return card_names[name] or name == "card" and has_number(value)
end

local function step_text(key)
  if type(key) == "number" then return ("[%.14g]"):format(key) end
  if type(key) == "string" and #key <= 40 and key:find "^[%a_][%w_]*$" then return "." .. key end
  return ".?"
end

-- Raised with the path, and caught where the walk began.
local function refuse(path, message)
  error({ path = path, message = message }, 0)
end

local function count(state, path, bytes)
  state.bytes = state.bytes + EACH + bytes
  if state.bytes > MAX_BYTES then refuse(path, "expected 64 KiB at most in all") end
end

-- One that is the same however it is kept: a whole number is an integer on every Lua, and none is rounded.
local function exact(value, path)
  if value ~= value or value == math.huge or value == -math.huge then refuse(path, "expected a number that is one") end
  if value > MAX_EXACT or value < -MAX_EXACT then
    refuse(path, "expected a number below 2^53, or its digits as text")
  end
  local whole = math.floor(value)
  if whole ~= value then return value end
  return whole == 0 and 0 or whole
end

local encode

local function encode_error(value, state, path)
  local written = { ["$"] = "error" }
  for _, name in ipairs(kept) do
    local member = value[name]
    local kind = type(member)
    if kind == "string" or kind == "boolean" or kind == "number" then
      count(state, path, kind == "string" and #member or 0)
      written[name] = member
    end
  end
  if type(value.fields) == "table" then
    written.fields = {}
    for place, problem in ipairs(value.fields) do
      count(state, path, #tostring(problem.field) + #tostring(problem.message))
      written.fields[place] = { field = problem.field, message = problem.message }
    end
  end
  return written
end

local function encode_table(value, state, path, depth)
  if errors.is(value) then return encode_error(value, state, path) end
  local mt = getmetatable(value)
  if mt ~= nil and mt ~= array then refuse(path, "expected a plain table, without a metatable") end
  if depth > MAX_DEPTH then refuse(path, ("expected tables nested %d deep at most"):format(MAX_DEPTH)) end
  -- also of what is empty: tables that lead to one another have more ways through them than anybody walks
  count(state, path, 0)
  local written = {}
  for key, member in next, value do
    local at = path .. step_text(key)
    local kind = type(key)
    if kind ~= "string" and kind ~= "number" then refuse(at, "expected texts and numbers as names") end
    if is_card(key, member) then refuse(at, "expected no card data: it enters at a page or a call of its own") end
    if key == "client_secret" then refuse(at, "expected no secret: read it where it is used") end
    if kind == "number" then key = exact(key, at) end
    if kind == "string" then
      count(state, at, #key)
      if key:byte() == 36 then key = "$" .. key end
    end
    written[key] = encode(member, state, at, depth + 1)
  end
  return written
end

function encode(value, state, path, depth)
  local kind = type(value)
  if kind == "table" then return encode_table(value, state, path, depth) end
  count(state, path, kind == "string" and #value or 0)
  if kind == "string" or kind == "boolean" then return value end
  if kind == "number" then return exact(value, path) end
  if kind == "nil" then return { ["$"] = "nil" } end
  if value == json.null then return { ["$"] = "null" } end
  if money.is(value) then return { ["$"] = "money", amount = value:format(), currency = value:currency() } end
  if kind == "userdata" and tostring(value) == "[secret]" then
    refuse(path, "expected no secret: read it where it is used")
  end
  refuse(path, "expected plain values, money or what a call answers, got a " .. kind)
end

local decode

local tags = {
  money = function(value) return assert(money(value.amount, value.currency)) end,
  null = function() return json.null end,
  error = function(value)
    local members = {}
    for name, member in pairs(value) do members[name] = member end
    members["$"] = nil
    return errors.new(members)
  end,
}
tags["nil"] = function() return nil end

function decode(value)
  if type(value) ~= "table" then return value end
  local tag = tags[value["$"]]
  if tag then return tag(value) end
  local read = {}
  for key, member in pairs(value) do
    if type(key) == "string" and key:byte() == 36 then key = key:sub(2) end
    read[key] = decode(member)
  end
  return read
end

--- What is recorded of the values, of which there are `n`: a table of plain values; or nil and what is wrong, with the
-- path (`what`, then names and places), never with a value.
function M.pack(what, n, ...)
  local packed, values, state = { n = n, list = {} }, { ... }, { bytes = 0 }
  for place = 1, n do
    local path = n > 1 and ("%s[%d]"):format(what, place) or what
    local ok, written = pcall(encode, values[place], state, path, 1)
    if not ok then
      if type(written) ~= "table" then error(written, 0) end
      return nil, written.path .. ": " .. written.message
    end
    packed.list[place] = written
  end
  return packed
end

--- The recorded values again; each time new ones.
function M.unpack(packed)
  local values = {}
  for place = 1, packed.n do values[place] = decode(packed.list[place]) end
  return unpack(values, 1, packed.n)
end

--- A table of values for a column that holds one table, such as `action`; or nil and what is wrong.
function M.write(what, value)
  local packed, problem = M.pack(what, 1, value)
  return packed and packed.list[1], problem
end

--- The value of such a column.
function M.read(value)
  return decode(value)
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, member in pairs(a) do
    if not same(member, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

--- Whether two recorded values are the same.
M.same = same

return M
