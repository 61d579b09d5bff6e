-- What RuxPay's rows take and refuse: every field at and over its limit, of another type, missing, null.

local account = require "obol.account"
local json = require "obol.json"
local money = require "obol.money"
local ruxpay = require "spec.account.ruxpay"
local secret = require "obol.secret"

local one = ruxpay.account()

-- A copy of `params` with `value` at a path; nil takes the member out.
local function put(params, path, value)
  local copy = {}
  for name, member in pairs(params) do copy[name] = member end
  local first, rest = path:match "^([^.]+)%.(.+)$"
  first = first or path
  local key = tonumber(first) or first
  if not rest then
    copy[key] = value
    return copy
  end
  local inner = copy[key]
  copy[key] = put(type(inner) == "table" and inner or {}, rest, value)
  return copy
end

local function problems(operation, params)
  local request, err = ruxpay.encode(one, operation, params)
  if request then return {} end
  assert.equal("not_sent", err.outcome)
  return ruxpay.problems(err)
end

local function refused(operation, params, field)
  local found = problems(operation, params)
  assert.truthy(found[field], field)
  found[field] = nil
  assert.same({}, found)
end

local function text(size) return ("x"):rep(size) end
local function url(size) return "https://a.example/" .. ("x"):rep(size - #"https://a.example/") end
local function digits(size) return secret(("1"):rep(size)) end
local WHOLE = "999999999.99"

-- { path in the parameters, field of the problem, the largest value, one too large, required }
local common = {
  { "order_id", "order_id", text(128), text(129), true },
  { "customer.ip", "customer.ip", text(128), text(129), true },
  { "return_url", "return_url", url(255), url(256), true },
  { "notify_url", "notify_url", url(255), url(256), true },
  { "amount", "amount", WHOLE, "1000000000.00", true },
  { "items.1.name", "items[1].name", ("灯"):rep(128), ("灯"):rep(129), true },
  { "items.1.price", "items[1].price", WHOLE, "1000000000", true },
  { "items.1.sku", "items[1].sku", text(128), text(129) },
  { "items.1.quantity", "items[1].quantity", 9999, 10000, true },
  { "items.1.url", "items[1].url", url(255), url(256) },
  { "billing.country", "billing.country", "CA", "CAN", true },
}
for _, row in ipairs { { "first_name", 64 }, { "last_name", 64 }, { "email", 255 }, { "phone", 32 }, { "state", 128 },
  { "city", 128 }, { "address", 255 }, { "street_number", 255 }, { "zip", 64 }, { "document", 64 } } do
  common[#common + 1] = { "billing." .. row[1], "billing." .. row[1], text(row[2]), text(row[2] + 1) }
end
local card = {
  { "card.number", "card.number", digits(20), digits(21), true },
  { "card.cvv", "card.cvv", digits(4), digits(5), true },
  { "card.holder", "card.holder", text(128), text(129), true },
  { "card.exp_month", "card.exp_month", 12, 13, true },
  { "card.exp_year", "card.exp_year", 2099, 2100, true },
}
local subscription = {
  { "cycles", "cycles", 99999999, 100000000, true },
  { "interval", "interval", "P1Y", "P2Y", true },
}
local refund = {
  { "provider_id", "provider_id", text(128), text(129), true },
  { "refund_id", "refund_id", text(128), text(129), true },
  { "amount", "amount", WHOLE, "1000000000.00", true },
  { "reason", "reason", text(255), text(256) },
}

local calls = {
  { "payment.create", ruxpay.payment, common, card },
  { "payment.create", ruxpay.checkout, common },
  { "subscription.create", ruxpay.subscription, common, card, subscription },
  { "refund.create", function()
    return { provider_id = "1", refund_id = "R-1", amount = "8.88", currency = "USD" }
  end, refund },
  { "payment.query", function() return { key = "k", created_ms = 1 } end,
    { { "key", "key", text(128), text(129), true },
      { "created_ms", "created_ms", "253370764800000", "253370764800001", true } } },
  { "refund.query", function() return { refund_id = "k", created_ms = 1 } end,
    { { "refund_id", "refund_id", text(128), text(129), true }, { "provider_id", "provider_id", text(128), text(129) },
      { "created_ms", "created_ms", 0, -1, true } } },
  { "payment.list", function() return { from_ms = 0, to_ms = 86400000 * 31 } end,
    { { "page_size", "page_size", 999, 1000 }, { "page", "page", "9223372036854775807", "9223372036854775808" },
      { "to_ms", "to_ms", 86400000 * 31, 86400000 * 31 + 1000, true } } },
}

describe("a field of RuxPay", function()
  for _, call in ipairs(calls) do
    local operation, make = call[1], call[2]
    for at = 3, #call do
      for _, row in ipairs(call[at]) do
        local path, field, largest, over, required = row[1], row[2], row[3], row[4], row[5]
        it(("%s of %s%s keeps its limit"):format(field, operation, make().method and " (page)" or ""), function()
          assert.same({}, problems(operation, put(make(), path, largest)))
          refused(operation, put(make(), path, over), field)
          refused(operation, put(make(), path, true), field)
          refused(operation, put(make(), path, ""), field)
          refused(operation, put(make(), path, { "x" }), field)
          for _, nothing in ipairs { json.null, false } do
            local params = put(make(), path, nothing or nil)
            if required then
              refused(operation, params, field)
            else
              assert.same({}, problems(operation, params))
            end
          end
        end)
      end
    end
  end
end)

describe("RuxPay's rows", function()
  it("report all that is wrong together", function()
    local found = problems("subscription.create", { card = { number = "4300000000000000" }, curency = "USD" })
    for _, field in ipairs { "order_id", "currency", "amount", "customer.ip", "return_url", "notify_url", "items",
      "card.number", "card.cvv", "card.exp_year", "card.exp_month", "card.holder", "billing.country", "interval",
      "cycles", "curency" } do
      assert.truthy(found[field], field)
    end
  end)

  it("want a key of at most 128 characters with what moves money", function()
    for _, key in ipairs { false, ("k"):rep(129), "\255", "" } do
      local request, err = one:encode("payment.create", ruxpay.payment(), { time_ms = 1, key = key or nil })
      assert.is_nil(request)
      assert.same({ "invalid", "call.key" }, { err.kind, err.field })
    end
    assert(one:encode("payment.create", ruxpay.payment(), { time_ms = 1, key = ("k"):rep(128) }))
  end)

  it("count amounts exactly, to three places", function()
    local function wire(amount, currency)
      local request, err = ruxpay.encode(one, "payment.create", ruxpay.payment { amount = amount, currency = currency,
        items = { { name = "x", price = "1", quantity = 1 } } })
      if not request then return nil, err.field end
      return request.body:reveal():match '"amount":(.-),"transactionIp"'
    end
    for _, case in ipairs { { "8", "USD", '"8.00"' }, { "8.8", "USD", '"8.80"' }, { "0.01", "USD", '"0.01"' },
      { "888", "JPY", '"888.00"' }, { "1.234", "KWD", '"1.234"' }, { "1.23", "KWD", '"1.23"' },
      { "1.2340", "CLF", '"1.234"' }, { "999999999.999", "KWD", '"999999999.999"' }, { "999999999", "JPY",
        '"999999999.00"' } } do
      assert.equal(case[3], (wire(case[1], case[2])))
    end
    for _, case in ipairs { { "1.2345", "CLF" }, { "8.888", "USD" }, { "8.880", "USD" }, { "0", "USD" }, { "0.00",
      "USD" },
      { "-1", "USD" }, { "1e2", "USD" }, { "1000000000", "JPY" }, { 8.88, "USD" }, { "92233720368547758.08",
        "USD" } } do
      assert.same({ nil, "amount" }, { wire(case[1], case[2]) })
    end
    assert.equal('"8.88"', (wire(money("8.88", "USD"), "USD")))
  end)

  it("let an item be a gift, but nothing be paid to the payer", function()
    local function priced(price) return ruxpay.payment { items = { { name = "x", price = price, quantity = 1 } } } end
    assert.truthy(ruxpay.body(one, "payment.create", priced "0"):find('"price":"0.00"', 1, true))
    assert.same({ ["items[1].price"] = "expected 0 or more" }, problems("payment.create", priced "-0.01"))
  end)

  it("let no check digit and no expiry refuse a card", function()
    for _, number in ipairs { "4300000000000000", "4200000000000000", "1" } do
      for _, month in ipairs { 1, 12, "7" } do
        assert.same({}, problems("payment.create", ruxpay.payment { card = { number = secret(number), exp_year = 2001,
          exp_month = month, holder = "x", cvv = secret "000" } }))
      end
    end
  end)

  it("take a card's number and cvv only as secrets of digits", function()
    local function found(number, cvv)
      return problems("payment.create", ruxpay.payment { card = { number = number, cvv = cvv, exp_year = 2028,
        exp_month = 1, holder = "x" } })
    end
    assert.truthy(found("4300000000000000", "123")["card.number"]:find("obol.secret", 1, true))
    assert.truthy(found(secret "4300 0000 0000 0000", secret "12a")["card.cvv"]:find("digits", 1, true))
    assert.truthy(found(secret "43000000", secret "12")["card.cvv"])
  end)

  it("want a browser for 3DS, and a country in an address", function()
    refused("payment.create", ruxpay.payment { three_ds = true }, "browser.user_agent")
    refused("payment.create", ruxpay.checkout { three_ds = true, browser = { accept = "x" } }, "browser.user_agent")
    assert.same({}, problems("payment.create", ruxpay.payment { three_ds = false }))
    assert.same({}, problems("payment.create", ruxpay.payment { browser = { referer = text(1000) } }))
    refused("payment.create", ruxpay.payment { shipping = { city = "x" } }, "shipping.country")
    assert.same({}, problems("payment.create", ruxpay.payment { shipping = { country = "CA" } }))
  end)

  it("refuse what they cannot carry out, and another way to pay", function()
    for path, value in pairs { interval = "P1W", cycles = 3, trial_days = 7, promotion_code = "X",
      profit_sharing = true } do
      refused("payment.create", put(ruxpay.payment(), path, value), path)
    end
    local _, err = ruxpay.encode(one, "payment.create", ruxpay.payment { method = "wechat_qr" })
    assert.truthy(err.kind == "invalid" or err.kind == "unsupported")
    refused("payment.create", ruxpay.payment { extra = { ruxpay = { transaction_type = "Refund" } } },
      "extra.ruxpay.transaction_type")
    -- what is only held is not paid, and no call that captures is documented
    refused("payment.create", ruxpay.payment { extra = { ruxpay = { transaction_type = "Authorization" } } },
      "extra.ruxpay.transaction_type")
    refused("payment.create", ruxpay.checkout { extra = { ruxpay = { transaction_type = "Authorization" } } },
      "extra.ruxpay.transaction_type")
  end)

  it("keep ids of twenty digits as they are", function()
    for _, id in ipairs { "99999999999999999999", "1625420154047475713", "9223372036854775808",
      "00000000000000000001" } do
      assert.truthy(ruxpay.body(ruxpay.account { app_id = id }, "payment.create", ruxpay.payment())
        :find('"appId":"' .. id .. '"', 1, true))
    end
    assert.truthy(ruxpay.body(ruxpay.account { app_id = 9007199254740991 }, "payment.create", ruxpay.payment())
      :find('"appId":"9007199254740991"', 1, true))
    for _, id in ipairs { ("9"):rep(21), "12a", "", "-1", "1.0", 1.5, 2 ^ 53, true } do
      local made, err = account(ruxpay.config { app_id = id })
      assert.is_nil(made)
      assert.truthy(ruxpay.problems(err).app_id)
    end
  end)
end)
