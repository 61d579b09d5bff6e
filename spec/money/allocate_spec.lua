local money = require "obol.money"

local function minors(parts)
  local list = {}
  for i, part in ipairs(parts) do list[i] = part:minor() end
  return list
end

local function split(minor, weights)
  return minors(money.minor(minor, "USD"):allocate(weights))
end

describe("allocate", function()
  it("divides in proportion", function()
    assert.same({ 70, 30 }, split(100, { 70, 30 }))
    assert.same({ 622, 266 }, split(888, { 70, 30 }))  -- 621.6 and 266.4
    assert.same({ 34, 33, 33 }, split(100, { 1, 1, 1 }))
    assert.same({ 34, 34, 33 }, split(101, { 1, 1, 1 }))
    assert.same({ 888 }, split(888, { 5 }))
    assert.same({ 0, 888, 0 }, split(888, { 0, 3, 0 }))
    assert.same({ 0, 0 }, split(0, { 1, 2 }))
    assert.same({ 1, 0, 0 }, split(1, { 1, 1, 1 }))
  end)

  it("gives what is left to those that lost most by rounding", function()
    -- 5 * 70/101 = 3.47, 5 * 30/101 = 1.49, 5 * 1/101 = 0.05
    assert.same({ 3, 2, 0 }, split(5, { 70, 30, 1 }))
    -- 10 * 1/6 = 1.67, 10 * 2/6 = 3.33, 10 * 3/6 = 5
    assert.same({ 2, 3, 5 }, split(10, { 1, 2, 3 }))
  end)

  it("divides a negative amount into the same parts, negated", function()
    assert.same({ -622, -266 }, split(-888, { 70, 30 }))
    assert.same({ -34, -33, -33 }, split(-100, { 1, 1, 1 }))
  end)

  it("keeps the currency", function()
    local parts = money("100", "JPY"):allocate { 1, 2 }
    assert.equal("33 JPY", tostring(parts[1]))
    assert.equal("67 JPY", tostring(parts[2]))
  end)

  it("holds at the ends of int64", function()
    local most = money.minor("9223372036854775807", "USD")
    local parts = most:allocate { 9007199254740991, 9007199254740991, 1 }
    assert.equal(most, parts[1] + parts[2] + parts[3])
    assert.equal("4611686018427387648", parts[1]:minor())
    local least = money.minor("-9223372036854775808", "USD")
    assert.same({ "-9223372036854775808", 0 }, minors(least:allocate { 1, 0 }))
    assert.same({ "-4611686018427387904", "-4611686018427387904" }, minors(least:allocate { 7, 7 }))
  end)

  it("keeps the sum, and no part is further than one unit from its share", function()
    local state = 20240607
    local function random(below)
      state = (state * 16807) % 2147483647
      return state % below
    end
    for _ = 1, 2000 do
      local minor, weights, total = random(2000001) - 1000000, {}, 0
      for i = 1, 1 + random(12) do
        weights[i] = random(4) == 0 and 0 or random(1000)
        total = total + weights[i]
      end
      if total > 0 then
        local sum, parts = 0, split(minor, weights)
        assert.equal(#weights, #parts)
        for i, part in ipairs(parts) do
          sum = sum + part
          assert.is_true(math.abs(part * total - minor * weights[i]) < total)
          if weights[i] == 0 then assert.equal(0, part) end
        end
        assert.equal(minor, sum)
      end
    end
  end)

  it("divides among many", function()
    local weights = {}
    for i = 1, 100000 do weights[i] = 1 end
    local parts = split(150000, weights)
    assert.equal(100000, #parts)
    assert.equal(2, parts[50000])
    assert.equal(1, parts[50001])
  end)

  it("raises for weights that are none", function()
    local amount = money("1", "USD")
    for _, weights in ipairs { {}, { 0 }, { 0, 0 }, { -1, 2 }, { 1.5 }, { "1" }, { 1, 0 / 0 },
      { 1, true }, { 1, nil, 2 } } do
      assert.has_error(function() local _ = amount:allocate(weights) end)
    end
    for _, weights in ipairs { 1, "x", true } do
      assert.has_error(function() local _ = amount:allocate(weights) end)
    end
    local huge = {}
    for i = 1, 1025 do huge[i] = 9007199254740991 end
    assert.has_error(function() local _ = amount:allocate(huge) end)
  end)
end)
