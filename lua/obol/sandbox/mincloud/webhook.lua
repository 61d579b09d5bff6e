--- The notification of a payment: the action of a trigger in MinCloud's dashboard posts a JSON Web Token
-- as bare text. It fires on success only.

local amount = require "obol.sandbox.mincloud.amount"
local crypto = require "obol.crypto"
local json = require "obol.sandbox.json"
local shapes = require "obol.sandbox.mincloud.shapes"

local M = {}

--- Waits before each further try, in milliseconds.
M.RETRIES = { 1000, 5000, 30000 }

local HEADER = '{"alg":"HS256","typ":"JWT"}'
local url_safe = { ["+"] = "-", ["/"] = "_", ["="] = "" }

local function base64url(bytes) return (crypto.base64(bytes):gsub("[+/=]", url_safe)) end

--- The token of some claims (JSON text) under a key: its ASCII bytes as they are. `mode` is nil, `forged`
-- (a made-up signature) or `wrong_key`.
function M.token(claims, key, mode)
  local input = base64url(HEADER) .. "." .. base64url(claims)
  if mode == "wrong_key" then key = key:reverse() .. "x" end
  local mac = mode == "forged" and ("\0"):rep(32) or crypto.hmac("sha256", key, input)
  return input .. "." .. base64url(mac)
end

local function seconds(ms) return math.floor(ms / 1000) end

-- The documented claims, and those that the simulator adds: without them a notification has no amount.
local function claims_of(order, fen)
  local members = { { "trade_no", order.trade_no }, { "transaction_no", order.transaction_no },
    { "merchandise_description", order.description }, { "merchandise_snapshot", shapes.snapshot(order) },
    { "merchandise_schema_id", order.schema_id or json.null },
    { "merchandise_record_id", order.record_id or json.null }, { "status", order.status },
    { "refund_status", order.refund_status or json.null }, { "ip_address", shapes.ADDRESS },
    { "created_by_id", order.user.id }, { "paid_at", seconds(order.paid_ms) } }
  if fen then
    for _, member in ipairs{ { "gateway_type", order.gateway_type },
      { "total_cost", json.number(amount.shortest(fen)) }, { "currency_type", "CNY" },
      { "created_at", seconds(order.created_ms) }, { "updated_at", seconds(order.updated_ms) }, { "id", order.id } } do
      members[#members + 1] = member
    end
  end
  return json.write(json.obj(members))
end

--- Queues the notification of a paid order.
function M.push(app, order)
  local action = crypto.hex(crypto.digest("md5", app.ids:next("")))
  app.sandbox.webhooks:push{ provider = "mincloud", type = order.gateway.event,
    body = claims_of(order, app.webhook_amounts and order.fen or nil), retries = M.RETRIES,
    accepted = function(status) return status >= 200 and status < 300 end,
    -- A wrong amount needs an amount, also where the documented claims alone have none.
    misprice = function() return claims_of(order, order.fen + 1) end,
    sign = function(claims, _, mode)
      return { ["content-type"] = "text/plain", ["x-hydrogen-webhook-action-id"] = action },
        M.token(claims, app.webhook_key, mode)
    end }
end

return M
