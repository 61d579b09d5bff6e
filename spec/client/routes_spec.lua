local money = require "obol.money"
local support = require "spec.client.support"

local card, succeed = support.card, support.succeed

-- A client with the accounts `one` and `two`, which take money, and `wheel`, which makes pages.
local function open(routes, handler, more)
  local config = { routes = routes, accounts = { one = { provider = "cards" }, two = { provider = "safe" },
    wheel = { provider = "wheel" } } }
  for key, value in pairs(more or {}) do config[key] = value end
  return support.open("cards", handler or succeed, config)
end

describe("a client with rules", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("sends a payment where the first rule that matches says", function()
    local pay, transport = open { { when = { currency = "EUR" }, to = "one" }, { to = "two" } }
    assert.equal("two", pay.payments:create(card "A-1").account)
    assert.equal("one", pay.payments:create(card("A-2", { currency = "EUR" })).account)
    assert.same({ "https://safe", "https://cards" }, { transport.sent[1].url, transport.sent[2].url })
    -- each attempt says which rule chose its account
    assert.equal("rule 2", pay.payments:get("A-1").attempts[1].rule)
    assert.equal("rule 1", pay.payments:history("A-2")[1].rule)
  end)

  it("lets the caller name the account", function()
    local pay = open { { to = "two" } }
    assert.equal("one", pay.payments:create(card "A-1", { account = "one" }).account)
    assert.is_nil(pay.payments:get("A-1").attempts[1].rule)
    assert.equal("one", pay:explain(card "A-1", { account = "one" }).account)
  end)

  it("routes subscriptions, and nothing that only asks", function()
    local pay = open({ { when = { operation = "subscription.create" }, to = "wheel" }, { to = "two" } },
      function(request)
        if request.operation == "entitlement.get" then return { outcome = "succeeded", entitlements = {} } end
        if request.operation == "product.list" then return { outcome = "succeeded", products = {} } end
        return { outcome = "accepted", action = { type = "redirect", url = "https://x.example" } }
      end)
    local subscription = assert(pay.subscriptions:create { order_id = "S-1", customer = { id = "u-1" },
      item = { product_id = "p" } })
    assert.equal("wheel", subscription.account)
    assert.same({}, pay.products:list())
  end)

  it("sends and records nothing when a rule raises, none matches or no account fits", function()
    for _, case in ipairs {
      { { { when = function() error "x" end, to = "one" }, { to = "two" } }, "internal", "the rule `rule 1` failed" },
      { { { when = { currency = "EUR" }, to = "one" } }, "unsupported", "no rule takes this payment" },
      { { { to = "one" }, { to = "two" } }, "unsupported", "does not take this method", { method = "wechat_qr" } },
      { { { to = { "one", "two" } }, { to = "wheel" } }, "unsupported", "one: ", { method = "wechat_qr" } },
    } do
      local pay, transport = open(case[1])
      local payment, err = pay.payments:create(card("A-1", case[4]))
      assert.is_nil(payment)
      assert.equal(case[2], err.kind)
      assert.matches(case[3], tostring(err))
      assert.equal(0, #transport.sent)
      local found, missing = pay.payments:get "A-1"
      assert.is_nil(found)
      assert.equal("not_found", missing.kind)
      assert.is_nil(pay:explain(card("A-1", case[4])).account)
    end
  end)

  it("skips an account in its maintenance", function()
    local pay, _, clock = open { { to = { "one", "two" } },
      accounts = { one = { maintenance = { to = "2023-11-15T00:00Z" } } } } -- the clock stands in the evening before
    assert.equal("two", pay.payments:create(card "A-1").account)
    assert.equal("its maintenance is under way", pay:explain(card "A-2").accounts[1].reason)
    clock.now = clock.now + 86400000
    assert.equal("one", pay.payments:create(card "A-2").account)
  end)

  it("is not opened with rules that are wrong, and tells all of it", function()
    local opened, err = require("obol.client").open { mode = "test", ledger = "memory", transport = { send = succeed },
      accounts = { one = { provider = "cards" } }, routes = { { to = "onee" }, { wen = 1, to = "one" } } }
    assert.is_nil(opened)
    assert.equal("invalid", err.kind)
    assert.same({ { field = "routes[1].to", message = "expected a configured account, did you mean `one`?" },
      { field = "routes[2].wen", message = "expected a known word, did you mean `when`?" } }, err.fields)
  end)

  describe("whose accounts have limits", function()
    local function limited(count, handler, more)
      return open({ { to = { "one", "two" } }, accounts = { one = { limits = count } } }, handler, more)
    end

    it("steps back from one that is used up, until its window is over", function()
      local pay, _, clock = limited { count = 2, per = "1h" }
      for place, account in ipairs { "one", "one", "two" } do
        assert.equal(account, pay.payments:create(card("A-" .. place)).account)
      end
      local line = pay:explain(card "A-4").accounts[1]
      assert.is_true(line.fits)
      assert.equal("its limit of 2 payments in 1h is used up", line.reason)
      clock.now = clock.now + 3700000
      assert.equal("one", pay.payments:create(card "A-4").account)
    end)

    it("counts amounts, and nothing that came to nothing", function()
      local outcome = "declined"
      local pay = limited({ amount = money("20.00", "USD"), per = "1h" }, function(request)
        return { outcome = request.url == "https://cards" and outcome or "succeeded" }
      end)
      for place = 1, 3 do assert.equal("failed", pay.payments:create(card("D-" .. place)).status) end
      outcome = "succeeded"
      for place, account in ipairs { "one", "one", "two" } do
        assert.equal(account, pay.payments:create(card("A-" .. place)).account)
      end
      assert.equal("one", pay.payments:create(card("B-1", { amount = "2.24" })).account)
    end)

    it("counts what nobody knows the end of", function()
      local pay = limited({ count = 1, per = "1h" }, support.unknown)
      assert.equal("unknown", pay.payments:create(card "A-1").status)
      assert.equal("two", pay:explain(card "A-2").account)
    end)

    it("goes on to the next account where somebody else took the last room meanwhile, and says so where there is none",
      function()
        local order = { customer = { id = "u-1" }, item = { product_id = "p" } }
        local pay, nested
        local function handler(request)
          if request.operation ~= "entitlement.get" then
            return { outcome = "accepted", action = { type = "redirect", url = "https://x.example" } }
          end
          if not nested then
            nested = true
            nested = pay.payments:create(card("N-1", { customer = { id = "u-2" }, item = order.item }))
          end
          return { outcome = "succeeded", entitlements = {} }
        end
        for _, case in ipairs { { { "wheel", "one" }, "one" }, { "wheel" } } do
          local transport
          nested = nil
          pay, transport = open({ { to = case[1] }, accounts = { wheel = { limits = { count = 1, per = "1h" } } } },
            handler)
          local payment, err = pay.payments:create(card("A-1", order))
          assert.equal("wheel", nested.account)
          assert.equal(case[2], payment and payment.account)
          if not payment then assert.equal("wheel: its limit of 1 payments in 1h is used up", tostring(err)) end
          assert.equal(case[2] and 2 or 1, transport.count "payment.create")
        end
      end)

    it("counts what the ledger holds from before", function()
      local ledger = require("obol.ledger").open "memory"
      local first = limited({ count = 2, per = "1h" }, nil, { ledger = ledger })
      assert.equal("one", first.payments:create(card "A-1").account)
      local second = limited({ count = 2, per = "1h" }, nil, { ledger = ledger })
      assert.equal("one", second.payments:create(card "A-2").account)
      assert.equal("two", second.payments:create(card "A-3").account)
    end)

    it("counts them on a database too", function()
      local ledger = assert(require("obol.ledger").open "sqlite::memory:")
      local first = limited({ count = 2, per = "1h" }, nil, { ledger = ledger })
      assert.equal("one", first.payments:create(card "A-1").account)
      local second = limited({ amount = money("10.00", "USD"), per = "1h" }, nil, { ledger = ledger })
      assert.equal("two", second.payments:create(card "A-2").account)
      assert.equal("one", second.payments:create(card("A-3", { amount = "1.12" })).account)
      ledger:close()
    end)

    it("answers the ledger's error when that cannot be read", function()
      local ledger = require("obol.ledger").open "memory"
      local pay, transport = limited({ count = 2, per = "1h" }, nil, { ledger = ledger })
      local list = ledger.list
      ledger.list = function() return nil, require("obol.error").new { kind = "storage", message = "away" } end
      local payment, err = pay.payments:create(card "A-1")
      assert.is_nil(payment)
      assert.equal("storage", err.kind)
      assert.is_nil((pay:explain(card "A-1")))
      assert.equal(0, #transport.sent)
      ledger.list = list
      assert.equal("one", pay.payments:create(card "A-1").account)
    end)
  end)
end)

describe("pay:explain with rules", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("tells every rule, every account with why and why not, and the draw of a split", function()
    local pay, transport = open {
      { name = "euros", when = { currency = "EUR" }, to = "wheel" },
      { name = "cards", when = { currency = "USD" }, split = { one = 50, two = 50 }, by = "customer.id" },
      { name = "rest", to = "one" },
    }
    local answer = pay:explain(card "A-1")
    assert.equal("cards", answer.rule)
    assert.is_nil(answer.error)
    assert.equal("payment.create", answer.operation)
    assert.same({ "expected `EUR`", "every condition holds", "an earlier rule decided" },
      { answer.rules[1].reason, answer.rules[2].reason, answer.rules[3].reason })
    assert.equal(answer.order[1], answer.account)
    assert.equal(2, #answer.order)
    assert.equal("customer.id", answer.draw.by)
    assert.equal(answer.account, answer.draw.accounts[1].account)
    assert.is_true(answer.draw.accounts[1].score > answer.draw.accounts[2].score)
    local lines = {}
    for _, line in ipairs(answer.accounts) do lines[line.account] = line end
    assert.equal(1, lines[answer.account].place)
    assert.equal("fits", lines.one.reason)
    assert.is_nil(lines.wheel.place)
    assert.equal("fits, but the rule `cards` does not name it", lines.wheel.reason)
    assert.equal(0, #transport.sent)
    assert.equal(answer.account, pay.payments:create(card "A-1").account)
  end)

  it("runs what is expected beside the rules", function()
    local pay = open { { to = "one" },
      expect = { { payment = { method = "card" }, to = "one" }, { payment = { method = "wechat_qr" }, to = "one" } } }
    local results, failed = pay:test_routes()
    assert.equal(1, failed)
    assert.is_true(results[1].ok)
    assert.matches("does not take this method", results[2].problem)
    local none, err = support.open("cards", succeed):test_routes()
    assert.is_nil(none)
    assert.equal("unsupported", err.kind)
    results, failed = pay:test_routes { routes = { { to = "wheel" }, expect = { { payment = {}, to = "wheel" } } } }
    assert.same({ 1, 0 }, { #results, failed })
    none, err = pay:test_routes { routes = { { to = "nobody" } } }
    assert.is_nil(none)
    assert.equal("routes[1].to", err.fields[1].field)
    none, err = pay:test_routes { rotues = {} }
    assert.is_nil(none)
    assert.matches("did you mean `routes`", tostring(err))
  end)
end)
