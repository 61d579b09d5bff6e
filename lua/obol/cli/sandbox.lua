--- obol sandbox: simulators of payment systems behind a private nginx, in the foreground.

local configuration = require "obol.cli.configuration"

local M = { name = "sandbox", summary = "Run payment systems to try things with." }

M.description = [[
Run simulators of the payment systems on this machine, in the foreground, until Ctrl-C. The first
line is the address. No money moves, and nothing leaves the machine.]]

M.epilog = [[
Examples:
  obol sandbox --port 8600
  curl http://127.0.0.1:8600/_sandbox/accounts        credentials of ready accounts
  eval "$(curl -s http://127.0.0.1:8600/_sandbox/env)"   the same as variables of this shell

Open the address in a browser: the page there tells accounts, products, open pay pages and controls.
Payment pages open in a browser too. Controls under /_sandbox/: accounts, env, books, pages, clock,
deliveries, pay, decline, back_out, refund, renew, chargeback, fail_card, advance, fault, webhook,
deliver, resend, forge, set, reset.]]

-- The server sends to this machine alone: said here, not found out by waiting.
local function callback_address(url)
  local rest = url:match "^http://(.+)$"
  local host = rest and not url:find "[^\33-\126]" and rest:match "^([^/?#]+)"
  host = host and host:gsub(":%d+$", "")
  if host == "localhost" or host == "[::1]" or host and host:find "^127%.%d+%.%d+%.%d+$" then return url end
  return nil, "expected an http address on this machine, such as http://127.0.0.1:8080/notify"
end

function M.configure(command)
  command:option("-p --port", "Where to listen on 127.0.0.1; 0 takes any free port.", "0"):argname "<port>"
    :convert(configuration.integer("--port", 0, 65535, "expected a port from 0 to 65535"))
  command:option("--seed", "A text: the same ids and credentials in every run."):argname "<text>"
  command:option("--webhook-url", "Where callbacks are delivered."):argname "<url>"
    :convert(configuration.converter("--webhook-url", callback_address))
end

function M.run(args, _, problems)
  local ok, err = require("obol.sandbox.server").run {
    port = args.port, seed = args.seed, webhook_url = args.webhook_url,
  }
  if ok then return 0 end
  problems:line(problems:paint("red", "error"), ": ", err.message)
  return err.kind == "conflict" and 2 or 1
end

return M
