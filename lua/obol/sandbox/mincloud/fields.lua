--- Checks of MinCloud's request bodies. What is missing or of another type is answered 400; `null`
-- counts as another type, because the documented client leaves out what is not set.

local json = require "obol.sandbox.json"

local M = {}

--- A refusal: HTTP status and the text for the body.
function M.refused(status, text) return nil, { status = status, text = text } end

local words = { string = "a string", boolean = "true or false", object = "an object", integer = "an integer",
  amount = "a number", id = "an integer or a string", data = "an object or a string of JSON", array = "an array" }

local also = {
  amount = { integer = true, number = true }, id = { integer = true, string = true },
  data = { object = true, string = true },
}

--- Reads fields off a body. `rows` is a list of `{ name, kind, required }`; kinds are `string`, `integer`,
-- `boolean`, `object`, `array`, `amount` (a number), `id` (integer or string), `data` (object or string).
-- Answers a table by name, or nil and a refusal.
function M.read(body, rows)
  local out = {}
  for _, row in ipairs(rows) do
    local name, kind, required = row[1], row[2], row[3]
    local value = body[name]
    if value == nil then
      if required then return M.refused(400, name .. ": missing") end
    else
      local found = json.kind(value)
      if found ~= kind and not (also[kind] and also[kind][found]) then
        return M.refused(400, name .. ": expected " .. words[kind])
      end
      if required and value == "" then return M.refused(400, name .. ": expected some text") end
      out[name] = value
    end
  end
  return out
end

return M
