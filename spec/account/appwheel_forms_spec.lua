-- Forms of AppWheel's answers that no page tells of: what is left of them, and that the rest is read.

local support = require "spec.account.support"

local function read(operation, body)
  return assert(support.account():decode(operation, { status = 200, headers = {}, body = body }, { time_ms = 1 }))
end

describe("of what AppWheel answers are read", function()
  -- Stripe took such amounts of crowns until 2023; a price that is none may not hide the others
  it("products without the price that is no exact amount", function()
    local body = '{"code":0,"data":{"skus":[{"productId":"p","pricingInfo":{"currency":"isk","unit_amount":%s}},'
      .. '{"productId":"q","pricingInfo":{"currency":"usd","unit_amount":999}}]}}'
    for amount, left in pairs { ["505"] = 505, ["9.5"] = "9.5", ["1e3"] = "1e3" } do
      local products = read("product.list", body:format(amount)).products
      assert.same({ "p", nil, left }, { products[1].id, products[1].price, products[1].extra.pricingInfo.unit_amount })
      assert.equal("9.99 USD", tostring(products[2].price))
    end
  end)

  it("orders without an end, however that is written, and those of another app as such", function()
    local body = '{"code":0,"data":{"entitlement":{"vip":{"expiresDateMs":%s,"orders":[{"productId":"p","appId":%s,'
      .. '"transactionId":"pi_1","status":1,"expiresDateMs":%s}]}},"invalidEntitlement":{}}}'
    for _, ends in ipairs { '"0"', '"-1"', "-1", "0", '""', "null" } do
      local found = read("entitlement.get", body:format(ends, "331058835", ends)).entitlements[1]
      assert.same({ true, nil, nil }, { found.active, found.expires_ms, found.orders[1].expires_ms }, ends)
      assert.same({ "331058835", nil }, { found.orders[1].app_id, found.orders[1].mismatch })
    end
    local found = read("entitlement.get", body:format('"5"', "331058836", '"5"')).entitlements[1]
    assert.same({ 5, 5 }, { found.expires_ms, found.orders[1].expires_ms })
    assert.same({ "331058836", "app_id" }, { found.orders[1].app_id, found.orders[1].mismatch })
  end)
end)
