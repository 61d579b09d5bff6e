-- How busted speaks in this project: one line for each spec that did not pass, and the counts in
-- the file that OBOL_COUNTS names. A file that does not load is a failure.

local base = require "busted.outputHandlers.base"

local function describe(entry, word)
  local trace = entry.element.trace or {}
  local message = entry.message or ""
  if type(message) ~= "string" then message = require("pl.pretty").write(message) end
  local place = (trace.short_src or "?") .. ":" .. (trace.currentline or 0)
  io.write(word, " ", place, " ", entry.name or "", "\n")
  if message ~= "" then io.write("    ", (message:gsub("\n", "\n    ")), "\n") end
end

return function(options)
  local busted = require "busted"
  local handler = base()

  handler.suiteEnd = function()
    for _, entry in ipairs(handler.pendings) do describe(entry, "SKIPPED") end
    for _, entry in ipairs(handler.failures) do
      describe(entry, "FAILED ")
      local trace = options.verbose and entry.trace
      if trace and trace.traceback then io.write(trace.traceback, "\n") end
    end
    for _, entry in ipairs(handler.errors) do describe(entry, "ERROR  ") end
    local failed = handler.failuresCount + handler.errorsCount
    local counts = string.format("%d %d %d\n", handler.successesCount, failed,
      handler.pendingsCount)
    local path = os.getenv "OBOL_COUNTS"
    if path then
      local file = assert(io.open(path, "a"))
      file:write(counts)
      file:close()
    end
    io.write(handler.successesCount, " specs passed, ", failed, " failed, ", handler.pendingsCount,
      " skipped in ", string.format("%.1f", handler.getDuration()), " s\n")
    io.flush()
    return nil, true
  end

  busted.subscribe({ "suite", "end" }, handler.suiteEnd)
  return handler
end
