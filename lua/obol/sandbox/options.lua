--- The options of a simulator: known, and of the type or among the words that they have to be.

local M = {}

--- Raises at `level` of the caller what is not right. `types` has for each name a type's name, or a set of the
-- values that are allowed (of types too).
function M.check(title, options, types, level)
  for name, value in pairs(options) do
    local row = types[name]
    local fits = row == type(value) or type(row) == "table" and (row[value] or row[type(value)])
    if not fits then
      error(("unknown or wrong option of the %s simulator: %s"):format(title, tostring(name)), level + 1)
    end
  end
end

return M
