-- The command line's page, from its help.

local M = {}

-- By the Lua that runs this.
local function help_of(path, name)
  local pipe = assert(io.popen(("OBOL_LUA=%s %s %s --help"):format(arg[-1] or "lua5.4", path, name)))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

-- Adds the commands that a help lists, and those that theirs list.
local function add(lines, path, help, before, heading)
  local commands = ("\n" .. help):match "\nCommands:\n(.-)\n\n" or ""
  for name in commands:gmatch "\n?   (%l+)  [^\n]*" do
    local whole = before .. name
    local text = help_of(path, whole)
    lines[#lines + 1] = ("%s obol %s\n\n```\n%s\n```\n"):format(heading, whole, text)
    add(lines, path, text, whole .. " ", heading .. "#")
  end
end

--- The page; `path` is that of the command.
function M.page(path)
  local main = help_of(path, "")
  local lines = { "# The command `obol`", "", "Written by `make docs` from the command's help.", "", "```", main,
    "```", "" }
  add(lines, path, main, "", "##")
  return (table.concat(lines, "\n"):gsub("%s+$", "")) .. "\n"
end

return M
