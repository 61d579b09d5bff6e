-- A card's number, its cvv and the account's key are shown nowhere.

local account = require "obol.account"
local ruxpay = require "spec.account.ruxpay"
local secret = require "obol.secret"

local NUMBER, CVV = "4300123412341234", "987"

local function card() return { number = secret(NUMBER), cvv = secret(CVV), exp_year = 2028, exp_month = 1,
  holder = "Ann Other" } end

-- Everything in a value that could be printed, its error's members too.
local function all_of(value, seen)
  seen = seen or {}
  if type(value) ~= "table" then return tostring(value) end
  if seen[value] then return "" end
  seen[value] = true
  -- an address may hold any three digits
  local parts = { (tostring(value):gsub("0x%x+", "")) }
  for name, member in pairs(value) do parts[#parts + 1] = all_of(name, seen) .. "=" .. all_of(member, seen) end
  return table.concat(parts, " ")
end

local function silent(value)
  local text = all_of(value)
  for _, hidden in ipairs { NUMBER, CVV, ruxpay.KEY } do assert.is_nil(text:find(hidden, 1, true)) end
  return text
end

describe("a card at RuxPay", function()
  local one = ruxpay.account()

  it("is in no request as it is printed, and its body is a secret", function()
    for _, mode in ipairs { "basic", "headers", "sha256", "body_sign", "none" } do
      local made = ruxpay.account { auth = { mode = mode } }
      for operation, params in pairs { ["payment.create"] = ruxpay.payment { card = card() },
        ["subscription.create"] = ruxpay.subscription { card = card() } } do
        local request = assert(ruxpay.encode(made, operation, params))
        silent(tostring(request))
        assert.equal("[secret]", tostring(request.body))
        silent(request.url)
        assert.truthy(request.body:reveal():find(NUMBER, 1, true))
        assert.equal(#request.body, request.bytes)
      end
      silent(tostring(made))
    end
  end)

  it("is in no error, whatever else is wrong", function()
    for _, more in ipairs { { amount = "x" }, { card = { number = secret(NUMBER .. "x"), cvv = secret(CVV .. CVV) } },
      { card = { number = NUMBER, cvv = CVV } }, { card = { number = tonumber(NUMBER), cvv = tonumber(CVV) } },
      { cards = card() }, { card = secret(NUMBER) }, { description = { secret(NUMBER) } },
      { customer = { ip = secret(NUMBER) } }, { card = { number = { NUMBER } } }, { method = NUMBER } } do
      local params = ruxpay.payment { card = card() }
      for name, value in pairs(more) do params[name] = value end
      local request, err = ruxpay.encode(one, "payment.create", params)
      if request then silent(tostring(request)) else silent(err) end
    end
  end)

  it("is redacted, with all that is personal", function()
    local shown = one:redact("payment.create", ruxpay.payment { card = card(), billing = { country = "CA",
      first_name = "Gross", email = "kael@gmail.com", zip = "J4H 1M3" }, customer = { ip = "203.0.113.9" } })
    silent(shown)
    assert.same({ number = "[secret]", cvv = "[secret]", exp_year = 2028, exp_month = 1, holder = "An..." }, shown.card)
    assert.same({ country = "CA", first_name = "Gr...", email = "ka...", zip = "J4..." }, shown.billing)
    assert.equal("20...", shown.customer.ip)
    silent(one:redact("payment.create", { card = { number = NUMBER, cvv = CVV }, cardNumber = NUMBER,
      cvv = tonumber(CVV) }))
  end)

  it("has its number in no result, even where the answer holds it whole", function()
    for _, mark in ipairs { '"', "" } do
      local result = assert(one:decode("payment.create", { status = 200,
        body = '{"code":101,"transactionCardNumber":' .. mark .. NUMBER .. mark .. "}" }))
      silent(result)
      assert.equal("1234", result.card.last4)
    end
  end)
end)

describe("the key of RuxPay", function()
  it("is in no error of the configuration and of notifications", function()
    local made, err = account(ruxpay.config { secret_key = ruxpay.KEY })
    assert.is_nil(made)
    silent(err)
    made, err = account(ruxpay.config { secret_key = { secret(ruxpay.KEY), ruxpay.KEY } })
    assert.is_nil(made)
    silent(err)
    local event
    event, err = ruxpay.account():open { body = '{"sign":"' .. ruxpay.KEY .. '"}', headers = {} }
    assert.is_nil(event)
    silent(err)
  end)

  it("in an extra header is as hidden as any", function()
    local made = ruxpay.account { auth = { mode = "none", extra_headers = { { name = "x-key",
      value = secret(ruxpay.KEY) } } } }
    silent(tostring(made))
    silent(tostring(assert(ruxpay.encode(made, "payment.query", { provider_id = "1" }))))
    local refused, err = account(ruxpay.config { auth = { mode = "none", extra_headers = { { name = "x",
      value = ruxpay.KEY } } } })
    assert.is_nil(refused)
    silent(err)
  end)
end)
