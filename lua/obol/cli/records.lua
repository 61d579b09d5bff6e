--- What is recorded, for people and for programs: shared by the commands that show payments and refunds.

local client = require "obol.client"
local configuration = require "obol.cli.configuration"
local problem = require "obol.cli.problem"
local show = require "obol.cli.show"

local M = {}

local colours = { succeeded = "green", active = "green", failed = "red", canceled = "red", expired = "red",
  unknown = "yellow", requires_action = "cyan", processing = "cyan", created = "cyan" }

--- The name of a state in its colour.
function M.status(screen, status) return screen:paint(colours[status] or "bold", status) end

--- "8.88 USD" of an amount, or nothing.
function M.amount(value) return value and value:format() .. " " .. value:currency() or "" end

--- A payment or refund as JSON can hold it.
function M.plain(record)
  local err = record.error
  record.error = nil
  local plain = show.plain(record)
  record.error, plain.error = err, err and show.error(err) or nil
  return plain
end

--- Opens the configured client, with `parts` that hang on it (see obol.client) or none, and runs fn(pay): its
-- exit status. Says so where the ledger is in memory, in which there is nothing that another process recorded.
function M.with(args, screen, problems, fn, parts)
  local path = configuration.path(args)
  local pay, err = (parts and client.with(parts) or client.open)(path)
  if not pay then return problem.fail(args, screen, problems, err) end
  if configuration.ledger(path) == "memory" then
    problems:line(problems:paint("yellow", "warning"), ": the ledger is in memory: each command begins with an ",
      "empty one")
  end
  local ok, status = pcall(fn, pay)
  pay:close()
  if not ok then error(status, 0) end
  return status
end

return M
