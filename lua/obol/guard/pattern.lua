--- Matching Lua's patterns in Lua, where each step is an instruction that a limit can count. string.find and its
-- like are single steps that nothing can stop, and some patterns would keep them busy for ever on a text of a
-- hundred bytes. Same answers, an order of magnitude slower.

local M = {}

-- What LuaJIT compiles is not counted: all functions of this file are left as they are.
local jit = rawget(_G, "jit")
if jit then jit.off(true, true) end

local byte, char, find, sub = string.byte, string.char, string.find, string.sub
local MAX_CAPTURES = 32
local PERCENT, OPEN, CLOSE, SET, SET_END, DOT, DOLLAR, CARET = 37, 40, 41, 91, 93, 46, 36, 94
local STAR, PLUS, MINUS, QUESTION, DASH, BALANCE, FRONTIER = 42, 43, 45, 63, 45, 98, 102
local UNFINISHED, POSITION = -1, -2

-- Whether each byte belongs to a class such as `%a`; made when it is first asked for.
local classes = setmetatable({}, { __index = function(made, class)
  local members, pattern = {}, "%" .. char(class)
  for code = 0, 255 do members[code] = find(char(code), pattern) ~= nil end
  made[class] = members
  return members
end })

-- Where the item ends that begins at `p`: a character, a class or a set.
local function item_end(m, p)
  local pattern, first = m.pattern, byte(m.pattern, p)
  p = p + 1
  if first == PERCENT then
    if p > #pattern then error("malformed pattern (ends with '%')", 0) end
    return p + 1
  end
  if first ~= SET then return p end
  if byte(pattern, p) == CARET then p = p + 1 end
  repeat
    local code = byte(pattern, p)
    if not code then error("malformed pattern (missing ']')", 0) end
    p = p + (code == PERCENT and 2 or 1)
  until byte(pattern, p) == SET_END
  return p + 1
end

-- Whether the set from `p` to its bracket at `last` has the byte.
local function in_set(m, code, p, last)
  local pattern, found = m.pattern, true
  if byte(pattern, p + 1) == CARET then
    found, p = false, p + 1
  end
  p = p + 1
  while p < last do
    local first = byte(pattern, p)
    if first == PERCENT then
      if classes[byte(pattern, p + 1)][code] then return found end
      p = p + 2
    elseif byte(pattern, p + 1) == DASH and p + 2 < last then
      if first <= code and code <= byte(pattern, p + 2) then return found end
      p = p + 3
    else
      if first == code then return found end
      p = p + 1
    end
  end
  return not found
end

-- Whether the byte at `s` is one that the item from `p` to before `ending` takes.
local function fits(m, s, p, ending)
  local code = byte(m.text, s)
  if not code then return false end
  local first = byte(m.pattern, p)
  if first == DOT then return true end
  if first == PERCENT then return classes[byte(m.pattern, p + 1)][code] end
  if first == SET then return in_set(m, code, p, ending - 1) end
  return first == code
end

local match

local function balanced(m, s, p)
  local open, close = byte(m.pattern, p, p + 1)
  if not close then error("malformed pattern (missing arguments to '%b')", 0) end
  if byte(m.text, s) ~= open then return nil end
  local depth = 1
  for at = s + 1, #m.text do
    local code = byte(m.text, at)
    if code == close then
      depth = depth - 1
      if depth == 0 then return at + 1 end
    elseif code == open then
      depth = depth + 1
    end
  end
  return nil
end

local function longest(m, s, p, ending)
  local count = 0
  while fits(m, s + count, p, ending) do count = count + 1 end
  while count >= 0 do
    local stop = match(m, s + count, ending + 1)
    if stop then return stop end
    count = count - 1
  end
  return nil
end

local function shortest(m, s, p, ending)
  while true do
    local stop = match(m, s, ending + 1)
    if stop then return stop end
    if not fits(m, s, p, ending) then return nil end
    s = s + 1
  end
end

local function open_capture(m, s, p, kind)
  local level = m.level + 1
  if level > MAX_CAPTURES then error("too many captures", 0) end
  m.starts[level], m.sizes[level], m.level = s, kind, level
  local stop = match(m, s, p)
  if not stop then m.level = m.level - 1 end
  return stop
end

local function close_capture(m, s, p)
  for level = m.level, 1, -1 do
    if m.sizes[level] == UNFINISHED then
      m.sizes[level] = s - m.starts[level]
      local stop = match(m, s, p)
      if not stop then m.sizes[level] = UNFINISHED end
      return stop
    end
  end
  error("invalid pattern capture", 0)
end

-- What was captured once more: the place behind it, or nil.
local function again(m, s, code)
  local level = code - 48
  local size = m.sizes[level]
  if level < 1 or level > m.level or size == UNFINISHED then error("invalid capture index", 0) end
  if size == POSITION then return nil end
  local from = m.starts[level]
  return sub(m.text, from, from + size - 1) == sub(m.text, s, s + size - 1) and s + size or nil
end

local function at_frontier(m, s, p)
  if byte(m.pattern, p) ~= SET then error("missing '[' after '%f' in pattern", 0) end
  local ending = item_end(m, p)
  local before, here = s > 1 and byte(m.text, s - 1) or 0, byte(m.text, s) or 0
  return not in_set(m, before, p, ending - 1) and in_set(m, here, p, ending - 1) and ending or nil
end

-- One of `%b`, `%f` and `%1`: whether it was one, and the places where text and pattern go on.
local function special(m, s, p)
  local code = byte(m.pattern, p + 1)
  if code == BALANCE then return true, balanced(m, s, p + 2), p + 4 end
  if code == FRONTIER then
    local ending = at_frontier(m, s, p + 2)
    return true, ending and s, ending
  end
  if code and code >= 48 and code <= 57 then return true, again(m, s, code), p + 2 end
  return false
end

local function repeated(m, s, p, ending, sign)
  if sign == QUESTION then
    local stop = fits(m, s, p, ending) and match(m, s + 1, ending + 1)
    return stop or match(m, s, ending + 1)
  end
  if sign == MINUS then return shortest(m, s, p, ending) end
  if sign == PLUS then return fits(m, s, p, ending) and longest(m, s + 1, p, ending) or nil end
  return longest(m, s, p, ending)
end

local signs = { [STAR] = true, [PLUS] = true, [MINUS] = true, [QUESTION] = true }

-- Where the text ends that the pattern from `p` on takes from `s` on, or nil.
function match(m, s, p)
  local pattern = m.pattern
  while p <= #pattern do
    local first = byte(pattern, p)
    if first == OPEN then
      if byte(pattern, p + 1) == CLOSE then return open_capture(m, s, p + 2, POSITION) end
      return open_capture(m, s, p + 1, UNFINISHED)
    end
    if first == CLOSE then return close_capture(m, s, p + 1) end
    if first == DOLLAR and p == #pattern then return s == #m.text + 1 and s or nil end
    local is_special, s_after, p_after = false, nil, nil
    if first == PERCENT then is_special, s_after, p_after = special(m, s, p) end
    if not is_special then
      local ending = item_end(m, p)
      local sign = byte(pattern, ending)
      if signs[sign] then return repeated(m, s, p, ending, sign) end
      s_after, p_after = fits(m, s, p, ending) and s + 1, ending
    end
    if not s_after then return nil end
    s, p = s_after, p_after
  end
  return s
end

local function capture(m, level, from, stop)
  if level > m.level then
    if level ~= 1 then error("invalid capture index", 0) end
    return sub(m.text, from, stop - 1)
  end
  local size = m.sizes[level]
  if size == UNFINISHED then error("unfinished capture", 0) end
  if size == POSITION then return m.starts[level] end
  return sub(m.text, m.starts[level], m.starts[level] + size - 1)
end

--- The captures of a match, `whole` standing for none: a list with `n`.
function M.captures(m, from, stop, whole)
  local list = { n = (m.level == 0 and whole) and 1 or m.level }
  for level = 1, list.n do list[level] = capture(m, level, from, stop) end
  return list
end

--- A matcher of `text` and `pattern`.
function M.new(text, pattern)
  return { text = text, pattern = pattern, starts = {}, sizes = {}, level = 0 }
end

--- The place behind what the pattern from its place `p` on takes from the place `s` on; nil where it takes nothing.
function M.at(m, s, p)
  m.level = 0
  return match(m, s, p)
end

return M
