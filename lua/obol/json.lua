--- JSON, read strictly and exactly, the same on every Lua.
--
-- `json.decode(text)` -> value, or `nil, err` (kind `invalid`, the byte offset, counted from 0, in
-- the message). Objects become tables, arrays become lists that stay arrays when they are written
-- again, null becomes `json.null`. An integer within +-(2^53 - 1) becomes a number; every other
-- number (`3.44`, `1e3`, `1738513709476610049`) becomes its own text as a string. Refused: a name
-- that comes twice, text that is not UTF-8, half of a surrogate pair, a byte order mark, anything
-- after the value, more than 8 MiB, 128 levels or 131072 values.
--
-- `json.encode(value)` -> text, or `nil, err` (with the path in `err.field`). Names come sorted, so
-- equal values give equal text; integers are written plainly, other floats with the fewest digits
-- that read back as the same number. A table with the keys 1 to n is an array, one with string keys
-- an object, an empty one an object unless it came from an array or from `json.array`. Refused:
-- secrets, amounts of money, NaN and infinity, text that is not UTF-8, mixed keys, circles.
--
-- `json.array(table)` marks `table` (a new one without an argument) as an array and returns it.

local core = require "obol.core"

return {
  decode = core.json.decode,
  encode = core.json.encode,
  array = core.json.array,
  null = core.null,
}
