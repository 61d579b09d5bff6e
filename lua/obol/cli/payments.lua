--- obol payments: what is recorded.

local configuration = require "obol.cli.configuration"
local json = require "obol.json"
local moment = require "obol.cli.moment"
local names = require "obol.cli.names"
local problem = require "obol.cli.problem"
local records = require "obol.cli.records"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local M = { name = "payments", summary = "List recorded payments." }

M.description = [[
List recorded payments, oldest first, a page at a time.]]

M.epilog = [[
Examples:
  obol payments --from 24h
  obol payments --status unknown --account cards
  obol payments --unresolved                 what asking the provider cannot resolve
  obol payments --customer u-7 --json

Exit status: 0 done, 1 the ledger failed, 2 wrong usage or configuration.]]

function M.configure(command)
  command:option("--status", "Only those of this state, such as unknown."):argname "<state>"
  command:option("--account", "Only those of this account."):argname "<name>"
  command:option("--customer", "Only those of this customer."):argname "<id>"
  command:flag("--unresolved", "Only those that asking cannot resolve.")
  command:option("--from", "Made at or after this moment: 24h, 2026-01-31, 2026-01-31T14:00."):argname "<moment>"
    :convert(configuration.converter("--from", moment.parse))
  command:option("--to", "Made before this moment."):argname "<moment>"
    :convert(configuration.converter("--to", moment.parse))
  command:option("--limit", "How many at most.", "50"):argname "<n>":convert(configuration.count("--limit", 1000))
  command:option("--cursor", "Where the page before ended."):argname "<cursor>"
  configuration.configure(command)
  command:flag("--json", "Print JSON.")
end

local function put(screen, list, cursor)
  if #list == 0 then return screen:line(screen:paint("dim", "no payments")) end
  local rows = {}
  for place, payment in ipairs(list) do
    rows[place] = { moment.text(payment.created_ms), terminal.clean(payment.order_id), payment.status,
      records.amount(payment.amount), terminal.clean(payment.account or ""),
      (payment.unresolved and "unresolved " or "") .. (payment.disputed and "disputed " or "")
        .. (payment.surplus and "surplus " or "") }
  end
  screen:rows(rows, { head = { "CREATED (UTC)", "ORDER", "STATUS", "AMOUNT", "ACCOUNT", "" },
    paint = function(row, column, text)
      if column == 3 then return records.status(screen, row[3]) .. (" "):rep(#text - #row[3]) end
      return column == 6 and screen:paint("yellow", text) or text
    end })
  if cursor then screen:line(screen:paint("dim", "more: --cursor " .. cursor)) end
end

function M.run(args, screen, problems)
  return records.with(args, screen, problems, function(pay)
    local list, cursor = pay.payments:list { status = args.status, account = args.account, customer = args.customer,
      unresolved = args.unresolved or nil, from_ms = args.from, to_ms = args.to, limit = args.limit,
      cursor = args.cursor }
    if not list then return problem.fail(args, screen, problems, cursor) end
    -- an account that is not configured any more has payments all the same
    if #list == 0 and args.account and not args.cursor then
      local accounts = configuration.accounts(configuration.path(args)) or {}
      if not accounts[args.account] then
        return problem.usage(args, screen, problems, "--account: " .. names.account(args.account, accounts))
      end
    end
    if not args.json then
      put(screen, list, cursor)
      return 0
    end
    local plain = json.array {}
    for place, payment in ipairs(list) do plain[place] = records.plain(payment) end
    screen:line(show.json { payments = plain, cursor = cursor })
    return 0
  end)
end

return M
