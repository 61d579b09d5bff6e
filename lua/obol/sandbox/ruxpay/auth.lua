--- Who calls: the five ways in which a merchant may be known. No page tells how it really is.

local crypto = require "obol.crypto"
local json = require "obol.sandbox.json"
local members = require "obol.sandbox.ruxpay.members"

local M = {}

local function same(given, wanted)
  return type(given) == "string" and crypto.equal(given, wanted)
end

local function hash(text) return crypto.hex(crypto.digest("sha256", text)) end

-- A caller may live on the machine's clock or on the sandbox's.
local function in_time(app, stamp, skew)
  local window = app.options.timestamp_window_ms
  if not window then return true end
  for _, now in ipairs{ app.clock:wall(), app.clock:now() } do
    if math.abs(now + skew - tonumber(stamp)) <= window then return true end
  end
  return false
end

local ways = {
  none = function() return true end,
  basic = function(shop, request)
    local scheme, given = (request.headers.authorization or ""):match("^(%a+) +([%w+/=]+)$")
    local plain = scheme and scheme:lower() == "basic" and crypto.unbase64(given)
    return plain and same(plain, shop.merchant_no .. ":" .. shop.secret_key)
  end,
  headers = function(shop, request, app)
    local merchant = request.headers[app.auth.merchant_header:lower()]
    local secret = request.headers[app.auth.secret_header:lower()]
    return same(merchant, shop.merchant_no) and same(secret, shop.secret_key)
  end,
  sha256 = function(shop, request, app, skew)
    local headers = request.headers
    local stamp = headers.timestamp or ""
    if not stamp:find("^%d+$") or #stamp > 15 or not in_time(app, stamp, skew) then return false end
    local wanted = hash(shop.merchant_no .. stamp .. request.body .. shop.secret_key)
    return same(headers.merchantno, shop.merchant_no) and same(headers.sign, wanted)
  end,
  -- A request without a body has no member that a signature could stand in.
  body_sign = function(shop, request)
    if request.method == "GET" then return true end
    local body = json.read(request.body)
    if json.kind(body) ~= "object" or json.kind(body.sign) ~= "string" then return false end
    return same(body.sign:lower(), members.sign(request.body, shop.secret_key))
  end,
}

--- The settings of authentication, whole: `mode`, `merchant_header`, `secret_header`, `extra_headers`. nil
-- and what is wrong with those given where they are no such.
function M.settings(given)
  given = given or {}
  local out = { mode = given.mode or "basic", merchant_header = given.merchant_header or "merchantNo",
    secret_header = given.secret_header or "secretKey", extra_headers = {} }
  if not ways[out.mode] then return nil, "auth.mode: expected basic, headers, sha256, body_sign or none" end
  for i, header in ipairs(given.extra_headers or {}) do
    if type(header.name) ~= "string" or type(header.value) ~= "string" then
      return nil, "auth.extra_headers: expected names and values"
    end
    out.extra_headers[i] = { name = header.name, value = header.value }
  end
  return out
end

--- The settings in the configuration's words: what differs from the preset.
function M.words(auth)
  local out = { mode = auth.mode }
  if auth.mode == "headers" then
    out.merchant_header, out.secret_header = auth.merchant_header, auth.secret_header
  end
  if auth.extra_headers[1] then out.extra_headers = auth.extra_headers end
  return out
end

--- The shop (one of `app.shops`) whose request this is, nil where it is nobody's. `skew` (ms) is added to the
-- server's clock.
function M.check(app, request, skew)
  for _, header in ipairs(app.auth.extra_headers) do
    if request.headers[header.name:lower()] ~= header.value then return nil end
  end
  for _, shop in ipairs(app.shops) do
    if ways[app.auth.mode](shop, request, app, skew) then return shop end
  end
  return nil
end

return M
