--- obol route: which account the rules choose, and whether they do what is expected of them. Nothing is sent.

local client = require "obol.client"
local configuration = require "obol.cli.configuration"
local json = require "obol.json"
local problem = require "obol.cli.problem"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"
local values = require "obol.cli.values"

local M = { name = "route", summary = "Explain what the routing rules decide, or test them." }

M.description = [[
explain  tells of a payment which rule takes it and why the others do not, which accounts are tried
         in which order and why the others are not, and how a split was drawn. Nothing is sent or
         recorded. Breakers of accounts live in the processes that call, so that none is open here:
         see `obol health`.
test     runs what is expected beside the rules: the list `expect` in the file that `routes` names,
         or in that of --rules, which is not in use yet.]]

M.epilog = [[
Parameters are written as for `obol call`: name=value, name:=JSON.

Examples:
  obol route explain method=card amount=8.88 currency=USD customer.id=u-7
  obol route explain method=wechat_qr currency=CNY --json
  obol route test
  obol route test --rules new.lua && mv new.lua routes.lua

Exit status: 0 an account was found or every expectation holds, 1 none was or one does not, 2 wrong
usage or configuration.]]

function M.configure(command)
  command:argument("action", "explain or test."):choices { "explain", "test" }
  command:argument("parameters", "The payment: name=value ..."):args "*":argname "<name=value>"
  command:option("--operation", "payment.create or subscription.create.", "payment.create"):argname "<name>"
    :choices { "payment.create", "subscription.create" }
  command:option("--rules", "With test: the file of other rules."):argname "<file>"
  configuration.configure(command)
  command:flag("--json", "Print JSON.")
end

local function place_of(rule)
  return rule.line and ("%s:%d"):format(terminal.clean(rule.file), rule.line) or ""
end

local function put_rules(screen, rules)
  local rows = {}
  for at, rule in ipairs(rules) do
    local mark = rule.chosen and "takes it" or rule.raised and "failed" or rule.matched and "would" or "no"
    local reason = (rule.field and rule.field .. ": " or "") .. (rule.reason or "")
    rows[at] = { rule.name, mark, place_of(rule), terminal.clean(reason) }
  end
  local colours = { ["takes it"] = "green", failed = "red", would = "dim", no = "dim" }
  screen:rows(rows, { head = { "RULE", "", "LINE", "WHY" }, paint = function(row, column, text)
    return column == 2 and screen:paint(colours[row[2]] or "bold", text) or text
  end })
end

-- What a payment that is tried out lacks is much, and its names say enough.
local function why_of(line)
  local why = line.reason
  if line.problem then
    local names = {}
    for place, one in ipairs(line.problem.fields or { line.problem }) do names[place] = one.field end
    why = why .. "; as it is written it would be refused for: " .. table.concat(names, ", ")
  end
  local before = line.account .. ": "
  return why:sub(1, #before) == before and why:sub(#before + 1) or why
end

local function put_accounts(screen, accounts)
  local rows = {}
  for at, line in ipairs(accounts) do
    local why = why_of(line)
    rows[at] = { line.account, line.provider, line.place and ("%d"):format(line.place) or "-", terminal.clean(why) }
  end
  screen:rows(rows, { head = { "ACCOUNT", "PROVIDER", "TRIED", "WHY" } })
end

local function put_draw(screen, draw)
  local rows, sum = {}, 0
  for _, one in ipairs(draw.accounts) do sum = sum + one.weight end
  for at, one in ipairs(draw.accounts) do
    rows[at] = { one.account, ("%d of %d"):format(one.weight, sum), ("%.3f"):format(one.score) }
  end
  screen:line("\n", screen:paint("bold", "the draw"), ", by ", draw.by, ": the highest wins")
  screen:rows(rows, { head = { "ACCOUNT", "WEIGHT", "DRAW" } })
end

local function put(screen, answer)
  if answer.rules then
    put_rules(screen, answer.rules)
    screen:line ""
  end
  put_accounts(screen, answer.accounts)
  if answer.draw then put_draw(screen, answer.draw) end
  screen:line ""
  if answer.account then
    local rest = answer.order and #answer.order > 1 and ", then " .. table.concat(answer.order, ", ", 2) or ""
    screen:line(screen:paint("green", answer.account), rest)
  else
    screen:line(screen:paint("red", "no account"), ": ", terminal.clean(show.error(answer.error).message))
  end
end

local function plain(answer)
  local err = answer.error
  answer.error = nil
  for _, line in ipairs(answer.accounts) do
    line.problem = line.problem and show.error(line.problem) or nil
  end
  local shown = show.plain(answer)
  shown.error = err and show.error(err) or nil
  return shown
end

local function explain(args, screen, problems, pay)
  if args.rules then return problem.usage(args, screen, problems, "--rules is for test alone") end
  local params, wrong = values.parse(args.parameters, values.types {})
  if not params then return problem.usage(args, screen, problems, "these cannot be used", wrong) end
  local answer, err = pay:explain(params, { operation = args.operation })
  if not answer then return problem.fail(args, screen, problems, err) end
  local found = answer.account ~= nil
  if args.json then screen:line(show.json(plain(answer))) else put(screen, answer) end
  return found and 0 or 1
end

local function test(args, screen, problems, pay)
  if #args.parameters > 0 then
    return problem.usage(args, screen, problems, "expected nothing behind test")
  end
  local results, failed = pay:test_routes { routes = args.rules }
  if not results then return problem.fail(args, screen, problems, failed) end
  if args.json then
    screen:line(show.json { ok = failed == 0, failed = failed, expectations = json.array(results) })
    return failed == 0 and 0 or 1
  end
  for _, one in ipairs(results) do
    if not one.ok then
      local where = one.line and ("  line %d"):format(one.line) or ""
      screen:line(screen:paint("red", "FAIL"), "  ", screen:paint("bold", terminal.clean(one.name)), where, "  ",
        terminal.clean(one.problem))
    end
  end
  local said = ("%d of %d expectations hold"):format(#results - failed, #results)
  screen:line(screen:paint(failed == 0 and "green" or "red", said))
  return failed == 0 and 0 or 1
end

function M.run(args, screen, problems)
  local pay, err = client.open(configuration.path(args))
  if not pay then return problem.fail(args, screen, problems, err) end
  local ok, status = xpcall(args.action == "test" and test or explain, debug.traceback, args, screen, problems, pay)
  pay:close()
  if not ok then error(status, 0) end
  return status
end

return M
