--- What a client is given to run flows, all of which is loaded when it is first used: `load(list, folder, add)` and
-- `files(list, folder)` (see obol.flow.load), and `resource`, the methods of pay.flows.

return {
  load = function(...) return require("obol.flow.load").run(...) end,
  files = function(...) return require("obol.flow.load").files(...) end,
  resource = function() return require "obol.flow.methods" end,
}
