-- Health over a store of this process and a clock that can be moved.

local health = require "obol.health"
local shared = require "obol.shared"

local M = {}

M.NOW = 1700000000000

M.fails = { outcome = "unknown", kind = "timeout" }
M.works = { outcome = "declined", kind = "declined", answered = true }

--- Health, its clock, its store and the list of the changes that it told. `more` is merged into the preset.
function M.new(more, store)
  local clock, told = { now = M.NOW }, {}
  local function now() return clock.now end
  local settings = {}
  for name, value in pairs(health.preset) do settings[name] = value end
  for name, value in pairs(more or {}) do settings[name] = value end
  store = store or shared.process(now)
  local count = 0
  local made = health.new { store = store, clock = now, settings = function() return settings end,
    unique = function()
      count = count + 1
      return "t" .. count
    end,
    told = function(change) told[#told + 1] = change.state end }
  return made, clock, store, told
end

--- Ends so many calls of `account` in the same way, each of which took `ms`.
function M.calls(made, clock, facts, count, ms)
  for _ = 1, count or 1 do made:record("a", "payment.create", facts, clock.now - (ms or 0), ms or 0) end
end

--- The line of the report.
function M.line(made) return made:report({ "a" }, { "payment.create" })[1] end

return M
