local errors = require "obol.error"
local ledgers = require "obol.ledger"
local notified = require "spec.client.notified"
local support = require "spec.client.support"

local DAY = 86400000
local page = { outcome = "accepted", provider_id = "tx-1",
  action = { type = "redirect", url = "https://pay.example/1" } }
local paid = { outcome = "succeeded", provider_id = "tx-1" }

describe("a run of pay:reconcile", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local open = notified.open

  it("lists in a dry run what there is, writes nothing and asks nothing", function()
    local pay, _, transport, clock, ledger = open("cards", { create = page })
    for place = 1, 3 do pay.payments:create(notified.order("A-" .. place)) end
    clock.now = clock.now + 6000
    local before, sent = ledger:list("payments", {}), #transport.sent
    local report = pay:reconcile { dry_run = true }
    assert.equal(3, #report.due)
    assert.equal("payment", report.due[1].kind)
    assert.equal("requires_action", report.due[1].status)
    assert.is_false(report.left)
    report = pay:reconcile { dry_run = true, limit = 2 }
    assert.equal(2, #report.due)
    assert.is_true(report.left)
    assert.same(before, ledger:list("payments", {}))
    assert.equal(sent, #transport.sent)
  end)

  it("stops where it is told to, and goes on from there", function()
    local pay, _, transport, clock = open("cards", { create = page, query = page })
    for place = 1, 5 do pay.payments:create(notified.order("A-" .. place)) end
    clock.now = clock.now + 6000
    local report = pay:reconcile { limit = 2 }
    assert.same({ 2, true }, { report.looked, report.left })
    local seen = {}
    report = pay:reconcile { at_once = 1, on_progress = function(entry, so_far)
      seen[#seen + 1] = entry.id
      return so_far.looked < 2
    end }
    assert.same({ 2, true, 2 }, { report.looked, report.left, #seen })
    report = pay:reconcile()
    assert.same({ 1, false }, { report.looked, report.left })
    assert.equal(5, transport.count "payment.query")
  end)

  it("looks at each row once in a run, however far ahead", function()
    local pay, _, transport, clock = open("cards", { create = page, query = page })
    for place = 1, 250 do pay.payments:create(notified.order("A-" .. place)) end
    assert.equal(250, pay:reconcile({ until_ms = clock.now + DAY }).looked)
    assert.equal(250, transport.count "payment.query")
  end)

  it("refuses options that it does not know, and wrong ones", function()
    local pay = open("cards", {})
    for _, case in ipairs { { limit = 0 }, { limit = 1.5 }, { limit = "1" }, { until_ms = -1 }, { at_once = 101 },
      { timeout_ms = 0 }, { on_progress = 1 }, { dry_run = 1 }, { limt = 1 } } do
      local report, err = pay:reconcile(case)
      assert.is_nil(report)
      assert.equal("invalid", err.kind)
      assert.equal(next(case), err.field)
    end
    assert.has_error(function() pay:reconcile(1) end)
    assert.has_error(function() pay.reconcile({}) end)
  end)

  it("goes on with the others when one look fails, and tells what on_progress raises", function()
    local pay, _, _, clock = open("cards", { create = page, query = page })
    for place = 1, 2 do pay.payments:create(notified.order("A-" .. place)) end
    clock.now = clock.now + 6000
    local ok, err = pcall(function() return pay:reconcile { on_progress = function() error "mine" end } end)
    assert.is_false(ok)
    assert.matches("mine", err)
    clock.now = clock.now + 40000
    assert.equal(2, pay:reconcile().looked)
  end)

  it("puts a row off that it can tell no next moment of, and goes on with the others", function()
    local pay, _, transport, clock, ledger = open("cards", { create = page, query = page })
    for place = 1, 3 do pay.payments:create(notified.order("A-" .. place)) end
    clock.now = clock.now + 6000
    local kind = require("obol.client.reconcile.kinds")[1]
    local plan = kind.plan
    finally(function() kind.plan = plan end)
    kind.plan = function(client, row, ...)
      if row.order_id == "A-2" then error "a strange row" end
      return plan(client, row, ...)
    end
    local due = pay:reconcile({ dry_run = true }).due
    local function of(list)
      for _, entry in ipairs(list) do if entry.id == "A-2" then return entry end end
    end
    assert.same({ 3, "internal" }, { #due, of(due).error.kind })
    local entries = {}
    local report, err = pay:reconcile { on_progress = function(entry) entries[#entries + 1] = entry end }
    assert.is_nil(err)
    assert.same({ 3, 1, 3 }, { report.looked, report.failed, transport.count "payment.query" })
    assert.same({ "failed", "internal" }, { of(entries).result, of(entries).error.kind })
    assert.matches("a strange row", of(entries).error.message)
    local row = assert(ledger:payment "A-2")
    assert.same({ clock.now + 3600000, 1 }, { row.due_ms, row.looks })
    kind.plan = plan
    clock.now = clock.now + 3600000
    pay:reconcile()
    assert.equal(6, transport.count "payment.query")
  end)
end)

describe("a ledger that fails while it is reconciled", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  -- The ledger fails at its `at`-th unit of a run, once or for good. False when the run has fewer.
  local function try(at, for_good)
    local store, count, on = require("obol.ledger.memory").open(), 0, false
    local over = { id = function() return store:id() end, close = function() end }
    for _, name in ipairs { "get", "select", "run" } do
      over[name] = function(_, ...)
        if on then
          count = count + 1
          if count == at or for_good and count > at then
            return nil, errors.new { kind = "storage", message = "disk full" }
          end
        end
        return store[name](store, ...)
      end
    end
    local state = { create = page, query = page, refund = support.unknown, refund_query = { outcome = "succeeded" } }
    local pay, _, _, clock = notified.open("cards", state, { ledger = ledgers.over(over) })
    pay.payments:create(notified.order "A-1")
    state.create = paid
    pay.payments:create(notified.order "A-2")
    pay.refunds:create("A-2", { refund_id = "R-1", amount = "1.00" })
    pay.notifications:receive("a", notified.event("e9", { order_id = "A-9" }))
    clock.now = clock.now + 120000
    state.query, on = paid, true
    local ok, report, err = pcall(pay.reconcile, pay)
    on = false
    assert.is_true(ok, tostring(report))
    assert.is_true(report ~= nil or errors.is(err))
    -- whatever failed, the next runs bring it to its end
    clock.now = clock.now + 2 * DAY
    assert(pay:reconcile())
    assert.equal("succeeded", pay.payments:get("A-1").status)
    assert.equal("succeeded", pay.refunds:get("R-1").status)
    assert.equal("1.00", pay.payments:get("A-2").refunded:format())
    for _, row in ipairs(store:select("payments", {})) do
      assert.is_nil(row.due_ms)
      assert.is_nil(row.claimed_until)
    end
    return count >= at
  end

  for _, for_good in ipairs { false, true } do
    it("loses nothing, failing " .. (for_good and "for good" or "once"), function()
      local at = 1
      while try(at, for_good) do at = at + 1 end
      assert.is_true(at > 10)
    end)
  end
end)
