-- usage: lua5.4 scripts/check/provider_lines.lua [TREE]
-- What each provider costs to write: lines of tables and of functions, with comments and blank lines
-- counted apart. A report: it fails only where it finds no provider.

package.path = arg[0]:gsub("[^/]*$", "") .. "../lint/?.lua;" .. package.path
local source = require "source"

local function add(counts, kind, number) counts[kind] = (counts[kind] or 0) + (number or 1) end

-- Marks the lines of functions: in C a body between braces in the first column, with the lines of its
-- head; in Lua what stands from a `function` in the first column to its `end` there.
local function c_functions(lines)
  local marked, from = {}, nil
  for number, line in ipairs(lines) do
    if line:find "^{" then
      from = number
      while from > 1 and lines[from - 1]:find "%S" and not lines[from - 1]:find "^[#}]"
        and not lines[from - 1]:find "[;}]%s*$" do from = from - 1 end
    elseif line:find "^}" and from then
      for at = from, number do marked[at] = true end
      from = nil
    end
  end
  return marked
end

local function lua_functions(lines)
  local marked, from = {}, nil
  for number, line in ipairs(lines) do
    if line:find "^local function " or line:find "^function " then from = number end
    if from then marked[number] = true end
    if line:find "^end" or line:find "^%S.* end%s*$" then from = nil end
  end
  return marked
end

local function count(path, counts)
  local text = source.read(path)
  local c = path:find "%.[ch]$"
  local code = source.lines(c and source.strip_c(text) or source.strip_lua(text))
  local functions = (c and c_functions or lua_functions)(code)
  for number, line in ipairs(source.lines(text)) do
    add(counts, "total")
    if not line:find "%S" then
      add(counts, "blank")
    elseif not code[number]:find "%S" then
      add(counts, "comments")
    else
      add(counts, functions[number] and "functions" or "tables")
    end
  end
end

local providers, names = {}, {}

local function gather(pattern)
  for _, path in ipairs(source.files(pattern)) do
    local name = path:match "^core/provider/([^/]+)/" or path
    if not providers[name] then
      providers[name] = { files = 0 }
      names[#names + 1] = name
    end
    add(providers[name], "files")
    count(path, providers[name])
  end
end

gather "^core/provider/[^/]+/.*%.[ch]$"
gather "^scripts/providers/.*%.lua$"

local columns = { "files", "tables", "functions", "comments", "blank", "total" }
local line = { ("%-28s"):format "provider" }
for place, column in ipairs(columns) do line[place + 1] = ("%10s"):format(column) end
print(table.concat(line))
for _, name in ipairs(names) do
  line = { ("%-28s"):format(name) }
  for place, column in ipairs(columns) do line[place + 1] = ("%10d"):format(providers[name][column] or 0) end
  print(table.concat(line))
end
os.exit(#names > 0)
