--- obol payment: one order with all that happened to it.

local configuration = require "obol.cli.configuration"
local json = require "obol.json"
local moment = require "obol.cli.moment"
local problem = require "obol.cli.problem"
local records = require "obol.cli.records"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local M = { name = "payment", summary = "Show one payment with its attempts, notifications and events." }

M.epilog = [[
Examples:
  obol payment A-1001
  obol payment A-1001 --refresh             asks the provider first
  obol payment A-1001 --json

Exit status: 0 done, 1 no such payment, the provider refused to tell, or the ledger failed, 2 wrong
usage or configuration, 3 the provider did not answer.]]

function M.configure(command)
  command:argument("order", "The order's id.")
  command:flag("--refresh", "Ask the provider first.")
  configuration.configure(command)
  configuration.add_timeout(command, "30000")
  command:flag("--json", "Print JSON.")
end

local function join(...)
  local parts = {}
  for place = 1, select("#", ...) do
    local part = select(place, ...)
    if part ~= nil and part ~= "" then parts[#parts + 1] = terminal.clean(part) end
  end
  return table.concat(parts, " ")
end

local lines = {}

function lines.attempt(entry)
  return join(entry.operation, "at", entry.account, "generation", ("%d"):format(entry.generation or 1),
    entry.refund_id and "refund " .. entry.refund_id, entry.rule and "by the rule " .. entry.rule)
end

function lines.answer(entry)
  return join(entry.outcome, entry.kind and "(" .. join(entry.kind, entry.code) .. ")",
    entry.http_status and ("HTTP %d"):format(entry.http_status), entry.provider_id,
    entry.refused_state and "refused " .. entry.refused_state)
end

function lines.notification(entry)
  local proof = entry.verified_by and "proven by " .. entry.verified_by or "not proven"
  local done = entry.is_waiting and "waits" or entry.applied_ms and "acted on" or "not acted on"
  return join(entry.about, "from", entry.account, proof, done)
end

function lines.event(entry)
  return join(entry.about, entry.status, entry.refund_id and "refund " .. entry.refund_id)
end

local function put(screen, payment, history, refunds)
  local account = payment.account and "  at " .. terminal.clean(payment.account) or ""
  screen:line(screen:paint("bold", terminal.clean(payment.order_id)), "  ",
    records.status(screen, payment.status), "  ", records.amount(payment.amount), account)
  local plain = records.plain(payment)
  for _, name in ipairs { "attempts", "order_id", "status", "amount", "account", "error" } do plain[name] = nil end
  if payment.refunded and payment.refunded:sign() == 0 then plain.refunded = nil end
  show.tree(screen, plain, 1)
  if payment.error then problem.put(screen, payment.error) end
  local rows = {}
  for place, entry in ipairs(history) do
    rows[place] = { moment.text(entry.time_ms), entry.type, lines[entry.type](entry) }
  end
  screen:line ""
  screen:rows(rows, { head = { "WHEN (UTC)", "WHAT", "" },
    paint = function(_, column, text) return column == 2 and screen:paint("cyan", text) or text end })
  if #refunds == 0 then return end
  rows = {}
  for place, refund in ipairs(refunds) do
    rows[place] = { terminal.clean(refund.refund_id), records.amount(refund.amount), refund.status }
  end
  screen:line ""
  screen:rows(rows, { head = { "REFUND", "AMOUNT", "STATUS" } })
end

local function plain_list(list, plain)
  local found = json.array {}
  for place, entry in ipairs(list) do found[place] = plain(entry) end
  return found
end

function M.run(args, screen, problems)
  return records.with(args, screen, problems, function(pay)
    local payment, err, asked_in_vain
    if args.refresh then
      payment, err = pay.payments:refresh(args.order, { timeout_ms = args.timeout })
      if payment then asked_in_vain = err end
    else
      payment, err = pay.payments:get(args.order)
    end
    local history, refunds
    if payment then history, err = pay.payments:history(args.order) end
    if history then refunds, err = pay.refunds:list { order_id = args.order, limit = 1000 } end
    if not refunds then return problem.fail(args, screen, problems, err) end
    if args.json then
      screen:line(show.json { payment = records.plain(payment), timeline = plain_list(history, show.plain),
        refunds = plain_list(refunds, records.plain),
        error = asked_in_vain and show.error(asked_in_vain) or nil })
    else
      put(screen, payment, history, refunds)
    end
    return asked_in_vain and problem.exit_of(nil, asked_in_vain) or 0
  end)
end

return M
