--- Orders: made by the payment call, then paid, failed or left by the payer.

local amount = require "obol.sandbox.mincloud.amount"
local fields = require "obol.sandbox.mincloud.fields"
local gateways = require "obol.sandbox.mincloud.gateways"
local json = require "obol.sandbox.json"
local webhook = require "obol.sandbox.mincloud.webhook"
local wechat = require "obol.sandbox.mincloud.wechat"

local M = {}

local FIRST_ID = 180001

local rows = {
  { "gateway_type", "string", true }, { "total_cost", "amount", true }, { "merchandise_description", "string", true },
  { "merchandise_schema_id", "id" }, { "merchandise_record_id", "string" }, { "merchandise_snapshot", "data" },
  { "profit_sharing", "boolean" },
}

-- The mobile SDKs send the id of a table as text, and the snapshot as a string of JSON.
local function read_snapshot(read)
  local given = read.merchandise_snapshot
  if json.kind(given) ~= "string" then return given end
  local value = json.read(given)
  if json.kind(value) ~= "object" then return fields.refused(400, "merchandise_snapshot: expected a string of JSON") end
  return value
end

local function read_body(call)
  local read, refusal = fields.read(call.body, rows)
  if not read then return nil, refusal end
  if not gateways.types[read.gateway_type] then return fields.refused(400, "gateway_type: expected a known one") end
  read.fen = amount.fen(read.total_cost)
  if not read.fen or read.fen < 1 then return fields.refused(400, "total_cost: expected 0.01 or more, in yuan") end
  local schema = read.merchandise_schema_id
  if schema ~= nil then read.schema_id = tonumber(schema) end
  if schema ~= nil and not (read.schema_id and string.format("%d", read.schema_id):find("^%d+$")) then
    return fields.refused(400, "merchandise_schema_id: expected an integer")
  end
  read.snapshot, refusal = read_snapshot(read)
  if refusal then return nil, refusal end
  if read.gateway_type == "weixin_tenpay_js" and not call.user.openid then
    return fields.refused(400, "weixin_tenpay_js: the user has no identity at a WeChat official account")
  end
  return read
end

-- What the merchant's library wrote into the snapshot, by which an order is found here.
local function marks(snapshot)
  local obol = snapshot and snapshot.obol
  if json.kind(obol) ~= "object" then return {} end
  local function mark(name) return json.kind(obol[name]) == "string" and obol[name] or nil end
  return { order_id = mark "order_id", key = mark "key" }
end

--- `POST /hserve/v2.2/idp/pay/order/`, and the same under v2.0.
function M.create(app, call)
  local read, refusal = read_body(call)
  if not read then return nil, refusal end
  local gateway, now, mark = gateways.types[read.gateway_type], app.clock:now(), marks(read.snapshot)
  local order = { is = "order", id = FIRST_ID + #app.order_list, trade_no = app.ids:next("", 32),
    transaction_no = app.ids:next("", 32), page = app.ids:next("", 24), gateway_type = read.gateway_type,
    gateway = gateway, user = call.user, fen = read.fen, description = read.merchandise_description,
    schema_id = read.schema_id, record_id = read.merchandise_record_id, snapshot = read.snapshot,
    order_id = mark.order_id, key = mark.key, status = "pending", refunded = 0, shared = 0, declines = 0,
    profit_sharing = gateway.trade_type ~= nil and read.profit_sharing or false,
    created_ms = now, updated_ms = now, expires_ms = now + app.order_life_ms }
  if gateway.trade_type then order.prepay_id = wechat.prepay_id(app) end
  order.given = gateway.give(app, order)
  app.order_list[#app.order_list + 1] = order
  for _, number in ipairs{ order.trade_no, order.transaction_no, order.page, order.prepay_id } do
    app.orders[number] = order
  end
  local members = { { "transaction_no", order.transaction_no }, { "trade_no", order.trade_no } }
  for _, member in ipairs(order.given) do members[#members + 1] = member end
  return 201, json.obj(members)
end

--- Whether an order's time to be paid is over. It stays `pending` all the same.
function M.is_expired(app, order)
  return order.status == "pending" and app.clock:now() > order.expires_ms
end

-- Whether an order can still be paid; nil and a refusal else.
local function payable(app, order)
  if order.status == "success" then return nil, { kind = "conflict", message = "order: paid already" } end
  if order.status == "failed" then return nil, { kind = "conflict", message = "order: failed already" } end
  if M.is_expired(app, order) then return nil, { kind = "not_found", message = "order: its time is over" } end
  return true
end

local function told(order)
  return { trade_no = order.trade_no, transaction_no = order.transaction_no, order_id = order.order_id,
    status = order.status }
end

--- The payer pays. Paying twice is a conflict and takes nothing.
function M.pay(app, order)
  local ok, refusal = payable(app, order)
  if not ok then return nil, refusal end
  if order.user.failing then
    order.declines = order.declines + 1
    return nil, { kind = "declined", message = "the payment was declined" }
  end
  order.status, order.paid_ms, order.updated_ms = "success", app.clock:now(), app.clock:now()
  if order.gateway.trade_type then order.response = wechat.response(app, order, order.gateway.trade_type) end
  webhook.push(app, order)
  return told(order)
end

--- The payment fails for good. Nobody is told of it.
function M.decline(app, order)
  local ok, refusal = payable(app, order)
  if not ok then return nil, refusal end
  order.status, order.updated_ms, order.declines = "failed", app.clock:now(), order.declines + 1
  local result = told(order)
  result.declined = true
  return result
end

--- The payer leaves without paying: the order stays as it is, and can be paid later.
function M.back_out(app, order)
  local ok, refusal = payable(app, order)
  if not ok then return nil, refusal end
  return told(order)
end

-- The newest of some orders that can still be paid, else the newest.
local function best(app, fits)
  local newest
  for i = #app.order_list, 1, -1 do
    local order = app.order_list[i]
    if fits(order) then
      if payable(app, order) then return order end
      newest = newest or order
    end
  end
  return newest
end

--- Finds an order by one of its numbers, by an address or a code that was given to its payer, by its
-- `prepay_id`, or by the merchant's order or attempt that its snapshot names.
function M.find(app, reference)
  local number = reference:match("/pay/(%w+)") or reference:match("[?&]pr=(%w+)") or reference:match("prepay_id=(%w+)")
  return app.orders[number or reference]
    or best(app, function(order) return order.order_id == reference or order.key == reference end)
end

return M
