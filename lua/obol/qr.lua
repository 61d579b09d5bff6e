--- QR codes, such as of the address with which a wallet pays.
-- `qr(text)` -> `{ svg =, text = }`, or `nil, err`. `text` is a string of 1 to 2953 bytes. `svg` is a
-- whole SVG document without width, height or script, for a page of any size; `text` is for a
-- terminal with light letters on a dark ground, where each letter stands for two modules. Both have
-- the quiet zone of 4 modules that readers need. Errors: `invalid` (the length), `unsupported` (the
-- library that draws them, libqrencode, is not on this machine; see `features().qrencode`).

local core = require "obol.core"
require "obol.error" -- gives errors their text

local QUIET = 4

-- Whether the module is dark; the quiet zone around the symbol is not.
local function dark_at(symbol, row, column)
  if row < 0 or column < 0 or row >= symbol.size or column >= symbol.size then return false end
  return symbol.modules:byte(row * symbol.size + column + 1) == 49
end

-- Each run of dark modules in a row is a rectangle of one path.
local function svg(symbol)
  local runs, side = {}, symbol.size + 2 * QUIET
  for row = 0, symbol.size - 1 do
    local from = row * symbol.size + 1
    for first, last in symbol.modules:sub(from, from + symbol.size - 1):gmatch "()1+()" do
      runs[#runs + 1] = ("M%d %dh%dv1h-%dz"):format(first - 1 + QUIET, row + QUIET, last - first, last - first)
    end
  end
  return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges" role="img" '
    .. 'aria-label="QR code"><rect width="%d" height="%d" fill="#fff"/><path d="%s" fill="#000"/></svg>\n')
    :format(side, side, side, side, table.concat(runs))
end

-- By what is light above and below: on a dark ground the letters draw what is light.
local halves = { [true] = { [true] = "█", [false] = "▀" }, [false] = { [true] = "▄", [false] = " " } }

local function text(symbol)
  local lines, last = {}, symbol.size + QUIET - 1
  for row = -QUIET, last, 2 do
    local line = {}
    for column = -QUIET, last do
      local below = row < last and not dark_at(symbol, row + 1, column)
      line[#line + 1] = halves[not dark_at(symbol, row, column)][below]
    end
    lines[#lines + 1] = table.concat(line)
  end
  return table.concat(lines, "\n") .. "\n"
end

return function(data)
  if type(data) ~= "string" then error("expected a string, got " .. type(data), 2) end
  local symbol, err = core.qr(data)
  if not symbol then return nil, err end
  return { svg = svg(symbol), text = text(symbol) }
end
