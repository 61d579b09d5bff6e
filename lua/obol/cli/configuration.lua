--- The configuration that a command works with: which file, and what is in it before it is opened.

local script = require "obol.config.script"

local M = {}

--- Adds --config to a command.
function M.configure(command)
  command:option("-c --config", "The configuration (default: $OBOL_CONFIG, else obol.lua).")
    :argname "<file>"
end

--- Adds --timeout to a command.
function M.add_timeout(command, default)
  command:option("--timeout", "Limit of each call in milliseconds.", default):argname "<ms>":convert(function(text)
    local number = tonumber(text)
    if number and number % 1 == 0 and number >= 1 and number <= 600000 then return number end
    return nil, "expected milliseconds from 1 to 600000"
  end)
end

--- The path of the configuration: as given, from OBOL_CONFIG, or `obol.lua`.
function M.path(args)
  local variable = os.getenv "OBOL_CONFIG"
  return args.config or (variable ~= "" and variable) or "obol.lua"
end

--- The accounts as the file writes them, by name; or nil and an error. What is missing in them is
-- found when the configuration is opened.
function M.accounts(path)
  local config, err = script.load(path)
  if not config then return nil, err end
  local accounts = {}
  for name, words in pairs(type(config.accounts) == "table" and config.accounts or {}) do
    if type(name) == "string" and type(words) == "table" then accounts[name] = words end
  end
  return accounts
end

return M
