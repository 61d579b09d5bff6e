-- What the lint scripts share: the files of a tree, C and Lua text without comments and strings,
-- and the reporting of what was found. Every script takes the tree as its argument (default: here).

local M = {}

M.root = arg and arg[1] or "."

--- The files of the tree, as sorted paths beneath its root, that `pattern` (a Lua pattern) matches.
function M.files(pattern)
  local command = ("cd '%s' && find . -type f -not -path './build/*' -not -path './.git/*' " ..
    "-not -path ./.git"):format(M.root)
  local pipe = assert(io.popen(command))
  local found = {}
  for line in pipe:lines() do
    local path = line:sub(3)
    if path:find(pattern) then found[#found + 1] = path end
  end
  pipe:close()
  table.sort(found)
  return found
end

--- The bytes of one file.
function M.read(path)
  local file = assert(io.open(M.root .. "/" .. path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- The lines of a text, without their ends.
function M.lines(text)
  local lines = {}
  for line in (text:sub(-1) == "\n" and text or text .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

-- Blanks, and the line ends of what they stand for, so that line numbers stay.
local function blank(text)
  return (text:gsub("[^\n]", " "))
end

--- C without comments, and without the contents of strings and characters.
function M.strip_c(text)
  local out, at = {}, 1
  while true do
    local from = text:find("[/\"']", at)
    if not from then break end
    out[#out + 1] = text:sub(at, from - 1)
    local two, quote = text:sub(from, from + 1), text:sub(from, from)
    local to
    if two == "/*" then
      to = select(2, text:find("*/", from + 2, true)) or #text
      out[#out + 1] = blank(text:sub(from, to))
    elseif two == "//" then
      to = (text:find("\n", from, true) or #text + 1) - 1
      out[#out + 1] = blank(text:sub(from, to))
    elseif quote == "/" then
      to = from
      out[#out + 1] = "/"
    else
      to = from + 1
      while to <= #text and text:sub(to, to) ~= quote do
        to = to + (text:sub(to, to) == "\\" and 2 or 1)
      end
      out[#out + 1] = quote .. blank(text:sub(from + 1, to - 1)) .. quote
    end
    at = to + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

--- Lua without comments; strings stay.
function M.strip_lua(text)
  local out, at = {}, 1
  while true do
    local from = text:find("[%-\"'%[]", at)
    if not from then break end
    out[#out + 1] = text:sub(at, from - 1)
    local quote, to = text:sub(from, from), from
    local comment = text:sub(from, from + 1) == "--"
    local level = text:match("^%[(=*)%[", comment and from + 2 or from)
    if level then
      to = select(2, text:find("]" .. level .. "]", from, true)) or #text
    elseif comment then
      to = (text:find("\n", from, true) or #text + 1) - 1
    elseif quote == '"' or quote == "'" then
      to = from + 1
      while to <= #text and text:sub(to, to) ~= quote do
        to = to + (text:sub(to, to) == "\\" and 2 or 1)
      end
    end
    local piece = text:sub(from, to)
    out[#out + 1] = comment and blank(piece) or piece
    at = to + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

local problems = 0

--- Reports one problem; `line` may be nil.
function M.report(path, line, format, ...)
  problems = problems + 1
  local place = line and ("%s:%d"):format(path, line) or path
  io.write(place, ": ", format:format(...), "\n")
end

--- Ends the script: well only when nothing was reported.
function M.finish()
  os.exit(problems == 0)
end

return M
