--- The files of what colleagues wrote: configurations, rules, flows, providers.

local M = {}

local MAX_SIZE = 1024 * 1024

--- The path of what a file in `folder` (`""`, or with a slash at its end) names `path`.
function M.within(folder, path)
  return path:sub(1, 1) == "/" and path or folder .. path
end

--- What is in the file at `path`; or nil, what was expected and, where it cannot be opened, the number of that error.
function M.read(path)
  local file, _, code = io.open(path, "rb")
  local text, problem
  if file then
    text, problem = file:read(MAX_SIZE + 1)
    file:close()
    -- an empty file has nothing to read, and nothing is wrong with that
    if not text and not problem then text = "" end
  end
  if text and #text <= MAX_SIZE then return text end
  return nil, "expected a readable file of 1 MiB at most at " .. path, code
end

--- What is wrong, with the path before it, unless it stands there already (Lua puts it there, with the line).
function M.at(path, problem)
  return problem:sub(1, #path + 1) == path .. ":" and problem or path .. ": " .. problem
end

return M
