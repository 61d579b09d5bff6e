-- Acme Pay as a simulator of the sandbox, from what scripts/providers/acme.lua cites of its
-- documentation: it checks signatures, keeps payments and refunds, and signs notifications. Beside the
-- ready simulators it meets every fault that they do.

local crypto = require "obol.crypto"
local json = require "obol.sandbox.json"

local M = { KEY = "acme-key-of-the-contract", MERCHANT = "m-1" }

local App = {}
App.__index = App

App.name = "acme"
App.hosts = { ["api.acme.example"] = true }
App.operations = { ["payment.create"] = true, ["payment.query"] = true, ["refund.create"] = true,
  ["refund.query"] = true, ["payment.changed"] = true, ["refund.changed"] = true }
App.spoilt = { duplicate = '"code":2001', unlisted = 7777, failure = '{"code":9999,"message":"failure"}' }

local function hex_mac(key, text) return crypto.hex(crypto.hmac("sha256", key, text)) end

local function is_signed(request)
  local headers = request.headers
  local time = headers["x-acme-time"] or ""
  local nonce = headers["x-acme-nonce"] or ""
  local input = table.concat({ request.method, request.target, time, nonce, request.body }, "\n")
  return headers["x-acme-merchant"] == M.MERCHANT and headers["x-acme-signature"] == hex_mac(M.KEY, input)
end

local function tree_of(thing)
  local members = {}
  for name in ("paymentId refundId refundNo reference orderNo amount currency status payUrl qrCode"):gmatch "%w+" do
    if thing[name] ~= nil then members[#members + 1] = { name, thing[name] } end
  end
  return json.obj(members)
end

local handlers = {}

handlers["payment.create"] = function(self, body)
  local known = self.by_reference[body.reference]
  if known then return known end
  local number = #self.payments + 1
  local payment = { paymentId = "pay_" .. number, reference = body.reference, orderNo = body.orderNo,
    amount = body.amount, currency = body.currency, status = "CREATED" }
  local page = "https://acme.example/pay/" .. number
  payment[body.channel == "QR" and "qrCode" or "payUrl"] = page
  self.payments[number], self.by_reference[body.reference] = payment, payment
  return payment
end

handlers["payment.query"] = function(self, _, name) return self.by_reference[name] end

handlers["refund.create"] = function(self, body)
  local known = self.by_refund[body.refundNo]
  if known then return known end
  local refund = { refundId = "ref_" .. (#self.refunds + 1), paymentId = body.paymentId, refundNo = body.refundNo,
    amount = body.amount, currency = "USD", status = "PENDING" }
  self.refunds[#self.refunds + 1], self.by_refund[body.refundNo] = refund, refund
  return refund
end

handlers["refund.query"] = function(self, _, name) return self.by_refund[name] end

local lines = { ["POST /v1/payments"] = "payment.create", ["GET /v1/payments/"] = "payment.query",
  ["POST /v1/refunds"] = "refund.create", ["GET /v1/refunds/"] = "refund.query" }

function App.route(_, request)
  local folder, name = request.target:match "^(/v1/%a+/)([^/]+)$"
  local operation = lines[request.method .. " " .. (folder or request.target)]
  return { operation = operation, names = { operation }, name = name }
end

local function answer(code, message, thing)
  return { status = 200, tree = json.obj{ { "code", code }, { "message", message },
    { "data", thing and tree_of(thing) or json.null } } }
end

function App:call(route, request)
  if not route.operation then return { status = 404, body = "not found\n" } end
  if not is_signed(request) then return answer(1002, "bad signature") end
  local body
  if request.method == "POST" then body = json.read(request.body) end
  if body and body.orderNo and body.orderNo:find "^refuse" then return answer(1001, "a parameter is wrong") end
  local thing = handlers[route.operation](self, body, route.name)
  if not thing then return answer(2002, "no such payment") end
  return answer(0, "ok", thing)
end

function App.too_large() return { status = 413, body = "too large\n" } end
function App.overview() return "" end

-- Section 7: the header's `t` is the time of sending; tries come again after a minute.
local function push(self, kind, thing, id)
  local body = json.write(json.obj{ { "id", id }, { "type", kind }, { "time", "2023-11-14T22:13:20Z" },
    { "data", tree_of(thing) } })
  self.sandbox.webhooks:push{ provider = "acme", type = kind, body = body, url = "https://shop.example/notify/acme",
    retries = { 60000, 60000 }, misprice = function(text)
      return (text:gsub('("amount":)(%d+)', function(name, cents) return name .. ("%d"):format(cents + 1) end))
    end, sign = function(text, time_s, mode)
      local stamp = ("%d"):format(time_s)
      local mac = hex_mac(mode == "wrong_key" and "another-key" or M.KEY, stamp .. "." .. text)
      if mode == "forged" then mac = ("0"):rep(64) end
      return { ["content-type"] = "application/json", ["x-acme-signature"] = "t=" .. stamp .. ",v1=" .. mac }
    end }
end

function App:find(reference)
  for _, list in ipairs{ self.payments, self.refunds } do
    for _, thing in ipairs(list) do
      if reference == thing.paymentId and list == self.payments or reference == thing.payUrl
        or reference == thing.qrCode or reference == thing.refundNo then
        return thing
      end
    end
  end
end

local function ending(payment_status, refund_status)
  return function(self, thing)
    local is_refund = thing.refundNo ~= nil
    if thing.status ~= "CREATED" and thing.status ~= "PENDING" then
      return nil, { kind = "conflict", message = "it has ended" }
    end
    thing.status = is_refund and refund_status or payment_status
    push(self, is_refund and "refund.changed" or "payment.changed", thing,
      "evt_" .. (thing.refundId or thing.paymentId) .. "_" .. thing.status)
    return { status = thing.status }
  end
end

App.pay = ending("PAID", "DONE")
App.decline = ending("FAILED", "FAILED")
App.back_out = ending("CLOSED", "FAILED")

function App:books() return { payments = self.payments, refunds = self.refunds } end

--- Puts a simulator of Acme into a sandbox.
function M.install(sandbox)
  sandbox.providers.acme = setmetatable({ sandbox = sandbox, payments = {}, refunds = {}, by_reference = {},
    by_refund = {} }, App)
  sandbox.names[#sandbox.names + 1] = "acme"
end

return M
