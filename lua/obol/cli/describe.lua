--- obol describe: a provider's words, or one operation with fields and outcomes.

local configuration = require "obol.cli.configuration"
local fields = require "obol.cli.fields"
local names = require "obol.cli.names"
local core = require "obol.core"
local show = require "obol.cli.show"

local M = { name = "describe", summary = "Show what a provider or one of its operations takes and answers." }

M.epilog = [[
Examples:
  obol describe appwheel
  obol describe appwheel payment.create
  obol describe appwheel payment.create --json]]

function M.configure(command)
  command:argument("provider", "A name that `obol providers` lists.")
  command:argument("operation", "An operation, such as payment.create."):args "?"
  configuration.configure(command)
  command:flag("--json", "Print JSON.")
end

local function title(screen, text) screen:line("\n", screen:paint("bold", text)) end

local function field_rows(list)
  local rows = {}
  for place, entry in ipairs(fields.flat(list)) do
    local field = entry.field
    local about = field.doc or ""
    local limits = fields.limits(field)
    if limits ~= "" then about = about .. "; " .. limits end
    rows[place] = { ("  "):rep(entry.depth) .. field.name, field.type, fields.required(field) and "required" or "",
      fields.wire(field), about }
  end
  return rows
end

local function put_fields(screen, heading, list)
  if not list or #list == 0 then return end
  title(screen, heading)
  local has_wire = false
  local rows = field_rows(list)
  for _, row in ipairs(rows) do has_wire = has_wire or row[4] ~= "" end
  if not has_wire then
    for _, row in ipairs(rows) do table.remove(row, 4) end
  end
  screen:rows(rows, {
    head = has_wire and { "FIELD", "TYPE", "", "ON THE WIRE", "ABOUT" } or { "FIELD", "TYPE", "", "ABOUT" },
    indent = 2,
    paint = function(_, column, text)
      if column == 1 then return screen:paint("cyan", text) end
      if column == 3 then return screen:paint("yellow", text) end
      return text
    end,
  })
end

local function put_outcomes(screen, heading, list)
  local rows = fields.outcomes(list)
  if #rows == 0 then return end
  title(screen, heading)
  screen:rows(rows, { head = { "WHEN", "OUTCOME", "KIND", "ABOUT" }, indent = 2 })
end

local function put_operation(screen, operation)
  local variant = fields.variant(operation)
  screen:line(screen:paint("bold", operation.name), variant and "  " .. variant or "")
  screen:line("  ", operation.doc or "")
  screen:line("  ", screen:paint("dim", operation.request_line))
  screen:line ""
  screen:rows(fields.behaviour(operation), { indent = 2 })
  put_fields(screen, "Request", operation.request)
  put_fields(screen, "Result", operation.reply)
  put_outcomes(screen, "Outcomes, the first that matches", operation.outcomes)
  put_outcomes(screen, "Then the provider's", operation.provider_outcomes)
end

local function put_provider(screen, provider)
  screen:line(screen:paint("bold", provider.name), "  ", provider.title or "")
  screen:rows({ { provider.doc or "" } }, { indent = 2 })
  screen:rows({ { "methods", table.concat(provider.methods, ", ") }, { "source", provider.source or "" } },
    { indent = 2 })
  put_fields(screen, "Configuration", provider.config)
  title(screen, "Operations")
  local rows = {}
  for place, operation in ipairs(provider.operations) do
    local variant = fields.variant(operation)
    rows[place] = { operation.name, operation.effect,
      (operation.doc or "") .. (variant and " (" .. variant .. ")" or "") }
  end
  screen:rows(rows, { head = { "OPERATION", "EFFECT", "ABOUT" }, indent = 2,
    paint = function(_, column, text) return column == 1 and screen:paint("cyan", text) or text end })
  screen:line("\n", "obol describe ", provider.name, " OPERATION shows one with its fields and outcomes.")
end

function M.run(args, screen, problems)
  configuration.define(args, problems)
  local provider, err = names.provider(args.provider)
  if provider and args.operation then err = select(2, names.operation(provider, args.operation)) end
  if err then
    problems:line(screen:paint("red", "error"), ": ", err)
    return 2
  end
  local found = assert(core.describe(args.provider, args.operation))
  if args.json then
    screen:line(show.json(found))
  elseif args.operation then
    for place, operation in ipairs(found) do
      if place > 1 then screen:line "" end
      put_operation(screen, operation)
    end
  else
    put_provider(screen, found)
  end
  return 0
end

return M
