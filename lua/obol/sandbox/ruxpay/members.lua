--- The members of a JSON object as they were written, which is what RuxPay signs.

local crypto = require "obol.crypto"
local json = require "obol.sandbox.json"

local M = {}

-- The place behind the string that starts at `at`.
local function after_string(text, at)
  at = at + 1
  while true do
    local stop = text:find('[\\"]', at)
    if text:sub(stop, stop) == '"' then return stop + 1 end
    at = stop + 2
  end
end

-- The place behind the value that starts at `at`.
local function after_value(text, at)
  local first = text:sub(at, at)
  if first == '"' then return after_string(text, at) end
  if first ~= "{" and first ~= "[" then return text:find("[,}%]%s]", at) end
  local depth = 0
  while true do
    at = text:find('["{}%[%]]', at)
    local c = text:sub(at, at)
    if c == '"' then
      at = after_string(text, at)
    else
      depth = depth + ((c == "{" or c == "[") and 1 or -1)
      at = at + 1
    end
    if depth == 0 then return at end
  end
end

--- The members of `text`, which `json.read` has taken as an object: a list of `{ name =, raw = }`.
function M.list(text)
  local out, at = {}, text:find("[\"}]", (text:find("{", 1, true)))
  while text:sub(at, at) == '"' do
    local stop = after_string(text, at)
    local name = json.read(text:sub(at, stop - 1))
    local from = text:find("[^%s:]", stop)
    local past = after_value(text, from)
    out[#out + 1] = { name = name, raw = text:sub(from, past - 1) }
    at = text:find("[\"}]", past)
  end
  return out
end

-- Blanks outside of strings say nothing.
local function compact(raw)
  local out, at = {}, 1
  while at <= #raw do
    local quote = raw:find('"', at, true)
    out[#out + 1] = raw:sub(at, (quote or #raw + 1) - 1):gsub("%s+", "")
    if not quote then break end
    local past = after_string(raw, quote)
    out[#out + 1] = raw:sub(quote, past - 1)
    at = past
  end
  return table.concat(out)
end

local function text_of(raw)
  if raw:sub(1, 1) == '"' then return (json.read(raw)) end
  return raw == "null" and "" or compact(raw)
end

--- What is hashed: the values in the order of their names, `sign` and empty ones left out, then the key.
function M.input(text, secret)
  local list, out = M.list(text), {}
  table.sort(list, function(a, b) return a.name < b.name end)
  for _, member in ipairs(list) do
    if member.name ~= "sign" then out[#out + 1] = text_of(member.raw) end
  end
  return table.concat(out) .. secret
end

--- The signature of a JSON object, 64 lower-case hex digits.
function M.sign(text, secret) return crypto.hex(crypto.digest("sha256", M.input(text, secret))) end

--- The object with its signature as the last member.
function M.signed(text, sign) return text:sub(1, -2) .. ',"sign":"' .. sign .. '"}' end

return M
