--- What of a client's scripts is loaded, and what is in their files now.

local again = require "obol.config.again"
local clone = require "obol.clone"

local M = {}

local function digest_of(path)
  local crypto = require "obol.crypto"
  local file = io.open(path, "rb")
  local text = file and file:read "*a"
  if file then file:close() end
  return text and crypto.hex(crypto.digest("sha256", text)) or nil
end

--- The files with what is in them now; and the same as one text.
function M.look(scripts)
  local files, parts = again.files(scripts), {}
  for place, file in ipairs(files) do
    file.digest = digest_of(file.path)
    parts[place] = file.path .. " " .. (file.digest or "-")
  end
  return files, table.concat(parts, "\n")
end

--- The keys of `set`, sorted.
function M.names_of(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- Remembers what a client was opened with.
function M.begin(client, scripts)
  local files, seen = M.look(scripts)
  local now = client.clock()
  client.loading = { scripts = scripts, files = files, seen = seen, generation = 1, opened_ms = now, loaded_ms = now,
    providers = M.names_of(scripts.defined) }
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
    accounts = clone(client.names), files = copied(loading.files), providers = clone(loading.providers),
    flows = M.names_of(client.flow_definitions),
    routes = routes and { rules = #routes.rules, expectations = #routes.expectations } or nil,
    reload = last and { at_ms = last.at_ms, ok = last.err == nil, error = last.err and tostring(last.err),
      fields = last.err and copied(last.err.fields) } or nil,
  }
end

return M
