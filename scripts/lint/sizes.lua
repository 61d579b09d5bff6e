-- Ceilings on files and functions. There is no list of exceptions.

package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local source = require "source"

local C_FILE, HEADER, LUA_FILE, FUNCTION = 400, 120, 300, 60

-- C as clang-format leaves it: a function's body stands between braces in the first column.
local function c_functions(path, lines)
  local from, functions
  for number, line in ipairs(lines) do
    if line == "{" then
      from = number
    elseif line:find "^}" and from then
      functions = true
      local size = number - from + 2
      if size > FUNCTION then
        source.report(path, from - 1, "a function of %d lines, %d at most", size, FUNCTION)
      end
      from = nil
    end
  end
  return functions
end

-- Lua: from a line that opens a function to the `end` of the same indentation.
local function lua_functions(path, lines)
  local open = {}
  for number, line in ipairs(lines) do
    local indent = #line:match "^ *"
    local opened = line:find "%f[%w_]function%f[^%w_]" and not line:find "%f[%w_]end%f[^%w_]"
    if opened then
      open[indent] = number
    elseif line:find "^ *end%f[^%w_]" and open[indent] then
      local size = number - open[indent] + 1
      if size > FUNCTION then
        source.report(path, open[indent], "a function of %d lines, %d at most", size, FUNCTION)
      end
      open[indent] = nil
    end
  end
end

local function check_file(path, lines, most)
  if #lines > most then source.report(path, nil, "%d lines, %d at most", #lines, most) end
end

for _, path in ipairs(source.files "%.[ch]$") do
  local lines = source.lines(source.read(path))
  local functions = c_functions(path, source.lines(source.strip_c(source.read(path))))
  if path:find "%.h$" then
    check_file(path, lines, HEADER)
  elseif functions then
    check_file(path, lines, C_FILE) -- a file that is only tables may be as long as they are
  end
end

for _, path in ipairs(source.files "%.lua$") do
  local lines = source.lines(source.read(path))
  check_file(path, lines, LUA_FILE)
  -- A describe block is a function too, as long as it has cases.
  if not path:find "_spec%.lua$" then
    lua_functions(path, source.lines(source.strip_lua(source.read(path))))
  end
end

source.finish()
