--- Loading rules: a file, or a table, checked as a whole. Every mistake is told with its file and line.

local breaker = require "obol.route.breaker"
local environment = require "obol.route.environment"
local expect = require "obol.route.expect"
local field = require "obol.route.field"
local file = require "obol.guard.file"
local guard = require "obol.guard"
local limit = require "obol.route.limit"
local lines = require "obol.route.lines"
local nearest = require "obol.nearest"
local rules = require "obol.route.rule"
local window = require "obol.route.window"

local M = {}

local MAX_INSTRUCTIONS, MAX_RULES, MAX_PATH = 10000000, 10000, 1024
local known = { accounts = true, expect = true }
local account_keys = { limits = true, maintenance = true, breaker = true }

local function step_text(key)
  if type(key) == "number" then return ("[%.14g]"):format(key) end
  local text = tostring(key)
  if type(key) ~= "string" or #text > 64 or text:find "%c" then return "[?]" end
  return text:find "^[%a_][%w_]*$" and "." .. text or ('["%s"]'):format(text)
end

-- "[2].when.currency" of a path.
local function path_text(path)
  local parts = {}
  for place, key in ipairs(path) do parts[place] = step_text(key) end
  return table.concat(parts)
end

-- Takes what is wrong: { field = "routes[2].when", message = "routes.lua:7: expected ..." }.
local function collector(path, tables)
  local problems = {}
  return problems, function(keys, message)
    local place = ""
    if path then
      local line = lines.find(tables, keys)
      place = path .. (line and (":%d"):format(line) or "") .. ": "
    end
    problems[#problems + 1] = { field = "routes" .. path_text(keys), message = place .. message }
  end
end

local function under(add, ...)
  local before = { ... }
  return function(keys, message)
    local path = {}
    for place, key in ipairs(before) do path[place] = key end
    for _, key in ipairs(keys) do path[#path + 1] = key end
    add(path, message)
  end
end

local function compile_accounts(given, context, add)
  local settings = {}
  if given == nil then return settings end
  if type(given) ~= "table" then
    add({ "accounts" }, "expected a table from accounts to their settings")
    return settings
  end
  for name, words in pairs(given) do
    if not context.accounts[name] then
      add({ "accounts", name }, "expected a configured account" .. nearest.hint(name, context.accounts))
    elseif type(words) ~= "table" then
      add({ "accounts", name }, "expected a table")
    else
      for key in pairs(words) do
        if not account_keys[key] then
          add({ "accounts", name, key },
            "expected `limits`, `maintenance` or `breaker`" .. nearest.hint(key, account_keys))
        end
      end
      settings[name] = { limits = limit.compile(words.limits, under(add, "accounts", name, "limits")),
        maintenance = window.compile(words.maintenance, under(add, "accounts", name, "maintenance")),
        breaker = breaker.compile(words.breaker, under(add, "accounts", name, "breaker")) }
    end
  end
  return settings
end

local function check_names(list, add)
  local seen = {}
  for _, rule in ipairs(list) do
    if seen[rule.name] then add({ rule.place, "name" }, "expected a name that no other rule has") end
    seen[rule.name] = true
  end
end

local function compile(given, accounts, add)
  local context = { accounts = accounts, fields = field.known() }
  local compiled, count = { rules = {}, fields = context.fields }, #given
  if count == 0 then add({}, "expected one rule at least") end
  if count > MAX_RULES then add({}, "expected 10000 rules at most") end
  for key in pairs(given) do
    local is_rule = type(key) == "number" and key >= 1 and key <= count
    if not is_rule and not known[key] then
      add({ key }, "expected rules, `accounts` or `expect`" .. nearest.hint(key, known))
    end
  end
  for place = 1, math.min(count, MAX_RULES) do
    local rule = rules.compile(given[place], place, context, under(add, place))
    compiled.rules[#compiled.rules + 1] = rule
  end
  check_names(compiled.rules, add)
  compiled.settings = compile_accounts(given.accounts, context, add)
  compiled.expectations = expect.compile(given.expect, compiled.rules, context, under(add, "expect"))
  return compiled
end

local function failed(message)
  return nil, { { field = "routes", message = message } }
end

local function run(path)
  local text, problem = file.read(path)
  if not text then return nil, problem end
  local chunk
  chunk, problem = guard.load(text, path, environment.new())
  if not chunk then return nil, problem end
  local ok, given = guard.run(chunk, MAX_INSTRUCTIONS, "a script")
  if not ok then return nil, file.at(path, guard.plain(given)) end
  if type(given) ~= "table" then return nil, path .. ": expected the script to return a list of rules" end
  return given, text
end

--- Loads rules from a file's path or a table: { rules =, settings =, expectations =, path =, ... }; or nil and a
-- list of what is wrong, each { field =, message = }. `accounts` has the names of the accounts as keys.
function M.load(source, accounts)
  local given, path, tables = source, nil, { members = {} }
  if type(source) == "string" and #source <= MAX_PATH and not source:find "%c" then
    local text
    path = source
    given, text = run(path)
    if not given then return failed(text) end
    tables = lines.read(text)
  elseif type(source) ~= "table" then
    return failed "expected a file's path, or a list of rules"
  end
  local problems, add = collector(path, tables)
  lines.twice(tables, add)
  local compiled = compile(given, accounts, add)
  if #problems > 0 then
    table.sort(problems, function(a, b)
      if a.field ~= b.field then return a.field < b.field end
      return a.message < b.message
    end)
    return nil, problems
  end
  compiled.path = path
  for place, rule in ipairs(compiled.rules) do rule.line = path and lines.find(tables, { place }) or nil end
  for _, one in ipairs(compiled.expectations) do
    one.line = path and lines.find(tables, { "expect", one.place }) or nil
  end
  return compiled
end

return M
