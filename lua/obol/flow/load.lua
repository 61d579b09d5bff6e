--- Loading the flows that a configuration names.

local code = require "obol.config.code"
local core = require "obol.core"
local definition = require "obol.flow.definition"
local entries_of = require "obol.config.list"
local file = require "obol.guard.file"

local M = {}

local MAX_FILES, WHAT = 1000, "files and folders"

-- The files of a folder whose names end in `.lua`, sorted; nil where it is no folder.
local function files_of(path)
  local names = core.folder(path)
  if not names then return nil end
  local files = {}
  for _, name in ipairs(names) do
    if name:find "%.lua$" and name:sub(1, 1) ~= "." then
      files[#files + 1] = path:gsub("/*$", "") .. "/" .. name
    end
  end
  table.sort(files)
  return files
end

local function take(found, one, field, add)
  local before = found[one.name]
  if before and before ~= one then
    return add(field, ("expected a name that no other flow has: `%s` is that of %s:%d, and of %s:%d")
      :format(one.name, before.file, before.line, one.file, one.line))
  end
  found[one.name] = one
end

-- `among` is whether the file is there because its folder was named.
local function add_file(found, path, field, add, among)
  local given, problem = code.run(path)
  if given == nil and type(problem) == "string" then
    return add(field, problem)
  end
  if definition.is(given) then return take(found, given, field, add) end
  if type(given) ~= "table" or #given == 0 then
    return add(field, path .. ": expected the file to return what obol.flow answers, or a list of it"
      .. (among and ": what flows share belongs in a folder of its own" or ""))
  end
  for place, one in ipairs(given) do
    if definition.is(one) then
      take(found, one, field, add)
    else
      add(field, ("%s: expected what obol.flow answers at place %d of the list"):format(path, place))
    end
  end
end

local function add_entry(found, entry, folder, field, add)
  if definition.is(entry) then return take(found, entry, field, add) end
  if type(entry) ~= "string" or entry == "" or #entry > 1024 or entry:find "%c" then
    return add(field, "expected the path of a file or folder, or what obol.flow answers")
  end
  local path = file.within(folder, entry)
  local files = files_of(path)
  if not files then
    if path:sub(-1) == "/" then return add(field, "expected a folder that can be read at " .. path) end
    return add_file(found, path, field, add)
  end
  if #files > MAX_FILES then return add(field, "expected a folder with 1000 files at most at " .. path) end
  for _, one in ipairs(files) do add_file(found, one, field, add, true) end
end

--- The paths of all files that `list` names, those in its folders too.
function M.files(list, folder)
  local paths = {}
  for _, entry in ipairs(entries_of(list, "flows", WHAT, function() end)) do
    if type(entry.given) == "string" then
      local path = file.within(folder, entry.given)
      for _, one in ipairs(files_of(path) or { path }) do paths[#paths + 1] = one end
    end
  end
  return paths
end

--- Loads `list` (paths of files and folders, that begin at `folder`, `""` or with a slash at its end; or
-- definitions): definitions by their names. What is wrong goes to `add(field, message)`, with file and line.
function M.run(list, folder, add)
  local found = {}
  -- a definition alone is a table, but no list
  local entries = entries_of(not definition.is(list) and list, "flows", WHAT, add)
  for _, entry in ipairs(entries) do add_entry(found, entry.given, folder, entry.field, add) end
  return found
end

return M
