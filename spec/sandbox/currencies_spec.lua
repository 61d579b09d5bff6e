-- Which currencies the simulators take, and how many decimal places they count: AppWheel those of Stripe
-- (docs.stripe.com/currencies), RuxPay those of ISO 4217.

local appwheel = require "spec.sandbox.support"
local money = require "obol.sandbox.money"
local ruxpay = require "spec.sandbox.ruxpay_support"

describe("the simulator of", function()
  it("AppWheel counts shillings of Uganda and crowns of Iceland in hundredths, and ariary whole", function()
    local app = appwheel.open()
    app.user "u1"
    for code, thousandths in pairs { ugx = 5000, isk = 5000, mga = 500000, ghs = 5000 } do
      local made = app.buy{ productId = "price_tip", mode = "payment", quantity = 1, payPrice = 500,
        productName = "tip", currency = code }
      assert.equal(0, made.code, code)
      assert.equal(thousandths, money.thousandths(500, code))
    end
  end)

  it("RuxPay takes what ISO 4217 lists, with its decimal places", function()
    local app = ruxpay.open()
    for code, about in pairs { MGA = { "10.50", 1050 }, ISK = { "10", 10 }, UGX = { "10.00", 10 },
      IQD = { "1.234", 1234 }, GHS = { "8.88", 888 }, BTN = { "8.88", 888 }, KWD = { "8.888", 8888 },
      JPY = { "888.00", 888 } } do
      local made = app.sale{ transactionId = "t-" .. code, orderId = "A-" .. code, currency = code, amount = about[1],
        productInfos = { { productName = "tea", price = about[1], quantity = 1 } } }
      assert.equal(100, made.code, made.message)
      local books = app.books().payments
      assert.same({ code, about[2] }, { books[#books].currency, books[#books].amount })
    end
    for code, amount in pairs { ISK = "10.50", UGX = "10.50", USD = "8.888", XXX = "1.00", ZZZ = "1.00" } do
      assert.equal(500, app.sale{ transactionId = "n-" .. code, currency = code, amount = amount }.code)
    end
  end)
end)
