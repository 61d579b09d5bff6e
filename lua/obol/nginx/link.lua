--- Links to the checkout, and payments made for them.

local errors = require "obol.error"
local offers = require "obol.nginx.offers"
local order = require "obol.nginx.order"
local secret = require "obol.secret"
local stage = require "obol.nginx.stage"

local M = {}

local RETURN_MS = 30 * 24 * 60 * 60 * 1000

-- The order as it would be asked for, with addresses as long as they will be.
local function trial(shop, content)
  return order.params(content, { ip = "192.0.2.1", headers = {}, return_url = M.return_url(shop, content),
    cancel_url = M.return_url(shop, content, true), notify_url = shop.url .. "/notify/" .. ("a"):rep(64) })
end

local function only_of(content)
  return { account = content.account, operation = order.operation(content), methods = content.methods,
    payer = content.payer and secret(content.payer) or nil }
end

--- What an order may be paid with: see obol.nginx.offers.
function M.offers(shop, content) return offers.all(shop.pay, trial(shop, content), only_of(content)) end

-- Why nothing can take it, for the merchant: what each account says of the order. `passes` is true where one may later.
local function none_fits(shop, content, passes)
  local params, only = trial(shop, content), only_of(content)
  local seen, err = shop.pay:explain(params, { account = only.account, operation = only.operation })
  if not seen then return err end
  local fields = offers.against(shop.pay, params, only, seen.accounts)
  if seen.rules and seen.error then table.insert(fields, 1, { field = "routes", message = tostring(seen.error) }) end
  return errors.new { kind = "unsupported", message = "no account can take this order", fields = fields,
    retryable = passes or nil }
end

--- A checkout for an order: { url =, token =, ends = (ms) }; nil and an error where the order is wrong, or
-- where no account can take it. `link` = { expires_s =, methods =, account =, payer_token =, language =,
-- subscription = }.
function M.make(shop, params, link)
  local content, err = order.content(params, link, shop.clock())
  if not content then return nil, err end
  local _, known = stage.recorded(shop, content)
  if known == "other" then
    return nil, errors.new { kind = "conflict", field = "amount",
      message = "expected the amount of the recorded payment" }
  end
  local found, passes = M.offers(shop, content)
  if #found == 0 then return nil, none_fits(shop, content, passes) end
  local token = shop.sealer:seal("checkout", content)
  if not token then
    return nil, errors.new { kind = "invalid", message = "expected an order short enough for an address (about 4 KB)" }
  end
  return { url = shop.url .. "/checkout/" .. token, token = token, ends = content.ends }
end

--- Where a provider sends the browser: a short token, because some take no long addresses.
function M.return_url(shop, content, gave_up)
  local token = shop.sealer:seal("return", { order = content.order, amount = content.amount,
    currency = content.currency, ends = math.max(content.ends, shop.clock()) + RETURN_MS, gave_up = gave_up or nil })
  return shop.url .. "/return/" .. token
end

--- What a return's token needs to hold of an order; nil and an error.
function M.content_of(shop, params) return order.content(params, {}, shop.clock()) end

--- The page that shows how a payment stands.
function M.view_url(shop, payment)
  if not payment.amount then return nil end
  local token = shop.sealer:seal("return", { order = payment.order_id, amount = payment.amount:format(),
    currency = payment.amount:currency(), ends = payment.created_ms + RETURN_MS })
  return shop.url .. "/checkout/" .. token
end

-- What is asked of the client for an offer that was chosen on the page.
local function chosen(shop, content, offer, request)
  return order.params(content, { method = offer.method, ip = request.remote_addr, headers = request.headers,
    notify_url = shop.url .. "/notify/{account}", return_url = M.return_url(shop, content),
    cancel_url = M.return_url(shop, content, true) })
end

--- Begins what the payer chose on the page: the payment (of a subscription its first charge), or nil and an
-- error.
function M.begin(shop, content, offer, request, options)
  local params = chosen(shop, content, offer, request)
  if not content.subscription then return shop.pay.payments:create(params, options) end
  local made, err = shop.pay.subscriptions:create(params, options)
  if not made then return nil, err end
  return made.payment, made.error
end

-- The options of a call for the merchant's server, taken out of its order; nil and an error.
local function options_of(shop, params)
  if params.card ~= nil then
    return nil, errors.new { kind = "invalid", field = "card", message = "expected no card data here" }
  end
  local account, token = params.account, params.payer_token
  params.account, params.payer_token = nil, nil
  if (account ~= nil and type(account) ~= "string") or (token ~= nil and type(token) ~= "string") then
    return nil, errors.new { kind = "invalid", field = "account", message = "expected text, as in payer_token" }
  end
  if params.notify_url == nil then params.notify_url = shop.url .. "/notify/{account}" end
  return { account = account, token = token and secret(token) or nil }
end

--- A payment as the merchant's server asks for it: the payment, or nil and an error.
function M.pay(shop, params)
  local options, err = options_of(shop, params)
  if not options then return nil, err end
  return shop.pay.payments:create(params, options)
end

--- A subscription as the merchant's server asks for it: the subscription, or nil and an error.
function M.subscribe(shop, params)
  local options, err = options_of(shop, params)
  if not options then return nil, err end
  return shop.pay.subscriptions:create(params, options)
end

return M
