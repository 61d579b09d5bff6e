--- The known name nearest to one that is not known, for "did you mean".

local M = {}

local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      local best = math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
      diagonal, row[j] = row[j], best
    end
  end
  return row[#b]
end

--- The nearest of the keys of `known` (a table), or nil when none is near. `name` longer than 40
-- bytes is near to nothing.
function M.find(name, known)
  if type(name) ~= "string" or #name > 40 then return nil end
  local best, best_distance
  for candidate in pairs(known) do
    local far = distance(name, candidate)
    local closer = not best or far < best_distance or (far == best_distance and candidate < best)
    if far <= math.max(1, math.floor(#candidate / 2)) and closer then
      best, best_distance = candidate, far
    end
  end
  return best
end

--- ", did you mean `x`?" or nothing.
function M.hint(name, known)
  local found = M.find(name, known)
  return found and (", did you mean `%s`?"):format(found) or ""
end

return M
