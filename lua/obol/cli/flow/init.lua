--- obol flow: running flows, and seeing to those that wait or stopped.

local configuration = require "obol.cli.configuration"
local input = require "obol.cli.flow.input"
local json = require "obol.json"
local moment = require "obol.cli.moment"
local problem = require "obol.cli.problem"
local records = require "obol.cli.records"
local runner = require "obol.cli.flow.runner"
local screens = require "obol.cli.flow.screens"
local show = require "obol.cli.show"

local M = { name = "flow", summary = "Run flows, and see to those that wait or stopped." }

M.description = [[
Flows are what the files under `flows` in the configuration define with obol.flow. Each is recorded
step by step: one that is ended in the middle, by whatever, goes on where it was.]]

M.epilog = [[
Examples:
  obol flow run                             goes on with flows as they come due, as a service
  obol flow run subscribe order.json        starts one and follows it to its end
  obol flow list --status stopped
  obol flow show 4fd1c0aa                   its story, step by step
  obol flow tell 4fd1c0aa approval true     a word from outside
  obol flow run --help                      more on each

Exit status: 0 done, or the flow succeeded or waits, 1 it failed, there is none, or the ledger
failed, 2 wrong usage or configuration, 3 it stopped: somebody has to see to it, 130 interrupted.]]

local verbs = {}

verbs[1] = { name = "run", summary = "Go on with flows as they come due; or start one and follow it.",
  description = [[
Without a name: goes on with flows that are due, and looks at whatever else is unresolved, until it
is ended by Ctrl-C or SIGTERM, which it heeds between two steps. As many as you like may run on one
ledger, beside those in nginx. Scripts that change are taken up when all of them are good.
With a name: starts that flow, and does the same until it has ended, showing what there is to pay.
Ended before, the flow goes on wherever flows are run.]],
  epilog = [[
INPUT is JSON, a file of JSON, or - for standard input.

Examples:
  obol flow run                             as a service
  obol flow run --once --limit 100          one round, as from cron
  obol flow run subscribe order.json
  obol flow run subscribe '{"order_id":"A-1"}' --id A-1

Exit status: 0 done, or the flow succeeded, 1 it failed, or the ledger failed, 2 wrong usage or
configuration, 3 the flow stopped, 130 interrupted.]] }

verbs[1].configure = function(command)
  command:argument("name", "The flow to start and follow."):args "?"
  command:argument("input", "What it is given."):args "?"
  command:option("--id", "The flow's own id: the same id and input is the same flow."):argname "<id>"
  command:flag("--once", "One round, then end.")
  command:option("--limit", "Look at so many at most in a round."):argname "<n>"
    :convert(configuration.count "--limit")
  command:option("--every", "How long to rest between two rounds.", "2s"):argname "<length>"
    :convert(configuration.converter("--every", moment.length))
  configuration.add_timeout(command, "10000")
end

verbs[1].run = function(args, screen, problems, pay)
  if args.name == nil then return runner.serve(args, screen, problems, pay) end
  if args.once or args.limit then
    return problem.usage(args, screen, problems, "--once and --limit are for a run without a name")
  end
  local given, wrong = input.read(args.input)
  if wrong then return problem.usage(args, screen, problems, wrong) end
  return runner.follow(args, screen, problems, pay, given)
end

verbs[2] = { name = "start", summary = "Start a flow, and run it as far as it goes without waiting.",
  epilog = [[
INPUT is JSON, a file of JSON, or - for standard input.

Examples:
  obol flow start subscribe order.json
  obol flow start subscribe '{"order_id":"A-1"}' --id A-1 --json]] }

verbs[2].configure = function(command)
  command:argument("name", "The flow's name.")
  command:argument("input", "What it is given."):args "?"
  command:option("--id", "The flow's own id: the same id and input is the same flow."):argname "<id>"
end

verbs[2].run = function(args, screen, problems, pay)
  local given, wrong = input.read(args.input)
  if wrong then return problem.usage(args, screen, problems, wrong) end
  local flow, err = pay.flows:start(args.name, given, { id = args.id })
  if not flow then return problem.fail(args, screen, problems, err) end
  return screens.answer(args, screen, problems, flow)
end

verbs[3] = { name = "list", summary = "List flows, oldest first, a page at a time.",
  epilog = [[
Examples:
  obol flow list --status waiting
  obol flow list --name subscribe --from 24h --json]] }

verbs[3].configure = function(command)
  command:option("--name", "Only those of this name."):argname "<name>"
  command:option("--status", "Only those of this state: running, waiting, succeeded, failed, stopped.")
    :argname "<state>"
  command:option("--from", "Started at or after this moment: 24h, 2026-01-31, 2026-01-31T14:00."):argname "<moment>"
    :convert(configuration.converter("--from", moment.parse))
  command:option("--limit", "How many at most.", "50"):argname "<n>":convert(configuration.count("--limit", 1000))
  command:option("--cursor", "Where the page before ended."):argname "<cursor>"
end

verbs[3].run = function(args, screen, problems, pay)
  local list, cursor = pay.flows:list { name = args.name, status = args.status, from_ms = args.from,
    limit = args.limit, cursor = args.cursor }
  if not list then return problem.fail(args, screen, problems, cursor) end
  if args.json then
    local plain = json.array {}
    for place, flow in ipairs(list) do plain[place] = records.plain(flow) end
    screen:line(show.json { flows = plain, cursor = cursor })
  else
    screens.list(screen, list, cursor)
  end
  return 0
end

verbs[4] = { name = "show", summary = "Show a flow with its steps.",
  epilog = [[
Examples:
  obol flow show 4fd1c0aa
  obol flow show 4fd1c0aa --json]] }

verbs[4].configure = function(command) command:argument("id", "The flow's id.") end

verbs[4].run = function(args, screen, problems, pay)
  local flow, err = pay.flows:get(args.id)
  local steps
  if flow then steps, err = pay.flows:steps(args.id) end
  if not steps then return problem.fail(args, screen, problems, err) end
  if args.json then
    local plain = json.array {}
    for place, step in ipairs(steps) do plain[place] = screens.plain_step(step) end
    screen:line(show.json { flow = records.plain(flow), timeline = plain })
  else
    screens.show(screen, flow, steps)
  end
  return 0
end

verbs[5] = { name = "resume", summary = "Go on now with a flow that waits, or that stopped and was mended.",
  epilog = [[
Examples:
  obol flow resume 4fd1c0aa]] }

verbs[5].configure = function(command) command:argument("id", "The flow's id.") end

verbs[5].run = function(args, screen, problems, pay)
  local flow, err = pay.flows:resume(args.id)
  if not flow then return problem.fail(args, screen, problems, err) end
  return screens.answer(args, screen, problems, flow)
end

verbs[6] = { name = "tell", summary = "Hand a word from outside to a flow, such as an approval.",
  epilog = [[
VALUE is JSON, or else text; without one it is true. The flow hears it in flow:receive(WORD), now or
when it comes there.

Examples:
  obol flow tell 4fd1c0aa approval
  obol flow tell 4fd1c0aa approval '{"by":"li"}']] }

verbs[6].configure = function(command)
  command:argument("id", "The flow's id.")
  command:argument("word", "What the flow waits for, as flow:receive names it.")
  command:argument("value", "What it is told."):args "?"
end

verbs[6].run = function(args, screen, problems, pay)
  local value = true
  if args.value ~= nil then
    value = json.decode(args.value)
    if value == nil then value = args.value end
  end
  local flow, err = pay.flows:tell(args.id, args.word, value)
  if not flow then return problem.fail(args, screen, problems, err) end
  return screens.answer(args, screen, problems, flow)
end

verbs[7] = { name = "fail", summary = "Make a flow fail that will not go on: its undo steps are run.",
  epilog = [[
Payments and refunds stay as they are. --no-undo runs nothing of the flow's code: for one whose code
no longer matches its record.

Examples:
  obol flow fail 4fd1c0aa "the customer called"]] }

verbs[7].configure = function(command)
  command:argument("id", "The flow's id.")
  command:argument("reason", "Why.")
  command:flag("--no-undo", "Run no undo steps.")
end

verbs[7].run = function(args, screen, problems, pay)
  local flow, err = pay.flows:fail(args.id, args.reason, { undo = not args.no_undo })
  if not flow then return problem.fail(args, screen, problems, err) end
  if flow.status == "failed" and not args.json then
    screens.show(screen, flow, pay.flows:steps(flow.id) or {})
    return 0
  end
  local status = screens.answer(args, screen, problems, flow)
  return flow.status == "failed" and 0 or status
end

function M.configure(command, add_help)
  command:command_target "verb":require_command(true)
  for _, verb in ipairs(verbs) do
    local child = command:command(verb.name):summary(verb.summary):description(verb.description or verb.summary)
      :epilog(verb.epilog):add_help(false):help_max_width(100)
    add_help(child)
    verb.configure(child)
    configuration.configure(child)
    child:flag("--json", "Print JSON.")
  end
end

function M.run(args, screen, problems)
  return records.with(args, screen, problems, function(pay)
    for _, verb in ipairs(verbs) do
      if verb.name == args.verb then return verb.run(args, screen, problems, pay) end
    end
  end, { flows = require "obol.flow.part" })
end

return M
