-- How busted speaks in this project: one line for each spec that did not pass, the slowest spec
-- files, and the counts in the file that OBOL_COUNTS names. A file that does not load is a failure.
-- Which spec is at work stands in a file beside the counts, in case it never ends.
-- OBOL_TIMES may name a file for the milliseconds of every spec file and spec.

local base = require "busted.outputHandlers.base"

local SLOWEST = 5

local function place_of(element)
  local trace = element.trace or {}
  return (trace.short_src or "?") .. ":" .. (trace.currentline or 0)
end

local function describe(entry, word)
  local message = entry.message or ""
  if type(message) ~= "string" then message = require("pl.pretty").write(message) end
  io.write(word, " ", place_of(entry.element), " ", entry.name or "", "\n")
  if message ~= "" then io.write("    ", (message:gsub("\n", "\n    ")), "\n") end
end

local function write(path, mode, text)
  local file = assert(io.open(path, mode))
  file:write(text)
  file:close()
end

-- What each file and each spec took: a list of { seconds, name }. A spec's time is without what stands
-- before and after each, its file's is with all.
local function stopwatch(busted, handler)
  local clock = require("system").monotime
  local files, specs, began = {}, {}, {}
  local counts = os.getenv "OBOL_COUNTS"
  local function start(element)
    began[element] = clock()
    if counts then write(counts .. ".at", "w", place_of(element) .. " " .. (element.name or "")) end
    return nil, true
  end
  local function stop(list, name_of)
    return function(element, parent)
      list[#list + 1] = { clock() - (began[element] or clock()), name_of(element, parent) }
      began[element] = nil
      return nil, true
    end
  end
  busted.subscribe({ "file", "start" }, start)
  busted.subscribe({ "test", "start" }, start)
  busted.subscribe({ "file", "end" }, stop(files, function(file) return file.name end))
  busted.subscribe({ "test", "end" }, stop(specs, function(spec)
    return place_of(spec) .. " " .. handler.getFullName(spec)
  end))
  return files, specs
end

local function write_times(files, specs)
  local lines = {}
  for _, list in ipairs { files, specs } do
    table.sort(list, function(a, b) return a[1] > b[1] end)
    for _, took in ipairs(list) do lines[#lines + 1] = ("%7.0f %s"):format(took[1] * 1000, took[2]) end
  end
  local path = os.getenv "OBOL_TIMES"
  if path then write(path, "a", table.concat(lines, "\n") .. "\n") end
  local words = {}
  for place = 1, math.min(SLOWEST, #files) do
    words[place] = ("%s %.1f s"):format(files[place][2], files[place][1])
  end
  if #files > SLOWEST then io.write("slowest: ", table.concat(words, ", "), "\n") end
end

return function(options)
  local busted = require "busted"
  local handler = base()
  local files, specs = stopwatch(busted, handler)

  handler.suiteEnd = function()
    for _, entry in ipairs(handler.pendings) do describe(entry, "SKIPPED") end
    for _, entry in ipairs(handler.failures) do
      describe(entry, "FAILED ")
      local trace = options.verbose and entry.trace
      if trace and trace.traceback then io.write(trace.traceback, "\n") end
    end
    for _, entry in ipairs(handler.errors) do describe(entry, "ERROR  ") end
    local failed = handler.failuresCount + handler.errorsCount
    local path = os.getenv "OBOL_COUNTS"
    if path then
      write(path, "a", ("%d %d %d\n"):format(handler.successesCount, failed, handler.pendingsCount))
    end
    write_times(files, specs)
    io.write(handler.successesCount, " specs passed, ", failed, " failed, ", handler.pendingsCount,
      " skipped in ", string.format("%.1f", handler.getDuration()), " s\n")
    io.flush()
    return nil, true
  end

  busted.subscribe({ "suite", "end" }, handler.suiteEnd)
  return handler
end
