-- Measures one row, spec/bench/rows/<arg[1]>.lua, in this process, and prints its result as one line
-- of JSON.
--
-- A row has
-- - `name`, `unit`, `run` (answers one figure in that unit), `rounds`
-- - `reference` (what it is held against), `reference_run` (answers its figure), `floor`, `goal`: of the
--   ratio, where 1 is as good as the reference
-- - or, without a reference, `goal`: of the value
-- - `less`: smaller figures are better; otherwise larger ones are
-- - `luas`: which Luas, where it is not Lua 5.4 alone; `start`, `stop`: before and after it all
--
-- Each round takes both figures, the one that goes first by turns, so that whatever else the machine
-- does falls on both. The ratio is the median of the rounds' ratios.

local cjson = require "cjson"

local row = dofile(("spec/bench/rows/%s.lua"):format(arg[1]))
local rounds = tonumber(os.getenv "OBOL_BENCH_ROUNDS") or row.rounds or 9

local function median(figures)
  table.sort(figures)
  local middle = math.floor((#figures + 1) / 2)
  return #figures % 2 == 1 and figures[middle] or (figures[middle] + figures[middle + 1]) / 2
end

local function take(run)
  collectgarbage()
  collectgarbage()
  local figure = run()
  assert(type(figure) == "number" and figure > 0, "a row answers a figure")
  return figure
end

local function alternate()
  local values, references, ratios = {}, {}, {}
  for round = 1, rounds do
    local value, reference
    if not row.reference_run then
      value = take(row.run)
    elseif round % 2 == 1 then
      value, reference = take(row.run), take(row.reference_run)
    else
      reference, value = take(row.reference_run), take(row.run)
    end
    values[round] = value
    if reference then
      references[round] = reference
      ratios[round] = row.less and reference / value or value / reference
    end
  end
  if row.reference_run then return median(values), median(references), median(ratios) end
  -- Nothing to hold it against: the round that the rest of the machine disturbed least.
  return row.less and math.min((table.unpack or unpack)(values)) or math.max((table.unpack or unpack)(values))
end

-- Whether the goal is reached: of the ratio, or of the value where nothing else is there.
local function reached(value, ratio)
  if not row.goal then return true end
  if ratio then return ratio >= row.goal end
  if row.less then return value <= row.goal end
  return value >= row.goal
end

local fine, value, reference, ratio = pcall(function()
  if row.start then row.start() end
  return alternate()
end)
if row.stop then row.stop() end
if not fine then
  io.stderr:write(row.name, ": ", tostring(value), "\n")
  os.exit(1)
end
local name = row.luas and ("%s (%s)"):format(row.name, jit and "luajit" or "lua5.4") or row.name
print(cjson.encode {
  name = name, value = value, unit = row.unit, reference = row.reference or cjson.null,
  reference_value = reference or cjson.null, ratio = ratio or cjson.null, floor = row.floor or cjson.null,
  goal = row.goal or cjson.null, holds = not row.floor or ratio >= row.floor, reached = reached(value, ratio),
})
