local obol = require "obol"
local places = require "spec.ledger.places"
local support = require "spec.flow.support"

local SECOND, MINUTE = 1000, 60000

places.describe("events wake flows on %s", function(kind)
  local pay, about

  local function open(options)
    options = options or {}
    options.create, options.query = support.page, support.page
    options.ledger = options.ledger or kind.open()
    pay, about = support.open({ obol.flow("a", function(flow, id)
      flow:create(support.order(id))
      return flow:await(id).status
    end) }, options)
  end

  local function events(count)
    local changes = {}
    for number = 1, count do
      changes[number] = { put = "events", row = { id = ("old/%d"):format(number), order_id = "old",
        type = "payment.updated", time_ms = number } }
    end
    assert(about.ledger.store:run(changes))
  end

  it("and do not go through what happened before there were any", function()
    open()
    events(1500)
    pay.flows:start("a", "A-1", { id = "f" })
    local read, count = about.ledger.store.select, 0
    function about.ledger.store.select(store, name, query)
      local rows, cursor = read(store, name, query)
      if name == "events" and rows then count = count + #rows end
      return rows, cursor
    end
    pay.flows:run()
    about.ledger.store.select = nil
    assert.is_true(count < 100)
    support.pass(about, SECOND)
    about.state.query = support.paid
    pay.payments:refresh "A-1"
    assert.equal(1, pay.flows:run().ended)
    local consumer = about.ledger.store:get("consumers", "obol.flows")
    assert.is_nil(consumer.claimed_until)
    assert.equal(0, #select(2, about.ledger:pending_events("obol.flows", 10)))
  end)

  it("all of those that wait for one order, and those of its renewals", function()
    open()
    for number = 1, 3 do pay.flows:start("a", "A-1", { id = "f-" .. number }) end
    pay.flows:run()
    support.pass(about, SECOND)
    assert(about.ledger.store:run { { put = "events", row = { id = "x", order_id = "A-1/tx-2",
      type = "subscription.renewed", time_ms = 1 } } })
    assert.equal(3, pay.flows:run().waiting)
    assert.equal(0, pay.flows:run().looked)
  end)

  it("in many at once", function()
    open()
    pay.flows:start("a", "A-1", { id = "f" })
    pay.flows:run()
    events(250)
    support.pass(about, SECOND)
    about.state.query = support.paid
    pay.payments:refresh "A-1"
    assert.equal(1, pay.flows:run().ended)
    assert.equal(0, #select(2, about.ledger:pending_events("obol.flows", 10)))
  end)

  it("by one process at a time, and without it they look by themselves", function()
    open()
    pay.flows:start("a", "A-1", { id = "f" })
    pay.flows:run()
    support.pass(about, SECOND)
    about.state.query = support.paid
    pay.payments:refresh "A-1"
    assert(about.ledger:take_consumer("obol.flows", about.clock.now, about.clock.now + 10 * MINUTE))
    local report = assert(pay.flows:run())
    assert.equal(0, report.looked)
    support.pass(about, 3 * MINUTE)
    assert.equal(1, pay.flows:run().ended)
  end)
end, { install = support.install })
