--- Telling what went wrong, and the exit status that goes with it.

local errors = require "obol.error"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local M = {}

local function is_usage(err)
  return (err.kind == "invalid" or err.kind == "unsupported") and not err.http_status and not err.provider_code
    and err.outcome ~= "unknown"
end

local function status_of(outcome)
  if outcome == "succeeded" or outcome == "accepted" then return 0 end
  return outcome == "unknown" and 3 or 1
end

-- A query that was refused is refused, whatever is unknown of what it asked about.
local definite = { authentication = true, invalid = true, not_found = true, rate_limited = true, conflict = true,
  declined = true, unsupported = true }

--- The exit status after a call's result and error, either of which may be nil.
function M.exit_of(result, err)
  if result then
    if result.outcome == "unknown" and err and definite[err.kind] and err.provider_code then return 1 end
    return status_of(result.outcome)
  end
  return is_usage(err) and 2 or status_of(err.outcome)
end

--- Writes an error and what belongs to it.
function M.put(screen, err)
  screen:line(screen:paint("red", "error"), ": ", terminal.clean(show.error(err).message))
  if err.provider_message then
    screen:line("  the provider says: ", show.error(err).provider_message)
  end
  for _, problem in ipairs(err.fields or {}) do
    screen:line("  ", screen:paint("cyan", problem.field), "  ", problem.message)
  end
end

--- Tells of an error that stopped the command before there was a result: the exit status.
function M.fail(args, screen, problems, err)
  if args.json then
    screen:line(show.json { error = show.error(err) })
  elseif err.fields and #err.fields > 0 then
    local heading = err.kind == "invalid" and "these cannot be used:" or err.message
    problems:line(problems:paint("red", "error"), ": ", heading)
    for _, problem in ipairs(err.fields) do
      problems:line("  ", problems:paint("cyan", problem.field), "  ", problem.message)
    end
  else
    M.put(problems, err)
  end
  return M.exit_of(nil, err)
end

--- The same of a command that was written wrong.
function M.usage(args, screen, problems, message, fields)
  return M.fail(args, screen, problems,
    errors.new { kind = "invalid", message = message, fields = fields, outcome = "not_sent" })
end

return M
