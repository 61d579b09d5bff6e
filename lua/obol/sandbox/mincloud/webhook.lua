--- The notification of a payment: the action of a trigger in MinCloud's dashboard posts a JSON Web Token
-- as bare text. It fires on success only.

local amount = require "obol.sandbox.mincloud.amount"
local crypto = require "obol.crypto"
local json = require "obol.sandbox.json"
local shapes = require "obol.sandbox.mincloud.shapes"

local M = {}

--- Waits before each further try, in milliseconds.
M.RETRIES = { 1000, 5000, 30000 }

local HEADER, UNSIGNED = '{"alg":"HS256","typ":"JWT"}', '{"alg":"none","typ":"JWT"}'
local url_safe = { ["+"] = "-", ["/"] = "_", ["="] = "" }

local function base64url(bytes) return (crypto.base64(bytes):gsub("[+/=]", url_safe)) end

--- The token of some claims (JSON text) under a key: its ASCII bytes as they are.
function M.token(claims, key)
  local input = base64url(HEADER) .. "." .. base64url(claims)
  return input .. "." .. base64url(crypto.hmac("sha256", key, input))
end

-- Tokens that a receiver has to refuse, or to see through, by fault.
local wrong = {
  forged = function(app, claims)
    return (M.token(claims, app.webhook_key):gsub("[^.]+$", base64url(("\0"):rep(32))))
  end,
  wrong_key = function(app, claims) return M.token(claims, app.ids:named("mincloud.other_webhook_key", 32)) end,
  altered = function(app, claims)
    local mac = M.token(claims, app.webhook_key):match("[^.]+$")
    local other = claims:gsub('("trade_no":")(%w)', function(name, c) return name .. (c == "0" and "1" or "0") end, 1)
    return base64url(HEADER) .. "." .. base64url(other) .. "." .. mac
  end,
  other_status = function(app, claims)
    return M.token((claims:gsub('"status":"success"', '"status":"failed"', 1)), app.webhook_key)
  end,
  -- What was sent last, in the place of this one.
  replayed = function(app, claims) return app.last_token or M.token(claims, app.webhook_key) end,
}

local function seconds(ms) return math.floor(ms / 1000) end

-- The documented claims, and those that the simulator adds: without them a notification has no amount.
local function claims_of(order, fen)
  local members = { { "trade_no", order.trade_no }, { "transaction_no", order.transaction_no },
    { "merchandise_description", order.description }, { "merchandise_snapshot", shapes.snapshot(order) },
    { "merchandise_schema_id", order.schema_id or json.null },
    { "merchandise_record_id", order.record_id or json.null }, { "status", "success" },
    { "refund_status", order.refund_status or json.null }, { "ip_address", shapes.ADDRESS },
    { "created_by_id", order.user.id }, { "paid_at", seconds(order.paid_ms or order.created_ms) } }
  if fen then
    for _, member in ipairs{ { "gateway_type", order.gateway_type },
      { "total_cost", json.number(amount.shortest(fen)) }, { "currency_type", "CNY" },
      { "created_at", seconds(order.created_ms) }, { "updated_at", seconds(order.updated_ms) }, { "id", order.id } } do
      members[#members + 1] = member
    end
  end
  return json.write(json.obj(members))
end

local function send(app, order, make)
  local action = crypto.hex(crypto.digest("md5", app.ids:next("")))
  app.sandbox.webhooks:push{ provider = "mincloud", type = order.gateway.event, retries = M.RETRIES,
    body = claims_of(order, app.options.webhook_amounts ~= false and order.fen or nil),
    accepted = function(status) return status >= 200 and status < 300 end,
    -- A wrong amount needs an amount, also where the documented claims alone have none.
    misprice = function() return claims_of(order, order.fen + 1) end,
    sign = function(claims, _, mode)
      return { ["content-type"] = "text/plain", ["x-hydrogen-webhook-action-id"] = action }, make(claims, mode)
    end }
end

--- Queues the notification of a paid order.
function M.push(app, order)
  send(app, order, function(claims, mode)
    if wrong[mode] then return wrong[mode](app, claims) end
    app.last_token = M.token(claims, app.webhook_key)
    return app.last_token
  end)
end

--- Queues what somebody could send who has no key: a token that says of itself that it is not signed.
function M.forge(app, order)
  send(app, order, function(claims) return base64url(UNSIGNED) .. "." .. base64url(claims) .. "." end)
end

return M
