local support = require "spec.client.support"

local card, refused = support.card, support.refused

-- A client whose accounts one, two and three take money and answer in turn what `answers` lists (tables, or
-- functions); also the accounts that were asked, and the log.
local function open(failover, answers, more)
  local asked, log, names = {}, {}, { "one", "two", "three" }
  local accounts, by_url = {}, { ["https://cards"] = "one", ["https://safe"] = "two", ["https://pages"] = "three",
    ["https://games"] = "one" }
  for place, provider in ipairs { "cards", "safe", "pages" } do accounts[names[place]] = { provider = provider } end
  local config = { accounts = accounts, routes = { { name = "r", to = names, failover = failover } },
    log = function(record) log[#log + 1] = record end }
  for key, value in pairs(more or {}) do config[key] = value end
  local pay, transport, clock, ledger = support.open("cards", function(request)
    if request.operation ~= "payment.create" then return support.unknown() end
    asked[#asked + 1] = by_url[request.url]
    local answer = answers[#asked] or { outcome = "succeeded" }
    if type(answer) == "function" then return answer(request) end
    return answer
  end, config)
  return pay, asked, { log = log, clock = clock, ledger = ledger, transport = transport }
end

local declined, rejected = { outcome = "declined", code = "51" }, { outcome = "rejected", code = "E1" }

describe("failover", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("goes on after what proves that no money moved, and records each hop", function()
    local pay, asked, seen = open(nil, { refused, rejected })
    local payment = pay.payments:create(card "A-1")
    assert.same({ "one", "two", "three" }, asked)
    assert.equal("succeeded", payment.status)
    assert.equal("three", payment.account)
    assert.is_nil(payment.error)
    local told = {}
    for place, one in ipairs(payment.attempts) do told[place] = one.account .. " " .. one.outcome end
    assert.same({ "one not_sent", "two rejected", "three succeeded" }, told)
    local keys = {}
    for _, one in ipairs(payment.attempts) do
      assert.is_nil(keys[one.key])
      keys[one.key] = true
    end
    local hops = {}
    for _, record in ipairs(seen.log) do
      if record.type == "failover" then
        hops[#hops + 1] = ("%d %s: %s %s > %s"):format(record.hop, record.rule, record.from, record.outcome,
          record.account)
      end
    end
    assert.same({ "1 r: one not_sent > two", "2 r: two rejected > three" }, hops)
  end)

  it("goes on after an offer that was given up", function()
    local pay, asked = open(nil, { support.unknown }, {
      accounts = { one = { provider = "games" }, two = { provider = "safe" }, three = { provider = "pages" } } })
    local payment = pay.payments:create(card "A-1")
    assert.same({ "one", "two" }, asked)
    assert.equal("succeeded", payment.status)
    assert.equal("abandoned", payment.attempts[1].outcome)
  end)

  it("goes on after a decline only by the codes that the rule lists", function()
    for _, case in ipairs { { nil, 1 }, { { declined = { "05" } }, 1 }, { { declined = { "05", "51" } }, 2 },
      { { declined = { 51 } }, 2 }, { { on = {}, declined = { "51" } }, 2 } } do
      local pay, asked = open(case[1], { declined })
      local payment = pay.payments:create(card "A-1")
      assert.equal(case[2], #asked)
      assert.equal(case[2] == 1 and "failed" or "succeeded", payment.status)
      assert.equal(case[2] == 1 and "51" or nil, payment.error and payment.error.provider_code)
    end
    local pay, asked = open({ declined = { "51" } }, { { outcome = "declined" } })
    assert.equal("failed", pay.payments:create(card "A-1").status)
    assert.equal(1, #asked, "a decline without a code")
  end)

  it("stays where the rule says so", function()
    for _, failover in ipairs { false, { hops = 0 }, { on = { "not_sent" } }, { on = { "abandoned" } } } do
      local pay, asked = open(failover, { rejected })
      local payment = pay.payments:create(card "A-1")
      assert.equal("failed", payment.status)
      assert.equal("rejected", payment.error.outcome)
      assert.same({ "one" }, asked)
    end
    local pay, asked = open(false, { rejected }, { routes = { { to = "one" } } })
    pay.payments:create(card "A-1")
    assert.same({ "one" }, asked)
  end)

  it("never goes on from what is unknown, open or paid", function()
    for _, answer in ipairs { support.unknown, { outcome = "unknown" }, { outcome = "accepted" },
      { outcome = "accepted", action = { type = "redirect", url = "https://x.example" } },
      { outcome = "succeeded" } } do
      local pay, asked = open({ declined = { "51" } }, { answer })
      pay.payments:create(card "A-1")
      assert.same({ "one" }, asked)
      pay.payments:create(card "A-1")
      assert.same({ "one" }, asked)
    end
  end)

  it("goes no more often than the rule allows, and tells the last error", function()
    local pay, asked = open({ hops = 1 }, { rejected, { outcome = "rejected", code = "E2" }, rejected })
    local payment = pay.payments:create(card "A-1")
    assert.same({ "one", "two" }, asked)
    assert.equal("failed", payment.status)
    assert.equal("E2", payment.error.provider_code)
    assert.equal("two", payment.account)
    pay, asked = open(nil, { rejected, rejected, rejected })
    assert.equal("failed", pay.payments:create(card "A-1").status)
    assert.same({ "one", "two", "three" }, asked)
  end)

  it("goes no longer than the rule allows, or the call's limit", function()
    for _, case in ipairs { { { within = "2s" }, nil, 1 }, { { within = "10s" }, nil, 3 },
      { nil, { timeout_ms = 3000 }, 1 }, { nil, { timeout_ms = 20000 }, 3 } } do
      local core, passed = require "obol.core", 0
      local before = core.monotonic_ms
      core.monotonic_ms = function() return passed end
      local function slow()
        passed = passed + 2500
        return rejected
      end
      local pay, asked = open(case[1], { slow, slow, slow })
      local payment = pay.payments:create(card "A-1", case[2])
      core.monotonic_ms = before
      assert.equal("failed", payment.status)
      assert.equal(case[3], #asked)
    end
  end)

  it("passes by an account that cannot take the call as it is written", function()
    local pay, asked, seen = open(nil, { rejected })
    local encode = getmetatable(support.account { provider = "safe" }).__index.encode
    local Account = getmetatable(support.account { provider = "safe" }).__index
    Account.encode = function(self, operation, params, context)
      if self.provider == "safe" then params = { bad = true } end
      return encode(self, operation, params, context)
    end
    local payment = pay.payments:create(card "A-1")
    Account.encode = encode
    assert.same({ "one", "three" }, asked)
    assert.equal("succeeded", payment.status)
    assert.equal(2, #seen.ledger:attempts "A-1")
  end)

  it("goes on from an account that is not even in reach for what has to be asked before", function()
    for kind, goes in pairs { network = true, timeout = true, authentication = true, conflict = false } do
      local asked, log = {}, {}
      local pay = support.open("cards", function(request)
        asked[#asked + 1] = request.operation
        if request.operation ~= "entitlement.get" then return { outcome = "succeeded" } end
        if kind == "authentication" then return { outcome = "rejected", kind = kind } end
        return nil, { kind = kind, outcome = kind == "network" and "not_sent" or "unknown", message = "x" }
      end, { accounts = { one = { provider = "wheel" }, two = { provider = "safe" } },
        routes = { { to = { "one", "two" } } }, log = function(record) log[#log + 1] = record end })
      local payment, err = pay.payments:create(card("A-1", { item = { product_id = "p" } }))
      if goes then
        assert.equal("succeeded", payment.status)
        assert.equal("two", payment.account)
        assert.equal(1, #payment.attempts)
        local hops = {}
        for _, record in ipairs(log) do
          if record.type == "failover" then hops[#hops + 1] = record.from .. " " .. record.outcome end
        end
        assert.same({ "one not_sent" }, hops)
      else
        assert.is_nil(payment)
        assert.equal(kind, err.kind)
        assert.same({ "entitlement.get" }, asked)
      end
    end
  end)

  it("stops, and answers the payment as it stands, where the ledger fails", function()
    local pay, asked, seen = open(nil, { rejected })
    local begin, begun = seen.ledger.begin_attempt, 0
    seen.ledger.begin_attempt = function(...)
      begun = begun + 1
      if begun > 1 then return nil, require("obol.error").new { kind = "storage", message = "away" } end
      return begin(...)
    end
    local payment = pay.payments:create(card "A-1")
    assert.same({ "one" }, asked)
    assert.equal("failed", payment.status)
    assert.equal("E1", payment.error.provider_code)
    assert.equal(2, begun)
  end)

  it("leaves a payment to who went on with it when its own time was over", function()
    local pay, asked, seen = open(nil, { rejected })
    local begin, begun = seen.ledger.begin_attempt, 0
    local other = pay
    seen.ledger.begin_attempt = function(ledger, unit)
      begun = begun + 1
      if begun == 2 then
        seen.ledger.begin_attempt = begin
        assert.equal("created", other.payments:create(card "A-1").status)
        seen.clock.now = seen.clock.now + 60000
        assert.equal("succeeded", other.payments:create(card "A-1").status)
      end
      return begin(ledger, unit)
    end
    local payment = pay.payments:create(card "A-1")
    assert.equal("succeeded", payment.status)
    assert.same({ "one", "one" }, asked)
    assert.equal(2, #payment.attempts)
  end)

  it("takes a subscription's first charge along", function()
    local pay, transport = support.open("plans", function(request)
      if request.url == "https://plans" then return { outcome = "rejected" } end
      if request.operation == "entitlement.get" then return { outcome = "succeeded", entitlements = {} } end
      return { outcome = "accepted", action = { type = "redirect", url = "https://x.example" } }
    end, { accounts = { one = { provider = "plans" }, two = { provider = "wheel" } },
      routes = { { to = { "one", "two" } } } })
    local subscription = assert(pay.subscriptions:create { order_id = "S-1", customer = { id = "u-1" },
      item = { product_id = "p" } })
    assert.equal("two", subscription.account)
    assert.equal("two", subscription.payment.account)
    assert.equal("https://x.example", subscription.action.url)
    assert.equal("incomplete", subscription.status)
    assert.equal(2, #subscription.payment.attempts)
    assert.is_true(#transport.sent >= 2)
  end)

  it("begins again with the first account when the caller creates once more", function()
    local pay, asked = open({ hops = 1 }, { rejected, rejected, rejected })
    assert.equal("failed", pay.payments:create(card "A-1").status)
    assert.equal("succeeded", pay.payments:create(card "A-1").status)
    assert.same({ "one", "two", "one", "two" }, asked)
  end)
end)
