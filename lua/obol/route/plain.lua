--- Lists as rules write them. What stands in a list under a name, or behind a gap, would hold for nothing, and nobody
-- would be told.

local M = {}

--- Tells of each member of the table `list` that is not in its row from 1 on, by `add(keys, message)`: `expected` is
-- what the list is to be.
function M.check(list, expected, add)
  local count = 0
  while list[count + 1] ~= nil do count = count + 1 end
  for key in pairs(list) do
    local is_place = type(key) == "number" and key % 1 == 0 and key >= 1 and key <= count
    if not is_place then add({ key }, expected) end
  end
end

return M
