--- `clone(table)`: a new table with the same members. nginx's LuaJIT has a function that does that in one
-- step; elsewhere it is a loop.

local is_there, clone = pcall(require, "table.clone")
if is_there then return clone end

return function(given)
  local copied = {}
  for key, value in pairs(given) do copied[key] = value end
  return copied
end
