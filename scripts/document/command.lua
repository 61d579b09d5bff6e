-- The command line's page, from its help.

local M = {}

-- By the Lua that runs this.
local function help_of(path, name)
  local pipe = assert(io.popen(("OBOL_LUA=%s %s %s --help"):format(arg[-1] or "lua5.4", path, name)))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

--- The page; `path` is that of the command.
function M.page(path)
  local main = help_of(path, "")
  local lines = { "# The command `obol`", "", "Written by `make docs` from the command's help.", "", "```", main,
    "```", "" }
  local commands = main:match "\nCommands:\n(.-)\n\n"
  for name in commands:gmatch "\n?   (%l+)  [^\n]*" do
    lines[#lines + 1] = ("## obol %s\n\n```\n%s\n```\n"):format(name, help_of(path, name))
  end
  return (table.concat(lines, "\n"):gsub("%s+$", "")) .. "\n"
end

return M
