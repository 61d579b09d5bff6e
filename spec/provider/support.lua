-- A small provider in Lua, to be changed by a case.

local M = {}

--- A definition that is right, after `change(definition)`.
function M.definition(change)
  local definition = {
    name = "bolt", title = "Bolt Pay", source = "Bolt API 1", base_url = "https://api.bolt.example/v1",
    config = { { "merchant", "text", required = true }, { "key", "secret" }, { "live", "boolean" } },
    code_at = "code", message_at = "text",
    operations = {
      ["payment.create"] = {
        "POST /pay", effect = "money", found_by = "our_ref", repeat_safe = false,
        request = { { "order_id", "orderNo", "text", required = true, max = 32 },
          { "amount", "total", "money", as = "minor_number" }, { "currency", "currency", "currency" } },
        reply = { { "provider_id", "data.id", "text" } },
        outcomes = { at = "code", ["0"] = "succeeded", ["1001"] = "rejected" },
      },
      ["payment.query"] = {
        "GET /pay/{orderNo}", effect = "none",
        request = { { "order_id", "orderNo", "text", required = true } },
        reply = { { "provider_id", "data.id", "text" } },
        outcomes = { ["0"] = "succeeded" },
      },
    },
  }
  if change then change(definition, definition.operations["payment.create"]) end
  return definition
end

--- "field: message" of each problem that refuses the definition; {} when it is taken.
function M.problems(obol, definition)
  local defined, err = obol.provider.define(definition)
  local list = {}
  if defined then return list end
  for place, problem in ipairs(err.fields or { { field = err.field, message = err.message } }) do
    list[place] = problem.field .. ": " .. problem.message
  end
  return list, err
end

return M
