--- Orders as JSON. Two versions of the API, and pages on the same version, disagree on types: `page` is
-- how the documentation of v2.2 shows an order, `recorded` how v2.0 was seen to answer.

local amount = require "obol.sandbox.mincloud.amount"
local json = require "obol.sandbox.json"
local wechat = require "obol.sandbox.mincloud.wechat"

local M = {}

--- The payer's address in every order.
M.ADDRESS = "127.0.0.1"

local function or_null(value) return value == nil and json.null or value end

--- The snapshot of an order, an object.
function M.snapshot(order)
  return order.snapshot and json.again(order.snapshot) or json.obj{}
end

local function extra_of(order)
  local members = { { "payment_parameters", json.obj(order.given) } }
  if order.response then members[2] = { "wechat_response", order.response } end
  return json.obj(members)
end

local function python_text(value)
  local quote = value:find("'", 1, true) and not value:find('"', 1, true) and '"' or "'"
  local escaped = value:gsub("\\", "\\\\"):gsub("\n", "\\n"):gsub("\r", "\\r"):gsub("\t", "\\t")
  return quote .. (quote == "'" and escaped:gsub("'", "\\'") or escaped) .. quote
end

-- A dict as Python prints it, which is not JSON. It holds texts and such dicts.
local function python(value)
  if type(value) == "string" then return python_text(value) end
  local parts = {}
  for i, member in ipairs(value.members) do parts[i] = python_text(member[1]) .. ": " .. python(member[2]) end
  return "{" .. table.concat(parts, ", ") .. "}"
end

--- How `gateway_extra_info` may be written: an object, a string of JSON, a string of a Python dict.
M.extra_forms = {
  object = function(value) return value end,
  text = json.write,
  python = python,
}

-- Beijing time without a zone, to the microsecond.
local function stamp(ms)
  if not ms then return json.null end
  return wechat.beijing(ms, "%Y-%m-%dT%H:%M:%S") .. string.format(".%06d", ms % 1000 * 1000 + 125)
end

local function seconds(ms) return ms and math.floor(ms / 1000) or json.null end

local function page(order, extra)
  return { { "id", order.id }, { "transaction_no", order.transaction_no }, { "trade_no", order.trade_no },
    { "gateway_type", order.gateway_type }, { "currency_type", "CNY" },
    { "total_cost", json.number(amount.yuan(order.fen)) }, { "status", order.status },
    { "refund_status", or_null(order.refund_status) }, { "merchandise_description", order.description },
    { "merchandise_schema_id", or_null(order.schema_id) }, { "merchandise_record_id", or_null(order.record_id) },
    { "merchandise_snapshot", M.snapshot(order) }, { "gateway_extra_info", extra }, { "ip_address", M.ADDRESS },
    { "profit_sharing", order.profit_sharing }, { "created_at", seconds(order.created_ms) },
    { "updated_at", seconds(order.updated_ms) }, { "paid_at", seconds(order.paid_ms) },
    { "created_by_id", order.user.id } }
end

local function recorded(order, extra)
  return { { "created_at", stamp(order.created_ms) }, { "created_by", order.user.name }, { "currency_type", "CNY" },
    { "gateway_extra_info", extra }, { "gateway_type", order.gateway_type }, { "id", order.id },
    { "ip_address", M.ADDRESS }, { "merchandise_description", order.description },
    { "merchandise_record_id", or_null(order.record_id) }, { "merchandise_schema_id", or_null(order.schema_id) },
    { "merchandise_snapshot", json.write(M.snapshot(order)) }, { "paid_at", stamp(order.paid_ms) },
    { "refund_status", or_null(order.refund_status) }, { "status", order.status },
    { "total_cost", amount.yuan(order.fen) }, { "trade_no", order.trade_no },
    { "transaction_no", order.transaction_no }, { "updated_at", stamp(order.updated_ms) } }
end

--- The members of an order for a version of the API, `v2.0` or `v2.2`; the options `order_form` and
-- `extra_info` force one way for both.
function M.members(app, order, version)
  local form = app.options.order_form or (version == "v2.0" and "recorded" or "page")
  local extra = M.extra_forms[app.options.extra_info or (form == "page" and "object" or "text")](extra_of(order))
  return (form == "page" and page or recorded)(order, extra)
end

return M
