--- Options of the built-in transport, checked before anything is sent.

local errors = require "obol.error"

local M = {}

local DAY_MS = 86400000

local function whole(least, most)
  return function(value)
    return type(value) == "number" and value >= least and value <= most and value % 1 == 0
  end, ("expected a whole number of %d to %d"):format(least, most)
end

local function text(value) return type(value) == "string" and value ~= "" and not value:find "%c" end
local function flag(value) return type(value) == "boolean" end

local known = {
  timeout_ms = { whole(1, DAY_MS) },
  connect_ms = { whole(1, DAY_MS) },
  first_byte_ms = { whole(1, DAY_MS) },
  keep_ms = { whole(1, DAY_MS) },
  max_reply = { whole(1, 1073741824) },
  ca_file = { text, "expected the path of a file of PEM certificates" },
  allow_http = { flag, "expected true or false" },
  proxy = { function(value) return flag(value) or text(value) end,
    "expected the proxy's address, or true for the one that the environment names" },
}

--- Every option, by its name.
M.known = known

--- A copy of a transport's options: table, or nil and an error that names every wrong one.
function M.of_transport(given)
  local fields, options = {}, {}
  for name, value in pairs(given) do
    local row = known[name]
    if not row then
      fields[#fields + 1] = { field = tostring(name), message = "expected a known option" }
    elseif not row[1](value) then
      fields[#fields + 1] = { field = name, message = row[2] }
    end
    options[name] = value
  end
  if #fields == 0 then return options end
  table.sort(fields, function(a, b) return a.field < b.field end)
  return nil, errors.new {
    kind = "invalid", outcome = "not_sent", field = fields[1].field, fields = fields,
    message = fields[1].message,
  }
end

return M
