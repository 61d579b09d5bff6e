-- An independent reading of QR codes of version 1 (ISO/IEC 18004), and of the pictures in which they
-- come. A matrix is `matrix[row][column]`, counted from 0, true where it is dark.

local M = {}

local SIZE = 21

local function bit_of(value, place) return math.floor(value / 2 ^ place) % 2 end

local function xor(a, b)
  local result = 0
  for place = 0, 14 do
    if bit_of(a, place) ~= bit_of(b, place) then result = result + 2 ^ place end
  end
  return result
end

--- The matrix that an SVG draws, with its quiet zone: every unit square that a rectangle covers.
function M.of_svg(svg)
  local side = tonumber(svg:match 'viewBox="0 0 (%d+) %1"')
  local matrix = {}
  for row = 0, side - 1 do matrix[row] = {} end
  for x, y, width, height, back in svg:gmatch "M(%d+) (%d+)h(%d+)v(%d+)h%-(%d+)z" do
    assert(width == back and tonumber(width) > 0)
    for row = y, y + height - 1 do
      for column = x, x + width - 1 do matrix[row][column] = true end
    end
  end
  return matrix, side
end

local letters = { ["█"] = { false, false }, ["▀"] = { false, true }, ["▄"] = { true, false }, [" "] = { true, true } }

--- The matrix that a terminal with a dark ground shows.
function M.of_text(text)
  local matrix, row, side = {}, 0, 0
  for line in text:gmatch "([^\n]*)\n" do
    matrix[row], matrix[row + 1] = {}, {}
    local column = 0
    for letter in line:gmatch "[%z\1-\127\194-\244][\128-\191]*" do
      local pair = assert(letters[letter], "an unknown letter")
      matrix[row][column], matrix[row + 1][column] = pair[1], pair[2]
      column = column + 1
    end
    side, row = column, row + 2
  end
  return matrix, side
end

--- Takes a quiet zone away: an error where it is not light.
function M.inside(matrix, side, quiet)
  local inner = {}
  for row = 0, side - 1 do
    for column = 0, side - 1 do
      local dark = matrix[row][column] or false
      local within = row >= quiet and row < side - quiet and column >= quiet and column < side - quiet
      assert(within or not dark, "a dark module in the quiet zone")
      if within then
        inner[row - quiet] = inner[row - quiet] or {}
        inner[row - quiet][column - quiet] = dark
      end
    end
  end
  return inner, side - 2 * quiet
end

--- Whether the three finder patterns stand in their corners.
function M.has_finders(matrix, side)
  local pattern = { "1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111" }
  for _, corner in ipairs { { 0, 0 }, { 0, side - 7 }, { side - 7, 0 } } do
    for row = 0, 6 do
      for column = 0, 6 do
        local wanted = pattern[row + 1]:sub(column + 1, column + 1) == "1"
        if matrix[corner[1] + row][corner[2] + column] ~= wanted then return false end
      end
    end
  end
  return true
end

local masks = {
  [0] = function(r, c) return (r + c) % 2 == 0 end,
  function(r) return r % 2 == 0 end,
  function(_, c) return c % 3 == 0 end,
  function(r, c) return (r + c) % 3 == 0 end,
  function(r, c) return (math.floor(r / 2) + math.floor(c / 3)) % 2 == 0 end,
  function(r, c) return r * c % 2 + r * c % 3 == 0 end,
  function(r, c) return (r * c % 2 + r * c % 3) % 2 == 0 end,
  function(r, c) return ((r + c) % 2 + r * c % 3) % 2 == 0 end,
}

-- The 15 bits of format information beside the upper left finder, unmasked: two of level, three of
-- mask, ten of a BCH code, which has to fit.
local function format_of(matrix)
  local places = { { 8, 0 }, { 8, 1 }, { 8, 2 }, { 8, 3 }, { 8, 4 }, { 8, 5 }, { 8, 7 }, { 8, 8 }, { 7, 8 },
    { 5, 8 }, { 4, 8 }, { 3, 8 }, { 2, 8 }, { 1, 8 }, { 0, 8 } }
  local bits = 0
  for _, place in ipairs(places) do bits = bits * 2 + (matrix[place[1]][place[2]] and 1 or 0) end
  bits = xor(bits, 0x5412)
  local rest = bits
  for place = 14, 10, -1 do
    if bit_of(rest, place) == 1 then rest = xor(rest, 0x537 * 2 ^ (place - 10)) end
  end
  assert(rest == 0, "format information that its code does not fit")
  return ({ [0] = "M", "L", "H", "Q" })[math.floor(bits / 8192)], math.floor(bits / 1024) % 8
end

local function is_data(row, column)
  if row == 6 or column == 6 then return false end
  if row < 9 and (column < 9 or column >= SIZE - 8) then return false end
  return not (row >= SIZE - 8 and column < 9)
end

-- Upwards and downwards in pairs of columns from the right, as the standard's figure shows.
local function bits_of(matrix, mask)
  local bits, column, up = {}, SIZE - 1, true
  while column > 0 do
    if column == 6 then column = column - 1 end
    for step = 0, SIZE - 1 do
      local row = up and SIZE - 1 - step or step
      for _, at in ipairs { column, column - 1 } do
        if is_data(row, at) then
          bits[#bits + 1] = matrix[row][at] ~= masks[mask](row, at) and 1 or 0
        end
      end
    end
    column, up = column - 2, not up
  end
  return bits
end

local function take(bits, from, count)
  local value = 0
  for place = from, from + count - 1 do value = value * 2 + bits[place] end
  return value
end

--- The text of a symbol of version 1 in byte mode, and its level.
function M.read(matrix, side)
  assert(side == SIZE, "not version 1")
  local level, mask = format_of(matrix)
  local bits = bits_of(matrix, mask)
  assert(#bits == 26 * 8, "a number of bits that is not version 1's")
  assert(take(bits, 1, 4) == 4, "not in byte mode")
  local text = {}
  for place = 1, take(bits, 5, 8) do text[place] = string.char(take(bits, 13 + (place - 1) * 8, 8)) end
  return table.concat(text), level
end

return M
