-- What the rows of nginx run inside it: a shop whose only account asks the upstream of the bench.

local obol = require "obol"

local ngx = rawget(_G, "ngx")
local M = {}

local words = package.loaded["spec.bench.words"]
local pay = assert(obol.open { mode = "test", ledger = "memory", transport = { timeout_ms = 60000 },
  accounts = { web = { provider = "mincloud", client_id = "c-1", base_url = words.upstream,
    token = obol.secret "token-of-the-bench" },
    games = { provider = "fourmetas", api_base = words.upstream, pay_base = words.upstream, game_id = 22,
      rsa = { key = obol.secret(words.key) } } } })

M.shop = assert(obol.nginx.new(pay, { url = "http://127.0.0.1/pay", secret = ("s"):rep(32), dict = "limits",
  background = false }))

local function say(body)
  ngx.header.content_length = #body
  ngx.print(body)
end

--- Creates the payment that the argument `order` names, and answers the code that its payer scans.
function M.pay()
  local payment, err = pay.payments:create { order_id = ngx.var.arg_order, method = "wechat_qr", amount = "19.99",
    currency = "CNY", description = "tea lights" }
  if not payment or not payment.action then
    ngx.status = 500
    return say(tostring(err or payment.error))
  end
  say(payment.action.data)
end

--- Makes one call of the provider, beneath everything: nothing is recorded.
function M.call()
  local result, err = pay:call("web", "payment.create", { order_id = ngx.var.arg_order, method = "wechat_qr",
    amount = "19.99", currency = "CNY", description = "tea lights" })
  if not result then
    ngx.status = 500
    return say(tostring(err))
  end
  say(result.action.data)
end

return M
