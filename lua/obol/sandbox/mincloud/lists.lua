--- Reading orders: one by its flow number, or a list of the caller's own.

local fields = require "obol.sandbox.mincloud.fields"
local json = require "obol.sandbox.json"
local shapes = require "obol.sandbox.mincloud.shapes"
local text = require "obol.sandbox.text"

local M = {}

local DEFAULT_LIMIT, MAX_LIMIT = 20, 1000

-- The fields that an order can be filtered and sorted by.
local plain = {
  id = function(order) return order.id end,
  trade_no = function(order) return order.trade_no end,
  transaction_no = function(order) return order.transaction_no end,
  gateway_type = function(order) return order.gateway_type end,
  status = function(order) return order.status end,
  refund_status = function(order) return order.refund_status or "" end,
  merchandise_description = function(order) return order.description end,
  merchandise_record_id = function(order) return order.record_id end,
  merchandise_schema_id = function(order) return order.schema_id end,
  created_by = function(order) return order.user.id end,
  created_by_id = function(order) return order.user.id end,
  created_at = function(order) return math.floor(order.created_ms / 1000) end,
  updated_at = function(order) return math.floor(order.updated_ms / 1000) end,
  paid_at = function(order) return order.paid_ms and math.floor(order.paid_ms / 1000) end,
}

local function same(value, wanted)
  if value == nil or wanted == nil then return value == wanted end
  if type(value) == "number" then value = string.format("%d", value) end
  if type(wanted) == "number" then wanted = string.format("%d", wanted) end
  return value == wanted
end

--- The parameters of a query string, by name; nil where one cannot be decoded. `+` is a blank.
function M.query(target)
  local out = {}
  for pair in (target:match("%?(.*)$") or ""):gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = text.unpercent((name:gsub("%+", " "))), text.unpercent((value:gsub("%+", " ")))
    if not name or not value or not text.utf8_length(value) then return nil end
    out[name] = value
  end
  return out
end

-- One condition, `{"field":{"$eq":value}}`, onto `out`.
local function condition(value, out)
  if json.kind(value) ~= "object" then return fields.refused(400, "where: expected objects in $and") end
  for name, test in pairs(value) do
    if not plain[name] then return fields.refused(400, "where: no such field") end
    local operator = json.kind(test) == "object" and next(test)
    local wanted = operator == "$eq" and test["$eq"]
    local kind = json.kind(wanted)
    if operator ~= "$eq" or next(test, operator) or (kind ~= "string" and kind ~= "integer" and kind ~= "null") then
      return fields.refused(400, "where: this simulator knows $and and $eq with a text, an integer or null")
    end
    if wanted == json.null then wanted = name == "refund_status" and "" or nil end
    out[#out + 1] = function(order) return same(plain[name](order), wanted) end
  end
  return true
end

local function read_where(source, out)
  if source == nil then return true end
  local value = json.read(source)
  if json.kind(value) ~= "object" then return fields.refused(400, "where: expected a JSON object") end
  local all = value["$and"]
  if all == nil then return condition(value, out) end
  if json.kind(all) ~= "array" or next(value, "$and") or next(value) ~= "$and" then
    return fields.refused(400, "where: expected $and alone, with a list")
  end
  for _, item in ipairs(all) do
    local ok, refusal = condition(item, out)
    if not ok then return nil, refusal end
  end
  return true
end

local exact = { "status", "refund_status", "trade_no", "transaction_no", "merchandise_record_id",
  "merchandise_schema_id", "gateway_type" }

-- All filters of a query, which combine by AND, as functions of an order.
local function filters(query)
  local out = {}
  local ok, refusal = read_where(query.where, out)
  if not ok then return nil, refusal end
  for _, name in ipairs(exact) do
    local wanted = query[name]
    if wanted then out[#out + 1] = function(order) return same(plain[name](order), wanted) end end
  end
  for name, sign in pairs{ paid_at__gte = 1, paid_at__lte = -1 } do
    local edge = query[name] and tonumber(query[name])
    if query[name] and not edge then return fields.refused(400, name .. ": expected a number") end
    if edge then
      out[#out + 1] = function(order)
        local at = plain.paid_at(order)
        return at ~= nil and (at - edge) * sign >= 0
      end
    end
  end
  return out
end

-- Sorts by a comma list of fields, `-` for descending; else the newest comes first.
local function sort(orders, source)
  local keys = {}
  for word in (source or "-id"):gmatch("[^,]+") do
    local sign, name = word:match("^(%-?)([%w_]+)$")
    if not name or not plain[name] then return fields.refused(400, "order_by: no such field") end
    keys[#keys + 1] = { plain[name], sign == "-" }
  end
  table.sort(orders, function(a, b)
    for _, key in ipairs(keys) do
      local x, y = key[1](a) or 0, key[1](b) or 0
      if x ~= y and type(x) == type(y) then return (x < y) ~= key[2] end
    end
    return a.id > b.id
  end)
  return true
end

local function whole(query, name, default)
  local value = query[name]
  if value == nil then return default end
  if not value:find("^%d+$") or #value > 9 then return fields.refused(400, name .. ": expected 0 or more") end
  return tonumber(value)
end

-- The members that `keys` names, a comma list; all of them without it.
local function chosen(members, keys)
  if not keys or keys == "" then return members end
  local wanted, out = {}, {}
  for name in keys:gmatch("[^,]+") do wanted[name] = true end
  for _, member in ipairs(members) do
    if wanted[member[1]] then out[#out + 1] = member end
  end
  return out
end

local function matching(app, user, tests)
  local out = {}
  for _, order in ipairs(app.order_list) do
    local fits = order.user == user
    for _, test in ipairs(tests) do fits = fits and test(order) end
    if fits then out[#out + 1] = order end
  end
  return out
end

-- A neighbouring page is told as a path, without the filters.
local function neighbour(call, limit, offset)
  return string.format("%s?limit=%d&offset=%d", call.path, limit, offset)
end

local function meta(app, call, limit, offset, count)
  local before, after = json.null, json.null
  if limit > 0 and offset + limit < count then after = neighbour(call, limit, offset + limit) end
  if limit > 0 and offset > 0 then before = neighbour(call, limit, math.max(0, offset - limit)) end
  local members = { { "limit", limit }, { "next", after }, { "offset", offset }, { "previous", before } }
  if app.options.total_count ~= false then members[5] = { "total_count", count } end
  return json.obj(members)
end

--- `GET /hserve/v2.2/idp/pay/order/?...`, and the same under v2.0.
function M.list(app, call)
  local query = M.query(call.target)
  if not query then return fields.refused(400, "the query string cannot be decoded") end
  local limit, offset, tests, ok, refusal
  limit, refusal = whole(query, "limit", DEFAULT_LIMIT)
  if not limit then return nil, refusal end
  offset, refusal = whole(query, "offset", 0)
  if not offset then return nil, refusal end
  tests, refusal = filters(query)
  if not tests then return nil, refusal end
  local orders = matching(app, call.user, tests)
  ok, refusal = sort(orders, query.order_by)
  if not ok then return nil, refusal end
  limit = math.min(limit, MAX_LIMIT)
  local objects = {}
  for i = offset + 1, math.min(offset + limit, #orders) do
    objects[#objects + 1] = json.obj(chosen(shapes.members(app, orders[i], call.version), query.keys))
  end
  return 200, json.obj{ { "meta", meta(app, call, limit, offset, #orders) }, { "objects", json.arr(objects) } }
end

--- `GET /hserve/v2.0/idp/pay/order/<transaction_no>/`: by the flow number alone, and the caller's own.
function M.detail(app, call)
  local number = call.params[1]
  local order = app.orders[number]
  if not order or order.transaction_no ~= number or order.user ~= call.user then
    return fields.refused(404, "not found")
  end
  return 200, json.obj(shapes.members(app, order, call.version))
end

return M
