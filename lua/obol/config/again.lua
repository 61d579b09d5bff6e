--- Loading again what a configuration names as scripts: its providers, rules and flows. Nothing that is in use is
-- touched: what comes of it is put in place by whoever asked, or undone.

local check = require "obol.config.check"
local clone = require "obol.clone"
local core = require "obol.core"
local secret = require "obol.secret"

local M = {}

-- A copy of an account's words, which the host may change or close once the account is open.
local function copied(value)
  if type(value) == "userdata" and tostring(value) == "[secret]" then return value .. secret "" end
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, member in pairs(value) do copy[key] = copied(member) end
  return copy
end

--- What is needed to load the scripts of `config` again, once it was opened: { folder =, providers = (list), routes =
-- (path, or nil), names = (of all accounts, as keys), accounts = (name to the words of each account whose provider
-- comes from a file), defined = (names of the providers that came from files, as keys), flows = (list, or nil), part =
-- (what loads them) }.
function M.remember(config, folder, opened, part)
  local scripts = { folder = folder, providers = config.providers and clone(config.providers), names = {},
    accounts = {}, defined = opened.defined, part = part, flows = part and config.flows and clone(config.flows) or nil,
    routes = type(config.routes) == "string" and config.routes or nil }
  for name, words in pairs(config.accounts) do
    scripts.names[name] = true
    if opened.defined[words.provider] then scripts.accounts[name] = copied(words) end
  end
  return scripts
end

--- The paths of all files: a list of { kind = "provider" | "routes" | "flow", path = }.
function M.files(scripts)
  local files = {}
  if scripts.providers then
    local paths = require("obol.config.providers").paths(scripts.providers, scripts.folder, function() end)
    for _, file in ipairs(paths) do files[#files + 1] = { kind = "provider", path = file.path } end
  end
  local routes = scripts.routes
  if routes then
    files[#files + 1] = { kind = "routes", path = require("obol.guard.file").within(scripts.folder, routes) }
  end
  for _, path in ipairs(scripts.flows and scripts.part.files(scripts.flows, scripts.folder) or {}) do
    files[#files + 1] = { kind = "flow", path = path }
  end
  return files
end

local function open_accounts(scripts, defined, problems)
  local accounts, add = {}, check.adder(problems)
  for name, words in pairs(scripts.accounts) do
    if defined[words.provider] then
      accounts[name] = check.open_account(name, words, problems)
    else
      add(("accounts.%s.provider"):format(name), "expected a file of `providers` to define `" .. words.provider .. "`")
    end
  end
  return accounts
end

--- Loads all files: { accounts = (those that were opened again, by name), routes = (nil where the configuration
-- names no file), flows = (by name; nil without any), defined = (names of the providers, as keys), undo = (a function:
-- the providers are again what they were) }; or nil and a list of what is wrong, each { field =, message = (with file
-- and line) }, the providers being what they were.
function M.load(scripts)
  local problems, undo = { skip = {} }, core.definitions()
  local ok, defined = pcall(check.define_providers, scripts.providers, scripts.folder, problems)
  if not ok then
    undo()
    error(defined, 0)
  end
  local loaded = { undo = undo, defined = defined }
  -- an account of a provider that cannot be loaded has nothing to add to that
  if #problems == 0 then loaded.accounts = open_accounts(scripts, defined, problems) end
  loaded.routes = check.open_routes(scripts.routes, scripts.names, scripts.folder, problems)
  loaded.flows = check.open_flows(scripts.flows, scripts.folder, problems, scripts.part)
  if #problems == 0 then return loaded end
  undo()
  table.sort(problems, function(a, b)
    if a.field ~= b.field then return a.field < b.field end
    return a.message < b.message
  end)
  problems.skip, problems.kind = nil, nil
  return nil, problems
end

return M
