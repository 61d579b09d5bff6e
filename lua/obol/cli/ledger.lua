--- obol ledger: looking after the ledger itself.

local checker = require "obol.ledger.check"
local configuration = require "obol.cli.configuration"
local errors = require "obol.error"
local json = require "obol.json"
local problem = require "obol.cli.problem"
local progress = require "obol.cli.progress"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local NO_SUCH_FILE = 2 -- errno

local M = { name = "ledger", summary = "Check the ledger, move it, or bring it to this version's tables." }

M.description = [[
check    goes through all that is recorded: every state follows from its events and attempts,
         one success an order, no more given back than was taken, whatever is open will be looked
         at, consumers are where their events are, and SQLite's file is whole. It changes nothing.
migrate  brings the database's tables to the version of this library. Every program does so by
         itself when it opens the ledger; this is for doing it beforehand.
move     copies all that is recorded, and the ledger's id, into the empty ledger at PLACE, which the
         configuration is to name from then on, in the same words: a path is relative to the
         configuration. Stop everything that writes to either before.]]

M.epilog = [[
Examples:
  obol ledger check
  obol ledger check --json
  obol ledger migrate
  obol ledger move postgres://shop@db.example/shop

Exit status: 0 nothing is wrong, 1 something is, or the ledger failed or is not there, 2 wrong usage
or configuration.]]

function M.configure(command)
  command:argument("action", "check, migrate or move."):choices { "check", "migrate", "move" }
  command:argument("place", "Where to move it: sqlite:<path> or postgres://..."):args "?"
  configuration.configure(command)
  command:flag("--json", "Print JSON.")
end

-- "1 refund", "2 refunds": names are plurals.
local function counted(number, name)
  return ("%d %s"):format(number, number == 1 and name:gsub("s$", "") or name)
end

local function check(args, screen, problems, ledger)
  local found = json.array {}
  local bar = progress.new(io.stderr, nil, not args.json)
  local counts, err = checker.run(ledger, function(fault)
    found[#found + 1] = fault
    if not args.json then
      bar:clear()
      screen:line(screen:paint("red", "wrong"), "  ", fault.table, " ",
        screen:paint("bold", terminal.clean(fault.id)), "  ", fault.problem)
    end
  end, function(name, done) bar:show(done, name) end)
  bar:clear()
  if not counts then return problem.fail(args, screen, problems, err) end
  if args.json then
    screen:line(show.json { ok = #found == 0, checked = counts, problems = found })
  else
    local parts = {}
    for _, name in ipairs(checker.names) do parts[#parts + 1] = counted(counts[name], name) end
    screen:line("checked ", table.concat(parts, ", "))
    screen:line(#found == 0 and screen:paint("green", "nothing is wrong")
      or screen:paint("red", #found == 1 and "1 is wrong" or ("%d are wrong"):format(#found)))
  end
  return #found == 0 and 0 or 1
end

local function migrate(args, screen, problems, ledger)
  if not ledger.store or not ledger.store.migrate then
    return problem.fail(args, screen, problems, errors.new { kind = "unsupported", field = "ledger",
      message = "a ledger in memory has no tables to migrate" })
  end
  local before, now = ledger.store:migrate()
  if not before then return problem.fail(args, screen, problems, now) end
  if args.json then
    screen:line(show.json { before = before, now = now })
  elseif before == now then
    screen:line(("the tables are of version %d: nothing to do"):format(now))
  else
    screen:line(("the tables were of version %d and are of version %d now"):format(before, now))
  end
  return 0
end

local function move(args, screen, problems, ledger)
  local to, err = require("obol.ledger").open(configuration.place(args, args.place))
  if not to then return problem.fail(args, screen, problems, err) end
  if not (ledger.durable and to.durable) then
    to:close()
    return problem.usage(args, screen, problems, "expected ledgers that last: one in memory is gone with its process")
  end
  local bar = progress.new(io.stderr, nil, not args.json)
  local counts
  counts, err = require("obol.ledger.move").run(ledger, to, function(name, done) bar:show(done, name) end)
  bar:clear()
  to:close()
  if not counts then return problem.fail(args, screen, problems, err) end
  if args.json then
    screen:line(show.json { moved = counts })
  else
    screen:line(("moved %s, %s, %s and all that belongs to them; now name the new place in the configuration"):format(
      counted(counts.payments, "payments"), counted(counts.refunds, "refunds"),
      counted(counts.subscriptions, "subscriptions")))
  end
  return 0
end

-- The path of a SQLite file that is to be there and is not; opening the ledger would make an empty one.
local function missing_file(args, place)
  local path = args.action ~= "migrate" and type(place) == "string" and place:match "^sqlite:([^:].*)$"
  local file, _, code = io.open(path or "/")
  if file then file:close() end
  return path and code == NO_SUCH_FILE and path or nil
end

local actions = { check = check, migrate = migrate, move = move }

function M.run(args, screen, problems)
  if (args.action == "move") ~= (args.place ~= nil) then
    return problem.fail(args, screen, problems, errors.new { kind = "invalid", field = "place",
      message = "expected the new place behind move, and behind nothing else" })
  end
  local opened, err = require("obol.config").open(configuration.path(args))
  if not opened then return problem.fail(args, screen, problems, err) end
  local path = missing_file(args, opened.place)
  if path then
    opened.ledger:close()
    return problem.fail(args, screen, problems, errors.new { kind = "not_found", field = "ledger",
      message = "nothing is recorded yet: there is no file " .. path })
  end
  local ok, status = pcall(actions[args.action], args, screen, problems, opened.ledger)
  opened.ledger:close()
  if not ok then error(status, 0) end
  return status
end

return M
