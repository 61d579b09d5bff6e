--- obol providers: the payment systems that this build, and the files that a configuration names, can
-- talk to.

local configuration = require "obol.cli.configuration"
local json = require "obol.json"
local core = require "obol.core"
local show = require "obol.cli.show"

local M = { name = "providers", summary = "List the payment systems that Obol can talk to." }

M.epilog = [[
Examples:
  obol providers
  obol providers --json]]

function M.configure(command)
  configuration.configure(command)
  command:flag("--json", "Print JSON.")
end

-- The names of a provider's operations, each once, in the table's order.
local function operations_of(provider)
  local names, seen = json.array {}, {}
  for _, operation in ipairs(provider.operations) do
    if not seen[operation.name] then
      seen[operation.name] = true
      names[#names + 1] = operation.name
    end
  end
  return names
end

function M.run(args, screen, problems)
  configuration.define(args, problems)
  local list = json.array {}
  for _, name in ipairs(core.providers()) do
    local provider = assert(core.describe(name))
    list[#list + 1] = { name = name, title = provider.title, methods = provider.methods,
      operations = operations_of(provider) }
  end
  if args.json then
    screen:line(show.json(list))
    return 0
  end
  local rows = {}
  for _, provider in ipairs(list) do
    rows[#rows + 1] = { provider.name, provider.title, "methods", table.concat(provider.methods, ", ") }
    rows[#rows + 1] = { "", "", "operations", table.concat(provider.operations, ", ") }
  end
  screen:rows(rows, {
    head = { "NAME", "TITLE", "", "" },
    paint = function(_, column, text) return column == 1 and screen:paint("cyan", text) or text end,
  })
  return 0
end

return M
