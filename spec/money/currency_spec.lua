local json = require "obol.json"
local money = require "obol.money"

-- Amounts at which a mistake in places, carries or signs would show.
local edges = { "0", "1", "-1", "9", "10", "99", "100", "101", "999", "1000", "9999",
  "10000", "10001", "-10000", "123456789", "9007199254740991", "9007199254740992",
  "-9007199254740993", "9223372036854775806", "9223372036854775807",
  "-9223372036854775807", "-9223372036854775808" }

-- Those within 2^53 are told as numbers.
local exact = {}
for i = 1, 16 do exact[edges[i]] = tonumber(edges[i]) end

describe("the table of currencies", function()
  -- typed from ISO 4217 list one
  it("has the standard's numbers and exponents", function()
    local rows = { USD = { 840, 2 }, EUR = { 978, 2 }, CNY = { 156, 2 }, JPY = { 392, 0 },
      KRW = { 410, 0 }, KWD = { 414, 3 }, BHD = { 48, 3 }, TND = { 788, 3 }, CLF = { 990, 4 },
      UYW = { 927, 4 }, CLP = { 152, 0 }, ISK = { 352, 0 }, MGA = { 969, 2 }, ALL = { 8, 2 },
      ZMW = { 967, 2 }, AED = { 784, 2 }, XAF = { 950, 0 }, XCG = { 532, 2 } }
    for code, row in pairs(rows) do
      local currency = money.currency(code)
      assert.equal(code, currency.code)
      assert.equal(row[1], currency.number)
      assert.equal(row[2], currency.exponent)
    end
    assert.equal("US Dollar", money.currency("USD").name)
    assert.is_nil(money.currency("XAU").exponent)
    assert.equal(959, money.currency("XAU").number)
  end)

  it("knows no withdrawn and no unknown code", function()
    for _, code in ipairs { "ANG", "BGN", "BYR", "CUC", "HRK", "MRO", "SLL", "STD", "VEF", "ZWL",
      "DEM", "ZZZ", "usd", "" } do
      local row, err = money.currency(code)
      assert.is_nil(row)
      assert.equal("expected a current ISO 4217 code, in upper case", err.message)
    end
    assert.has_error(function() local _ = money.currency(840) end)
  end)

  it("has 178 rows, sorted, each once", function()
    local rows, numbers = money.currencies(), {}
    assert.equal(178, #rows)
    for i, row in ipairs(rows) do
      assert.truthy(row.code:find "^[A-Z][A-Z][A-Z]$")
      assert.is_true(i == 1 or rows[i - 1].code < row.code)
      assert.is_nil(numbers[row.number])
      numbers[row.number] = true
      assert.same(row, money.currency(row.code))
    end
  end)

  for _, row in ipairs(money.currencies()) do
    if row.exponent then
      it("reads what it wrote: " .. row.code, function()
        for _, minor in ipairs(edges) do
          local amount = money.minor(minor, row.code)
          assert.equal(amount, money(amount:format(), row.code))
          assert.equal(exact[minor] or minor, amount:minor())
          local places = amount:format():match "%.(%d+)$" or ""
          assert.equal(row.exponent, #places)
        end
      end)
    end
  end
end)

describe("ISO 4217 vectors", function()
  local path = (os.getenv "OBOL_VECTORS" or "../shared/vectors") .. "/iso4217.json"
  local file = io.open(path, "rb")
  if not file then
    pending("no " .. path)
    return
  end
  local vectors = assert(json.decode((file:read "*a")))
  file:close()

  it("has the same currencies", function()
    local count = 0
    for code, row in pairs(vectors.currencies) do
      count = count + 1
      local currency = money.currency(code)
      assert.equal(tonumber(row.num), currency.number)
      assert.equal((row.name:gsub("%s+$", "")), currency.name)
      if row.exp == json.null then
        assert.is_nil(currency.exponent)
        assert.is_nil((money("1", code)))
      else
        assert.equal(row.exp, currency.exponent)
      end
    end
    assert.equal(178, count)
  end)

  it("has no withdrawn code", function()
    for code in pairs(vectors.withdrawn) do assert.is_nil((money.currency(code))) end
  end)

  for i, case in ipairs(vectors.conversions) do
    it(("conversion %d"):format(i), function()
      local amount, err = money(case.decimal, case.code)
      if case.minor then
        assert.equal(case.minor, amount:minor())
        assert.equal(case.decimal, amount:format())
        assert.equal(amount, money.minor(case.minor, case.code))
      else
        -- cases marked "policy" (+1.00, .50, "1.", usd) are refused as well
        assert.is_nil(amount)
        assert.equal("invalid", err.kind)
      end
    end)
  end

  it("does not fall into float traps", function()
    for _, trap in ipairs(vectors.float_traps) do
      local text, times, factor = trap.expr:match "^([%d.]+)%*(.-)(%d+)$"
      local code = factor == "1000" and "KWD" or "USD"
      local amount = assert(money(text, code))
      local sum = amount
      for _ = 2, tonumber(times:match "%d+" or 1) do sum = sum + amount end
      assert.equal(trap.want_minor, sum:minor())
    end
  end)
end)
