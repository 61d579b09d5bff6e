--- Checking a configuration's table, and opening what it names.

local ledger = require "obol.ledger"
local nearest = require "obol.nearest"
local shared = require "obol.shared"

local M = {}

local known = {
  mode = true, accounts = true, providers = true, routes = true, flows = true, ledger = true,
  transport = true, clock = true, log = true, dict = true,
}

local function add(problems, field, message, kind)
  if problems.skip[field] then return end
  problems[#problems + 1] = { field = field, message = message }
  if kind ~= "unsupported" then problems.kind = "invalid" end
end

--- A function of field and message that adds to `problems`.
function M.adder(problems)
  return function(field, message) add(problems, field, message) end
end

local function check_keys(config, problems)
  for key in pairs(config) do
    if not known[key] then
      add(problems, type(key) == "string" and key or "configuration",
        "expected a known key" .. nearest.hint(key, known))
    end
  end
  if config.mode ~= "test" and config.mode ~= "live" then
    add(problems, "mode", "expected `test` or `live`")
  end
end

local function check_function(config, key, problems)
  local value = config[key]
  if value ~= nil and type(value) ~= "function" then
    add(problems, key, "expected a function or nothing")
    return nil
  end
  return value
end

-- For the errors of an account: the provider that was probably meant.
local function provider_hint(words)
  return function(field)
    if field ~= "provider" then return "" end
    local names = {}
    for _, name in ipairs(require("obol.core").providers()) do names[name] = true end
    return nearest.hint(words.provider, names)
  end
end

-- For those of a transport: the option that was probably meant.
local function option_hint(field)
  local known_options = require("obol.wait.options").known
  return known_options[field] and "" or nearest.hint(field, known_options)
end

-- Errors of one account, each with the account's path before its own, and `hint(field)` behind.
local function add_account_error(problems, path, err, hint)
  local list = err.fields
  if not list or #list == 0 then list = { { field = err.field, message = err.message } } end
  for _, problem in ipairs(list) do
    local field = problem.field and problem.field ~= "" and path .. "." .. problem.field or path
    add(problems, field, problem.message .. hint(problem.field))
  end
end

--- Opens the account `name` as `words` say: the account; or nil, and what is wrong is added to `problems`.
function M.open_account(name, words, problems)
  local account, err = require("obol.account")(words)
  if not account then add_account_error(problems, "accounts." .. name, err, provider_hint(words)) end
  return account
end

local function open_accounts(config, problems)
  local accounts, names = {}, {}
  if type(config.accounts) ~= "table" or next(config.accounts) == nil then
    add(problems, "accounts", "expected one account at least")
    return accounts, names
  end
  for name, words in pairs(config.accounts) do
    local path = "accounts." .. tostring(name)
    if type(name) ~= "string" or not name:match("^%a[%w_-]*$") or #name > 64 then
      add(problems, "accounts", "expected names of letters, digits, `_` and `-`, 64 at most")
    elseif type(words) ~= "table" then
      add(problems, path, "expected a table")
    else
      names[#names + 1] = name
      accounts[name] = M.open_account(name, words, problems)
    end
  end
  table.sort(names)
  return accounts, names
end

--- The ledger's place as a configuration in `folder` (`""`, or with a slash at its end) means it: a file's path
-- is relative to the configuration's.
local function place_of(place, folder)
  local path = type(place) == "string" and place:match "^sqlite:([^/:].*)$"
  return path and "sqlite:" .. folder .. path or place
end

M.place_of = place_of

local function open_ledger(config, folder, problems, dry)
  local place = config.ledger
  if type(place) == "table" and type(place.begin_attempt) == "function" then return place end
  if place == nil then
    add(problems, "ledger", "expected `sqlite:<path>`, `postgres://...` or `memory`; there is no default")
    return nil
  end
  place = place_of(place, folder)
  local opened, err
  if dry then err = ledger.wrong_place(place) else opened, err = ledger.open(place) end
  if err then add(problems, "ledger", err.message, err.kind) end
  return opened
end

--- Defines the providers of the files in `list` (nil: none), and answers their names as keys.
function M.define_providers(list, folder, problems)
  if list == nil then return {} end
  return require("obol.config.providers").define(list, folder, M.adder(problems))
end

--- Loads the rules of `source`, the configuration's `routes` (nil: none), for accounts whose names are keys of
-- `accounts`.
function M.open_routes(source, accounts, folder, problems)
  if source == nil then return nil end
  if type(source) == "string" then source = require("obol.guard.file").within(folder, source) end
  local routes, wrong = require("obol.route").load(source, accounts)
  for _, problem in ipairs(wrong or {}) do add(problems, problem.field, problem.message) end
  return routes
end

--- The flows that `list` names, by their names; nil where there is no list, or `part`, which loads them, is missing.
-- What is wrong is added to `problems`.
function M.open_flows(list, folder, problems, part)
  if list == nil or not part then return nil end
  return part.load(list, folder, M.adder(problems))
end

-- The shared dict of nginx; nil elsewhere, where the same configuration is read by scripts and the command.
local function open_dict(config, problems)
  local name = config.dict
  if name == nil then return nil end
  if type(name) ~= "string" then
    add(problems, "dict", "expected the name of a lua_shared_dict")
    return nil
  end
  if not shared.is_there() then return nil end
  local store = shared.open(name)
  if not store then add(problems, "dict", "expected the name of a lua_shared_dict") end
  return store
end

local MAX_TIMEOUT_MS = 600000

local function open_transport(config, folder, problems, dry)
  local given = config.transport
  if given ~= nil and type(given) ~= "table" then
    add(problems, "transport", "expected a table")
    return nil
  end
  if given and given.send ~= nil then
    if type(given.send) == "function" then return given end
    add(problems, "transport.send", "expected a function")
    return nil
  end
  local options = {}
  for key, value in pairs(given or {}) do options[key] = value end
  if type(options.ca_file) == "string" then
    options.ca_file = require("obol.guard.file").within(folder, options.ca_file)
  end
  local transport, err
  if dry then
    transport, err = require("obol.wait.options").of_transport(options)
  else
    transport, err = require("obol.wait").transport(options)
  end
  if not transport then
    add_account_error(problems, "transport", err, option_hint)
  elseif options.timeout_ms and options.timeout_ms > MAX_TIMEOUT_MS then
    -- it is the limit of every call that names none
    add(problems, "transport.timeout_ms", "expected milliseconds from 1 to 600000")
  end
  return not dry and transport or nil, options.timeout_ms
end

--- Checks `config` and opens accounts, ledger and transport; what is wrong is added to `problems`
-- (whose `skip` names paths that were reported already, and whose `kind` becomes `invalid` unless all
-- that is wrong is merely not built). With `dry` neither ledger nor transport is opened.
function M.run(config, folder, problems, parts, dry)
  if type(config) ~= "table" then
    add(problems, "configuration", "expected a table or the path of a script")
    return nil
  end
  check_keys(config, problems)
  local opened = { mode = config.mode }
  opened.defined = M.define_providers(config.providers, folder, problems)
  opened.accounts, opened.names = open_accounts(config, problems)
  opened.place = place_of(config.ledger, folder)
  opened.ledger = open_ledger(config, folder, problems, dry)
  opened.routes = M.open_routes(config.routes, type(config.accounts) == "table" and config.accounts or {}, folder,
    problems)
  opened.flows = M.open_flows(config.flows, folder, problems, parts.flows)
  opened.clock = check_function(config, "clock", problems)
  opened.dict = open_dict(config, problems)
  opened.log = check_function(config, "log", problems)
  opened.transport, opened.timeout_ms = open_transport(config, folder, problems, dry)
  return opened
end

return M
