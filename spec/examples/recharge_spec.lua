-- scripts/flows/recharge.lua over the sandbox, the whole way.

local world = require "spec.examples.world"

local PLAYER = "167123123123"

describe("the example flow of a recharge", function()
  local w, pay, backend

  before_each(function()
    w = world.new()
    pay = w:open_flows "recharge"
    backend = w.backend
  end)

  after_each(function() pay:close() end)

  local function start()
    return assert(pay.flows:start("recharge", { order_id = "G-1", player = PLAYER, item = 1, amount = "3.44",
      currency = "USD" }, { id = "f-1" }))
  end

  local function flow() return pay.flows:get "f-1" end

  it("hands out what was paid, once, however often it is told", function()
    local one = start()
    assert.same({ "waiting", "redirect" }, { one.status, one.action.type })
    assert(w.box:pay "G-1")
    w:work()
    w.box:resend(1)
    w:work()
    assert.same({ "succeeded", { player = PLAYER, item = 1 } }, { flow().status, flow().result })
    assert.same({ "credit " .. PLAYER .. " 1" }, backend.done)
    assert.equal(1, backend.asked.credit)
  end)

  it("tries again while the game's server is down, with one key", function()
    backend.down.credit = true
    start()
    w.box:pay "G-1"
    w:work()
    w:pass(12 * world.HOUR)
    assert.equal("waiting", flow().status)
    assert.matches("credit: down", tostring(flow().error))
    assert.equal(0, #backend.done)
    backend.down.credit = nil
    w:pass(3 * world.HOUR)
    assert.equal("succeeded", flow().status)
    assert.same({ "credit " .. PLAYER .. " 1" }, backend.done)
  end)

  it("hands out nothing for what nobody proved, such as a callback that somebody else sealed", function()
    start()
    w.box:forge "G-1"
    for _, incoming in ipairs(w.box:deliver()) do pay.notifications:receive("games", incoming) end
    w:work()
    assert.same({ "waiting", 0 }, { flow().status, #backend.done })
  end)

  it("ends where nobody pays in time", function()
    start()
    w:pass(3 * world.HOUR)
    assert.same({ "failed", 0 }, { flow().status, #backend.done })
    assert.equal("expired", pay.payments:get("G-1").status)
  end)

  it("asks until it is known, where neither callbacks nor answers come through", function()
    start()
    w.box:pay "G-1"
    w.box:deliver() -- lost on its way
    w.box:fault("payment.query", "status_500", { provider = "fourmetas", times = 3 })
    w:pass(2 * world.HOUR, world.HOUR / 12)
    assert.equal("succeeded", flow().status)
    assert.same({ "credit " .. PLAYER .. " 1" }, backend.done)
  end)

  it("has a person look at what was paid for a player who does not exist", function()
    backend.answers.credit = { false }
    start()
    w.box:pay "G-1"
    w:work()
    assert.equal("failed", flow().status)
    assert.matches("no such player", tostring(flow().error))
    assert.matches("^mail support G%-1", backend.done[2])
  end)
end)
