--- The files of providers that a configuration names: the merchant's own code, loaded as text, with
-- ordinary globals, `require` and `obol`. What a file sets stays its own.

local code = require "obol.config.code"
local entries_of = require "obol.config.list"
local file = require "obol.guard.file"
local lines = require "obol.route.lines"
local provider = require "obol.provider"

local M = {}

-- "operations.payment.create.request[2].type" as keys: names of operations have dots of their own.
local function keys_of(field, node)
  local keys = {}
  while field ~= "" and node do
    local place, rest = field:match "^%[(%d+)%]%.?(.*)$"
    local key, after = tonumber(place), rest
    for stop in (place and "" or field .. "."):gmatch "()[%.%[]" do
      local name = field:sub(1, stop - 1)
      if node.members[name] then key, after = name, field:sub(stop):gsub("^%.", "") end
    end
    if not key then break end
    keys[#keys + 1], field, node = key, after, node.members[key]
  end
  return keys
end

local function define(path, field, names, add)
  local defined, err, text = code.run(path, function(chunk) return provider.heard(names, chunk) end)
  if provider.is(defined) then return end
  if type(err) == "string" then return add(field, err) end
  if type(err) ~= "table" then
    return add(field, path .. ": expected the file to return what obol.provider.define answers")
  end
  local tables = lines.read(text, true)
  for _, problem in ipairs(err.fields or { err }) do
    local line = lines.find(tables, keys_of(problem.field or "", tables))
    add(problem.field and field .. "." .. problem.field or field,
      ("%s%s: %s"):format(path, line and (":%d"):format(line) or "", problem.message))
  end
end

--- The paths of the files in `list` that begin at `folder` ("" or with a slash at its end), and what is wrong
-- with the list, by `add(field, message)`.
function M.paths(list, folder, add)
  local paths = {}
  if list == nil then return paths end
  for _, entry in ipairs(entries_of(list, "providers", "files", add)) do
    if type(entry.given) ~= "string" then
      add(entry.field, "expected a file's path as text")
    else
      paths[#paths + 1] = { path = file.within(folder, entry.given), field = entry.field }
    end
  end
  return paths
end

--- Defines the providers of the files in `list`, and answers their names as keys. What is wrong goes to
-- `add(field, message)`.
function M.define(list, folder, add)
  local names = {}
  for _, one in ipairs(M.paths(list, folder, add)) do define(one.path, one.field, names, add) end
  return names
end

return M
