--- On which line of a file a rule is written: the tables in what the file returns, with the line of each, found
-- by reading the text. What is put together by code is not found there; then the line nearest to it is told.

local M = {}

-- The long bracket that begins at `at`, if one does: the place behind it.
local function long_end(text, at)
  local level = text:match("^%[(=*)%[", at)
  if not level then return nil end
  local _, stop = text:find("]" .. level .. "]", at, true)
  return (stop or #text) + 1
end

local function quoted_end(text, at)
  local quote, place = text:sub(at, at), at + 1
  while place <= #text do
    local found = text:sub(place, place)
    if found == quote or found == "\n" then return place + 1 end
    place = place + (found == "\\" and 2 or 1)
  end
  return place
end

-- The next word or sign at or after `at`: where it begins and ends.
local function next_token(text, at)
  while true do
    at = text:find("%S", at)
    if not at then return nil end
    if text:find("^%-%-", at) then
      at = long_end(text, at + 2) or text:find("\n", at, true) or #text + 1
    else
      local stop = text:match("^[%w_]+()", at) or (text:find("^[\"']", at) and quoted_end(text, at))
        or long_end(text, at) or at + 1
      return at, stop
    end
  end
end

local function tokens(text)
  local list, at, line, counted = {}, 1, 1, 1
  while true do
    local from, stop = next_token(text, at)
    if not from then return list end
    line = line + select(2, text:sub(counted, from - 1):gsub("\n", ""))
    counted = from
    list[#list + 1] = { text = text:sub(from, stop - 1), line = line }
    at = stop
  end
end

-- of `for` and `while` the `do` begins what their `end` ends
local opens = { ["{"] = true, ["("] = true, ["function"] = true, ["if"] = true, ["do"] = true, ["repeat"] = true }
local closes = { ["}"] = true, [")"] = true, ["end"] = true, ["until"] = true }

-- The key of the member that begins at `at`, where its value begins, and whether the key is certain.
local function key_at(list, at)
  local one, two, three, four = list[at], list[at + 1], list[at + 2], list[at + 3]
  if two and two.text == "=" and three and three.text ~= "=" and one.text:find "^[%a_]" then
    return one.text, at + 2, true
  end
  if one.text == "[" and two and three and three.text == "]" and four and four.text == "=" then
    local key = two.text:match "^[\"'](.*)[\"']$" or tonumber(two.text)
    return key or two.text, at + 4, key ~= nil
  end
  return nil, at
end

local read

-- Skips the rest of a member; answers the place of the sign that ends it.
local function skip(list, at)
  local depth = 0
  while list[at] do
    local text = list[at].text
    if depth == 0 and (text == "," or text == ";" or text == "}") then return at end
    if opens[text] then depth = depth + 1 elseif closes[text] then depth = depth - 1 end
    at = at + 1
  end
  return at
end

-- The table that begins at `at`: { line =, members = { [key] = table or line }, certain = (keys that are written out),
-- twice = (list of such keys that come again) } and the place behind it.
read = function(list, at)
  local node, count = { line = list[at].line, members = {}, certain = {}, twice = {} }, 0
  at = at + 1
  while list[at] and list[at].text ~= "}" do
    local line, key, value, is_certain = list[at].line, key_at(list, at)
    if not key then
      count = count + 1
      key = count
    end
    if is_certain and node.certain[key] then node.twice[#node.twice + 1] = key end
    node.certain[key] = is_certain
    if list[value] and list[value].text == "{" then
      node.members[key], at = read(list, value)
    else
      node.members[key] = { line = line, members = {} }
      at = value
    end
    at = skip(list, at)
    if list[at] and list[at].text ~= "}" then at = at + 1 end
  end
  return node, at + 1
end

-- Where the table begins that is returned at `at`, as itself or, where `given`, in the call of a function (`return
-- f.g { ... }`).
local function table_at(list, at, given)
  at = at + 1
  while given and list[at] and list[at].text:find "^[%a_.(]" do at = at + 1 end
  return list[at] and list[at].text == "{" and at or nil
end

--- The tables of what `text` returns last (where `given`, also of what it gives to a function whose answer it
-- returns); an empty one where it returns something else.
function M.read(text, given)
  local list = tokens(text)
  for at = #list - 1, 1, -1 do
    local from = list[at].text == "return" and table_at(list, at, given)
    if from then
      local node, stop = read(list, from)
      while list[stop] and (given and list[stop].text == ")" or list[stop].text == ";") do stop = stop + 1 end
      if not list[stop] then return node end
    end
  end
  return { members = {} }
end

--- Tells of every name that is written twice in one table, of which the first would be lost in silence, by
-- `add(keys, message)`.
function M.twice(node, add, path)
  path = path or {}
  for _, key in ipairs(node.twice or {}) do
    local keys = { (table.unpack or unpack)(path) }
    keys[#keys + 1] = key
    add(keys, "expected each name once in a table")
  end
  for key, member in pairs(node.members) do
    path[#path + 1] = key
    M.twice(member, add, path)
    path[#path] = nil
  end
end

--- The line of what the keys of `path` lead to, or of the table nearest to it; nil where none is known.
function M.find(node, path)
  local line = node.line
  for _, key in ipairs(path) do
    node = node.members[key]
    if not node then return line end
    line = node.line
  end
  return line
end

return M
