--- Cards of AppWheel's users: test cards, sessions and intents that add one, the list, removal.

local fields = require "obol.sandbox.appwheel.fields"
local json = require "obol.sandbox.json"

local M = {}
local obj, arr = json.obj, json.arr

-- Test numbers that are not simply good. `dies` is taken at checkout and fails at every renewal.
local special = { ["4000000000000002"] = "declined", ["4000000000009995"] = "declined",
  ["4000000000000341"] = "dies" }

--- The number that is used where none is given.
M.GOOD = "4242424242424242"

local function brand_of(number)
  if number:find("^4") then return "visa" end
  if number:find("^5[1-5]") or number:find("^2[2-7]") then return "mastercard" end
  if number:find("^3[47]") then return "amex" end
  if number:find("^35") then return "jcb" end
  if number:find("^30") or number:find("^36") then return "diners" end
  if number:find("^62") then return "unionpay" end
  if number:find("^6") then return "discover" end
  return "unknown"
end

local function luhn(number)
  local sum = 0
  for i = 0, #number - 1 do
    local digit = tonumber(number:sub(#number - i, #number - i))
    if i % 2 == 1 then digit = digit * 2 end
    sum = sum + (digit > 9 and digit - 9 or digit)
  end
  return sum % 10 == 0
end

--- Reads a payer's card off `options` (`card`: a test number, text or an obol.secret): what of it is
-- kept, and how it behaves. nil and a refusal where it is no card number.
function M.card(options)
  local number = options.card or M.GOOD
  if type(number) == "userdata" then number = number:reveal() end
  number = tostring(number):gsub("[ -]", "")
  if not number:find("^%d+$") or #number < 12 or #number > 19 or not luhn(number) then
    return nil, { kind = "declined", message = "card: expected a card number" }
  end
  return { brand = brand_of(number), last4 = number:sub(-4), declined = special[number] == "declined",
    dies = special[number] == "dies" }
end

--- Adds a card to a user and returns it.
function M.attach(app, user, card)
  local method = { id = app.ids:next("pm_"), brand = card.brand, last4 = card.last4, dies = card.dies,
    fingerprint = app.ids:next("", 16), created_s = math.floor(app.clock:now() / 1000) }
  table.insert(user.methods, method)
  return method
end

--- A user's cards, oldest first.
function M.of(user) return user.methods end

--- Whether a charge in the payer's absence works: the newest card is charged.
function M.charges(user)
  local method = user.methods[#user.methods]
  return method ~= nil and not method.dies and not user.failing
end

--- Takes a card off a user; false where there is none of that id.
function M.drop(user, id)
  for i, method in ipairs(user.methods) do
    if method.id == id then
      table.remove(user.methods, i)
      return true
    end
  end
  return false
end

local function written(user, method)
  return obj{
    { "billing_details", obj{ { "address", obj{} }, { "email", user.email }, { "name", "" }, { "phone", "" } } },
    { "card", obj{
      { "brand", method.brand },
      { "checks", obj{ { "address_line1_check", "" }, { "address_postal_code_check", "" }, { "cvc_check", "pass" } } },
      { "country", "US" }, { "description", "" }, { "exp_month", 12 }, { "exp_year", 2034 },
      { "fingerprint", method.fingerprint }, { "funding", "credit" }, { "iin", "" }, { "issuer", "" },
      { "last4", method.last4 },
      { "networks", obj{ { "available", arr{ method.brand } }, { "preferred", "" } } },
      { "three_d_secure_usage", obj{ { "supported", true } } }, { "wallet", json.null },
    } },
    { "created", method.created_s }, { "id", method.id }, { "object", "payment_method" }, { "type", "card" },
  }
end

local function known_user(app, id)
  local user = app.users[id]
  if user then return user end
  return nil, { code = 205004, message = "initialise the user first" }
end

local function create_intent(app, user)
  local id = app.ids:next("seti_")
  local setup = { is = "setup", id = id, user = user, status = "open",
    secret = id .. "_secret_" .. app.ids:next("", 31) }
  app.setups[id] = setup
  return obj{ { "checkoutUrl", "" }, { "checkoutId", "" }, { "setupIntentId", id }, { "clientSecret", setup.secret } }
end

--- `POST /v1/stripe/paymentMethod/create`. `open` makes a checkout session, `url` its address.
function M.create(app, body, open, url)
  local read, refusal = fields.read(body, { { "appUserId", "user", true }, { "type", "string", true } })
  if not read then return nil, refusal end
  if read.type ~= "checkout" and read.type ~= "setupIntent" then
    return fields.refused("type", "expected checkout or setupIntent")
  end
  local needs = read.type == "checkout"
  local urls
  urls, refusal = fields.read(body, { { "successUrl", "url", needs }, { "cancelUrl", "url", needs } })
  if not urls then return nil, refusal end
  local user
  user, refusal = known_user(app, read.appUserId)
  if not user then return nil, refusal end
  if not needs then return create_intent(app, user) end
  local session = open(app, { kind = "setup", mode = "setup", user = user, success_url = urls.successUrl,
    cancel_url = urls.cancelUrl })
  return obj{ { "checkoutUrl", url(app, session) }, { "checkoutId", session.id },
    { "setupIntentId", "" }, { "clientSecret", "" } }
end

--- The payer confirms a setup intent, as the provider's own script does in a browser.
function M.confirm(app, setup, options)
  if setup.status ~= "open" then return nil, { kind = "conflict", message = "setup intent: confirmed already" } end
  local card, refusal = M.card(options)
  if not card then return nil, refusal end
  if card.declined or setup.user.failing then return nil, { kind = "declined", message = "the card was declined" } end
  setup.status = "complete"
  return { method = M.attach(app, setup.user, card).id, setup = setup.id }
end

--- `POST /v1/stripe/paymentMethod`: the list, newest first.
function M.list(app, body)
  local read, refusal = fields.read(body, { { "appUserId", "user", true } })
  if not read then return nil, refusal end
  local user
  user, refusal = known_user(app, read.appUserId)
  if not user then return nil, refusal end
  local out = {}
  for i = #user.methods, 1, -1 do out[#out + 1] = written(user, user.methods[i]) end
  return obj{ { "methods", arr(out) } }
end

--- `POST /v1/stripe/paymentMethod/remove`.
function M.remove(app, body)
  local read, refusal = fields.read(body, { { "appUserId", "user", true }, { "methodId", "string", true } })
  if not read then return nil, refusal end
  local user
  user, refusal = known_user(app, read.appUserId)
  if not user then return nil, refusal end
  if not M.drop(user, read.methodId) then
    return nil, { code = 205002, message = "Stripe: no such payment method" }
  end
  return obj{ { "methodId", read.methodId } }
end

return M
