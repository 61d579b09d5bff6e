--- obol health: how the accounts are, by the ledger or by a running nginx.

local configuration = require "obol.cli.configuration"
local errors = require "obol.error"
local json = require "obol.json"
local moment = require "obol.cli.moment"
local problem = require "obol.cli.problem"
local records = require "obol.cli.records"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local M = { name = "health", summary = "Show which accounts answer and which fail." }

M.description = [[
Without an address: by the attempts that the ledger holds, whichever process made them. Only
technical failures count (no connection, no answer in time, an answer that tells nothing), as the
attempt ended: one that was unknown and turned out well is no failure. A success rate counts what
is older less.

With the address of the handler `health` in nginx: what the workers there know, each account's
breaker included. Breakers live in the processes that call, and in no ledger.]]

M.epilog = [[
Examples:
  obol health
  obol health --from 7d --json
  obol health http://127.0.0.1:8080/pay/health

Exit status: 0 every account answers, 1 a breaker is not closed, an account's last attempts failed,
or it cannot be told, 2 wrong usage or configuration.]]

-- An account's last attempts failed where less than this part of them, as they are weighed, did not.
local POOR = 0.5

function M.configure(command)
  command:argument("address", "The address of a running shop's `health`."):args "?"
  command:option("--from", "What was attempted since then: 24h, 2026-01-31.", "24h"):argname "<moment>"
    :convert(configuration.converter("--from", moment.parse))
  command:option("--timeout", "Milliseconds to wait for the address.", "10000"):argname "<ms>"
    :convert(configuration.milliseconds "--timeout")
  configuration.configure(command)
  command:flag("--json", "Print JSON.")
end

local function percent(rate) return rate and ("%.1f %%"):format(tonumber(rate) * 100) or "" end

local function put(screen, head, rows, colour_of)
  if #rows == 0 then return screen:line(screen:paint("dim", "nothing is known of any account")) end
  screen:rows(rows, { head = head, paint = function(row, column, text)
    return column == 3 and screen:paint(colour_of(row), text) or text
  end })
end

local function is_poor(one) return tonumber(one.success_rate) < POOR end

local function put_recorded(screen, list)
  local rows = {}
  for place, one in ipairs(list) do
    local last = one.last_failure_ms and moment.text(one.last_failure_ms) .. " " .. (one.kind or "") or ""
    rows[place] = { one.account, one.operation, percent(one.success_rate), ("%d"):format(one.calls),
      ("%d"):format(one.failed), last, poor = is_poor(one) }
  end
  put(screen, { "ACCOUNT", "OPERATION", "SUCCESS", "CALLS", "FAILED", "LAST FAILURE (UTC)" }, rows, function(row)
    return row.poor and "red" or "green"
  end)
end

local function by_ledger(args, screen, problems)
  return records.with(args, screen, problems, function(pay)
    local list, err = pay:health { from_ms = args.from }
    if not list then return problem.fail(args, screen, problems, err) end
    local poor = 0
    for _, one in ipairs(list) do
      if is_poor(one) then poor = poor + 1 end
    end
    if args.json then screen:line(show.json { accounts = json.array(list) }) else put_recorded(screen, list) end
    return poor == 0 and 0 or 1
  end)
end

local function put_running(screen, list)
  local rows, colours = {}, { closed = "green", open = "red", half_open = "yellow" }
  for place, one in ipairs(list) do
    rows[place] = { terminal.clean(one.account), terminal.clean(one.operation), terminal.clean(one.state),
      percent(one.success_rate), one.latency_ms and ("%.0f ms"):format(tonumber(one.latency_ms)) or "",
      one.state == "open" and "probes from " .. moment.text(one.probes_from_ms) or "" }
  end
  put(screen, { "ACCOUNT", "OPERATION", "BREAKER", "SUCCESS", "LATENCY", "" }, rows, function(row)
    return colours[row[3]] or "dim"
  end)
end

-- The list of what answered, where each line is one of pay:health().
local function accounts_of(body)
  local told = json.decode(body or "")
  local list = type(told) == "table" and told.accounts
  if type(list) ~= "table" then return nil end
  for _, one in ipairs(list) do
    local known = type(one) == "table" and type(one.account) == "string" and type(one.operation) == "string"
    if not known or type(one.state) ~= "string" then return nil end
    for _, name in ipairs { "success_rate", "latency_ms", "probes_from_ms" } do
      if one[name] ~= nil and not tonumber(one[name]) then return nil end
    end
    one.probes_from_ms = tonumber(one.probes_from_ms)
  end
  return list
end

-- What the address answers: its lines, or nil and an error.
local function ask(args)
  -- nothing of ours is sent there
  local transport, err = require("obol.wait").transport { allow_http = true, timeout_ms = args.timeout }
  if not transport then return nil, err end
  local reply
  reply, err = transport.send({ method = "GET", url = args.address, headers = {} }, { repeat_safe = true })
  if not reply then
    err.outcome = "not_sent"
    return nil, err
  end
  local list = accounts_of(reply.body)
  if list then return list end
  local told = json.decode(reply.body or "")
  local ledger = type(told) == "table" and type(told.ledger) == "string" and told.ledger:match "^[%l_]+$"
  return nil, errors.new { kind = "provider", http_status = reply.status, message = ledger
    and ("the worker is failing: its ledger answers with an error of kind %s"):format(ledger)
    or ("expected the answer of the handler `health`, found another with status %d"):format(reply.status) }
end

local function by_nginx(args, screen, problems)
  if not args.address:find "^https?://" then
    return problem.usage(args, screen, problems, "expected an address that begins with http:// or https://")
  end
  local list, err = ask(args)
  if not list then return problem.fail(args, screen, problems, err) end
  local open = 0
  for _, one in ipairs(list) do
    if one.state == "open" or one.state == "half_open" then open = open + 1 end
  end
  if args.json then screen:line(show.json { accounts = json.array(list) }) else put_running(screen, list) end
  return open == 0 and 0 or 1
end

function M.run(args, screen, problems)
  if args.address then return by_nginx(args, screen, problems) end
  return by_ledger(args, screen, problems)
end

return M
