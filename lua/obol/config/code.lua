--- Running the merchant's own code that a configuration names (providers, flows): loaded as text, with
-- ordinary globals, `require` (which looks beside the file first) and `obol`. What a file sets stays its own.

local file = require "obol.guard.file"
local guard = require "obol.guard"

local M = {}

-- What a file may name `obol` is what it may require itself.
local host_require = require

-- A module is looked for beside the file first: wherever its configuration lies, a file finds its own. The library is
-- never there: a file of its name is a configuration.
local function require_from(folder)
  return function(name)
    if type(name) == "string" and (name == "obol" or name:find "^obol%.") then return host_require(name) end
    local before = package.path
    package.path = folder .. "?.lua;" .. folder .. "?/init.lua;" .. before
    local ok, found = pcall(host_require, name)
    package.path = before
    if ok then return found end
    error(found, 2)
  end
end

local function environment(folder)
  local own_require = require_from(folder)
  return setmetatable({}, { __index = function(_, name)
    if name == "obol" then return host_require "obol" end
    if name == "require" then return own_require end
    return _G[name]
  end })
end

-- What was raised, in one line: an object's own words, where it has some and they are text.
local function text_of(raised)
  local ok, text = pcall(tostring, raised)
  if raised == nil or not ok or type(text) ~= "string" then return "raised no text" end
  return (text:gsub("%c", " "))
end

--- Runs the file at `path`: what it returns, two values at most, and its text. Where it cannot be run: nil and what is
-- wrong, with file and line. `call(chunk)` runs it in the place of pcall.
function M.run(path, call)
  local text, problem = file.read(path)
  if not text then return nil, problem end
  if text:byte(1) == 27 then return nil, "expected text, not compiled code, at " .. path end
  local chunk
  chunk, problem = load(text, "@" .. path, "t", environment(path:match "^(.*/)" or "./"))
  if not chunk then return nil, guard.plain(problem) end
  local ok, defined, err = (call or pcall)(chunk)
  if not ok then return nil, file.at(path, text_of(defined)) end
  return defined, err, text
end

return M
