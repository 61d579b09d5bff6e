-- What a result says beside what its operation's rows find: `checked`, and `extra` with all else.

local support = require "spec.account.support"
local account = support.account()

local function read(operation, body, more)
  return assert(account:decode(operation, { status = 200, headers = {}, body = body }, more or {}))
end

local SKUS = '{"code":0,"data":{"skus":[]}}'

describe("checked", function()
  it("is false when nothing was expected", function()
    assert.is_false(read("product.list", SKUS).checked)
    assert.is_false(read("product.list", '{"code":10002}', { sent_before = true }).checked)
  end)

  it("lists what was compared, which may be nothing", function()
    assert.same({}, read("product.list", SKUS, { expect = { key = "k" } }).checked)
    local body = '{"code":0,"data":{"methodId":"pm_1"}}'
    assert.same({ "provider_id" },
      read("payment_method.remove", body, { expect = { provider_id = "pm_1", order_id = "A" } }).checked)
  end)
end)

describe("extra", function()
  it("keeps a code's message that is no text", function()
    assert.same({ message = { why = "x" }, data = { skus = {} } },
      { message = read("product.list", '{"code":0,"message":{"why":"x"},"data":{"skus":[]}}').extra.message,
        data = { skus = {} } })
    assert.is_nil(read("product.list", '{"code":0,"message":"x","data":{"skus":[]}}').extra)
  end)

  -- Sheet 7: 3 is the grace period and 5 on hold; both are past_due in the uniform words.
  it("keeps an order's status, of which two have one word", function()
    for _, status in ipairs { 3, 5 } do
      local body = ('{"code":0,"data":{"entitlement":{"vip":{"orders":[{"productId":"p","status":%d}]}}}}')
        :format(status)
      local order = read("entitlement.get", body).entitlements[1].orders[1]
      assert.equal("past_due", order.status)
      assert.equal(status, order.extra.status)
      local invoice = read("invoice.list",
        ('{"code":0,"data":{"invoices":[{"orderId":"in_1","orderStatus":%d}]}}'):format(status)).invoices[1]
      assert.equal("past_due", invoice.subscription_status)
      assert.equal(status, invoice.extra.orderStatus)
    end
  end)

  -- Sheet 6.12: the first three are 0 or 1, of autoRenewStatus only a number is said.
  it("keeps a number that is neither of two documented ones", function()
    local result = read("product.history",
      '{"code":0,"data":{"productId":"p","hasTrialed":1,"hasPaid":0,"inGracePeriod":2,"autoRenewStatus":-1}}')
    assert.same({ product_id = "p", has_trialed = true, has_paid = false }, result.history)
    assert.same({ data = { inGracePeriod = 2, autoRenewStatus = -1 } }, result.extra)
    local _, err = account:decode("product.history",
      { status = 200, body = '{"code":0,"data":{"productId":"p","hasPaid":"yes"}}' })
    assert.equal("data.hasPaid", err.field)
  end)
end)

-- Sheet 6.13: read as a double by the provider's own client.
describe("the server's clock", function()
  it("may have a fraction, which is cut off", function()
    for text, seconds in pairs { ["1700000000"] = 1700000000, ["1700000000.987"] = 1700000000,
      ["1700000000.0"] = 1700000000, ['"1700000000"'] = 1700000000 } do
      assert.equal(seconds, read("time.get", '{"code":0,"data":{"remoteTime":' .. text .. '}}').time_s)
    end
    for _, text in ipairs { "1.7e9", "1700000000.5e1", "-1.5", '"1700000000.5"', '"now"' } do
      assert.is_nil((account:decode("time.get",
        { status = 200, body = '{"code":0,"data":{"remoteTime":' .. text .. '}}' })))
    end
  end)
end)
