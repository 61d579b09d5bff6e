local money = require "obol.money"

local function refused(text, code, message, field)
  local amount, err = money(text, code)
  assert.is_nil(amount)
  assert.equal("invalid", err.kind)
  assert.equal(message, err.message)
  assert.equal(field, err.field)
end

-- Raised at this file's line, so that a programmer finds the mistake.
local function raises(what, f)
  local ok, message = pcall(function() local _ = f() end)
  assert.is_false(ok)
  assert.truthy(message:find(what, 1, true), message)
  assert.truthy(message:find("money_spec.lua:", 1, true), message)
end

local form = "expected a decimal number such as 8.88, without blanks or grouping"

describe("money", function()
  it("is exact", function()
    local amount = money("8.88", "USD")
    assert.equal(888, amount:minor())
    assert.equal("USD", amount:currency())
    assert.equal("8.88", amount:format())
    assert.equal("8.88 USD", tostring(amount))
    assert.equal(344, money("3.44", "USD"):minor())
    -- each of these is off by one when it goes through a double
    for text, minor in pairs { ["19.99"] = 1999, ["1.15"] = 115, ["0.29"] = 29, ["4.35"] = 435,
      ["1.10"] = 110, ["2.01"] = 201, ["64.99"] = 6499, ["1.13"] = 113 } do
      assert.equal(minor, money(text, "EUR"):minor())
    end
  end)

  it("takes as many places as the currency has", function()
    for _, case in ipairs { { "500", "JPY", 500 }, { "8", "USD", 800 }, { "8.8", "USD", 880 },
      { "5.120", "KWD", 5120 }, { "1.2345", "CLF", 12345 }, { "0.001", "BHD", 1 },
      { "-0.05", "USD", -5 }, { "0", "USD", 0 }, { "-0", "USD", 0 }, { "5.00", "MGA", 500 } } do
      assert.equal(case[3], money(case[1], case[2]):minor())
    end
    refused("8.888", "USD", "expected at most 2 decimal places")
    refused("8.880", "USD", "expected at most 2 decimal places")
    refused("1.2345", "KWD", "expected at most 3 decimal places")
    refused("1.0", "JPY", "expected no decimal places")
  end)

  it("refuses everything else", function()
    for _, text in ipairs { "", "-", "+1", ".5", "1.", "01", "-01", "00", "1e2", "0x10", "1,000",
      "1 ", " 1", "--1", "1.2.3", "1.-2", "NaN", "inf", "1_000", "\239\188\145", "1\0", "$1",
      "1.00 USD" } do
      refused(text, "USD", form)
    end
    refused(("9"):rep(1024 * 1024), "USD", "amount is out of range")
    refused(("x"):rep(1024 * 1024), "USD", form)
  end)

  it("reaches the ends of int64 and not one further", function()
    local most, least = "9223372036854775807", "-9223372036854775808"
    assert.equal(most, money("92233720368547758.07", "CNY"):minor())
    assert.equal(least, money("-92233720368547758.08", "CNY"):minor())
    assert.equal("92233720368547758.07", money("92233720368547758.07", "CNY"):format())
    assert.equal("-92233720368547758.08 CNY", tostring(money("-92233720368547758.08", "CNY")))
    assert.equal(most, money(most, "JPY"):format())
    assert.equal(least, money(least, "JPY"):format())
    for _, text in ipairs { "92233720368547758.08", "-92233720368547758.09", "92233720368547759",
      "922337203685477580.7", "99999999999999999999" } do
      local amount, err = money(text, "CNY")
      assert.is_nil(amount)
      assert.truthy(err.message == "amount is out of range")
    end
    refused("9223372036854775808", "JPY", "amount is out of range")
  end)

  it("tells minor units as a number within 2^53 and as text beyond", function()
    assert.equal(9007199254740991, money("90071992547409.91", "CNY"):minor())
    assert.equal("9007199254740992", money("90071992547409.92", "CNY"):minor())
    assert.equal("-9007199254740993", money("-90071992547409.93", "CNY"):minor())
  end)

  it("wants a current code in upper case, of a currency with a minor unit", function()
    local message = "expected a current ISO 4217 code, in upper case"
    for _, code in ipairs { "usd", "Usd", "US", "USDD", "ZZZ", "", "840", "BGN", "HRK", "USD\0" } do
      refused("1", code, message, "currency")
    end
    for _, code in ipairs { "XAU", "XXX", "XTS", "XDR" } do
      refused("1", code, "expected a currency with a minor unit", "currency")
      assert.is_nil((money.minor(1, code)))
    end
  end)

  it("never shows what it was given", function()
    for _, text in ipairs { "4242x", "4242.4242", "42424242424242424242" } do
      local _, err = money(text, "USD")
      assert.is_nil(err.message:find("4242", 1, true))
    end
    local _, err = money("1", "Q4242")
    assert.is_nil(err.message:find("Q4242", 1, true))
  end)

  it("raises for a Lua number, with a word on what to write", function()
    raises('write the amount as text, such as "8.88"', function() return (money(8.88, "USD")) end)
    raises("money.minor(888, code)", function() return (money(888, "USD")) end)
    raises("bad argument #1", function() return (money(nil, "USD")) end)
    raises("bad argument #2", function() return (money("1")) end)
    raises("bad argument #2", function() return (money("1", 840)) end)
  end)
end)

describe("money.minor", function()
  it("takes integers and their digits", function()
    assert.equal("8.88", money.minor(888, "USD"):format())
    assert.equal("-0.05", money.minor(-5, "USD"):format())
    assert.equal("90071992547409.93", money.minor("9007199254740993", "CNY"):format())
    assert.equal("-92233720368547758.08", money.minor("-9223372036854775808", "CNY"):format())
  end)

  it("refuses other text", function()
    for _, text in ipairs { "", "1.5", "01", "+1", "9223372036854775808", "1e3", " 1" } do
      local amount, err = money.minor(text, "USD")
      assert.is_nil(amount)
      assert.equal("expected the digits of an integer within int64", err.message)
    end
  end)

  it("raises for fractions and for what is no number", function()
    for _, value in ipairs { 1.5, 0 / 0, 1 / 0, 2 ^ 60, true, {} } do
      raises("expected an integer of minor units", function()
        return (money.minor(value, "USD"))
      end)
    end
    raises("bad argument #1", function() return (money.minor(nil, "USD")) end)
    if rawget(math, "type") then
      raises("bad argument #1", function() return (money.minor(888.0, "USD")) end)
    end
  end)
end)

describe("an amount", function()
  local function usd(text) return assert(money(text, "USD")) end

  it("adds, subtracts and negates", function()
    assert.equal("0.30 USD", tostring(usd "0.10" + usd "0.20"))
    assert.equal("-0.10 USD", tostring(usd "0.10" - usd "0.20"))
    assert.equal("-8.88 USD", tostring(-usd "8.88"))
    assert.equal("0.00 USD", tostring(-usd "0"))
  end)

  it("raises when the result is out of range", function()
    local most, least = usd "92233720368547758.07", usd "-92233720368547758.08"
    raises("amount is out of range", function() return most + usd "0.01" end)
    raises("amount is out of range", function() return least - usd "0.01" end)
    raises("amount is out of range", function() return least + least end)
    raises("amount is out of range", function() return -least end)
    assert.equal(usd "-0.01", most + least)
    assert.equal(usd "-92233720368547758.07", -most)
  end)

  it("compares", function()
    assert.is_true(usd "8.88" == usd "8.88")
    assert.is_true(usd "8.88" ~= usd "8.89")
    assert.is_true(usd "1" ~= money("1", "EUR"))
    assert.is_true(usd "-1" < usd "0" and usd "0" < usd "0.01")
    assert.is_false(usd "1" < usd "1")
    assert.is_false(usd "2" <= usd "1")
    assert.is_true(usd "1" <= usd "1" and usd "2" > usd "1" and usd "2" >= usd "2")
    assert.is_true(usd "90071992547409.92" < usd "90071992547409.93")
  end)

  it("raises for two currencies and for what is no amount", function()
    local eur = money("1", "EUR")
    local mixed = "expected amounts of one currency, not USD and EUR"
    raises(mixed, function() return usd "1" + eur end)
    raises(mixed, function() return usd "1" - eur end)
    raises(mixed, function() return usd "1" < eur end)
    raises(mixed, function() return usd "1" <= eur end)
    raises("expected an amount of money on both sides", function() return usd "1" + 1 end)
    assert.has_error(function() return "1" - usd "1" end)
    assert.has_error(function() return usd "1" < 1 end)
  end)

  it("tells its sign", function()
    assert.is_true(usd("0"):is_zero())
    assert.is_false(usd("0.01"):is_zero())
    assert.same({ -1, 0, 1 }, { usd("-3"):sign(), usd("0"):sign(), usd("3"):sign() })
  end)

  it("is told from other values", function()
    assert.is_true(money.is(usd "1"))
    for _, value in ipairs { 1, "1", {}, io.stdout, true } do assert.is_false(money.is(value)) end
    assert.is_false(money.is(nil))
  end)

  it("has methods that refuse another self, and cannot be changed", function()
    raises("bad argument", function() return usd("1").minor(io.stdout) end)
    raises("bad argument", function() return usd("1").format({}) end)
    assert.is_false(getmetatable(usd "1"))
    assert.has_error(function() usd("1").x = 1 end)
    assert.is_nil(usd("1").nothing)
  end)
end)
