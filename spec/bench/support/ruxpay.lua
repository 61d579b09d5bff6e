-- The payment that the rows of RuxPay's codec encode, card, addresses and products in it, and the
-- reply that they decode.

local M = {}

M.time_ms = 1686886273516
M.key = "k-000000000000000000000000000000000001"

local person = {
  first_name = "Gross", last_name = "Schmidt", country = "CA", email = "kael@gmail.com", city = "Longueuil",
  address = "rue Saint-Charles", street_number = "3226", phone = "450-928-5752", state = "Quebec", zip = "J4H 1M3",
}

--- What a caller writes.
function M.params()
  local secret = require "obol.secret"
  return {
    order_id = "A-1001", currency = "USD", amount = "17.76", customer = { ip = "127.0.0.1" },
    return_url = "https://shop.example/callback", notify_url = "https://shop.example/notification",
    items = {
      { name = "Stonebriar Unscented Tea Light Candles with 6-7 Hour Burn Time - White, Pack of 100",
        price = "8.88", sku = "123-456-789", quantity = 1, url = "https://shop.example/123-456-789" },
      { name = "Stonebriar Unscented Tea Light Candles with 6-7 Hour Burn Time - Ivory, Pack of 100",
        price = "8.88", sku = "123-456-790", quantity = 1, url = "https://shop.example/123-456-790" },
    },
    card = { number = secret "4200000000000000", exp_year = 2028, exp_month = 12, holder = "san zhang",
      cvv = secret "123" },
    billing = person, shipping = person, three_ds = true,
    browser = { user_agent = "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
      .. "Chrome/83.0.4103.24 Safari/537.36 Edg/83.0.478.18", referer = "https://www.shop.example" },
  }
end

--- The published reply to it.
function M.reply()
  local file = assert(io.open("spec/fixtures/ruxpay/subscription_create.approved.reply.json", "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

function M.open()
  local obol = require "obol"
  return assert(obol.account{ provider = "ruxpay", base_url = "https://gateway.example",
    app_id = "1625420154047475713", merchant_no = "100001", secret_key = obol.secret "TEST-ONLY-secret-key-0001" })
end

return M
