-- Pieces of Markdown.

local M = {}

-- A cell of a table: what would end it is escaped.
local function cell(text)
  return (tostring(text or ""):gsub("|", "\\|"):gsub("\n", " "))
end

--- The text as code, or nothing for no text.
function M.code(text)
  if not text or text == "" then return "" end
  return "`" .. text .. "`"
end

--- Adds a table of `rows` beneath `head` to the lines; columns that are empty in every row are left
-- out.
function M.table(lines, head, rows)
  local kept = {}
  for column = 1, #head do
    for _, row in ipairs(rows) do
      if row[column] and row[column] ~= "" then
        kept[#kept + 1] = column
        break
      end
    end
  end
  local function add(row)
    local cells = {}
    for place, column in ipairs(kept) do cells[place] = cell(row[column]) end
    lines[#lines + 1] = "| " .. table.concat(cells, " | ") .. " |"
  end
  add(head)
  lines[#lines + 1] = "|" .. ("---|"):rep(#kept)
  for _, row in ipairs(rows) do add(row) end
  lines[#lines + 1] = ""
end

--- The anchor that a heading gets.
function M.anchor(heading)
  return (heading:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-"))
end

--- The lines as a page that ends in one line end.
function M.page(lines)
  while lines[#lines] == "" do lines[#lines] = nil end
  return table.concat(lines, "\n") .. "\n"
end

return M
