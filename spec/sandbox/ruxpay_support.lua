-- A caller of the RuxPay simulator for the specs: speaks as the sheet says, through a transport.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local sandbox = require "obol.sandbox"

local M = {}

M.T0 = 1700000000000
M.KEY = "TEST-ONLY-secret-key-0001"
M.APP = "1625420154047475713"
M.DAY = 86400000

--- A whole request of a direct subscription; the sheet's example with an order.
function M.request(fields)
  local address = { firstName = "Gross", lastName = "Schmidt", country = "CA", email = "kael@shop.example",
    city = "Longueuil", address = "3226 rue Saint-Charles", phone = "450-928-5752", state = "Quebec",
    zipCode = "J4H 1M3" }
  local out = { transactionId = "t-1", orderId = "A-1", currency = "USD", amount = "8.88", appId = M.APP,
    callbackUrl = "https://shop.example/back", notificationUrl = "https://shop.example/notify",
    transactionIp = "127.0.0.1",
    productInfos = { { productName = "tea lights", currency = "USD", price = "8.88", sku = "123-456-789", quantity = 1,
      productLink = "https://shop.example/123-456-789" } },
    card = { expiredYear = "23", expiredMonth = "12", cardNumber = "4300000000000000", cardholder = "san zhang",
      cvv = "123" },
    billingAddress = address }
  for name, value in pairs(fields or {}) do out[name] = value end
  for name, value in pairs(out) do if value == cjson.null then out[name] = nil end end
  return out
end

--- A card with another CVV.
function M.card(cvv, number)
  return { expiredYear = "23", expiredMonth = "12", cardNumber = number or "4300000000000000", cardholder = "san zhang",
    cvv = cvv }
end

--- A sandbox at a fixed time with a known key, and a caller of it.
function M.open(options)
  options = options or {}
  options.secret_key, options.merchant_no = M.KEY, "100868"
  local box = sandbox.new{ clock_ms = M.T0, seed = "spec", ruxpay = options }
  local transport = box:transport()
  local app = { box = box, transport = transport, base = "https://sandbox.invalid/ruxpay" }
  app.basic = { authorization = "Basic " .. crypto.base64("100868:" .. M.KEY) }

  --- Sends; gives the reply and its decoded body.
  function app.raw(method, path, body, headers, how)
    local reply, err = transport.send({ method = method, url = app.base .. path, body = body,
      headers = headers or app.basic }, how)
    if not reply then return nil, err end
    local ok, decoded = pcall(cjson.decode, reply.body)
    return reply, ok and decoded or nil
  end
  function app.get(path)
    local _, decoded = app.raw("GET", path)
    return decoded
  end
  function app.post(path, fields)
    local _, decoded = app.raw("POST", path, cjson.encode(fields))
    return decoded
  end
  function app.sale(fields) return app.post("/api/payment", M.request(fields)) end
  function app.subscribe(fields)
    fields = fields or {}
    fields.extension = fields.extension or { subscriptionCycle = "WEEK", subscriptionPeriod = 3 }
    return app.post("/api/subscription", M.request(fields))
  end
  function app.checkout(fields)
    local all = { card = cjson.null, transactionType = "Sale", transactionMethod = "Default" }
    for name, value in pairs(fields or {}) do all[name] = value end
    return app.post("/checkout/payment", M.request(all))
  end
  --- The notifications that are due, decoded.
  function app.notices()
    local out = {}
    for i, request in ipairs(box:deliver()) do out[i] = cjson.decode(request.body) end
    return out
  end
  function app.books() return box:books().ruxpay end
  return app
end

return M
