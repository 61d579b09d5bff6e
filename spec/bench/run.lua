--- `make bench`: every row of spec/bench/rows, measured in alternation with its reference; prints a
-- table and writes build/bench.json. Each row runs in a process of its own, once for each Lua that it
-- asks for. A row that misses its floor is reported; only a row that cannot run makes this fail.
--
--     lua5.4 spec/bench/run.lua [ROW...]      only these rows; bench.json then keeps the others
--
-- OBOL_BENCH_ROUNDS: how many rounds instead of each row's own.

local cjson = require "cjson"

package.path = "spec/?.lua;" .. package.path

local FOLDER = "spec/bench"
local BUILD = os.getenv "BUILD" or "build"
local COLUMNS = { "row", "value", "reference", "ratio", "floor", "goal", "" }
local MEMBERS = { "name", "value", "unit", "reference", "reference_value", "ratio", "floor", "goal", "holds" }

local function row_names()
  if #arg > 0 then return arg end
  local names = {}
  local pipe = assert(io.popen("ls " .. FOLDER .. "/rows"))
  for line in pipe:lines() do names[#names + 1] = line:match "^(.*)%.lua$" end
  pipe:close()
  table.sort(names)
  return names
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The child sees the core that was built for its Lua.
local function measure(name, lua)
  local command = ("BUILD=%s LUA_PATH=%s LUA_CPATH=%s %s %s/measure.lua %s"):format(
    quote(BUILD), quote("lua/?.lua;lua/?/init.lua;spec/?.lua;;"),
    quote(("%s/%s/?.so;;"):format(BUILD, lua == "luajit" and "luajit" or "5.4")), lua, FOLDER, quote(name))
  local pipe = assert(io.popen(command))
  local answer = pipe:read "*a"
  pipe:close()
  local fine, result = pcall(cjson.decode, answer:match "[^\n]*\n?$" or "")
  return fine and type(result) == "table" and result or nil
end

local function short(number)
  if type(number) ~= "number" then return "-" end
  if number >= 1000 then return ("%.0f"):format(number) end
  return (("%.3g"):format(number))
end

local function cells(result)
  local verdict = result.holds and "" or "below its floor"
  if result.holds and not result.reached then verdict = "below its goal" end
  local reference = result.reference ~= cjson.null and
    ("%s  %s"):format(short(result.reference_value), result.reference)
  return { result.name, short(result.value) .. " " .. result.unit, reference or "-", short(result.ratio),
    short(result.floor), short(result.goal), verdict }
end

local function print_table(results)
  local lines = { COLUMNS }
  for _, result in ipairs(results) do lines[#lines + 1] = cells(result) end
  local widths = {}
  for _, line in ipairs(lines) do
    for column, cell in ipairs(line) do widths[column] = math.max(widths[column] or 0, #cell) end
  end
  for _, line in ipairs(lines) do
    for column, cell in ipairs(line) do line[column] = cell .. (" "):rep(widths[column] - #cell) end
    print((table.concat(line, "  "):gsub(" +$", "")))
  end
end

local function kept(measured)
  local old = {}
  local file = #arg > 0 and io.open(BUILD .. "/bench.json", "rb")
  if not file then return old end
  local fine, list = pcall(cjson.decode, file:read "*a")
  file:close()
  for _, result in ipairs(fine and list or {}) do
    if not measured[result.name] then old[#old + 1] = result end
  end
  return old
end

-- One row a line, its members in the order in which they are documented.
local function write_json(results)
  local measured = {}
  for _, result in ipairs(results) do measured[result.name] = true end
  local lines = {}
  for _, list in ipairs { kept(measured), results } do
    for _, result in ipairs(list) do
      local members = {}
      for _, name in ipairs(MEMBERS) do
        members[#members + 1] = ("%s: %s"):format(cjson.encode(name), (cjson.encode(result[name]):gsub("\\/", "/")))
      end
      lines[#lines + 1] = "  {" .. table.concat(members, ", ") .. "}"
    end
  end
  local file = assert(io.open(BUILD .. "/bench.json", "wb"))
  file:write("[\n", table.concat(lines, ",\n"), "\n]\n")
  file:close()
end

cjson.encode_number_precision(6)
local results, failed = {}, {}
for _, name in ipairs(row_names()) do
  local row = dofile(("%s/rows/%s.lua"):format(FOLDER, name))
  for _, lua in ipairs(row.luas or { "lua5.4" }) do
    io.stderr:write("measuring: ", row.name, row.luas and ", " .. lua or "", "\n")
    local result = measure(name, lua)
    if result then
      results[#results + 1] = result
    else
      failed[#failed + 1] = row.name
    end
  end
end
print_table(results)
write_json(results)
for _, name in ipairs(failed) do print("could not be measured: " .. name) end
os.exit(#failed == 0)
