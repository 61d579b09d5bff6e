-- Requests byte by byte, of the operations that the other specs of accounts do not show so: typed from the
-- documentation, signed with `openssl dgst -sha256 -hmac`, clock and nonce fixed.

local obol = require "obol"
local secret = require "obol.secret"
local support = require "spec.account.support"

local moment = { time_ms = 1700000000123, nonce = "1700000000123" }

-- Operation, parameters, method, path, body, signature.
local appwheel = {
  { "customer.create", {}, "POST", "/v1/users", "{}",
    "673fe56747e308494b680179d609e51caa263238f3c324afb8cc955e263fc2a8" },
  { "subscription.update", { customer = "user_1", item = { product_id = "price_2" }, provider_id = "sub_1" }, "POST",
    "/v1/stripe/purchase/update", '{"appUserId":"user_1","productId":"price_2","purchaseId":"sub_1"}',
    "4ac8a03505f5f366181d1cfeaf32b7dddf3b16d27e94427c08456a9edf7931d7" },
  { "subscription.cancel", { customer = "user_1", provider_id = "sub_1" }, "POST", "/v1/stripe/purchase/cancel",
    '{"appUserId":"user_1","purchaseId":"sub_1"}', "3b6ced8a58c15e8698af51329864b488371a53f9af71a6d41597fa32265ad87b" },
  { "subscription.renew", { customer = "user_1", provider_id = "sub_1" }, "POST", "/v1/stripe/purchase/renew",
    '{"appUserId":"user_1","purchaseId":"sub_1"}', "b6cba6ce3757700d4b5f77d9f351e206390f68393a1d6ea0d2c2d9685e943f4d" },
  { "subscription.portal", { customer = "user_1", return_url = "https://shop.example/" }, "POST",
    "/v1/stripe/customPortal", '{"appUserId":"user_1","returnUrl":"https://shop.example/"}',
    "12ff457ec424e0a1465c281e26caa33c6144e9e7b2498a76352052006a2a6938" },
  { "subscription.query", { customer = "User_1" }, "GET", "/v1/subscriber/User_1/entitlement", "",
    "eaa47022837fb02fb63454ab642cad79a27991276756c3771e6663e6dd49c363" },
  { "entitlement.get", { customer = "User_1" }, "GET", "/v1/subscriber/User_1/entitlement", "",
    "eaa47022837fb02fb63454ab642cad79a27991276756c3771e6663e6dd49c363" },
  { "payment_method.create", { customer = "user_1", type = "setupIntent" }, "POST", "/v1/stripe/paymentMethod/create",
    '{"appUserId":"user_1","type":"setupIntent"}', "80e92a30fcd24ff6b000491d9317e20b1bcf71f7c19c02d9ec69085574cf3711" },
  { "product.history", { customer = "User_1", item = { product_id = "price_1" } }, "GET",
    "/v1/subscriber/User_1/product/price_1/history", "",
    "0f2530e20bed0e30f991479ecb76fa8e1ba1c659dbfd1d7002d31c81b4c6cb82" },
  { "time.get", {}, "GET", "/v1/system/time", "", "9504d5d4e24c1c7f9d090e1c2fab1d9ae3dcd534b7699155588a16f647e6bba8" },
}

describe("AppWheel's request", function()
  for _, case in ipairs(appwheel) do
    it("of " .. case[1] .. " is as documented", function()
      local request = assert(support.account():encode(case[1], case[2], moment))
      assert.same({ case[3], "https://sdk.api.appwheel.com" .. case[4], case[5] },
        { request.method, request.url, request.body })
      assert.same({ ["x-request-appid"] = "331058835", ["x-request-platform"] = "Stripe",
        ["x-request-timestamp"] = "1700000000", ["x-request-nonce"] = "1700000000123", ["x-request-uri"] = case[4],
        authorization = "Signature " .. case[6], ["content-type"] = case[5] ~= "" and "application/json" or nil },
        request.headers)
    end)
  end
end)

local acme = {
  { "refund.create", { provider_id = "pay_1", refund_id = "R-1", amount = "3.00", currency = "USD", reason = "torn" },
    "POST", "/v1/refunds", '{"paymentId":"pay_1","refundNo":"R-1","amount":300,"reason":"torn"}',
    "c3e39a889a1ada00e2f8a905bf8e508d40f5558aa6cbc6ac92b58de09f1f9cd2" },
  { "refund.query", { refund_id = "R/1" }, "GET", "/v1/refunds/R%2F1", "",
    "7653cd0fe6269469b9a10d895fadc3465a1f33fa1bcfda1ad6250b5bdbebe09f" },
}

describe("The Lua example's request", function()
  for _, case in ipairs(acme) do
    it("of " .. case[1] .. " is as documented", function()
      assert(dofile "scripts/providers/acme.lua")
      local key = secret "acme-key-of-the-contract"
      local account = assert(obol.account{ provider = "acme", merchant = "m-1", key = key })
      local request = assert(account:encode(case[1], case[2], { time_ms = 1700000000123, nonce = "n-1" }))
      assert.same({ case[3], "https://api.acme.example" .. case[4], case[5], case[6] },
        { request.method, request.url, request.body, request.headers["x-acme-signature"] })
    end)
  end
end)
