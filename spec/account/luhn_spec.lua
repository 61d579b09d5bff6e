local account = require "obol.account"
local secret = require "obol.secret"

-- A card's check digit is looked at, and never refused: the provider's own test card does not pass.
describe("a card whose digits do not check", function()
  local ruxpay = assert(account { provider = "ruxpay", base_url = "https://domain", app_id = "1", merchant_no = "m",
    secret_key = secret "k" })

  local function warning(number)
    local request, err = ruxpay:encode("payment.create", {
      order_id = "A-1", amount = "8.88", currency = "USD", customer = { ip = "203.0.113.9" }, method = "card",
      card = { number = secret(number), cvv = secret "123", exp_month = 12, exp_year = 2030, holder = "Ann" },
      billing = { country = "CA" }, items = { { name = "tea", price = "8.88", quantity = 1 } },
      return_url = "https://shop.example/back", notify_url = "https://shop.example/notify",
    }, { time_ms = 1700000000000, key = "k-1" })
    assert.is_nil(err)
    return request.warning
  end

  it("is taken with a warning that shows none of it", function()
    -- 4111111111111111 is everybody's example of a number that checks; 4300000000000000 is RuxPay's test card
    for number, passes in pairs { ["4111111111111111"] = true, ["4200000000000000"] = true,
      ["5555555555554444"] = true, ["378282246310005"] = true, ["4300000000000000"] = false,
      ["4111111111111112"] = false, ["1411111111111111"] = false } do
      assert.equal(not passes and "card.number: expected digits that pass the luhn check" or nil, warning(number))
    end
  end)

  it("is told in the log of the call", function()
    local obol = require "obol"
    local box = require("obol.sandbox").new{}
    local found, records = box:accounts().ruxpay, {}
    local pay = assert(obol.open { mode = "test", ledger = "memory", transport = box:transport(),
      log = function(record) records[#records + 1] = record end,
      accounts = { cards = { provider = "ruxpay", base_url = found.base_url, app_id = found.app_id,
        merchant_no = found.merchant_no, secret_key = secret(found.secret_key) } } })
    assert(pay.payments:create {
      order_id = "A-1", amount = "8.88", currency = "USD", customer = { ip = "203.0.113.9" }, method = "card",
      card = { number = secret "4300000000000000", cvv = secret "123", exp_month = 12, exp_year = 2030,
        holder = "Ann" },
      billing = { country = "CA" }, items = { { name = "tea", price = "8.88", quantity = 1 } },
      return_url = "https://shop.example/back", notify_url = "https://shop.example/notify",
    })
    assert.equal("card.number: expected digits that pass the luhn check", records[1].warning)
    pay:close()
  end)
end)
