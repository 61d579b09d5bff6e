-- Acme Pay's other side as a transport: it checks what signs a request by its own reading of the
-- documentation, keeps payments and refunds, and signs notifications.

local crypto = require "obol.crypto"
local json = require "obol.json"

local Server = {}
Server.__index = Server

local M = { KEY = "acme-key-of-the-spec", NOW = 1700000000123 }

local function mac(text) return crypto.hex(crypto.hmac("sha256", M.KEY, text)) end

function M.new()
  return setmetatable({ payments = {}, refunds = {}, sent = {}, faults = {}, count = 0 }, Server)
end

local function is_signed(request, path)
  local headers = request.headers
  local input = table.concat({ request.method, path, headers["x-acme-time"], headers["x-acme-nonce"],
    request.body }, "\n")
  return headers["x-acme-merchant"] == "m-1" and headers["x-acme-signature"] == mac(input)
end

local routes = {}

routes["POST /v1/payments"] = function(self, body)
  local payment = self.payments[body.reference]
  if not payment then
    self.count = self.count + 1
    payment = { paymentId = "pay_" .. self.count, reference = body.reference, orderNo = body.orderNo,
      amount = body.amount, currency = body.currency, status = "CREATED",
      payUrl = "https://acme.example/pay/" .. self.count }
    self.payments[body.reference] = payment
  end
  return payment
end

routes["GET /v1/payments/"] = function(self, _, name) return self.payments[name] end

routes["POST /v1/refunds"] = function(self, body)
  local refund = self.refunds[body.refundNo]
  if not refund then
    refund = { refundId = "ref_1", paymentId = body.paymentId, refundNo = body.refundNo, amount = body.amount,
      currency = "USD", status = "PENDING" }
    self.refunds[body.refundNo] = refund
  end
  return refund
end

routes["GET /v1/refunds/"] = function(self, _, name) return self.refunds[name] end

local function answer(code, message, data)
  return { status = 200, headers = {}, body = assert(json.encode { code = code, message = message, data = data }) }
end

--- A transport. A fault, by the request's number, is an answer, `"lost"` for one that does not come, or
-- `"swallowed"` for a request that does not arrive.
function Server:transport()
  local transport = { sleep = function() end }
  function transport.send(request)
    self.sent[#self.sent + 1] = request
    local path = request.url:match "^https://api%.acme%.example(/.*)$"
    if not is_signed(request, path) then return answer(1002, "bad signature") end
    local fault = self.faults[#self.sent]
    if fault == "swallowed" then return nil, { kind = "timeout", outcome = "unknown", message = "no answer" } end
    local act, name = routes[request.method .. " " .. path], nil
    if not act then
      local folder
      folder, name = path:match "^(.*/)([^/]+)$"
      act = routes[request.method .. " " .. folder]
    end
    local data = act(self, request.body ~= "" and assert(json.decode(request.body)) or nil, name)
    if fault == "lost" then return nil, { kind = "timeout", outcome = "unknown", message = "no answer" } end
    if fault then return fault end
    if not data then return answer(2002, "not found") end
    return answer(0, "ok", data)
  end
  return transport
end

--- A notification of what became of it, signed at `time_s` (default: now).
function M.notification(kind, data, time_s)
  local body = assert(json.encode { id = "evt_" .. data.status, type = kind, time = "2023-11-14T22:13:20Z",
    data = data })
  local time = ("%d"):format(time_s or math.floor(M.NOW / 1000))
  return { method = "POST", url = "/notify/acme", body = body,
    headers = { ["x-acme-signature"] = "t=" .. time .. ",v1=" .. mac(time .. "." .. body) } }
end

return M
