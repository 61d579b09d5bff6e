--- obol check: whether configuration, rules, flows and providers are good, before they are put to use.

local again = require "obol.config.again"
local config = require "obol.config"
local configuration = require "obol.cli.configuration"
local core = require "obol.core"
local json = require "obol.json"
local part = require "obol.flow.part"
local reload = require "obol.client.reload"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local M = { name = "check", summary = "Check configuration, rules, flows and providers, as a reload would." }

M.description = [[
Everything that the configuration names is loaded and checked, and what is expected beside the
rules is run, as pay:reload and nginx do before they take what was changed. Neither ledger nor
network is touched.]]

M.epilog = [[
Examples:
  obol check                   before a changed file is put in its place
  obol check -c live.lua --json

Exit status: 0 all is good, 1 something is wrong.]]

function M.configure(command)
  configuration.configure(command)
  command:flag("--json", "Print JSON.")
end

local function look(path)
  local opened, err = config.check(path, { flows = part })
  if not opened then
    local fields = err.fields
    if not fields or #fields == 0 then fields = { { field = "configuration", message = err.message } } end
    return nil, fields
  end
  local wrong = reload.expectations { routes = opened.routes, accounts = opened.accounts, clock = core.clock_ms }
  if #wrong > 0 then return nil, wrong end
  local flows, flows_of = {}, {}
  for name in pairs(opened.flows or {}) do flows[#flows + 1] = name end
  table.sort(flows)
  for _, name in ipairs(flows) do
    local file = opened.flows[name].file
    flows_of[file] = flows_of[file] or {}
    table.insert(flows_of[file], name)
  end
  return { accounts = opened.names, rules = opened.routes and #opened.routes.rules or 0,
    expectations = opened.routes and #opened.routes.expectations or 0,
    flows = flows, flows_of = flows_of, files = again.files(opened.scripts) }
end

local function many(count, what) return ("%d %s%s"):format(count, what, count == 1 and "" or "s") end

local function put(screen, path, found)
  local counts = { many(#found.accounts, "account"), many(found.rules, "rule"),
    many(found.expectations, "expectation"), many(#found.flows, "flow") }
  screen:line(screen:paint("green", "good"), "  ", terminal.clean(path), ": ", table.concat(counts, ", "))
  for _, file in ipairs(found.files) do
    local names = found.flows_of[file.path]
    screen:line(screen:paint("green", "good"), "  ", terminal.clean(file.path), "  (", file.kind,
      names and ": " .. terminal.clean(table.concat(names, ", ")) or "", ")")
  end
end

function M.run(args, screen)
  local path = configuration.path(args)
  local found, wrong = look(path)
  if args.json then
    local answer = found or { fields = json.array(wrong) }
    answer.flows_of = nil
    answer.ok = found ~= nil
    for _, name in ipairs { "accounts", "flows", "files" } do
      if answer[name] then json.array(answer[name]) end
    end
    screen:line(show.json(answer))
  elseif found then
    put(screen, path, found)
  else
    for _, one in ipairs(wrong) do
      screen:line(screen:paint("red", "wrong"), "  ", screen:paint("bold", terminal.clean(one.field)), "  ",
        terminal.clean(one.message))
    end
  end
  return found and 0 or 1
end

return M
