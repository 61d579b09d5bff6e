--- Loading a configuration script: text only, with `env`, `file` and `secret` and nothing else.
-- What the script asks for and is not there (an environment variable, a file) becomes a mark in its
-- place, so that every such mistake is reported at once, with the path where it was used.

local errors = require "obol.error"
local file = require "obol.guard.file"
local guard = require "obol.guard"
local lines = require "obol.route.lines"
local nearest = require "obol.nearest"
local secret = require "obol.secret"

local M = {}

local MAX_INSTRUCTIONS = 10000000
local NO_SUCH_FILE, NOT_ALLOWED = 2, 13 -- errno
local Missing = {}
Missing.__concat = function(a, b)
  return getmetatable(a) == Missing and a or b
end
Missing.__tostring = function() return "[missing]" end

-- "obol.lua:7" of the script's line that is running.
local function place(chunk)
  for level = 3, 12 do
    local info = debug.getinfo(level, "Sl")
    if info and info.source == "@" .. chunk then return ("%s:%d"):format(chunk, info.currentline) end
  end
  return chunk
end

local function environment(chunk, folder, marks)
  local function missing(expected)
    local mark = setmetatable({}, Missing)
    marks[mark] = ("expected %s (%s)"):format(expected, place(chunk))
    marks[#marks + 1] = mark
    return mark
  end
  local function want(name, what)
    if type(name) ~= "string" or name == "" or name:find("\0", 1, true) then
      error("expected " .. what .. " as text", 3)
    end
  end
  local names = {
    env = function(name)
      want(name, "the name of an environment variable")
      local value = os.getenv(name)
      if value and value ~= "" then return value end
      return missing("the environment variable " .. name .. " with a value")
    end,
    file = function(path)
      want(path, "a path")
      return file.read(file.within(folder, path)) or missing("a readable file of 1 MiB at most at " .. path)
    end,
    secret = {
      env = function(name)
        want(name, "the name of an environment variable")
        return secret.env(name) or missing("the environment variable " .. name .. " with a value")
      end,
      file = function(path)
        want(path, "a path")
        marks.secret_files[#marks.secret_files + 1] = file.within(folder, path)
        return secret.file(file.within(folder, path)) or missing("a file of 1 byte to 1 MiB at " .. path)
      end,
    },
  }
  -- what is misspelt would be nothing, and so would what it is given to
  return setmetatable(names, { __index = function(_, name)
    error("expected `env`, `file`, `secret` or a name that has a value" .. nearest.hint(name, names), 2)
  end })
end

--- The path of the member `key` of what is at `path`: `accounts.cards`, `providers[2]`.
function M.below(path, key)
  if type(key) == "number" then return ("%s[%.14g]"):format(path, key) end
  return path == "" and tostring(key) or path .. "." .. tostring(key)
end

-- What stands twice in a table of the text: a list of { field =, message = }. Of two accounts of one name Lua keeps the
-- second, and says nothing of it.
local function twice(text, path)
  local found, tables = {}, lines.read(text)
  lines.twice(tables, function(keys, message)
    local field = ""
    for _, key in ipairs(keys) do field = M.below(field, key) end
    found[#found + 1] = { field = field, message = ("%s (%s:%d)"):format(message, path, lines.find(tables, keys)) }
  end)
  return found
end

local function fail(path, message)
  return nil, errors.new { kind = "invalid", message = file.at(path, guard.plain(message)) }
end

--- Runs the script at `path`. Answers the table that it returned, the marks of what was missing
-- (marks[mark] is the expectation, marks[1..n] in order; `secret_files` lists the paths of the secrets that it
-- named, `twice` what stands twice in a table) and the script's folder; or nil and an error with `file:line`.
function M.load(path)
  local text, _, code = file.read(path)
  if code == NO_SUCH_FILE then return fail(path, "expected a configuration file, and there is none of this name") end
  if code == NOT_ALLOWED then return fail(path, "expected a configuration file that this user may read") end
  if not text then return fail(path, "expected a configuration file that can be read, of 1 MiB at most") end
  local folder = path:match("^(.*/)") or ""
  local marks = { secret_files = {} }
  local chunk, problem = guard.load(text, path, environment(path, folder, marks))
  if not chunk then return fail(path, problem) end
  local ok, result = guard.run(chunk, MAX_INSTRUCTIONS, "a script")
  if not ok then return fail(path, result) end
  if type(result) ~= "table" then return fail(path, "expected the script to return a table") end
  marks.twice = twice(text, path)
  return result, marks, folder
end

return M
