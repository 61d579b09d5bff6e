--- The name of a field as the steps that lead to it: "items[2].sku" to { "items", 2, "sku" }; nil when it is none.

return function(name)
  local steps = {}
  for part in (name .. "."):gmatch "([^.]*)%." do
    local word, indices = part:match "^([%a_][%w_-]*)(.*)$"
    if not word or indices:gsub("%[[1-9]%d?%d?%]", "") ~= "" then return nil end
    steps[#steps + 1] = word
    for index in indices:gmatch "%d+" do steps[#steps + 1] = tonumber(index) end
  end
  return steps
end
