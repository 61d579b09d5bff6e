-- A configuration for the flows beside it. Against the sandbox:
--
--     obol sandbox --port 8600 &
--     eval "$(curl -s http://127.0.0.1:8600/_sandbox/env)"
--     export OBOL_CONFIG=scripts/flows/obol.lua
--     obol flow run recharge '{ "order_id": "G-1", "player": "7", "item": 1, "amount": "3.44", "currency": "USD" }'
--
-- Pay on the page that it shows. With accounts of your own, the variables are theirs.

local function ruxpay(name)
  return { provider = "ruxpay", base_url = env(name .. "_BASE_URL"), app_id = env(name .. "_APP_ID"),
    merchant_no = env(name .. "_MERCHANT_NO"), secret_key = secret.env(name .. "_SECRET_KEY"),
    auth = { mode = env(name .. "_AUTH_MODE") }, expire_after = "30m" }
end

return {
  mode = "test",
  ledger = "sqlite:obol.db", -- beside this file
  accounts = {
    cards = ruxpay "RUXPAY",
    spare = ruxpay "RUXPAY_SECOND",
    subs = { provider = "appwheel", base_url = env "APPWHEEL_BASE_URL", app_id = env "APPWHEEL_APP_ID",
      secret = secret.env "APPWHEEL_SECRET", webhook_secret = secret.env "APPWHEEL_WEBHOOK_SECRET" },
    web = { provider = "mincloud", base_url = env "MINCLOUD_BASE_URL", client_id = env "MINCLOUD_CLIENT_ID",
      token = secret.env "MINCLOUD_TOKEN", webhook_key = secret.env "MINCLOUD_WEBHOOK_KEY",
      refund_function = env "MINCLOUD_REFUND_FUNCTION" },
    games = { provider = "fourmetas", api_base = env "FOURMETAS_API_BASE", pay_base = env "FOURMETAS_PAY_BASE",
      game_id = env "FOURMETAS_GAME_ID",
      rsa = { mode = env "FOURMETAS_RSA_MODE", key = secret.env "FOURMETAS_RSA_KEY" } },
  },
  routes = "../routes/cards.lua",
  flows = { "checkout.lua", "subscription.lua", "recharge.lua", "card.lua", "refund.lua", "give_back.lua" },
}
