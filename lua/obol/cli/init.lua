--- The command line: `obol COMMAND`.

local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local M = {}

--- What a command ends with.
M.exits = { done = 0, refused = 1, usage = 2, unknown = 3 }

-- In parentheses: `require` answers a second value, which would become one more command.
local commands = {
  (require "obol.cli.sandbox"), (require "obol.cli.providers"), (require "obol.cli.describe"),
  (require "obol.cli.call"), (require "obol.cli.payments"), (require "obol.cli.payment"), (require "obol.cli.refund"),
  (require "obol.cli.reconcile"), (require "obol.cli.flow"), (require "obol.cli.route"), (require "obol.cli.health"),
  (require "obol.cli.check"), (require "obol.cli.ledger"), (require "obol.cli.doctor"),
}

local epilog = [[
Examples:
  obol sandbox --port 8600              a payment system to try things with
  obol check                            are configuration, rules, flows and providers good?
  obol doctor                           is the configuration good, is everything in reach?
  obol describe appwheel                what a provider takes and answers
  obol call subs product.list           one call of an account in obol.lua
  obol payments --from 24h              what was recorded since yesterday
  obol payment A-1001                   one of them, with all that happened
  obol reconcile                        ask about whatever is unresolved
  obol flow run                         go on with flows as they come due
  obol health                           which account fails, by what is recorded

Exit status: 0 done or accepted, 1 refused or declined, 2 wrong usage, 3 nobody knows.
Colours appear on a terminal alone; NO_COLOR switches them off.]]

-- The state is closed, so that secrets are wiped; argparse's own help does not do that.
local function leave(status)
  os.exit(status, true)
end

local function add_help(parser)
  parser:flag("-h --help", "Show this help message and exit."):action(function()
    print(parser:get_help())
    leave(M.exits.done)
  end)
end

-- Whether the words ask for JSON, known before they are understood.
local function wants_json(args)
  for _, word in ipairs(args) do
    if word == "--json" then return true end
    if word == "--" then return false end
  end
  return false
end

local function new_parser(version, args)
  local argparse = require "argparse"
  local parser = argparse("obol", "Payments through many providers with one contract.", epilog)
    :command_target("command"):help_max_width(100):require_command(true):add_help(false)
  add_help(parser)
  parser:flag("-V --version", "Print the version."):action(function()
    print(("obol %s (%s)"):format(version, rawget(_G, "jit") and jit.version or _VERSION))
    leave(M.exits.done)
  end)
  for _, module in ipairs(commands) do
    local command = parser:command(module.name):summary(module.summary)
      :description(module.description or module.summary):epilog(module.epilog):add_help(false)
    add_help(command)
    module.configure(command, add_help)
  end
  -- argparse ends with 1, which here says that a provider refused
  parser.error = function(self, message)
    if wants_json(args) then
      io.stdout:write(show.json { error = { kind = "invalid", message = message, outcome = "not_sent" } }, "\n")
    else
      io.stderr:write(self:get_usage(), "\n\nerror: ", message, "\n")
    end
    leave(M.exits.usage)
  end
  return parser
end

-- What is printed of an error that nobody took, be it a text or an object.
local function trace(raised) return debug.traceback(tostring(raised)) end

--- Runs the command that `args` (a list of words, as of a command line) names; answers the exit
-- status. `version` is the library's. A wrong command line ends the process with status 2.
function M.main(args, version)
  local given = new_parser(version, args):parse(args)
  local screen = terminal.new(io.stdout, terminal.has_colour(1))
  local problems = terminal.new(io.stderr, terminal.has_colour(2))
  for _, module in ipairs(commands) do
    if module.name == given.command then
      -- A fault of this program after sending says nothing of what was done.
      local ok, status = xpcall(module.run, trace, given, screen, problems, version)
      local arrived = screen:finish()
      if ok and arrived then return status end
      if ok then
        problems:line(problems:paint("red", "error"), ": what was done is done, but could not be printed")
        return status == M.exits.done and M.exits.unknown or status
      end
      problems:line("obol: a fault of this program; please report it\n", status)
      return M.exits.unknown
    end
  end
  error "no such command"
end

return M
