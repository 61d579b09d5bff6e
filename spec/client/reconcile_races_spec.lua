local places = require "spec.ledger.places"
local notified = require "spec.client.notified"
local support = require "spec.client.support"
local wait = require "obol.wait"

local COUNT = 40
local page = { outcome = "accepted", provider_id = "tx", action = { type = "redirect", url = "https://pay.example/1" } }

-- Several processes that look at one ledger at once; each has a connection of its own where there is one.
places.describe("pay:reconcile by several at once, in %s", function(kind)
  local clock, asked, ledger

  local function client(book, answer)
    return (support.open("cards", function(request)
      if request.operation == "payment.create" then return page end
      local id = request.params.order_id
      asked[id] = (asked[id] or 0) + 1
      wait.sleep(1)
      return answer(request)
    end, { ledger = book, clock = function() return clock.now end }))
  end

  before_each(function()
    clock, asked, ledger = { now = support.NOW }, {}, kind.open()
  end)

  local function run(answer)
    local clients, functions, reports = {}, {}, {}
    for place = 1, 3 do clients[place] = client(place > 1 and ledger.again and ledger.again() or ledger, answer) end
    for place = 1, COUNT do clients[1].payments:create(notified.order("A-" .. place)) end
    clock.now = clock.now + 6000
    for place, pay in ipairs(clients) do
      functions[place] = function() reports[place] = assert(pay:reconcile { at_once = 4 }) end
    end
    wait.all((table.unpack or unpack)(functions))
    return reports, clients[1]
  end

  it("asks about each payment once, and settles all", function()
    local reports, pay = run(function() return { outcome = "succeeded", provider_id = "tx" } end)
    local settled, taken, failed = 0, 0, 0
    for _, report in ipairs(reports) do
      settled, taken, failed = settled + report.settled, taken + report.taken, failed + report.failed
    end
    assert.same({ COUNT, 0 }, { settled, failed })
    for place = 1, COUNT do
      assert.equal(1, asked["A-" .. place])
      assert.equal("succeeded", pay.payments:get("A-" .. place).status)
    end
    -- a success is told once
    local events = {}
    pay.events:consume("count", function(event) events[event.order_id] = (events[event.order_id] or 0) + 1 end)
    -- each has its page and its success
    for place = 1, COUNT do assert.equal(2, events["A-" .. place]) end
  end)

  it("moves what is still open on once", function()
    local reports = run(function() return page end)
    local waiting = 0
    for _, report in ipairs(reports) do waiting = waiting + report.waiting end
    assert.equal(COUNT, waiting)
    for place = 1, COUNT do
      assert.equal(1, asked["A-" .. place])
      local row = ledger:payment("A-" .. place)
      assert.same({ 1, nil }, { row.looks, row.claimed_until })
      assert.is_true(row.due_ms > clock.now)
    end
  end)
end, { install = support.install })
