--- A gzip stream that grows a hundredfold and more when it is unpacked.

local M = {}

--- How many bytes come out for each that goes in.
M.RATIO = 158

-- Deflate with fixed codes: one literal, then for ever "the last 258 bytes again", 13 bits each
-- (length code 285 is 11000101, distance code 0 is 00000). Bits fill bytes from the low end.
local function bits_to_bytes(bits, count)
  local out = {}
  for i = 1, count do
    local value = 0
    for bit = 8, 1, -1 do value = value * 2 + (bits:byte((i - 1) * 8 + bit) - 48) end
    out[i] = string.char(value)
  end
  return table.concat(out)
end

--- The beginning of the stream, and a piece of at least `size` bytes that may follow any number of times.
function M.gzip(size)
  local header = "\31\139\8" .. ("\0"):rep(6) .. "\3"
  -- A last block (1), fixed codes (10), the literal "a" (10010001), then repeats.
  local bits = "110" .. "10010001" .. ("1100010100000"):rep(16)
  local bytes = bits_to_bytes(bits, 26)
  -- The third byte on, the pattern comes back every 13 bytes (8 repeats of 13 bits).
  local period = bytes:sub(3, 15)
  return header .. bytes:sub(1, 2), period:rep(math.ceil(size / 13))
end

return M
