--- What the specs of accounts share, whatever the provider.

local M = {}

--- A copy of `params` with members of `more` in place of its own (false takes one out).
function M.with(params, more)
  local all = {}
  for name, value in pairs(params) do all[name] = value end
  for name, value in pairs(more or {}) do
    all[name] = value
    if value == false then all[name] = nil end
  end
  return all
end

--- A function that gives the text of a provider's fixture by its name.
function M.fixtures(provider)
  return function(name)
    local file = assert(io.open("spec/fixtures/" .. provider .. "/" .. name, "rb"))
    local text = file:read "*a"
    file:close()
    return text
  end
end

--- The problems of an error as { [field] = message }.
function M.problems(err)
  local found = {}
  for _, problem in ipairs(err.fields or {}) do found[problem.field] = problem.message end
  return found
end

return M
