--- One order between the merchant's server and the payer's browser: what is sealed in a checkout token,
-- and what is asked of the client when the payer has chosen.

local amounts = require "obol.money"
local errors = require "obol.error"
local json = require "obol.json"
local secret = require "obol.secret"

local M = {}

local DEFAULT_S, MOST_S, DEEPEST = 2 * 60 * 60, 7 * 24 * 60 * 60, 32
local ARRAY = getmetatable(json.array())
-- The words on a link, beside the order's own.
local link_known = { expires_s = true, methods = true, account = true, payer_token = true, language = true,
  subscription = true }

local function invalid(field, message)
  return nil, errors.new { kind = "invalid", field = field, message = message }
end

-- Addresses that a browser may be sent to: any but those that run or read something themselves.
local never = { javascript = true, data = true, vbscript = true, file = true, blob = true, about = true,
  ["view-source"] = true }

--- Whether a browser may be sent to this address.
function M.is_address(url)
  if type(url) ~= "string" or #url > 4096 or url:find("[%c\127 ]") then return false end
  local scheme = url:match("^(%a[%w+.-]*):.")
  return scheme ~= nil and not never[scheme:lower()]
end

-- A copy that a link can hold: text, numbers, booleans, tables of them, amounts as text, and nothing for null. nil and
-- the place of what none can hold; a table that holds itself ends at a depth.
local function plain(value, place, depth)
  local kind = type(value)
  if kind == "string" or kind == "number" or kind == "boolean" then return value end
  if amounts.is(value) then return value:format() end
  if kind ~= "table" or depth > DEEPEST then return nil, value ~= json.null and value ~= nil and place or nil end
  local out = getmetatable(value) == ARRAY and json.array() or {}
  for key, member in pairs(value) do
    local copy, wrong = plain(member, place and (place .. "." .. tostring(key)):gsub("^%.", ""), depth + 1)
    if wrong then return nil, wrong end
    out[key] = copy
  end
  return out
end

local function check_link(link)
  for key in pairs(link) do
    if not link_known[key] then return invalid("checkout." .. tostring(key), "expected a known member") end
  end
  local seconds = link.expires_s or DEFAULT_S
  if type(seconds) ~= "number" or seconds % 1 ~= 0 or seconds < 1 or seconds > MOST_S then
    return invalid("checkout.expires_s", "expected seconds from 1 to 604800")
  end
  if link.methods ~= nil and (type(link.methods) ~= "table" or #link.methods == 0) then
    return invalid("checkout.methods", "expected a list of methods")
  end
  if link.account ~= nil and type(link.account) ~= "string" then
    return invalid("checkout.account", "expected an account's name")
  end
  if link.payer_token ~= nil and (type(link.payer_token) ~= "string" or #link.payer_token > 2048) then
    return invalid("checkout.payer_token", "expected text of at most 2048 bytes")
  end
  if link.subscription ~= nil and type(link.subscription) ~= "boolean" then
    return invalid("checkout.subscription", "expected true or false")
  end
  if link.language ~= nil and link.language ~= "en" and link.language ~= "zh" then
    return invalid("checkout.language", "expected en or zh")
  end
  return seconds
end

local function check_addresses(params)
  for _, name in ipairs { "return_url", "cancel_url", "notify_url" } do
    if params[name] ~= nil and not M.is_address(params[name]) then
      return invalid(name, "expected an address to which a browser can be sent")
    end
  end
  return true
end

--- What a token of this order holds: `order`, `amount`, `currency`, `ends` (ms), `params` (all else that
-- the merchant said), and of the link `methods`, `account`, `payer`, `language`, `subscription`. nil and an error where
-- something is missing or wrong.
function M.content(params, link, now_ms)
  local seconds, err = check_link(link)
  if not seconds then return nil, err end
  local id = params.order_id
  if type(id) ~= "string" or #id == 0 or #id > 128 or id:find("%c") then
    return invalid("order_id", "expected text of 1 to 128 bytes without control characters")
  end
  local amount
  amount, err = nil, nil
  if type(params.amount) == "string" then
    if type(params.currency) ~= "string" or not amounts.currency(params.currency) then
      return invalid("currency", "expected a current ISO 4217 code, in upper case, such as `USD`")
    end
    amount, err = amounts(params.amount, params.currency)
  elseif amounts.is(params.amount) then
    amount = params.amount
  end
  if not amount or amount:sign() <= 0 then
    return invalid("amount", err and err.message or "expected a positive amount as text, with a currency")
  end
  if params.card ~= nil then return invalid("card", "expected no card data here") end
  local ok
  ok, err = check_addresses(params)
  if not ok then return nil, err end
  local rest, wrong = plain(params, "", 0)
  if not rest then return invalid(wrong, "expected text, a number, a boolean, an amount, or a table of them") end
  for _, name in ipairs { "order_id", "amount", "currency", "method" } do rest[name] = nil end
  return { order = params.order_id, amount = amount:format(), currency = amount:currency(), params = rest,
    ends = now_ms + seconds * 1000, methods = plain(link.methods, nil, 0), account = link.account,
    payer = link.payer_token, language = link.language, subscription = link.subscription or nil }
end

--- The operation that its payer begins.
function M.operation(content) return content.subscription and "subscription.create" or "payment.create" end

--- The amount of an opened token.
function M.amount(content) return amounts(content.amount, content.currency) end

-- Whether a header's value can be told to a provider: some browsers send bytes that are no UTF-8, and some nothing.
local function is_sent_text(value)
  return type(value) == "string" and #value > 0 and #value <= 512 and json.encode(value) ~= nil
end

-- A table to which names can be added: PHP writes one without any as an empty array.
local function named(value) return next(value) ~= nil and value or {} end

--- What is asked of the client: the order as it was sealed, with what only the browser's request and the
-- chosen way can say. `about` = { method =, ip =, headers =, notify_url =, return_url =, cancel_url = }.
function M.params(content, about)
  local params = plain(content.params or {}, nil, 0)
  params.order_id, params.amount, params.currency = content.order, content.amount, content.currency
  params.method = about.method
  params.notify_url = params.notify_url or about.notify_url
  -- The browser comes back to us first, whatever the merchant named: that address stands on our page.
  params.return_url, params.cancel_url = about.return_url, about.cancel_url
  if type(params.customer) ~= "table" then params.customer = { id = params.customer } end
  params.customer = named(params.customer)
  params.customer.ip = params.customer.ip or about.ip
  if about.headers then
    local browser = named(type(params.browser) == "table" and params.browser or {})
    for member, header in pairs { user_agent = "user-agent", accept = "accept", accept_language = "accept-language" } do
      local value = about.headers[header]
      if browser[member] == nil and is_sent_text(value) then browser[member] = value end
    end
    params.browser = browser
  end
  return params
end

--- The options of a call about it: the payer's own token where the merchant gave one.
function M.options(content, options)
  options.token = content.payer and secret(content.payer) or nil
  return options
end

return M
