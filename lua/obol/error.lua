--- Error objects: what `err` is in every `nil, err`.
-- Members: `kind` (string, one of `kinds`), `message` (string), and where they apply `outcome`,
-- `field` (path of the value at fault), `fields` (list of `{ field =, message = }`, all that is
-- wrong), `account`, `provider_code`, `provider_message`, `http_status`, `request_id`, `retryable`,
-- `retry_after_ms`. `tostring` gives one line, and never a value that the caller or the provider
-- sent.

local core = require "obol.core"

local M = {}
local mt = core.error_metatable

--- The kinds of errors, as a set: `kinds.timeout == true`.
M.kinds = {}
for _, name in ipairs(core.error_kinds) do M.kinds[name] = true end

mt.__name = "obol.error"

function mt.__tostring(err)
  local where = {}
  if err.account then where[#where + 1] = err.account end
  if err.field and not err.fields then where[#where + 1] = err.field end
  local parts = { err.message or err.kind }
  if err.fields and #err.fields > 0 then
    parts = {}
    for _, problem in ipairs(err.fields) do
      parts[#parts + 1] = problem.field .. ": " .. problem.message
    end
  end
  local text = table.concat(parts, "; ")
  if #where > 0 then text = table.concat(where, ": ") .. ": " .. text end
  return (text:gsub("%c", " "))
end

--- Makes an error object of the members given; `kind` has to be one of `kinds`.
function M.new(members)
  if not M.kinds[members.kind] then
    error("expected a known kind of error", 2)
  end
  return setmetatable(members, mt)
end

--- Whether `value` is an error object.
function M.is(value)
  return type(value) == "table" and getmetatable(value) == mt
end

return M
