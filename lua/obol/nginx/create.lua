--- Orders from the merchant's server: JSON in, JSON out, an API key with every call.

local crypto = require "obol.crypto"
local dict = require "obol.shared"
local input = require "obol.nginx.input"
local json = require "obol.json"
local keys = require "obol.nginx.keys"
local link = require "obol.nginx.link"
local reply = require "obol.nginx.reply"
local show = require "obol.nginx.show"
local wait = require "obol.wait"

local M = {}

local KEEP_S, BUSY_S, KEPT_BYTES = 24 * 60 * 60, 90, 32 * 1024

-- A whole number as text, as which every other number of JSON is read: 20 is refused no more than 19.99.
local function as_text(value)
  local is_whole = type(value) == "number" and value % 1 == 0
  return is_whole and ("%d"):format(value) or value
end

local function amounts_as_text(params)
  params.amount = as_text(params.amount)
  local items = type(params.items) == "table" and params.items or { params.item }
  for _, item in ipairs(items) do
    if type(item) == "table" then item.price = as_text(item.price) end
  end
end

-- The order in the body; or nil and the answer.
local function read(shop, request)
  if input.media_type(request) ~= "application/json" then
    return nil, reply.problem(415, "expected application/json")
  end
  if #request.body > shop.limits.create_body then return nil, reply.problem(413, "expected a shorter body") end
  local params, err = json.decode(request.body)
  if type(params) ~= "table" or #params > 0 then
    return nil, reply.problem(400, "expected a JSON object" .. (err and ": " .. tostring(err) or ""))
  end
  amounts_as_text(params)
  return params
end

-- Takes the members that speak of the call out of the order.
local function split(params)
  local rest = {}
  for name, value in pairs(params) do rest[name] = value end
  rest.checkout, rest.subscription = nil, nil
  return rest, params.checkout, params.subscription
end

local function subscribe(shop, rest)
  local made, err = link.subscribe(shop, rest)
  if not made then return show.fault(err) end
  return reply.json(201, show.subscription(shop, made))
end

local function make(shop, params)
  local rest, checkout, subscription = split(params)
  if subscription ~= nil and type(subscription) ~= "boolean" then
    return reply.problem(422, "subscription: expected true or false")
  end
  if checkout ~= nil then
    if type(checkout) ~= "table" then return reply.problem(422, "checkout: expected an object") end
    if subscription ~= nil then checkout.subscription = subscription end
    local made, err = link.make(shop, rest, checkout)
    if not made then return show.fault(err) end
    return reply.json(201, { order_id = rest.order_id, checkout_url = made.url, expires_ms = made.ends })
  end
  if subscription then return subscribe(shop, rest) end
  local payment, err = link.pay(shop, rest)
  if not payment then return show.fault(err) end
  return reply.json(201, show.payment(shop, payment))
end

-- The answer to a repeated call: what was answered, or why not; nil where it is the first.
local function repeated(shop, slot, print)
  local kept = shop.dict:get(slot)
  if not kept then return nil end
  local found = json.decode(kept)
  if found.print ~= print then
    return reply.problem(422, "Idempotency-Key: expected the same body as in the first call with this key")
  end
  if not found.status then
    return reply.problem(409, "a call with this Idempotency-Key is under way", nil, { ["retry-after"] = "2" })
  end
  return reply.make(found.status, { ["content-type"] = found.type, ["idempotent-replayed"] = "true" }, found.body)
end

-- Only what was decided is kept: the same call after a failure is made anew.
local function keep(shop, slot, print, answer)
  local decided = answer.status < 500 and answer.status ~= 409 and answer.status ~= 429 and not answer.passes
  if decided and #answer.body <= KEPT_BYTES then
    shop.dict:set(slot, json.encode { print = print, status = answer.status, body = answer.body,
      type = answer.headers["content-type"] }, KEEP_S)
  else
    shop.dict:delete(slot)
  end
  return answer
end

local function make_and_keep(shop, slot, print, params)
  local ok, made = pcall(make, shop, params)
  if not ok then
    shop.dict:delete(slot)
    error(made, 0)
  end
  return keep(shop, slot, print, made)
end

local function once(shop, request, key, params)
  local name = request.headers["idempotency-key"]
  if name == nil then return make(shop, params) end
  if type(name) ~= "string" or #name < 1 or #name > 255 or name:find("[^\33-\126]") then
    return reply.problem(400, "Idempotency-Key: expected 1 to 255 visible characters")
  end
  local slot = "once/" .. key .. "/" .. crypto.hex(crypto.digest("sha256", name))
  local print = crypto.hex(crypto.digest("sha256", request.body))
  local answer = repeated(shop, slot, print)
  if answer then return answer end
  local is_first, why = shop.dict:add(slot, json.encode { print = print }, BUSY_S)
  -- in a dict without room the key holds nobody up: of one order there is one payment without it too
  if not is_first and why == "exists" then
    return repeated(shop, slot, print) or reply.problem(409, "a call with this Idempotency-Key is under way")
  end
  -- To its end, also when who asked is gone: whoever asks again would wait for nothing.
  local made, err = wait.detached(make_and_keep, shop, slot, print, params)
  if made then return made end
  shop.dict:delete(slot)
  return show.fault(err)
end

local function get(shop, request)
  local order_id = input.query(request).order_id
  if not order_id then return reply.problem(400, "order_id: expected it in the query") end
  local payment, err = shop.pay.payments:get(order_id)
  if not payment then return show.fault(err) end
  return reply.json(200, show.payment(shop, payment))
end

--- POST: creates a payment, with `"subscription": true` a subscription, or with a member `checkout` a link
-- with which the payer's browser does that; GET `?order_id=`: the payment.
function M.handle(shop, request)
  if request.method ~= "POST" and request.method ~= "GET" then return reply.not_allowed "GET, POST" end
  local key, refusal = keys.check(shop, request)
  if not key then return refusal end
  if not dict.allow(shop.dict, "create/" .. request.remote_addr, shop.limits.create_each, 60, shop.clock()) then
    return reply.problem(429, "expected fewer calls", nil, { ["retry-after"] = "60" })
  end
  if request.method == "GET" then return get(shop, request) end
  local params
  params, refusal = read(shop, request)
  if not params then return refusal end
  return once(shop, request, key, params)
end

return M
