--- Whether this worker can take payments: its ledger answers.

local reply = require "obol.nginx.reply"

local M = {}

--- GET: 200 `{"status":"ok"}`, or 503.
function M.handle(shop, request)
  if request.method ~= "GET" and request.method ~= "HEAD" then return reply.not_allowed "GET" end
  local ok, payment, err = pcall(shop.pay.payments.get, shop.pay.payments, "obol health")
  if ok and (payment or err.kind == "not_found") then return reply.json(200, { status = "ok" }) end
  return reply.json(503, { status = "failing", ledger = ok and err.kind or "internal" })
end

return M
