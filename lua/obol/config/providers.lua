--- The files of providers that a configuration names: the merchant's own code, loaded as text, with
-- ordinary globals, `require` and `obol`. What a file sets stays its own.

local provider = require "obol.provider"

local M = {}

local MAX_SIZE, MAX_FILES = 1024 * 1024, 100

-- What a file may name `obol` is what it may require itself.
local host_require = require

local function environment()
  return setmetatable({}, { __index = function(_, name)
    if name == "obol" then return host_require "obol" end
    return _G[name]
  end })
end

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read(MAX_SIZE + 1)
  if file then file:close() end
  if not text or #text > MAX_SIZE then return nil, "expected a file of 1 MiB at most at " .. path end
  if text:byte(1) == 27 then return nil, "expected text, not compiled code, at " .. path end
  return text
end

local function run(path)
  local text, problem = read(path)
  if not text then return nil, problem end
  local chunk
  chunk, problem = load(text, "@" .. path, "t", environment())
  if not chunk then return nil, (problem:gsub("%s+near%s.*$", "")) end
  local ok, defined, err = pcall(chunk)
  if not ok then return nil, (tostring(defined):gsub("%c", " ")) end
  return defined, err
end

local function define(path, field, add)
  local defined, err = run(path)
  if provider.is(defined) then return end
  if type(err) == "string" then return add(field, err) end
  if type(err) ~= "table" then
    return add(field, "expected the file to return what obol.provider.define answers")
  end
  for _, problem in ipairs(err.fields or { err }) do
    add(problem.field and field .. "." .. problem.field or field, problem.message)
  end
end

--- Defines the providers of the files in `list`, whose paths begin at `folder` ("" or with a slash at
-- its end). What is wrong goes to `add(field, message)`.
function M.define(list, folder, add)
  if list == nil then return end
  if type(list) ~= "table" then return add("providers", "expected a list of files") end
  for key in pairs(list) do
    if type(key) ~= "number" or key % 1 ~= 0 or key < 1 or key > MAX_FILES then
      return add("providers", "expected a list of files, 100 at most")
    end
  end
  for index = 1, MAX_FILES do
    local path, field = list[index], ("providers[%d]"):format(index)
    if path ~= nil and type(path) ~= "string" then
      add(field, "expected a file's path as text")
    elseif path then
      define(path:sub(1, 1) == "/" and path or folder .. path, field, add)
    end
  end
end

return M
