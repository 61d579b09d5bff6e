--- Finds what a reference means, and does something with it.

local error_of = require "obol.error"

-- The provider and the thing that a reference means: the first where the payer can still act, else the
-- first that has the verb at all, else the first.
local function find(self, verb, reference, only)
  local found, problem, best
  for _, name in ipairs(self.names) do
    local provider = self.providers[name]
    local thing, err
    if (only or name) == name then thing, err = provider:find(reference) end
    problem = problem or err
    local rank = thing and (not provider[verb] and 1 or not (provider.is_open and provider:is_open(thing)) and 2 or 3)
    if rank and (not best or rank > best) then best, found = rank, { provider, thing } end
  end
  if found then return found[1], found[2] end
  return nil, nil, problem
    or { kind = "not_found", message = "reference: expected a known page, order, id or customer" }
end

--- What a payer or a merchant does: calls `verb` of the provider that knows `reference`. Gives its result, or
-- nil and an error. To be called by a method of the sandbox that its user calls: errors name that line.
return function(self, verb, reference, options)
  if type(reference) ~= "string" then error("expected a reference as text", 3) end
  self:settle()
  local provider, thing, problem = find(self, verb, reference, options and options.provider)
  local result
  if thing and provider[verb] then
    result, problem = provider[verb](provider, thing, options or {})
  elseif thing then
    problem = { kind = "unsupported", message = "reference: its provider has no " .. verb }
  end
  if result then return result end
  return nil, error_of.new{ kind = problem.kind or "provider", message = problem.message,
    provider_code = problem.code and string.format("%d", problem.code) or nil }
end
