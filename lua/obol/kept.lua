--- `kept(cache, first, second, make)`: cache[first][second], which is what make(first, second) answers when it is asked
-- for the first time.

return function(cache, first, second, make)
  local row = cache[first]
  if not row then
    row = {}
    cache[first] = row
  end
  local value = row[second]
  if value == nil then
    value = make(first, second)
    row[second] = value
  end
  return value
end
