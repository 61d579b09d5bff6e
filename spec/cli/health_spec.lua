-- obol health, on a ledger in a file.

local cjson = require "cjson"
local ledger_support = require "spec.cli.ledger_support"

describe("obol health", function()
  local world, order
  setup(function() world, order = ledger_support.paid(), ledger_support.order end)
  teardown(function() world.stop() end)

  it("tells by what is recorded, in which a decline is no failure", function()
    local ran = world.obol "health"
    assert.equal("", ran.err)
    assert.equal(0, ran.status)
    assert.matches("\ncards%s+payment.create%s+100.0 %%%s+3%s+0", ran.out)
    assert.matches("nothing is known", world.obol("health", "--from", "2099-01-01").out)
  end)

  it("tells of technical failures, and ends with 1 while they prevail", function()
    world.control("fault", { operation = "payment.create", kind = "status_503", times = 8, provider = "ruxpay" })
    for place = 1, 8 do world.pay.payments:create(order("F-" .. place)) end
    local ran = world.obol("health", "--json")
    assert.equal(1, ran.status)
    local accounts = cjson.decode(ran.out).accounts
    assert.equal(1, #accounts)
    local found = accounts[1]
    assert.same({ "cards", "payment.create", 11, 8, "provider" },
      { found.account, found.operation, found.calls, found.failed, found.kind })
    assert.is_true(found.success_rate > 0.2 and found.success_rate < 0.35)
    assert.is_true(found.last_failure_ms > 1700000000000)
    assert.matches("%d%d:%d%d:%d%d provider\n", world.obol("health").out)
  end)

  it("refuses what it does not understand", function()
    for words, expected in pairs {
      [{ "--from", "yesterday" }] = "--from: ", [{ "example.com/health" }] = "expected an address that begins with",
      [{ "--timeout", "0" }] = "--timeout: ", [{ "--config", "none.lua" }] = "none.lua",
    } do
      local ran = world.obol("health", (table.unpack or unpack)(words))
      assert.equal(2, ran.status, ran.out .. ran.err)
      assert.truthy(ran.err:find(expected, 1, true), ran.err)
    end
  end)

  it("says so where nobody answers, or not as the handler does", function()
    local ran = world.obol("health", "http://127.0.0.1:1/health")
    assert.equal(1, ran.status)
    assert.matches("error", ran.err)
    ran = world.obol("health", world.url .. "/_sandbox/accounts")
    assert.equal(1, ran.status)
    assert.truthy(ran.err:find("expected the answer of the handler `health`", 1, true), ran.err)
  end)
end)

describe("obol health over a ledger in memory", function()
  it("says that there is nothing", function()
    local world = ledger_support.open "memory"
    local ran = world.obol "health"
    world.stop()
    assert.equal(0, ran.status)
    assert.matches("the ledger is in memory", ran.err)
  end)
end)
