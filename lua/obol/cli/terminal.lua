--- Text for a terminal: colours, tables and wrapped lines, and plain text where there is no terminal.

local M = {}

local BROKEN_PIPE = 32 -- errno

local codes = {
  bold = "1", dim = "2", red = "31", green = "32", yellow = "33", blue = "34", magenta = "35", cyan = "36",
  screen = "97;40", -- light letters on a dark ground, whatever the terminal has
}

local function set(name)
  local value = os.getenv(name)
  return value ~= nil and value ~= ""
end

--- Whether file descriptor 1 or 2 is a terminal that may be coloured. NO_COLOR switches colours off,
-- CLICOLOR_FORCE switches them on without a terminal.
function M.has_colour(descriptor)
  if set "NO_COLOR" or os.getenv "TERM" == "dumb" then return false end
  if set "CLICOLOR_FORCE" and os.getenv "CLICOLOR_FORCE" ~= "0" then return true end
  local status = os.execute(("test -t %d"):format(descriptor))
  return status == true or status == 0
end

-- Blocks whose characters take two columns.
local wide = {
  { 0x1100, 0x115F }, { 0x2E80, 0xA4CF }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F },
  { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1FAFF }, { 0x20000, 0x3FFFD },
}

local function code_point(character)
  local first = character:byte()
  if first < 0x80 then return first end
  local point = first >= 0xF0 and first % 8 or first >= 0xE0 and first % 16 or first % 32
  for index = 2, #character do point = point * 64 + character:byte(index) % 64 end
  return point
end

--- The columns that a text without control characters takes.
function M.width(text)
  local columns = 0
  for character in text:gmatch "[%z\1-\127\194-\244][\128-\191]*" do
    local point, taken = code_point(character), 1
    for _, block in ipairs(wide) do
      if point >= block[1] and point <= block[2] then taken = 2 end
    end
    columns = columns + taken
  end
  return columns
end

--- What others wrote, fit for a terminal: control characters, which could move the cursor or change
-- what was printed before, become blanks.
function M.clean(text)
  return (tostring(text):gsub("\194[\128-\159]", " "):gsub("%c", " "))
end

--- Splits a text at blanks into lines of at most `columns`; a longer word stands alone.
function M.wrap(text, columns)
  local lines, line = {}, ""
  for word in text:gmatch "%S+" do
    if line ~= "" and M.width(line) + 1 + M.width(word) > columns then
      lines[#lines + 1] = line
      line = word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return lines
end

--- The width to write for: COLUMNS where it is set, else 100.
function M.columns()
  local given = tonumber(os.getenv "COLUMNS" or "")
  return given and math.max(60, math.min(given, 200)) or 100
end

local Terminal = {}
Terminal.__index = Terminal

--- A terminal over a file: `colour` says whether to paint.
function M.new(file, colour)
  return setmetatable({ file = file, colour = colour, columns = M.columns() }, Terminal)
end

-- Notes that what was written did not arrive. A reader that has seen enough, as `head`, is no fault.
local function note(self, ok, _, code)
  if not ok and code ~= BROKEN_PIPE then self.lost = true end
end

--- Writes one line.
function Terminal:line(...)
  note(self, self.file:write(table.concat({ ... }), "\n"))
end

--- Hands over what was written; answers whether all of it arrived.
function Terminal:finish()
  note(self, self.file:flush())
  return not self.lost
end

--- The text in a colour or style (`bold`, `dim`, `red`, ...), or as it is.
function Terminal:paint(style, text)
  if not self.colour or not codes[style] then return text end
  return ("\27[%sm%s\27[0m"):format(codes[style], text)
end

local function measure(rows, count)
  local widths = {}
  for column = 1, count - 1 do
    widths[column] = 0
    for _, row in ipairs(rows) do widths[column] = math.max(widths[column], M.width(row[column] or "")) end
  end
  return widths
end

local function pad(text, width) return text .. (" "):rep(width - M.width(text)) end

--- Writes rows of texts as columns, the last one wrapped. Options: `head` (a row in bold), `indent`
-- (columns), `paint(row, column, text)` (what a cell looks like).
function Terminal:rows(rows, options)
  options = options or {}
  local all, count = {}, 0
  if options.head then all[1] = options.head end
  for _, row in ipairs(rows) do all[#all + 1] = row end
  for _, row in ipairs(all) do count = math.max(count, #row) end
  local widths, indent = measure(all, count), (" "):rep(options.indent or 0)
  local start = #indent
  for _, width in ipairs(widths) do start = start + width + 2 end
  local room = math.max(30, self.columns - start)
  for place, row in ipairs(all) do
    local is_head = options.head and place == 1
    local cells = { indent }
    for column, width in ipairs(widths) do
      local text = pad(row[column] or "", width)
      if is_head then text = self:paint("bold", text)
      elseif options.paint then text = options.paint(row, column, text) end
      cells[#cells + 1] = text .. "  "
    end
    for number, text in ipairs(M.wrap(row[count] or "", room)) do
      local before = number == 1 and table.concat(cells) or (" "):rep(start)
      if is_head then text = self:paint("bold", text)
      elseif options.paint then text = options.paint(row, count, text) end
      self:line(((before .. text):gsub("%s+$", "")))
    end
  end
end

return M
