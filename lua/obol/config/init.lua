--- Configuration: from a script's path or a table to opened accounts, ledger and transport.
-- Every mistake is reported in one error, `fields` holding each path and its expectation.

local again = require "obol.config.again"
local check = require "obol.config.check"
local errors = require "obol.error"

local M = {}

local MAX_DEPTH = 50

-- Moves what was missing from the script's marks into problems with the path where it was used.
local function find_marks(value, marks, path, problems, seen, depth)
  if type(value) ~= "table" or seen[value] then return end
  if depth > MAX_DEPTH then
    problems[#problems + 1] = { field = path, message = "expected tables nested less deep" }
    return
  end
  seen[value] = true
  for key, member in pairs(value) do
    local at = require("obol.config.script").below(path, key)
    if type(member) == "table" and marks[member] then
      problems[#problems + 1] = { field = at, message = marks[member] }
      marks.used[member] = true
      value[key] = nil
      problems.skip[at] = true
      problems.skip[at:match("^(.-)%[%d+%]$") or at] = true
    else
      find_marks(member, marks, at, problems, seen, depth + 1)
    end
  end
end

local function load_script(path, problems)
  local config, marks, folder = require("obol.config.script").load(path)
  if not config then return nil, marks end
  marks.used = {}
  for _, problem in ipairs(marks.twice) do problems[#problems + 1] = problem end
  find_marks(config, marks, "", problems, {}, 1)
  for _, mark in ipairs(marks) do
    if not marks.used[mark] then problems[#problems + 1] = { field = path, message = marks[mark] } end
  end
  if #problems > 0 then problems.kind = "invalid" end
  return config, folder
end

local function open(source, parts, dry)
  local problems = { skip = {} }
  local config, folder = source, ""
  if type(source) == "string" then
    config, folder = load_script(source, problems)
    if not config then return nil, folder end
  end
  local opened = check.run(config, folder, problems, parts, dry)
  if #problems == 0 then
    opened.scripts = again.remember(config, folder, opened, parts.flows)
    return opened
  end
  table.sort(problems, function(a, b) return a.field < b.field end)
  local kind = problems.kind or "unsupported"
  problems.skip, problems.kind = nil, nil
  return nil, errors.new { kind = kind, message = "the configuration cannot be used", fields = problems }
end

--- Reads and checks a configuration. Answers { mode =, accounts = {name = account}, names = sorted
-- list, ledger =, transport =, clock =, log =, routes =, flows =, scripts = (see obol.config.again) }, or nil and an
-- error of kind `invalid` (or `unsupported`) with all mistakes in `fields`. `parts`: see obol.client; without that of
-- `flows` they are not loaded.
function M.open(source, parts) return open(source, parts or {}, false) end

--- The same without opening ledger and transport, which are then missing in what it answers.
function M.check(source, parts) return open(source, parts or {}, true) end

return M
