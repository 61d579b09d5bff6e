--- Functions on texts that end soon whatever they are given: what string's own do in a single step that nothing can
-- stop is done in Lua where it may be long, so that a limit of instructions counts it.

local pattern_of = require "obol.guard.pattern"

local M = {}

-- What LuaJIT compiles is not counted: all functions of this file are left as they are.
local jit = rawget(_G, "jit")
if jit then jit.off(true, true) end

local native = string
local byte, sub, type = string.byte, string.sub, type
local unpack = rawget(table, "unpack") or rawget(_G, "unpack")

-- How many steps string's own functions may take at once: some milliseconds.
local MOST = 1000000
local SPECIAL = "[%^%$%*%+%?%.%(%[%%%-]"

-- The two Luas differ in empty matches behind another, and in a start behind the end.
local again_empty = ("ab"):gsub("%w*", "x") == "xx"
local clamps = ("a"):find("", 5) ~= nil

local known, count = {}, 0

-- How often the work grows by the length of the text, how often it doubles, and how long the longest set is.
local function read(pattern)
  local at, loops, doubles, set = 1, 0, 0, 0
  while at <= #pattern do
    local first, stop = sub(pattern, at, at), at + 1
    if first == "%" then
      local class = sub(pattern, at + 1, at + 1)
      stop = at + 2
      if class == "b" or native.find(class, "%d") then loops = loops + 1 end
    elseif first == "[" then
      local _, close = native.find(pattern, "^%[%^?%]?[^%]]*%]", at)
      set, stop = math.max(set, (close or #pattern) - at), (close or #pattern) + 1
    end
    local sign = sub(pattern, stop, stop)
    if sign == "?" then doubles = doubles + 1 end
    if sign == "*" or sign == "+" or sign == "-" then loops = loops + 1 end
    at = stop
  end
  return { loops = loops, doubles = doubles, set = set }
end

-- An upper bound for the steps of a match that begins at one place, or at any.
local function steps(text, pattern, one_place)
  local found = known[pattern]
  if not found then
    if count >= 500 then known, count = {}, 0 end
    found = read(pattern)
    known[pattern], count = found, count + 1
  end
  return (#text + 1) ^ (found.loops + (one_place and 0 or 1)) * 2 ^ found.doubles * (1 + found.set / 8) + #pattern
end

local function is_long(text, pattern, one_place)
  -- what is no text is left to string's own functions, which say so
  if type(pattern) ~= "string" or (type(text) ~= "string" and type(text) ~= "number") then return false end
  if #pattern > 1000 then return true end
  return steps(tostring(text), pattern, one_place) > MOST
end

local function nothing() end
local grant = nothing

--- Sets what is called before work that may be long begins.
function M.on_long(fn) grant = fn end

local function anchored(pattern) return type(pattern) == "string" and byte(pattern) == 94 end

-- Where a search begins; nil: behind the end.
local function start_of(text, init)
  init = init or 1
  if type(init) ~= "number" then init = tonumber(init) or error("bad argument #3 (number expected)", 0) end
  if init < 0 then init = math.max(#text + init + 1, 1) end
  if init == 0 then init = 1 end
  if init > #text + 1 then return clamps and #text + 1 or nil end
  return math.floor(init)
end

local function search(text, pattern, init)
  grant()
  text = tostring(text)
  local from, m, first = start_of(text, init), pattern_of.new(text, pattern), anchored(pattern) and 2 or 1
  while from and from <= #text + 1 do
    local stop = pattern_of.at(m, from, first)
    if stop then return m, from, stop end
    if first == 2 then return nil end
    from = from + 1
  end
  return nil
end

-- A search for the text itself: long where both are.
local function find_plain(text, wanted, init)
  grant()
  text = tostring(text)
  local from = start_of(text, init)
  for at = from or 1, from and #text - #wanted + 1 or 0 do
    if sub(text, at, at + #wanted - 1) == wanted then return at, at + #wanted - 1 end
  end
  return nil
end

-- A function of C that calls one of Lua takes room on the machine's stack, which LuaJIT does not look after.
local MAX_DEPTH = 50
local depth = 0

-- What raised is raised again at the line of whoever called what is bounded.
local function results(ok, ...)
  if ok then return ... end
  local problem = ...
  local is_placed = type(problem) ~= "string" or native.find(problem, "^[^\n]-:%d+: ")
  error(problem, is_placed and 0 or 2)
end

local function leave(...)
  depth = depth - 1
  return results(...)
end

--- Calls fn(...), a function of C that calls back; nested too deep, it raises.
function M.nested(fn, ...)
  if depth >= MAX_DEPTH then error("expected calls nested less deep", 3) end
  depth = depth + 1
  return leave(pcall(fn, ...))
end

-- fn(...), a function of C: its errors are told with the line of whoever called what is bounded. LuaJIT does that by
-- itself.
local function call(fn, ...)
  if not again_empty then return results(pcall(fn, ...)) end
  return fn(...)
end

--- Sets how many such calls are under way; answers how many were.
function M.depth(now)
  local before = depth
  depth = now
  return before
end

--- string.find.
function M.find(text, pattern, init, plain)
  if type(pattern) == "string" and (plain or not native.find(sub(pattern, 1, 1000), SPECIAL) and #pattern <= 1000) then
    if #pattern * #tostring(text) > MOST then return find_plain(text, pattern, init) end
    return call(native.find, text, pattern, init, true)
  end
  if not is_long(text, pattern, anchored(pattern)) then return call(native.find, text, pattern, init, plain) end
  local m, from, stop = search(text, pattern, init)
  if not m then return nil end
  local captures = pattern_of.captures(m, from, stop)
  return from, stop - 1, unpack(captures, 1, captures.n)
end

--- string.match.
function M.match(text, pattern, init)
  if not is_long(text, pattern, anchored(pattern)) then return call(native.match, text, pattern, init) end
  local m, from, stop = search(text, pattern, init)
  if not m then return nil end
  local captures = pattern_of.captures(m, from, stop, true)
  return unpack(captures, 1, captures.n)
end

--- string.gmatch.
function M.gmatch(text, pattern, init)
  if not is_long(text, pattern) then return call(native.gmatch, text, pattern, init) end
  grant()
  text = tostring(text)
  local m, last = pattern_of.new(text, pattern), nil
  -- only one of the Luas knows a start
  local from = again_empty and 1 or start_of(text, init) or #text + 2
  return function()
    while from <= #text + 1 do
      local at, stop = from, pattern_of.at(m, from, 1)
      if stop and (again_empty or stop ~= last) then
        from, last = (again_empty and stop == at) and stop + 1 or stop, stop
        local captures = pattern_of.captures(m, at, stop, true)
        return unpack(captures, 1, captures.n)
      end
      from = from + 1
    end
    return nil
  end
end

local function of_text(captures, whole, replacement)
  local parts, at = {}, 1
  while true do
    local sign = native.find(replacement, "%", at, true)
    if not sign then break end
    parts[#parts + 1] = sub(replacement, at, sign - 1)
    local code = sub(replacement, sign + 1, sign + 1)
    if code == "0" then
      parts[#parts + 1] = whole
    elseif native.find(code, "%d") then
      if tonumber(code) > captures.n then error("invalid capture index in replacement string", 0) end
      parts[#parts + 1] = tostring(captures[tonumber(code)])
    elseif code == "%" or again_empty then
      parts[#parts + 1] = code
    else
      error("invalid use of '%' in replacement string", 0)
    end
    at = sign + 2
  end
  parts[#parts + 1] = sub(replacement, at)
  return table.concat(parts)
end

local function replaced(captures, whole, replacement)
  local kind, value = type(replacement), nil
  if kind == "string" or kind == "number" then return of_text(captures, whole, tostring(replacement)) end
  if kind == "table" then value = replacement[captures[1]] end
  if kind == "function" then value = replacement(unpack(captures, 1, captures.n)) end
  if not value then return whole end
  if type(value) == "string" or type(value) == "number" then return tostring(value) end
  error(("invalid replacement value (a %s)"):format(type(value)), 0)
end

--- string.gsub.
function M.gsub(text, pattern, replacement, most)
  local kind = type(replacement)
  local fine = kind == "string" or kind == "number" or kind == "table" or kind == "function"
  if not fine or not is_long(text, pattern, anchored(pattern)) then
    if kind == "function" then return M.nested(native.gsub, text, pattern, replacement, most) end
    return call(native.gsub, text, pattern, replacement, most)
  end
  grant()
  text = tostring(text)
  local m, first = pattern_of.new(text, pattern), anchored(pattern) and 2 or 1
  local parts, from, made, last = {}, 1, 0, nil
  while made < (most or #text + 1) do
    local stop = pattern_of.at(m, from, first)
    local taken = stop and (again_empty or stop ~= last)
    if taken then
      made, last = made + 1, stop
      local captures = pattern_of.captures(m, from, stop, true)
      parts[#parts + 1] = replaced(captures, sub(text, from, stop - 1), replacement)
    end
    if taken and not (again_empty and stop == from) then
      from = stop
    elseif from <= #text then
      parts[#parts + 1] = sub(text, from, from)
      from = from + 1
    else
      break
    end
    if first == 2 then break end
  end
  parts[#parts + 1] = sub(text, from)
  return table.concat(parts), made
end

return M
