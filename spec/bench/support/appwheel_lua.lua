-- AppWheel's payment.create in plain Lua with lua-cjson and luaossl, as one would write it by hand for
-- this one call: what the core's encoder is held against. It checks what the core checks (types,
-- required and unknown members, lengths, UTF-8, control characters, URLs, currency, exact amount),
-- keeps the members of the body in the order of the documentation, and signs.

local cjson = require "cjson.safe"
local digest = require "openssl.digest"
local hmac = require "openssl.hmac"

local M = {}

local KNOWN = {
  customer = true, items = true, amount = true, currency = true, description = true, return_url = true,
  cancel_url = true, method = true, order_id = true, notify_url = true, extra = true,
}
local CUSTOMER = { id = true, ip = true, email = true, name = true }
local ITEM = { product_id = true, quantity = true, name = true, price = true, sku = true }
local EXPONENTS = { USD = 2, EUR = 2, GBP = 2, CNY = 2, CAD = 2, AUD = 2, JPY = 0, KRW = 0, KWD = 3, BHD = 3 }
local URI = "/v1/stripe/purchase/create"

local function fault(errors, field, message)
  errors[#errors + 1] = { field = field, message = message, kind = "invalid" }
end

local function check_names(errors, object, known, path)
  for name in pairs(object) do
    if not known[name] then fault(errors, path .. tostring(name), "expected a known name") end
  end
end

local function is_utf8(text)
  if not text:find "[\128-\255]" then return true end
  local rest = text:gsub("[\194-\223][\128-\191]", ""):gsub("\224[\160-\191][\128-\191]", "")
    :gsub("[\225-\236\238\239][\128-\191][\128-\191]", ""):gsub("\237[\128-\159][\128-\191]", "")
    :gsub("\240[\144-\191][\128-\191][\128-\191]", ""):gsub("[\241-\243][\128-\191][\128-\191][\128-\191]", "")
    :gsub("\244[\128-\143][\128-\191][\128-\191]", "")
  return not rest:find "[\128-\255]"
end

local function check_text(errors, path, value, most)
  if value == nil then
    fault(errors, path, "expected a value")
  elseif type(value) ~= "string" then
    fault(errors, path, "expected text")
  elseif #value == 0 or #value > most or value:find "[%z\1-\31\127]" or not is_utf8(value) then
    fault(errors, path, ("expected 1 to %d bytes of UTF-8 without control characters"):format(most))
  else
    return value
  end
end

local HARMFUL = { javascript = true, data = true, vbscript = true, file = true, blob = true }

-- A web address needs a host of letters, digits and single dots; one that ends in digits is an address.
local function is_host(scheme, host)
  if host:find "[^%w._-]" or host:find("..", 1, true) or host:sub(1, 1) == "." or #host > 253 then return false end
  if scheme ~= "http" and scheme ~= "https" then return true end
  return host ~= "" and (not host:find "%f[^.%z]%d[^.]*$" or host:find "^%d+%.%d+%.%d+%.%d+$" ~= nil)
end

local function is_url(url)
  if url:find '[^\33-\126]' or url:find '["<>\\`]' or url:find "%%%X" or url:find "%%%x%X" then return false end
  local scheme, authority = url:match "^(%a[%w+.-]*)://([^/?#]*)"
  if not scheme or authority:find("@", 1, true) or HARMFUL[scheme:lower()] then return false end
  local host, port = authority:match "^([^:]*):?(%d*)$"
  return host and is_host(scheme:lower(), host) and (port == "" or (tonumber(port) > 0 and tonumber(port) < 65536))
end

local function check_url(errors, path, value)
  local url = check_text(errors, path, value, 2048)
  if url and not is_url(url) then fault(errors, path, "expected an absolute URL") end
  return url
end

local function check_quantity(errors, path, value)
  if value == nil then return 1 end
  if type(value) == "string" and value:find "^%d+$" then value = tonumber(value) end
  if type(value) ~= "number" or value % 1 ~= 0 or value < 1 or value > 1000000 then
    fault(errors, path, "expected an integer from 1 to 1000000")
    return 1
  end
  return value
end

-- Minor units, from the digits alone.
local function check_amount(errors, value, currency)
  local exponent = EXPONENTS[currency]
  local whole, point, part = tostring(value):match "^(%d+)(%.?)(%d*)$"
  if type(value) ~= "string" or not whole or (point == ".") ~= (#part > 0) or #whole > 12 then
    fault(errors, "amount", "expected a decimal amount as text")
  elseif exponent and #part > exponent then
    fault(errors, "amount", ("expected at most %d decimals"):format(exponent))
  elseif exponent then
    return tonumber(whole .. part .. ("0"):rep(exponent - #part))
  end
end

local function check(params)
  local errors = {}
  check_names(errors, params, KNOWN, "")
  local customer = type(params.customer) == "table" and params.customer or {}
  local items = type(params.items) == "table" and params.items or {}
  local item = type(items[1]) == "table" and items[1] or {}
  if #items ~= 1 then fault(errors, "items", "expected one item") end
  check_names(errors, customer, CUSTOMER, "customer.")
  check_names(errors, item, ITEM, "items[1].")
  local currency = check_text(errors, "currency", params.currency, 3)
  if currency and not EXPONENTS[currency] then fault(errors, "currency", "expected an ISO 4217 code") end
  local found = {
    user = check_text(errors, "customer.id", customer.id, 255),
    product = check_text(errors, "items[1].product_id", item.product_id, 255),
    success = check_url(errors, "return_url", params.return_url),
    cancel = check_url(errors, "cancel_url", params.cancel_url),
    quantity = check_quantity(errors, "items[1].quantity", item.quantity),
    amount = check_amount(errors, params.amount, currency),
    title = check_text(errors, "description", params.description, 250),
    currency = currency,
  }
  if found.amount and (found.amount < 1 or found.amount % found.quantity ~= 0) then
    fault(errors, "amount", "expected an amount that the quantity divides")
  end
  return found, errors
end

local encode = cjson.encode

local function write_body(found)
  return table.concat {
    '{"appUserId":', encode(found.user), ',"productId":', encode(found.product), ',"successUrl":',
    encode(found.success), ',"cancelUrl":', encode(found.cancel), ',"mode":"payment","quantity":',
    ("%d"):format(found.quantity), ',"payPrice":', ("%d"):format(found.amount / found.quantity),
    ',"productName":', encode(found.title), ',"currency":', encode(found.currency:lower()), "}",
  }
end

local HEX = {}
for byte = 0, 255 do HEX[string.char(byte)] = ("%02x"):format(byte) end

local function hex(bytes)
  return (bytes:gsub(".", HEX))
end

local function sign(account, body, moment)
  local timestamp = ("%d"):format(math.floor(moment.time_ms / 1000))
  local nonce = moment.nonce or ("%d"):format(moment.time_ms)
  local input = table.concat({ timestamp, nonce, "POST " .. URI, hex(digest.new("md5"):final(body)) }, "\n"):lower()
  return {
    ["content-type"] = "application/json", ["x-request-appid"] = account.app_id,
    ["x-request-platform"] = account.platform, ["x-request-timestamp"] = timestamp, ["x-request-nonce"] = nonce,
    ["x-request-uri"] = URI, authorization = "Signature " .. hex(hmac.new(account.secret, "sha256"):final(input)),
  }
end

local function encode_request(account, params, moment)
  if type(params) ~= "table" then return nil, { kind = "invalid" } end
  local found, errors = check(params)
  if #errors > 0 then return nil, { kind = "invalid", fields = errors } end
  local body = write_body(found)
  return {
    method = "POST", url = "https://sdk.api.appwheel.com" .. URI, body = body, pool = account.pool, repeat_safe = false,
    headers = sign(account, body, moment),
  }
end

-- An account: `encode(params, { time_ms =, nonce = })` answers a request, or nil and an error;
-- `sign(body, moment)` the headers alone.
function M.open(config, secret)
  return {
    app_id = config.app_id, platform = config.platform, secret = secret, pool = "account", encode = encode_request,
    sign = sign,
  }
end

return M
