--- What a flow is given, from the command line.

local json = require "obol.json"

local M = {}

local MAX_BYTES = 1024 * 1024

local function read(path)
  if path == "-" then return io.stdin:read(MAX_BYTES + 1) or "" end
  local file = io.open(path, "rb")
  local text = file and file:read(MAX_BYTES + 1)
  if file then file:close() end
  return text
end

--- The input that a word stands for: JSON, a file of JSON, `-` for standard input; an empty table without a
-- word. Or nil and what is wrong.
function M.read(word)
  if word == nil then return {} end
  local text, where = word, "expected JSON"
  if not word:find "^%s*[%[{\"]" then
    text = read(word)
    where = word == "-" and "expected JSON on standard input" or "expected JSON in the file"
    if not text then return nil, "input: expected JSON, or a file that can be read" end
    if #text > MAX_BYTES then return nil, "input: expected 1 MiB at most" end
  end
  local value, err = json.decode(text)
  if value == nil then return nil, ("input: %s: %s"):format(where, err.message) end
  return value
end

return M
