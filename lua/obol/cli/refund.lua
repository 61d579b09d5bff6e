--- obol refund: giving money back.

local configuration = require "obol.cli.configuration"
local errors = require "obol.error"
local money = require "obol.money"
local problem = require "obol.cli.problem"
local records = require "obol.cli.records"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local M = { name = "refund", summary = "Give a payment back, in full or in part." }

M.description = [[
Give a payment back through the account that took it. The same refund id is the same refund, so a
command with --refund-id whose answer was lost is simply repeated.]]

M.epilog = [[
Without --refund-id an open refund of the order is gone on with; else a new one gets the order's id
with `-refund-1`, `-refund-2` and so on behind it. Where as much was given back before, only
--refund-id tells a further refund from the same one asked for twice. Without --amount all that is
left is given back.

Examples:
  obol refund A-1001
  obol refund A-1001 --amount 5.00 --reason "one cup was broken"
  obol refund A-1001 --amount 5.00 --refund-id A-1001-cup --json

Exit status: 0 given back or under way, 1 refused, 2 wrong usage or configuration, 3 nobody knows:
repeat it.]]

function M.configure(command)
  command:argument("order", "The order's id.")
  command:option("--amount", "How much, in the payment's currency, such as 5.00."):argname "<amount>"
  command:option("--reason", "Why, where the provider takes a reason."):argname "<text>"
  command:option("--refund-id", "The refund's own id."):argname "<id>"
  configuration.configure(command)
  configuration.add_timeout(command, "30000")
  command:flag("--dry-run", "Say what would be given back, and do nothing.")
  command:flag("--json", "Print JSON.")
end

local function is_amount(refund, text)
  return refund.amount ~= nil and refund.amount == money(text, refund.amount:currency())
end

-- Of the refunds that are open, the one over as much as was asked for; without an amount there may be one alone.
-- Or nil and an error; nil where none is open.
local function open_one(found, args)
  if #found == 0 then return nil end
  for _, refund in ipairs(found) do
    if args.amount and is_amount(refund, args.amount) then return refund end
  end
  if #found == 1 then return found[1] end
  local ids = {}
  for place, refund in ipairs(found) do
    ids[place] = ("%s over %s"):format(terminal.clean(refund.refund_id), records.amount(refund.amount))
  end
  return nil, errors.new { kind = "invalid", outcome = "not_sent", field = "refund_id",
    message = ("%s are open: expected --refund-id, of one of them or a name of its own for a further refund"):format(
      table.concat(ids, ", ")) }
end

local open = { created = true, processing = true, unknown = true }

-- The id of the refund: as given, that of one that is open, or a new one; and the open refund. Or nil and an
-- error, as where a new one could be the same that was settled since the command was given first.
local function id_of(pay, args)
  local list, err = pay.refunds:list { order_id = args.order, limit = 1000 }
  if not list then return nil, err end
  local taken, found, is_repeated = {}, {}, false
  for _, refund in ipairs(list) do
    taken[refund.refund_id] = true
    is_repeated = is_repeated or refund.status == "succeeded" and args.amount and is_amount(refund, args.amount)
    if refund.refund_id == args.refund_id then return refund.refund_id, refund end
    if open[refund.status] then found[#found + 1] = refund end
  end
  if not args.refund_id then
    local one, problem_found = open_one(found, args)
    if one then return one.refund_id, one end
    if problem_found then return nil, problem_found end
  end
  if is_repeated and not args.refund_id then
    return nil, errors.new { kind = "conflict", field = "refund_id",
      message = "as much of this order was given back before: expected --refund-id, of the refund meant or a new one" }
  end
  local number = 0
  repeat number = number + 1 until not taken[("%s-refund-%d"):format(args.order, number)]
  return args.refund_id or ("%s-refund-%d"):format(args.order, number)
end

local function put(args, screen, problems, refund, note)
  if args.json then
    local plain = records.plain(refund)
    plain.dry_run = args.dry_run
    screen:line(show.json { refund = plain })
    return
  end
  screen:line(records.status(screen, refund.status), "  ", terminal.clean(refund.refund_id), "  ",
    records.amount(refund.amount), " of ", terminal.clean(refund.order_id), note or "")
  if refund.error then problem.put(problems, refund.error) end
end

-- What would be given back. What only the provider knows, it does not say.
local function dry_run(args, screen, problems, pay, refund_id, known)
  local payment, err = pay.payments:get(args.order)
  if not payment then return problem.fail(args, screen, problems, err) end
  local amount = known and known.amount
  if not amount then
    local left = payment.amount and payment.amount - payment.refunded
    amount = left
    if args.amount and left then
      amount, err = money(args.amount, left:currency())
      if not amount then return problem.usage(args, screen, problems, "amount: " .. err.message) end
    end
    local fits = amount and left and payment.status == "succeeded" and amount:sign() > 0 and amount <= left
    if not fits then
      return problem.usage(args, screen, problems, "expected a paid order, and no more than what is left of it")
    end
  end
  put(args, screen, problems, { refund_id = refund_id, order_id = args.order, amount = amount,
    status = known and known.status or "created", account = payment.account }, "  (nothing was done)")
  return 0
end

-- Whether the refund that is open is not the one that was asked for: it is over another amount.
local function another(args, known)
  if not (known and args.amount and not args.refund_id) then return false end
  local amount = money(args.amount, known.amount:currency())
  return amount ~= nil and amount ~= known.amount
end

local exits = { succeeded = 0, processing = 0, failed = 1, unknown = 3, created = 3 }

function M.run(args, screen, problems)
  return records.with(args, screen, problems, function(pay)
    local refund_id, known = id_of(pay, args)
    if not refund_id then return problem.fail(args, screen, problems, known) end
    if another(args, known) then
      return problem.usage(args, screen, problems, ("%s over %s is open; --refund-id with a name of its own begins "
        .. "another refund"):format(terminal.clean(refund_id), records.amount(known.amount)))
    end
    if args.dry_run then return dry_run(args, screen, problems, pay, refund_id, known) end
    local refund, err = pay.refunds:create(args.order, { refund_id = refund_id, amount = args.amount,
      reason = args.reason }, { timeout_ms = args.timeout })
    -- one that is open already is asked about
    if refund and known and open[refund.status] then
      refund, err = pay.refunds:refresh(refund_id, { timeout_ms = args.timeout })
    end
    if not refund then return problem.fail(args, screen, problems, err) end
    put(args, screen, problems, refund)
    return exits[refund.status] or 3
  end)
end

return M
