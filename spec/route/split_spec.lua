local split = require "obol.route.split"
local support = require "spec.route.support"

-- OBOL_SPLIT_KEYS=1000000 shows it over a million, in half a minute.
local KEYS = tonumber(os.getenv "OBOL_SPLIT_KEYS") or 100000

local function list(weights)
  local made = {}
  for account, weight in pairs(weights) do made[#made + 1] = { account = account, weight = weight } end
  table.sort(made, function(one, two) return one.account < two.account end)
  return made
end

local function first(weights, key) return split.draw(weights, "cards", key)[1].account end

-- Who wins each key: accounts by number of the key, and how many each has.
local function winners(weights)
  local by_key, counts, made = {}, {}, list(weights)
  for number = 1, KEYS do
    local account = first(made, "u-" .. number)
    by_key[number], counts[account] = account, (counts[account] or 0) + 1
  end
  return by_key, counts
end

-- Five standard deviations of a binomial count.
local function assert_share(count, share)
  local spread = 5 * math.sqrt(KEYS * share * (1 - share))
  assert.is_true(math.abs(count - KEYS * share) <= spread, ("%d for a share of %g"):format(count, share))
end

describe("a split", function()
  local before, counts

  setup(function() before, counts = winners { a = 50, b = 30, c = 20 } end)

  it("gives each account its share", function()
    assert_share(counts.a, 0.5)
    assert_share(counts.b, 0.3)
    assert_share(counts.c, 0.2)
  end)

  it("moves, when one weight rises, only keys that come to it, and as many as it takes", function()
    local after = winners { a = 50, b = 30, c = 40 }
    local moved = 0
    for number = 1, KEYS do
      if after[number] ~= before[number] then
        moved = moved + 1
        assert.equal("c", after[number])
      end
    end
    -- from 20 of 100 to 40 of 120
    assert_share(moved, 40 / 120 - 20 / 100)
  end)

  it("moves, when one account goes, only its own keys, and shares them by weight", function()
    local after = winners { a = 50, b = 30, c = 0 }
    local gained = { a = 0, b = 0 }
    for number = 1, KEYS do
      if before[number] ~= "c" then
        assert.equal(before[number], after[number])
      else
        gained[after[number]] = gained[after[number]] + 1
      end
    end
    assert.equal(counts.c, gained.a + gained.b)
    local spread = 5 * math.sqrt(counts.c * 0.625 * 0.375)
    assert.is_true(math.abs(gained.a - counts.c * 0.625) <= spread, tostring(gained.a))
  end)

  -- From Python's hashlib and math: -weight / log((first 48 bits of sha256(salt \0 account \0 key) + 0.5) / 2^48).
  it("draws the numbers that another program draws", function()
    local drawn = split.draw(list { cards_us = 70, cards_eu = 30 }, "cards", "u-7")
    assert.equal("cards_us", drawn[1].account)
    assert.is_true(math.abs(drawn[1].score - 442.8601867869036) < 1e-9)
    assert.is_true(math.abs(drawn[2].score - 85.7875023995229) < 1e-9)
  end)

  it("draws each rule apart from the others", function()
    local same, made = 0, list { a = 50, b = 50 }
    for number = 1, 2000 do
      local one, two = split.draw(made, "one", "u-" .. number), split.draw(made, "two", "u-" .. number)
      if one[1].account == two[1].account then same = same + 1 end
    end
    assert.is_true(math.abs(same - 1000) < 5 * math.sqrt(500), tostring(same))
  end)
end)

describe("a rule with a split", function()
  local RULES = [[return {
    { name = "cards", split = { a = 70, b = 30, c = 0 }, by = "customer.id" },
  }]]

  it("sticks to its field, puts the others behind, and leaves out weight 0", function()
    local routes, seen = support.good(RULES), {}
    for number = 1, 50 do
      local one = support.decide(routes, { order_id = "A-" .. number, customer = { id = number } })
      for other = 1, 3 do
        local two = support.decide(routes, { order_id = "B-" .. other, customer = tostring(number) })
        assert.same(one.accounts, two.accounts)
      end
      assert.equal(2, #one.accounts)
      assert.equal("customer.id", one.draw.by)
      seen[one.accounts[1]] = true
    end
    assert.same({ a = true, b = true }, seen)
  end)

  it("draws by the order where the field is not there", function()
    local routes, seen = support.good(RULES), {}
    for number = 1, 50 do
      local params = { order_id = "A-" .. number, customer = { email = "x" } }
      local decision = support.decide(routes, params)
      assert.equal("order_id", decision.draw.by)
      assert.same(decision.accounts, support.decide(routes, params).accounts)
      seen[decision.accounts[1]] = true
    end
    assert.same({ a = true, b = true }, seen)
  end)

  it("draws by a number of any size, and by the order for one that is none", function()
    local routes = support.good(RULES)
    for text, id in pairs { ["9007199254740992"] = 2 ^ 53, ["-4611686018427387904"] = -2 ^ 62,
      ["9223372036854775808"] = 2 ^ 63, ["1267650600228229401496703205376"] = 2 ^ 100 } do
      local decision = support.decide(routes, { order_id = "A", customer = { id = id } })
      assert.equal("customer.id", decision.draw.by)
      assert.same(support.decide(routes, { order_id = "B", customer = { id = text } }).accounts, decision.accounts)
    end
    for _, id in ipairs { math.huge, -math.huge, 0 / 0, 1.5 } do
      local decision = support.decide(routes, { order_id = "A", customer = { id = id } })
      assert.equal("order_id", decision.draw.by)
    end
  end)

  it("takes a salt of text that is not too long", function()
    for _, salt in ipairs { "5", "''", ("'%s'"):format(("s"):rep(257)) } do
      local wrong = support.wrong(("return { { name = 'x', split = { a = 1 }, salt = %s } }"):format(salt))
      assert.equal("routes[1].salt", wrong[1].field)
      assert.matches("expected text of 256 bytes at most$", wrong[1].message)
    end
  end)

  it("keeps its draws under another name with the old one as its salt", function()
    local old = support.good(RULES)
    local new = support.good((RULES:gsub('name = "cards"', 'name = "new", salt = "cards"')))
    for number = 1, 50 do
      local params = { customer = { id = number } }
      assert.same(support.decide(old, params).accounts, support.decide(new, params).accounts)
    end
  end)

  it("that is wrong is told with its line", function()
    local function wrong(words)
      local found = support.wrong("return {\n  { " .. words .. " },\n}")[1]
      return found.field:gsub("^routes%[1%]%.?", "") .. " | " .. found.message
    end
    assert.equal("name | @:2: expected a name, because the draws of a split hang on it", wrong "split = { a = 1 }")
    for words, expected in pairs {
      ["split = 5"] = "split | @:2: expected a table from accounts to weights",
      ["split = {}"] = "split | @:2: expected one weight above 0 at least",
      ["split = { a = 0 }"] = "split | @:2: expected one weight above 0 at least",
      ["split = { a = 1.5, b = 1 }"] = "split.a | @:2: expected a weight that is an integer from 0 to 1000000",
      ["split = { a = -1, b = 1 }"] = "split.a | @:2: expected a weight that is an integer from 0 to 1000000",
      ["split = { cards_uss = 1, b = 1 }"] =
        "split.cards_uss | @:2: expected a configured account, did you mean `cards_us`?",
      ["split = { a = 1 }, to = 'b'"] = "to | @:2: expected either `to` or `split`",
      ["split = { a = 1 }, by = 'customer'"] = "by | @:2: expected a field of a payment",
      ["split = { a = 1 }, by = 'card.number'"] = "by | @:2: expected a field that is no secret",
      ["to = 'a', by = 'order_id'"] = "by | @:2: expected it with `split` alone",
    } do
      assert.equal(expected, (wrong("name = 'x', " .. words):gsub(", did you mean `customer[^`]*`%?$", "")))
    end
  end)
end)
