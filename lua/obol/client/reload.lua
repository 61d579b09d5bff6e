--- Loading rules, flows and providers again while payments go on, and telling what is loaded.

local again = require "obol.config.again"
local choose = require "obol.client.choose"
local clone = require "obol.clone"
local crypto = require "obol.crypto"
local errors = require "obol.error"
local fault = require "obol.client.fault"
local generation = require "obol.client.generation"
local limits = require "obol.client.limits"
local nearest = require "obol.nearest"

local M = {}

local known = { if_changed = true }

local function digest_of(path)
  local file = io.open(path, "rb")
  local text = file and file:read "*a"
  if file then file:close() end
  return text and crypto.hex(crypto.digest("sha256", text)) or nil
end

-- The files with what is in them now; and the same as one text.
local function look(scripts)
  local files, parts = again.files(scripts), {}
  for place, file in ipairs(files) do
    file.digest = digest_of(file.path)
    parts[place] = file.path .. " " .. (file.digest or "-")
  end
  return files, table.concat(parts, "\n")
end

local function names_of(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- Remembers what a client was opened with.
function M.begin(client, scripts)
  local files, seen = look(scripts)
  local now = client.clock()
  client.loading = { scripts = scripts, files = files, seen = seen, generation = 1, opened_ms = now, loaded_ms = now,
    providers = names_of(scripts.defined) }
end

local function copied(list)
  local copy = {}
  for place, one in ipairs(list or {}) do copy[place] = clone(one) end
  return copy
end

--- See pay:status().
function M.status(client)
  local loading, routes = client.loading, client.routes
  local last = loading.last
  return {
    mode = client.mode, generation = loading.generation, opened_ms = loading.opened_ms, loaded_ms = loading.loaded_ms,
    files = copied(loading.files), providers = clone(loading.providers), flows = names_of(client.flow_definitions),
    routes = routes and { rules = #routes.rules, expectations = #routes.expectations } or nil,
    reload = last and { at_ms = last.at_ms, ok = last.err == nil, error = last.err and tostring(last.err),
      fields = last.err and copied(last.err.fields) } or nil,
  }
end

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
  local loaded, problems = again.load(client.loading.scripts)
  if not loaded then return nil, problems end
  local candidate = generation.with(client, { routes = loaded.routes, flow_definitions = loaded.flows,
    accounts = merged(client.current.accounts, loaded.accounts) })
  local ok
  ok, problems = pcall(M.expectations, candidate)
  if ok and #problems == 0 then return candidate, names_of(loaded.defined) end
  loaded.undo()
  if not ok then error(problems, 0) end
  return nil, problems
end

local function refused(problems)
  return errors.new { kind = "invalid", message = "what was changed cannot be used", fields = problems }
end

local function load_all(client)
  local loading = client.loading
  -- looked at before they are loaded: what is changed meanwhile differs from it, and is seen the next time
  local files, seen = look(loading.scripts)
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
    local _, seen = look(loading.scripts)
    changed = seen ~= loading.seen
    if not changed and loading.last and loading.last.err then return nil, loading.last.err end
  end
  if changed then
    local ok, err = load_all(client)
    if not ok then return nil, err end
  end
  local status = M.status(client)
  status.changed = changed
  return status
end

return M
