--- Lists of files in a configuration: `providers` and `flows`.

local MAX_ENTRIES = 100

--- The entries of `list`, which `key` of the configuration names: a list of { given =, field = (`flows[2]`) }, in their
-- order. Where it is no list of `what`, that is told by `add(field, message)`, and there are none.
return function(list, key, what, add)
  local entries = {}
  if type(list) ~= "table" then
    add(key, "expected a list of " .. what)
    return entries
  end
  for place in pairs(list) do
    if type(place) ~= "number" or place % 1 ~= 0 or place < 1 or place > MAX_ENTRIES then
      add(key, ("expected a list of %s, %d at most"):format(what, MAX_ENTRIES))
      return entries
    end
  end
  for place = 1, MAX_ENTRIES do
    if list[place] ~= nil then
      entries[#entries + 1] = { given = list[place], field = ("%s[%d]"):format(key, place) }
    end
  end
  return entries
end
