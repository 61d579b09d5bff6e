--- obol call: one operation of one account, beneath everything: nothing is recorded.

local client = require "obol.client"
local configuration = require "obol.cli.configuration"
local core = require "obol.core"
local names = require "obol.cli.names"
local problem_of = require "obol.cli.problem"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"
local values = require "obol.cli.values"

local M = { name = "call", summary = "Make one call of an account." }

M.description = [[
Make one call of an account and print what came of it. Nothing is recorded in a ledger: a call that
pays is for trying things out, or for mending by hand what a program has begun.]]

M.epilog = [[
Parameters:
  name=value        text, a number, or true and false where the field is a boolean
  name:=JSON        any JSON: a list, a table, a text that begins with @
  name=@FILE        the contents of a file
  name=env:NAME     the contents of an environment variable
Secrets, as a card's number, are taken from a file or a variable alone.

Examples:
  obol call subs product.list
  obol call subs entitlement.get customer.id=u-7 --json
  obol call web payment.create method=wechat_qr amount=19.99 currency=CNY description=tea
  obol call web profit_share.create extra.mincloud.trade_no=4DySOWgN currency=CNY \
    'extra.mincloud.receivers:=[{"type":"MERCHANT_ID","account":"1","amount":"0.10","description":"x"}]'
  obol call subs payment.create customer.id=u-7 item.product_id=price_1 amount=8.88 currency=USD \
    description="tea lights" return_url=https://shop.example/ok \
    cancel_url=https://shop.example/no --dry-run

Exit status: 0 succeeded or accepted, 1 refused, declined or never sent, 2 wrong usage or
configuration, 3 nobody knows what came of it.]]

function M.configure(command)
  command:argument("account", "The account's name in the configuration.")
  command:argument("operation", "An operation of its provider, such as product.list.")
  command:argument("parameters", "What to send: name=value ..."):args "*":argname "<name=value>"
  configuration.configure(command)
  configuration.add_timeout(command, "30000")
  command:flag("--json", "Print JSON.")
  command:flag("--dry-run", "Print the request instead of sending it.")
end

local fail, usage, exit_of, put_error = problem_of.fail, problem_of.usage, problem_of.exit_of, problem_of.put

local function put_result(args, screen, problems, result, err)
  if args.json then
    local plain = show.plain(result)
    plain.error = err and show.error(err)
    screen:line(show.json(plain))
    return
  end
  screen:line(show.outcome(screen, result.outcome), "  ", args.account, " ", args.operation)
  local shown = show.plain(result)
  shown.outcome, shown.checked = nil, nil
  local left_out = show.tree(screen, shown, 1)
  if left_out then screen:line(screen:paint("dim", "  what else the provider tells: --json")) end
  show.action(screen, shown.action)
  if err then put_error(problems, err) end
end

-- A signature is not the secret, yet it is good for one call.
local shown_headers = { ["content-type"] = true, ["accept"] = true, ["user-agent"] = true }

local function dry_run(args, screen, problems, path, params)
  local opened, err = require("obol.config").open(path)
  if not opened then return fail(args, screen, problems, err) end
  local account, now = opened.accounts[args.account], core.clock_ms()
  local request
  request, err = account:encode(args.operation, params,
    { time_ms = now, nonce = ("%d"):format(now), key = "dry-run" })
  if not request then return fail(args, screen, problems, err) end
  local headers = {}
  for name, value in pairs(request.headers) do
    headers[name] = shown_headers[name:lower()] and value or "[hidden]"
  end
  local body = request.body
  local shown = { method = request.method, url = request.url, headers = headers,
    body = type(body) == "string" and body or "[secret]", dry_run = true }
  if args.json then
    screen:line(show.json(shown))
    return 0
  end
  screen:line(screen:paint("bold", shown.method .. " " .. terminal.clean(shown.url)), "  (not sent)")
  show.tree(screen, headers, 1)
  if shown.body ~= "" then screen:line("\n", terminal.clean(shown.body)) end
  return 0
end

local function send(args, screen, problems, path, params)
  local pay, err = client.open(path)
  if not pay then return fail(args, screen, problems, err) end
  local result
  result, err = pay:call(args.account, args.operation, params, { timeout_ms = args.timeout })
  pay:close()
  if not result then return fail(args, screen, problems, err) end
  put_result(args, screen, problems, result, err)
  return exit_of(result, err)
end

function M.run(args, screen, problems)
  local path = configuration.path(args)
  local accounts, err = configuration.accounts(path)
  if not accounts then return fail(args, screen, problems, err) end
  local words = accounts[args.account]
  if not words then return usage(args, screen, problems, names.account(args.account, accounts)) end
  local provider = type(words.provider) == "string" and core.describe(words.provider)
  local variants, problem
  if provider then
    variants, problem = names.operation(provider, args.operation)
    if not variants then return usage(args, screen, problems, problem) end
  end
  local params
  params, problem = values.parse(args.parameters, values.types(variants))
  if not params then return usage(args, screen, problems, "these cannot be used", problem) end
  local act = args.dry_run and dry_run or send
  return act(args, screen, problems, path, params)
end

return M
