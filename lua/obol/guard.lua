--- Running what colleagues wrote (configurations, rules): loaded as text, with nothing in reach but what it
-- is given, for so many instructions at most, also on LuaJIT, whose compiled code counts none, and with so much
-- memory.

local core = require "obol.core"
local pattern = require "obol.guard.pattern"
local text = require "obol.guard.text"

local M = {}

-- What such a script may call on its texts: not `rep`, with which a line asks for all memory there is,
-- and not `dump`; and those that search are bounded.
M.text = {}
for name in ("byte find format gmatch gsub len lower match reverse sub upper"):gmatch "%l+" do
  M.text[name] = text[name] or string[name]
end

local jit, debug, clock = rawget(_G, "jit"), debug, os.clock
local bounded, gethook, sethook, texts = core.bounded, debug.gethook, debug.sethook, debug.getmetatable ""

-- Every so many instructions it is looked whether it was enough; what single steps take is counted as time of the
-- processor, in seconds. A script's first steps are short, so that a line is known of what goes wrong in them.
local function_bounds = { step = 100, seconds = 1, bytes = 32 * 1024 * 1024 }
local script_bounds = { step = 20, seconds = 10, bytes = 128 * 1024 * 1024, short_steps = 500, factor = 50 }
local LONG = 1000000
-- What string's own functions do in one instruction are many of the matcher: so many more, once in a run.
local MATCHING = 5000000

local MAX_MESSAGE = 2000

--- The message of an error without the source that Lua quotes in "near ..." and "(constant ...)", which may
-- be a credential that was typed into the file.
function M.plain(message)
  -- what is raised may be of any length, and searching it would take its square
  local short = tostring(message):sub(1, MAX_MESSAGE)
  return (short:gsub("%s+near%s.*$", ""):gsub("%s+%(constant%s.*$", ""):gsub("[%c]", " "))
end

--- Compiles `text`, the contents of the file at `path`: a function; or nil and what is wrong.
function M.load(source, path, environment)
  if source:byte(1) == 27 then return nil, path .. ": expected text, not compiled code" end
  local chunk, problem = load(source, "@" .. path, "t", environment)
  if not chunk then return nil, M.plain(problem) end
  M.interpret(chunk)
  return chunk
end

--- Sees to it that the instructions of `fn`, and of the functions in it, can be counted.
function M.interpret(fn)
  -- functions of C have none
  if jit and debug.getinfo(fn, "S").what ~= "C" then jit.off(fn, true) end
end

local ours = {} -- sources whose lines say nothing to who wrote a script
for _, fn in ipairs { text.find, pattern.new, M.load } do ours[debug.getinfo(fn, "S").source] = true end

-- "routes.lua:7: " of what runs at a level above the caller's, or of who called that; nil where it cannot be said.
local function place(level)
  for at = level + 1, level + 20 do
    local info = debug.getinfo(at, "Sl")
    if not info then return nil end
    if info.source:sub(1, 1) == "@" and info.currentline > 0 and not ours[info.source] then
      return ("%s:%d: "):format(info.source:sub(2), info.currentline)
    end
  end
  return nil
end

-- What runs now: steps that are left, what is expected to end, when the processor's time is over (nil: not looked at
-- yet), its bounds, and where it was seen last.
local left, wanted, ends, bounds, seen, longer_at, granted

text.on_long(function()
  -- a script may do as many as that anyway
  if granted or not left or bounds.factor then return end
  granted, left = true, left + MATCHING / bounds.step
end)

-- The hook that ends what does not end.
local stop
function stop()
  left = left - 1
  if left > 0 then
    local now = clock()
    ends = ends or now + bounds.seconds
    if bounds.factor then seen = place(2) or seen end
    if longer_at and left <= longer_at then
      longer_at = nil
      left = left / bounds.factor
      sethook(stop, "", bounds.step * bounds.factor)
    end
    if now <= ends then return end
  end
  error((place(2) or seen or "") .. "expected " .. wanted .. " that ends", 0)
end

local function too_much()
  return ("%sexpected %s that asks for %d MiB of memory at most"):format(seen or "", wanted, bounds.bytes / 1024 / 1024)
end

-- The core ends the hook together with `fn`, so that it raises nowhere else.
local function start(fn, limit, what, ...)
  bounds = limit >= LONG and script_bounds or function_bounds
  left, wanted, ends, seen, granted = limit / bounds.step, what, nil, nil, false
  longer_at = bounds.factor and left - bounds.short_steps
  sethook(stop, "", bounds.step)
  local ok, result, short = bounded(bounds.bytes, fn, ...)
  if short then return ok, too_much() end
  return ok, result
end

-- A run within another one, which goes on as it was.
local function nested(fn, limit, what, ...)
  local left_before, wanted_before, ends_before, bounds_before, seen_before = left, wanted, ends, bounds, seen
  local longer_before, depth_before, granted_before = longer_at, text.depth(0), granted
  local ok, result = start(fn, limit, what, ...)
  left, wanted, ends, bounds, seen = left_before, wanted_before, ends_before, bounds_before, seen_before
  longer_at, granted = longer_before, granted_before
  text.depth(depth_before)
  return ok, result
end

local function run(fn, limit, what, ...)
  local hook, mask, count = gethook()
  if type(hook) == "string" then return pcall(fn, ...) end
  local ok, result
  if left then
    ok, result = nested(fn, limit, what, ...)
  else
    ok, result = start(fn, limit, what, ...)
    left = nil
    -- what raised in calls of C is still counted
    if not ok then text.depth(0) end
  end
  sethook(hook, mask, count)
  return ok, result
end

--- Runs fn(...) for `limit` instructions (1000 or more) at most: true and its first result, or false and the error.
-- `what` is what is expected to end. A debugger's hook that cannot be put back stays.
function M.run(fn, limit, what, ...)
  -- Texts have one table of methods for all code; nothing that is run here can yield.
  local before = texts.__index
  texts.__index = M.text
  local ok, result = run(fn, limit, what, ...)
  texts.__index = before
  return ok, result
end

return M
