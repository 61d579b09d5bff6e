-- The payment that the rows of AppWheel's codec encode, and the reply that they decode.

local M = {}

M.account = { app_id = "331058835", platform = "Stripe" }
M.secret = "k3yForDocsOnly0123456789ABCDEFgh"
M.time_ms = 1700000000123

function M.params()
  return {
    customer = { id = "user_1" }, items = { { product_id = "price_1LGLc9HedDJPunHoY5LZlOJy", quantity = 1 } },
    amount = "10.00", currency = "USD", description = "tea lights",
    return_url = "https://shop.example/ok", cancel_url = "https://shop.example/no",
  }
end

-- The documented sample of a reply, with its missing comma.
M.reply = [==[
{
"code": 0,
"message": "success",
"data": {
"checkoutUrl": "https://checkout.stripe.com/pay/cs_test_b1w30tabJbJnX8GMOoZVvLef1ReZ1phM6N7aRceXwezIGKa8gKFOWTakhA#fidkdWxOYHwnPyd1blpxYHZxWjA0Tlc8XXBNYGFBT1Vwa01qQFNGdmA9TmlTTnU1SkZnNWJBfFZWX0tPQjBqalc0TU9yY0xMalZAfXFSbHJqX2REPEFBNGRBbkRKMGxXc2xjcUxiaHxKPUtmNTVRRkN%2FSnBmMCcpJ2N3amhWYHdzYHcnP3F3cGApJ2lkfGpwcVF8dWAnPydocGlxbFpscWBoJyknYGtkZ2lgVWlkZmBtamlhYHd2Jz9xd3BgeCUl",
"awTransId":""
}
}
]==]

-- An account of this payment's provider; `base_url` is the server's, where one is asked.
function M.open(base_url)
  local obol = require "obol"
  return assert(obol.account {
    provider = "appwheel", app_id = M.account.app_id, platform = M.account.platform, base_url = base_url,
    secret = obol.secret(M.secret),
  })
end

return M
