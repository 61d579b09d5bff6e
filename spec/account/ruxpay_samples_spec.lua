-- The samples of RuxPay's page on subscriptions, as they were printed.

local json = require "obol.json"
local ruxpay = require "spec.account.ruxpay"
local secret = require "obol.secret"

local account = ruxpay.account()

local function decode(name, options)
  return assert(account:decode("subscription.create", { status = 200, body = ruxpay.fixture(name) }, options))
end

local person = {
  first_name = "Gross", last_name = "Schmidt", country = "CA", email = "kael@gmail.com", city = "Longueuil",
  address = "3226 rue Saint-Charles", phone = "450-928-5752", state = "Quebec", zip = "J4H 1M3",
}

describe("RuxPay's published samples", function()
  it("ask for a subscription", function()
    local body = ruxpay.body(account, "subscription.create", {
      order_id = "A-1001", currency = "USD", amount = "8.88", customer = { ip = "127.0.0.1" },
      return_url = "https://domain/callback", notify_url = "https://domain/notification",
      items = { { name = "Stonebriar Unscented Tea Light Candles with 6-7 Hour Burn Time - White, Pack of 100",
        price = "8.88", sku = "123-456-789", quantity = 1, url = "https://domain/123-456-789" } },
      -- it has expired, which is no reason to refuse it here
      card = { number = secret "4200000000000000", exp_year = 2023, exp_month = 12, holder = "san zhang",
        cvv = secret "123" },
      billing = person, shipping = person,
      -- one character more than another brand's limit
      browser = { user_agent = "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        .. "Chrome/83.0.4103.24 Safari/537.36 Edg/83.0.478.18", referer = "https://www.domain.com" },
      interval = "P1W", cycles = 3,
    })
    local printed = assert(json.decode(ruxpay.fixture "subscription_create.request.json"))
    printed.orderId = "A-1001" -- required by the page's table, and left out in its example
    assert.same(printed, assert(json.decode(body)))
  end)

  it("approve", function()
    local expect = { key = "123456", amount = ruxpay.usd "8.88" }
    assert.same({
      outcome = "succeeded", status = "succeeded", http_status = 200, code = "100",
      message = "successful transaction", issuer_message = "Approved", live = false, currency = "USD",
      provider_id = "1669548151356891137", key = "123456", amount = ruxpay.usd "8.88",
      card = { first6 = "420000", last4 = "0000" }, descriptor = "*Description",
      time_ms = 1686886273516, created_ms = 1686886272000, -- 11:31:12 in UTC+8
      checked = { "key", "amount" }, extra = { appId = 123456 },
    }, decode("subscription_create.approved.reply.json", { expect = expect }))
  end)

  it("send the payer on", function()
    local result = decode "subscription_create.redirect.reply.json"
    assert.same({ "accepted", "requires_action" }, { result.outcome, result.status })
    assert.same({ type = "redirect", url = "https://domain/redirect/a6354c630cba488caa56a0113bb0ef34" },
      result.action)
    assert.equal("1669548151356891137", result.provider_id)
  end)

  it("decline, with all that is told of the payment", function()
    local result = decode "subscription_create.declined.reply.json"
    assert.same({ "declined", "failed", "declined", "101", "Do not honor" },
      { result.outcome, result.status, result.kind, result.code, result.issuer_message })
    assert.same({ ruxpay.usd "8.88", "123456", "1669548151356891137", "*Description" },
      { result.amount, result.key, result.provider_id, result.descriptor })
    assert.same({ first6 = "420000", last4 = "0000" }, result.card)
    assert.is_false(result.live)
  end)

  it("are somebody else's where the key or the amount is another", function()
    for field, value in pairs { key = "654321", amount = ruxpay.usd "8.89" } do
      local result = decode("subscription_create.approved.reply.json", { expect = { [field] = value } })
      assert.same({ "unknown", field, "conflict" }, { result.outcome, result.mismatch, result.kind })
    end
  end)
end)
