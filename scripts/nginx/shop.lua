--- The shop's handlers: `require "shop"` in nginx. The configuration is opened once, when nginx starts.

local obol = require "obol"

-- nginx prints the text of an error and nothing of an object.
local function must(value, err)
  if value == nil then error(tostring(err), 0) end
  return value
end

local pay = must(obol.open(os.getenv "OBOL_CONFIG" or "/etc/obol/obol.lua"))

return must(obol.nginx.new(pay, {
  -- Where the world finds these handlers.
  url = os.getenv "OBOL_URL" or "https://shop.example/pay",
  -- Seals the links of the checkout: 32 bytes or more, such as `openssl rand -hex 32` makes.
  secret = must(obol.secret.env "OBOL_CHECKOUT_SECRET"),
  -- What the shop's own servers show when they create orders.
  keys = { must(obol.secret.env "OBOL_API_KEY") },
  -- The names of the shared dicts.
  dict = "obol", numbers = "obol_numbers",
  -- Rules, flows and providers whose files change are taken up by every worker, or not at all where they are wrong.
  reload = { every_s = 5 },
  theme = { name = os.getenv "OBOL_SHOP_NAME" or "Shop", accent = "#1f4fd1" },
  labels = {
    ["subs/checkout"] = { en = "Card, on Stripe's page (AppWheel)", zh = "银行卡（AppWheel，Stripe 页面）" },
    ["cards/checkout"] = { en = "Card, on RuxPay's page", zh = "银行卡（RuxPay 页面）" },
  },
}))
