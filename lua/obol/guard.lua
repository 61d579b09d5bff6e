--- Running what colleagues wrote (configurations, rules): loaded as text, with nothing in reach but what it
-- is given, and for so many instructions at most, also on LuaJIT, whose compiled code counts none.

local M = {}

-- What such a script may call on its texts: not `rep`, with which a line asks for all memory there is,
-- and not `dump`.
M.text = {}
for name in ("byte find format gmatch gsub len lower match reverse sub upper"):gmatch "%l+" do
  M.text[name] = string[name]
end

local jit, debug = rawget(_G, "jit"), debug

--- The message of an error without the source that Lua quotes in "near ..." and "(constant ...)", which may
-- be a credential that was typed into the file.
function M.plain(message)
  return (tostring(message):gsub("%s+near%s.*$", ""):gsub("%s+%(constant%s.*$", ""):gsub("[%c]", " "))
end

--- Compiles `text`, the contents of the file at `path`: a function; or nil and what is wrong.
function M.load(text, path, environment)
  if text:byte(1) == 27 then return nil, path .. ": expected text, not compiled code" end
  local chunk, problem = load(text, "@" .. path, "t", environment)
  if not chunk then return nil, M.plain(problem) end
  M.interpret(chunk)
  return chunk
end

--- Sees to it that the instructions of `fn`, and of the functions in it, can be counted.
function M.interpret(fn)
  if jit then jit.off(fn, true) end
end

-- "routes.lua:7: " of what is running.
local function place()
  local info = debug.getinfo(3, "Sl")
  if not info or info.source:sub(1, 1) ~= "@" then return "" end
  return ("%s:%d: "):format(info.source:sub(2), info.currentline)
end

-- The hook that ends what does not end, by what is expected to.
local stops = setmetatable({}, { __index = function(made, what)
  made[what] = function() error(place() .. "expected " .. what .. " that ends", 0) end
  return made[what]
end })

-- The limit may be reached behind `fn` too, before the hook is gone: that raises out of here.
local function bounded(hook, mask, count, fn, ...)
  local ok, result = pcall(fn, ...)
  debug.sethook(hook, mask, count)
  return ok, result
end

local function run(fn, limit, what, ...)
  local hook, mask, count = debug.gethook()
  if type(hook) == "string" then return pcall(fn, ...) end
  debug.sethook(stops[what], "", limit)
  local whole, ok, result = pcall(bounded, hook, mask, count, fn, ...)
  if whole then return ok, result end
  debug.sethook(hook, mask, count)
  return false, ok
end

--- Runs fn(...) for `limit` instructions (1000 or more) at most: true and its first result, or false and the error.
-- `what` is what is expected to end. A debugger's hook that cannot be put back stays.
function M.run(fn, limit, what, ...)
  -- Texts have one table of methods for all code; nothing that is run here can yield.
  local shared = debug.getmetatable ""
  local before = shared.__index
  shared.__index = M.text
  local ok, result = run(fn, limit, what, ...)
  shared.__index = before
  return ok, result
end

return M
