--- Loading rules, flows and providers again while payments go on.

local again = require "obol.config.again"
local choose = require "obol.client.choose"
local clone = require "obol.clone"
local errors = require "obol.error"
local fault = require "obol.client.fault"
local generation = require "obol.client.generation"
local limits = require "obol.client.limits"
local loaded = require "obol.client.loaded"
local nearest = require "obol.nearest"

local M = {}

local known = { if_changed = true }

--- What does not hold of what is expected beside the rules of `candidate` = { routes =, accounts =, clock = }: a list
-- of { field =, message = (with file and line) }.
function M.expectations(candidate)
  local problems, routes = {}, candidate.routes
  if not routes then return problems end
  for place, one in ipairs((choose.test(candidate))) do
    if not one.ok then
      local where = routes.path and ("%s%s: "):format(routes.path, one.line and (":%d"):format(one.line) or "") or ""
      problems[#problems + 1] = { field = ("routes.expect[%d]"):format(routes.expectations[place].place),
        message = ("%s%s: %s"):format(where, one.name, one.problem) }
    end
  end
  return problems
end

local function merged(before, opened)
  local accounts = clone(before)
  for name, account in pairs(opened) do accounts[name] = account end
  return accounts
end

-- The client as it would be, and the names of the providers; or nil and a list of what is wrong.
local function prepare(client)
  local taken, problems = again.load(client.loading.scripts)
  if not taken then return nil, problems end
  local candidate = generation.with(client, { routes = taken.routes, flow_definitions = taken.flows,
    accounts = merged(client.current.accounts, taken.accounts) })
  local ok
  ok, problems = pcall(M.expectations, candidate)
  if ok and #problems == 0 then return candidate, loaded.names_of(taken.defined) end
  taken.undo()
  if not ok then error(problems, 0) end
  return nil, problems
end

local function refused(problems)
  return errors.new { kind = "invalid", message = "what was changed cannot be used", fields = problems }
end

local function load_all(client)
  local loading = client.loading
  -- looked at before they are loaded: what is changed meanwhile differs from it, and is seen the next time
  local files, seen = loaded.look(loading.scripts)
  loading.seen, loading.last = seen, { at_ms = client.clock() }
  local ok, candidate, result = pcall(prepare, client)
  if not ok or not candidate then
    loading.last.err = ok and refused(result)
      or errors.new { kind = "internal", message = (tostring(candidate):gsub("%c", " ")) }
    return nil, loading.last.err
  end
  limits.renew(client, candidate.routes)
  generation.take(client, candidate)
  loading.files, loading.providers, loading.loaded_ms = files, result, loading.last.at_ms
  loading.generation = loading.generation + 1
  return true
end

--- See pay:reload().
function M.run(client, options)
  for key in pairs(options) do
    if not known[key] then
      return nil, fault.invalid("options." .. tostring(key), "expected a known option" .. nearest.hint(key, known))
    end
  end
  local loading, changed = client.loading, true
  if options.if_changed then
    local _, seen = loaded.look(loading.scripts)
    changed = seen ~= loading.seen
    if not changed and loading.last and loading.last.err then return nil, loading.last.err end
  end
  if changed then
    local ok, err = load_all(client)
    if not ok then return nil, err end
  end
  local status = loaded.status(client)
  status.changed = changed
  return status
end

return M
