-- Other programs: those of spec/bench/c, which `make bench` builds, and short Lua scripts.

local M = {}

local BUILD = os.getenv "BUILD" or "build"

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

function M.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The first number that the command prints.
function M.figure(command)
  local text = output(command)
  return tonumber(text:match "[%d.]+[eE]?[+-]?%d*") or error("no figure from: " .. command .. "\n" .. text)
end

-- The figure of a program of spec/bench/c.
function M.c(name, ...)
  local words = { M.quote(BUILD .. "/bench/" .. name) }
  for _, word in ipairs { ... } do words[#words + 1] = M.quote(tostring(word)) end
  return M.figure(table.concat(words, " "))
end

-- The figure of a script for this Lua, run by a new process.
function M.lua(script)
  return M.figure((jit and "luajit" or "lua5.4") .. " -e " .. M.quote(script))
end

M.output = output

return M
