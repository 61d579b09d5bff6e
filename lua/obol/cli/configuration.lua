--- The configuration that a command works with: which file, and what is in it before it is opened.

local check = require "obol.config.check"
local providers = require "obol.config.providers"
local script = require "obol.config.script"

local terminal = require "obol.cli.terminal"

local M = {}

--- Adds --config to a command.
function M.configure(command)
  command:option("-c --config", "The configuration (default: $OBOL_CONFIG, else obol.lua).")
    :argname "<file>"
end

--- A converter of an option's text, as argparse wants it, whose refusal names the option.
function M.converter(option, convert)
  return function(text)
    local value, expected = convert(text)
    if value ~= nil then return value end
    return nil, option .. ": " .. expected
  end
end

--- The converter of an option that is an integer from `least` to `most`, as `expected` says.
function M.integer(option, least, most, expected)
  return M.converter(option, function(text)
    local number = tonumber(text)
    if number and number % 1 == 0 and number >= least and number <= most then return number end
    return nil, expected
  end)
end

--- The same of one that counts: from 1 on, to `most` where that is given.
function M.count(option, most)
  return M.integer(option, 1, most or 2 ^ 31, most and ("expected a number from 1 to %d"):format(most)
    or "expected a number of 1 or more")
end

--- The same of one that is a limit of a call.
function M.milliseconds(option) return M.integer(option, 1, 600000, "expected milliseconds from 1 to 600000") end

--- Adds --timeout to a command.
function M.add_timeout(command, default)
  command:option("--timeout", "Limit of each call in milliseconds.", default):argname "<ms>"
    :convert(M.milliseconds "--timeout")
end

--- The path of the configuration: as given, from OBOL_CONFIG, or `obol.lua`.
function M.path(args)
  local variable = os.getenv "OBOL_CONFIG"
  return args.config or (variable ~= "" and variable) or "obol.lua"
end

--- Defines the providers that the configuration names, so that they are known by their names. Where
-- nobody named a configuration there need not be one; what is wrong is told on the screen `problems`.
function M.define(args, problems)
  local path = M.path(args)
  local config, err, folder = script.load(path)
  local function warn(message) problems:line(problems:paint("yellow", "warning"), ": ", terminal.clean(message)) end
  if config then
    providers.define(config.providers, folder, function(field, message)
      warn(("%s: %s: %s"):format(path, field, message))
    end)
  elseif args.config then
    warn(err.message)
  end
end

--- The accounts as the file writes them, by name; or nil and an error. The providers that the file
-- names are defined. What is missing or wrong is found when the configuration is opened.
function M.accounts(path)
  local config, err, folder = script.load(path)
  if not config then return nil, err end
  providers.define(config.providers, folder, function() end)
  local accounts = {}
  for name, words in pairs(type(config.accounts) == "table" and config.accounts or {}) do
    if type(name) == "string" and type(words) == "table" then accounts[name] = words end
  end
  return accounts
end

--- A ledger's place from the command line, understood as if it stood in the configuration.
function M.place(args, place)
  return check.place_of(place, M.path(args):match "^(.*/)" or "")
end

--- The paths of the files in which the configuration says that secrets are.
function M.secret_files(path)
  local config, marks = script.load(path)
  return config and marks.secret_files or {}
end

--- The ledger's place as the file writes it, or nil.
function M.ledger(path)
  local config = script.load(path)
  return config and type(config.ledger) == "string" and config.ledger or nil
end

return M
