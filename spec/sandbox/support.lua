-- A caller of the AppWheel simulator for the specs: signs as the sheet says, sends through a transport.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local sandbox = require "obol.sandbox"

local M = {}

M.T0 = 1700000000000

M.SECRET = "k3yForDocsOnly0123456789ABCDEFgh"

local nonce = 0

--- The headers of a signed request.
function M.headers(method, uri, body, options)
  options = options or {}
  nonce = nonce + 1
  local stamp = options.timestamp or "1700000000"
  local once = options.nonce or tostring(1700000000123 + nonce)
  local text = stamp .. "\n" .. once .. "\n" .. method .. " " .. uri .. "\n"
  if method ~= "GET" and body and body ~= "" then text = text .. crypto.hex(crypto.digest("md5", body)) end
  return {
    ["X-Request-AppId"] = "331058835", ["X-Request-Platform"] = "Stripe", ["X-Request-Timestamp"] = stamp,
    ["X-Request-Nonce"] = once, ["X-Request-Uri"] = uri,
    Authorization = "Signature " .. crypto.hex(crypto.hmac("sha256", options.secret or M.SECRET, text:lower())),
  }
end

--- A sandbox at a fixed time with a known secret, and a caller of it.
function M.open(options)
  options = options or {}
  local appwheel = options.appwheel or {}
  appwheel.secret = M.SECRET
  local box = sandbox.new{ clock_ms = M.T0, seed = "spec", appwheel = appwheel, webhook_url = options.webhook_url,
    sign_clock = options.sign_clock }
  local transport = box:transport()
  local app = { box = box, transport = transport, base = "https://sandbox.invalid/appwheel" }

  --- Sends; gives the reply and its decoded body.
  function app.raw(method, uri, body, how)
    local reply, err = transport.send({ method = method, url = app.base .. uri, body = body,
      headers = M.headers(method, uri, body, how) }, how)
    if not reply then return nil, err end
    local ok, decoded = pcall(cjson.decode, reply.body)
    return reply, ok and decoded or nil
  end
  function app.get(uri, how)
    local _, decoded = app.raw("GET", uri, nil, how)
    return decoded
  end
  function app.post(uri, fields, how)
    local _, decoded = app.raw("POST", uri, cjson.encode(fields), how)
    return decoded
  end
  function app.user(id) return app.raw("POST", "/v1/users/" .. id, "{}") end
  function app.buy(fields)
    local body = { appUserId = "u1", productId = "price_vip_monthly",
      successUrl = "https://shop.example/ok?a=1&b=%2F#x", cancelUrl = "https://shop.example/no" }
    for name, value in pairs(fields or {}) do body[name] = value end
    for name, value in pairs(body) do if value == cjson.null then body[name] = nil end end
    return app.post("/v1/stripe/purchase/create", body)
  end
  --- Creates and pays; gives what pay gave.
  function app.bought(fields)
    local created = app.buy(fields)
    return assert(box:pay(created.data.checkoutUrl))
  end
  function app.entitlement(id) return app.get("/v1/subscriber/" .. (id or "u1") .. "/entitlement").data end
  function app.invoices(id) return app.post("/v1/stripe/invoices", { appUserId = id or "u1" }).data.invoices end
  return app
end

M.DAY = 86400000

return M
