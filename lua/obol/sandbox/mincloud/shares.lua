--- Profit sharing: parts of a paid order go to other receivers. Amounts are integers of fen here.

local fields = require "obol.sandbox.mincloud.fields"
local json = require "obol.sandbox.json"

local M = {}

-- How long a share is under way: so long `accepted`, as long again `processing`.
local STEP_MS = 30000

local receivers_of = { ["WeChat Pay"] = { MERCHANT_ID = true, PERSONAL_OPENID = true },
  Alipay = { userId = true, loginName = true } }

local receiver_rows = { { "type", "string", true }, { "account", "string", true }, { "amount", "integer", true },
  { "description", "string", true } }

local function order_of(app, number)
  local order = app.orders[number]
  if not order or order.trade_no ~= number then return nil, "order: not found" end
  local known = receivers_of[order.gateway.channel]
  if not known then return nil, "order: expected one of WeChat or Alipay" end
  if order.status ~= "success" then return nil, "order: not paid" end
  if order.gateway.trade_type and not order.profit_sharing then return nil, "order: made without profit_sharing" end
  return order, known
end

local function read_receivers(list, known)
  local out, sum = {}, 0
  for i, item in ipairs(list) do
    if json.kind(item) ~= "object" then return nil, "receivers: expected objects" end
    local read, refusal = fields.read(item, receiver_rows)
    if not read then return nil, "receivers: " .. refusal.text end
    if not known[read.type] then return nil, "receivers: type: unknown for this order" end
    if read.amount < 1 then return nil, "receivers: amount: expected 1 or more, in fen" end
    out[i], sum = read, sum + read.amount
  end
  if #out == 0 then return nil, "receivers: expected at least one" end
  return out, sum
end

--- What a share is now: `accepted`, `processing`, `finished`.
function M.status(app, share)
  local age = app.clock:now() - share.created_ms
  return age < STEP_MS and "accepted" or age < 2 * STEP_MS and "processing" or "finished"
end

--- The cloud function `profit_share`: `data` has `trade_no`, `receivers` and, for WeChat, `appid`. nil and
-- a text where it fails.
function M.run(app, data)
  local read, refusal = fields.read(data, { { "trade_no", "string", true }, { "receivers", "array", true },
    { "appid", "string" } })
  if not read then return nil, refusal.text end
  local order, known = order_of(app, read.trade_no)
  if not order then return nil, known end
  if order.gateway.trade_type and read.appid ~= app.app_id then return nil, "appid: expected the merchant's own" end
  local receivers, sum = read_receivers(read.receivers, known)
  if not receivers then return nil, sum end
  if sum > order.fen - order.refunded - order.shared then return nil, "receivers: more than what is left" end
  order.shared = order.shared + sum
  local share = { id = #app.share_list + 1, share_no = app.ids:next("", 32), order = order, fen = sum,
    receivers = receivers, created_ms = app.clock:now() }
  app.share_list[share.id] = share
  return json.obj{ { "id", share.id }, { "trade_no", order.trade_no }, { "share_no", share.share_no },
    { "type", #receivers > 1 and "multi_profit_sharing" or "profit_sharing" }, { "status", M.status(app, share) } }
end

return M
