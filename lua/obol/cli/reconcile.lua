--- obol reconcile: looking at what is unresolved.

local configuration = require "obol.cli.configuration"
local core = require "obol.core"
local json = require "obol.json"
local moment = require "obol.cli.moment"
local problem = require "obol.cli.problem"
local progress = require "obol.cli.progress"
local records = require "obol.cli.records"
local show = require "obol.cli.show"
local stop = require "obol.cli.stop"
local terminal = require "obol.cli.terminal"

local M = { name = "reconcile", summary = "Ask providers about whatever is unresolved." }

M.description = [[
Ask providers about payments, refunds and changes of subscriptions that are not settled, and act on
notifications that waited for their order, as each comes due. Others may do the same at the same
time. It may be interrupted: what was learnt is recorded, and the next run goes on from there.
Ctrl-C and SIGTERM are heeded between two questions.]]

M.epilog = [[
Examples:
  obol reconcile                            what is due now
  obol reconcile --dry-run                  what that would be
  obol reconcile --ahead 24h                also what is due within a day
  obol reconcile --every 10s                until it is ended, as a service

Exit status: 0 done, 1 the ledger failed, 2 wrong usage or configuration, 3 whatever was asked was
asked in vain, 130 interrupted.]]

function M.configure(command)
  command:flag("--dry-run", "Say what would be looked at, and do nothing.")
  command:option("--limit", "Look at so many at most."):argname "<n>"
    :convert(configuration.count "--limit")
  command:option("--ahead", "Also what is due so soon, such as 24h."):argname "<length>"
    :convert(configuration.converter("--ahead", moment.length))
  command:option("--every", "Go on for ever, looking again after so long."):argname "<length>"
    :convert(configuration.converter("--every", moment.length))
  configuration.configure(command)
  configuration.add_timeout(command, "10000")
  command:flag("--json", "Print JSON, a line for each run.")
end

local words = {
  account = "its account is not configured any more", payer = "shown to its payer alone: a notification may tell",
  nothing_asks = "the provider has no query that finds it", not_attached = "nothing could prove that it was paid",
  schedule_over = "still open after the provider's whole schedule", no_order = "its order was never recorded",
}

local function plain_entry(entry)
  local plain = records.plain(entry)
  plain.outcome = nil
  return plain
end

local function plain_report(report, reasons)
  local plain = {}
  for place, reason in ipairs(reasons) do
    plain.errors = plain.errors or json.array {}
    plain.errors[place] = { error = show.error(reasons[reason].error), count = reasons[reason].count }
  end
  for _, name in ipairs { "looked", "settled", "changed", "waiting", "failed", "taken", "left" } do
    plain[name] = report[name]
  end
  for _, name in ipairs { "unresolved", "due" } do
    local list = report[name]
    if list then
      plain[name] = json.array {}
      for place, entry in ipairs(list) do plain[name][place] = plain_entry(entry) end
    end
  end
  return plain
end

local function put_entries(screen, list, head, text)
  local rows = {}
  for place, entry in ipairs(list) do
    rows[place] = { entry.kind, terminal.clean(entry.id), terminal.clean(entry.status or ""),
      terminal.clean(entry.account or ""), moment.text(entry.since_ms), text(entry) }
  end
  screen:rows(rows, { head = { head, "ID", "STATUS", "ACCOUNT", "SINCE (UTC)", "" },
    paint = function(_, column, cell) return column == 1 and screen:paint("cyan", cell) or cell end })
end

local function why(entry)
  local evidence = entry.attempt and entry.attempt.provider_id and "; provider's id " .. entry.attempt.provider_id or ""
  return terminal.clean((words[entry.why] or "") .. evidence)
end

local function put_report(screen, report)
  if report.due then
    if #report.due == 0 then return screen:line "nothing is due" end
    put_entries(screen, report.due, "DUE", function(entry) return entry.why and why(entry) or "" end)
    if report.left then screen:line(screen:paint("dim", "and more")) end
    return
  end
  local parts = {}
  for _, name in ipairs { "settled", "changed", "waiting", "failed", "taken" } do
    if report[name] > 0 then parts[#parts + 1] = ("%d %s"):format(report[name], name) end
  end
  screen:line(("looked at %d"):format(report.looked), #parts > 0 and ": " .. table.concat(parts, ", ") or "")
  if #report.unresolved > 0 then
    screen:line("\n", screen:paint("yellow", "asking cannot resolve these:"))
    put_entries(screen, report.unresolved, "WHAT", why)
  end
  if report.left then screen:line(screen:paint("dim", "more is due")) end
end

-- Counts why something was asked in vain.
local function note(reasons, entry)
  if entry.result ~= "failed" or not entry.error then return end
  local reason = terminal.clean(entry.error)
  if not reasons[reason] then
    reasons[#reasons + 1], reasons[reason] = reason, { error = entry.error, count = 0 }
  end
  reasons[reason].count = reasons[reason].count + 1
end

-- One run: the exit status where something was wrong.
local function run(args, screen, problems, pay)
  local until_ms = args.ahead and core.clock_ms() + args.ahead or nil
  local wants_bar = not args.json and not args.dry_run
  local planned = wants_bar and pay:reconcile { dry_run = true, limit = args.limit, until_ms = until_ms } or nil
  local bar = progress.new(io.stderr, planned and not planned.left and #planned.due or nil, wants_bar)
  local reasons = {}
  local report, err = pay:reconcile {
    dry_run = args.dry_run, limit = args.limit, until_ms = until_ms, timeout_ms = args.timeout,
    on_progress = function(entry, so_far)
      note(reasons, entry)
      bar:show(so_far.looked, ("%s %s"):format(entry.kind, terminal.clean(entry.id)))
      return not stop.asked()
    end,
  }
  bar:clear()
  if report then
    if args.json then
      screen:line(show.json(plain_report(report, reasons)))
    elseif not args.every or report.looked > 0 then
      put_report(screen, report)
      for _, reason in ipairs(reasons) do screen:line("  ", reason, (" (%d)"):format(reasons[reason].count)) end
    end
    screen.file:flush()
  end
  if err then return problem.fail(args, screen, problems, err) end
  if report.looked > 0 and report.failed == report.looked then return 3 end
  return nil
end

function M.run(args, screen, problems)
  stop.catch()
  return records.with(args, screen, problems, function(pay)
    repeat
      local failed = run(args, screen, problems, pay)
      if failed and not args.every and not stop.asked() then return failed end
      if args.every then stop.sleep(math.max(args.every, 1000)) end
    until not args.every or stop.asked()
    if not stop.asked() then return 0 end
    problems:line("\nended: what was learnt is recorded, and the next run goes on from there")
    return stop.status()
  end)
end

return M
