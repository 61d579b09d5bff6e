--- What simulators with a list of endpoints have in common. A row of it has `method`, `operation`, and `also`,
-- the further operations that a call of it may stand for.

local M = {}

--- The names that a fault may have: all operations of the rows, and the keys of the further sets.
function M.operations(rows, ...)
  local names = {}
  for _, row in ipairs(rows) do
    names[row.operation] = true
    for _, name in ipairs(row.also or {}) do names[name] = true end
  end
  for _, set in ipairs{ ... } do
    for name in pairs(set) do names[name] = true end
  end
  return names
end

--- The operations that a call stands for, `first` (else the row's own) before all.
function M.names(row, first)
  local names = { first or row.operation }
  for _, name in ipairs(row.also or {}) do names[#names + 1] = name end
  return names
end

--- The row of a method and a path, and what params_of(row, path) says of it; else nil, and whether the path
-- has another method.
function M.match(rows, method, path, params_of)
  local has_other = false
  for _, row in ipairs(rows) do
    local params = params_of(row, path)
    if params and row.method == method then return row, params end
    has_other = has_other or params ~= nil
  end
  return nil, has_other
end

return M
