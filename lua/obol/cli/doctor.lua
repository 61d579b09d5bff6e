--- obol doctor: what would keep payments from working, and what to do about it.

local configuration = require "obol.cli.configuration"
local core = require "obol.core"
local ledger_probe = require "obol.cli.ledger_probe"
local probe = require "obol.cli.probe"
local reload = require "obol.client.reload"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local M = { name = "doctor", summary = "Check configuration, keys, ledger, reachability and clock." }

M.epilog = [[
Every account is asked for the provider's time, or its address is opened; no money moves.

Examples:
  obol doctor
  obol doctor --config live.lua --json

Exit status: 0 nothing failed, 1 something did.]]

function M.configure(command)
  configuration.configure(command)
  configuration.add_timeout(command, "10000")
  command:flag("--offline", "Send nothing.")
  command:flag("--json", "Print JSON.")
end

local marks = { ok = { "green", "ok  " }, warn = { "yellow", "warn" }, fail = { "red", "fail" } }

local function put(screen, check)
  local mark = marks[check.status]
  screen:line(screen:paint(mark[1], mark[2]), "  ", screen:paint("bold", check.name), "  ",
    terminal.clean(check.detail))
  if check.advice then
    for _, line in ipairs(terminal.wrap(check.advice, screen.columns - 8)) do screen:line("        ", line) end
  end
end

-- Checks are shown as they are made, because some take seconds.
local function new_list(args, screen)
  local list = { ok = true, checks = {} }
  function list.add(status, name, detail, advice)
    local check = { status = status, name = name, detail = detail, advice = advice }
    list.checks[#list.checks + 1] = check
    if status == "fail" then list.ok = false end
    if not args.json then
      put(screen, check)
      screen.file:flush()
    end
  end
  return list
end

local function check_library(list, version)
  local parts, features, names = { "obol " .. version }, core.features(), {}
  for name in pairs(features) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    -- a library's own text may go on with all that it was built with
    local short = type(features[name]) == "string" and features[name]:match "^%a[%w.]*[ /][%w.-]+"
    if short then parts[#parts + 1] = (short:gsub("/", " ")) end
  end
  list.add("ok", "versions", table.concat(parts, ", "))
  for _, name in ipairs(names) do
    if features[name] == false then
      list.add("warn", "features", name .. " is not on this machine", "what needs it says so when it is used")
    end
  end
  for _, name in ipairs(core.providers()) do
    local wrong = core.selfcheck(name)
    if wrong and #wrong > 0 then
      list.add("fail", "provider " .. name, wrong[1].field .. ": " .. wrong[1].message,
        "this build's tables are broken: build again from a clean checkout")
    end
  end
end

local function advice_of(message)
  if message:find "environment variable" then return "set it in the environment that runs this command" end
  if message:find "file" then return "put the file there, or correct its path; paths start at the configuration" end
  return nil
end

local function check_rules(list, opened)
  if not opened.routes then return end
  local wrong = reload.expectations { routes = opened.routes, accounts = opened.accounts, clock = core.clock_ms }
  for _, problem in ipairs(wrong) do
    list.add("fail", "rules", problem.message, "`obol route explain` tells why; pay:reload would refuse these rules")
  end
  if #wrong == 0 then
    list.add("ok", "rules", ("%d rule%s, and what is expected beside them holds"):format(#opened.routes.rules,
      #opened.routes.rules == 1 and "" or "s"))
  end
end

local function check_configuration(list, path)
  local opened, err = require("obol.config").open(path, { flows = require "obol.flow.part" })
  if opened then
    list.add("ok", "configuration", ("%s: %d account%s, mode %s"):format(path, #opened.names,
      #opened.names == 1 and "" or "s", opened.mode))
    check_rules(list, opened)
    return opened
  end
  if not err.fields or #err.fields == 0 then
    list.add("fail", "configuration", err.message, "--config names another file, and so does OBOL_CONFIG")
    return nil
  end
  for _, problem in ipairs(err.fields) do
    list.add("fail", "configuration", problem.field .. ": " .. problem.message, advice_of(problem.message))
  end
  return nil
end

-- The keys without which no notification of the account is believed: a list of their names.
local function missing_keys(words)
  local missing, provider = {}, type(words.provider) == "string" and core.describe(words.provider)
  for _, field in ipairs(provider and provider.config or {}) do
    local first, second = field.name:match "^([%w_]+)%.?([%w_]*)$"
    local value = words[first]
    if second ~= "" then value = type(value) == "table" and value[second] or nil end
    local is_key = field.type == "secret" and (field.doc or ""):find("without it no", 1, true)
    if is_key and value == nil then missing[#missing + 1] = field.name end
  end
  return missing
end

local function check_settings(list, opened, accounts)
  ledger_probe.check(list, opened.ledger, opened.place)
  for _, name in ipairs(opened.names) do
    local url = probe.base_url(accounts[name])
    if url and url:find "^http:" then
      list.add("warn", name, probe.site(url) .. " is plain http", "good for a sandbox on this machine alone")
    end
    for _, key in ipairs(missing_keys(accounts[name] or {})) do
      list.add("warn", name, ("without `%s` none of its notifications is accepted"):format(key),
        "payments then wait for the next look at them: set it, and the address of your notify handler there")
    end
  end
end

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- Secrets that every user of this machine can read.
local function check_secret_files(list, path)
  local seen = {}
  for _, file in ipairs(configuration.secret_files(path)) do
    local place = file:sub(1, 1) == "/" and file or "./" .. file
    local pipe = not seen[file] and io.popen(("find -L %s -prune -perm -004 2>/dev/null"):format(quote(place)))
    if pipe then
      if pipe:read "*l" then
        list.add("warn", "secrets", terminal.clean(file) .. " can be read by every user of this machine",
          "chmod 600, and let the user that runs the shop own it")
      end
      pipe:close()
    end
    seen[file] = true
  end
end

local function check_tools(list)
  local found, err = require("obol.sandbox.nginx").find()
  if found then
    list.add("ok", "sandbox", "can run on this machine")
  else
    list.add("warn", "sandbox", "cannot run on this machine: " .. err.message, "only `obol sandbox` needs it")
  end
end

function M.run(args, screen, _, version)
  local path = configuration.path(args)
  local list = new_list(args, screen)
  check_library(list, version)
  local opened = check_configuration(list, path)
  if opened then
    local accounts = configuration.accounts(path) or {}
    check_settings(list, opened, accounts)
    check_secret_files(list, path)
    for _, name in ipairs(opened.names) do
      list.add("ok", name, "keys of " .. opened.accounts[name].provider .. " are there and of the right form")
      if not args.offline then probe.account(list, opened, name, accounts[name], args.timeout) end
    end
    opened.ledger:close()
  end
  check_tools(list)
  if args.json then
    screen:line(show.json { ok = list.ok, checks = require("obol.json").array(list.checks) })
  else
    screen:line("\n", list.ok and screen:paint("green", "nothing failed") or screen:paint("red", "something failed"))
  end
  return list.ok and 0 or 1
end

return M
