--- Definitions of flows: what obol.flow answers.

local duration = require "obol.route.duration"
local nearest = require "obol.nearest"

local M = {}

local TRIES = 10
local known = { deadline = true, tries = true }
local made = setmetatable({}, { __mode = "k" })

--- Milliseconds of a span of time such as `30m`; raises at the caller's caller otherwise.
function M.span(text, what)
  local ms = duration(text)
  if not ms then error(("expected %s as a time such as `30s`, `30m`, `2h` or `3d`, a year at most"):format(what), 3) end
  return ms
end

--- Whether `value` can name a flow, a step or a word: text of 1 to 64 bytes.
function M.is_name(value)
  return type(value) == "string" and #value >= 1 and #value <= 64 and not value:find "%c"
end

local function is_tries(value)
  return type(value) == "number" and value % 1 == 0 and value >= 1 and value <= 1000
end

--- How often a step is tried, of an option; raises at the caller's caller otherwise.
function M.tries(value)
  if value == nil or is_tries(value) then return value end
  error("expected `tries` as an integer from 1 to 1000", 3)
end

--- Raises at the caller's caller for options that are no table, or have a name that is not in `names`.
function M.options(given, names)
  if given == nil then return {} end
  if type(given) ~= "table" then error("expected options as a table, got a " .. type(given), 3) end
  for name in pairs(given) do
    if not names[name] then error("expected a known option" .. nearest.hint(name, names), 3) end
  end
  return given
end

-- What is wrong with what a definition is to be made of, or nil.
local function problem_of(name, fn, options)
  if not M.is_name(name) or not name:find "^[%a_][%w_.-]*$" then
    return "expected a flow's name of letters, digits, `_`, `.` and `-`, 64 at most, a letter first"
  end
  if type(fn) ~= "function" then return "expected the flow as a function, got a " .. type(fn) end
  if type(options) ~= "table" then return "expected options as a table, got a " .. type(options) end
  for key in pairs(options) do
    if not known[key] then return "expected a known option" .. nearest.hint(key, known) end
  end
  if options.deadline ~= nil and not duration(options.deadline) then
    return "expected `deadline` as a time such as `30m`, `2h` or `3d`, a year at most"
  end
  local tries = options.tries
  if tries ~= nil and not is_tries(tries) then return "expected `tries` as an integer from 1 to 1000" end
  return nil
end

--- Makes a definition: { name =, run = (the function), tries =, deadline_ms = (nil without one), file =, line = }; or
-- nil and what is wrong.
function M.new(name, fn, options)
  if options == nil then options = {} end
  local problem = problem_of(name, fn, options)
  if problem then return nil, problem end
  local info = debug.getinfo(fn, "S")
  local defined = { name = name, run = fn, tries = options.tries or TRIES,
    deadline_ms = options.deadline and duration(options.deadline), file = info.source:match "^@(.*)$" or info.short_src,
    line = info.linedefined }
  made[defined] = true
  return defined
end

--- Whether `value` is a definition.
function M.is(value)
  return made[value] == true
end

return M
