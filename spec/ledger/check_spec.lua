local check = require "obol.ledger.check"
local ledgers = require "obol.ledger"
local money = require "obol.money"
local notified = require "spec.client.notified"
local places = require "spec.ledger.places"
local problems_of = require "spec.ledger.problems"
local subscribed = require "spec.client.subscribed"
local support = require "spec.client.support"

local none = ledgers.none

-- Payments of every sort on the ledger: paid, declined and paid after that, open, unknown, surplus, given
-- back, notified of before they were there.
local function fill(ledger)
  local state = { create = { outcome = "succeeded", provider_id = "tx-1" }, query = { outcome = "unknown" },
    refund = { outcome = "succeeded" } }
  local pay, _, _, clock = notified.open("cards", state, { ledger = ledger })
  pay.payments:create(notified.order "A-1")
  state.create = { outcome = "declined" }
  pay.payments:create(notified.order "A-2")
  state.create = { outcome = "succeeded", provider_id = "tx-2" }
  pay.payments:create(notified.order "A-2")
  state.create = { outcome = "accepted", provider_id = "tx-3", action = { type = "redirect", url = "https://x" } }
  pay.payments:create(notified.order "A-3")
  state.create = support.unknown
  pay.payments:create(notified.order "A-4")
  state.create = support.not_sent
  pay.payments:create(notified.order "A-5")
  pay.refunds:create("A-1", { refund_id = "R-1", amount = "1.00" })
  state.refund = { outcome = "accepted" }
  pay.refunds:create("A-1", { refund_id = "R-2", amount = "2.00" })
  pay.notifications:receive("a", notified.event("e1", { order_id = "A-3", provider_id = "tx-3" }))
  pay.notifications:receive("a", notified.event("e2", { order_id = "A-3", provider_id = "tx-9" }))
  pay.notifications:receive("a", notified.event("e3", { order_id = "A-77" }))
  pay.notifications:receive("a", notified.event("e4", { type = "dispute.opened", order_id = "A-2" }))
  pay.refunds:create("A-3", { refund_id = "R-3", provider_id = "tx-9", amount = money("0.50", "USD") })
  pay.events:consume("mail", function(event) return event.order_id ~= "A-2" end)
  clock.now = clock.now + 600000
  pay:reconcile()
  return pay
end

-- what PostgreSQL does otherwise shows in the specs of the store
places.describe("ledger.check in %s", function(kind)
  local ledger
  before_each(function()
    ledger = kind.open()
    fill(ledger)
  end)

  it("finds nothing wrong with what the client records", function()
    local found, counts = problems_of(ledger)
    assert.same({}, found)
    assert.equal(5, counts.payments)
    assert.equal(3, counts.refunds)
    assert.equal(1, counts.consumers)
    assert.is_true(counts.events >= 7 and counts.attempts >= 8 and counts.notifications == 4)
  end)

  it("finds what does not fit", function()
    local function set(name, key, to) assert(ledger.store:run { { set = name, key = key, to = to } }) end
    for _, case in ipairs {
      { "payments", "A-1", { status = "failed" }, "it is failed, and its events end at succeeded" },
      { "payments", "A-5", { status = "succeeded" }, "no attempt has its success" },
      { "payments", "A-4", { due_ms = none }, "it is open and nobody will look at it" },
      { "payments", "A-1", { refunded = "3.00" }, "what was given back is not the sum of its refunds" },
      { "refunds", "R-2", { amount = "8.00" }, "more is given back than was taken" },
      { "refunds", "R-2", { due_ms = none }, "it is open and nobody will look at it" },
      { "refunds", "R-2", { order_id = "A-9" }, "its payment is not recorded" },
      { "notifications", "a/e3", { due_ms = none }, "it waits and nobody will look at it" },
      { "consumers", "mail", { done = { 50, 900 } }, "it has done events that are not recorded" },
      { "consumers", "mail", { done = { 9, 3 } }, "what it has done is no list of ranges" },
    } do
      local name, key, to, wanted = case[1], case[2], case[3], case[4]
      local before = ledger.store:get(name, key)
      set(name, key, to)
      local found = table.concat(problems_of(ledger), "\n")
      assert.truthy(found:find(wanted, 1, true), ("%s, got: %s"):format(wanted, found))
      local back = {}
      for column in pairs(to) do back[column] = before[column] == nil and none or before[column] end
      set(name, key, back)
    end
    assert.same({}, (problems_of(ledger)))
  end)

  it("finds attempts that do not fit", function()
    local row = ledger:payment "A-1"
    local function set(key, to) assert(ledger.store:run { { set = "attempts", key = key, to = to } }) end
    set(row.attempt, { success_of = none })
    assert.same({ "payments A-1: no attempt has its success" }, (problems_of(ledger)))
    set(row.attempt, { success_of = "A-1", slot = "payment:A-1" })
    assert.same({ "attempts " .. row.attempt .. ": it is closed and holds a slot" }, (problems_of(ledger)))
    set(row.attempt, { slot = none, outcome = "declined" })
    local found = table.concat((problems_of(ledger)), "\n")
    assert.truthy(found:find("it is succeeded, and its attempt declined", 1, true), found)
    set(row.attempt, { outcome = "succeeded" })
    assert.same({}, (problems_of(ledger)))
  end)
end, { install = support.install, but = "PostgreSQL" })

describe("ledger.check", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("knows subscriptions, their renewals and their changes", function()
    local pay, state, _, clock, ledger = subscribed.begun()
    assert.same({}, (problems_of(ledger)))
    clock.now = clock.now + 20 * 86400000
    subscribed.tell(state, { transaction_id = "in_2", period_end_ms = 1702592000000 + 86400000 })
    pay.subscriptions:refresh "S-1"
    state.answers["subscription.cancel"] = support.unknown
    state.answers["subscription.query"] = support.not_sent
    pay.subscriptions:cancel "S-1"
    assert.same({}, (problems_of(ledger)))
    ledger.store:run { { set = "subscriptions", key = "S-1", to = { due_ms = none } } }
    assert.same({ "subscriptions S-1: a change of it is open and nobody will look at it" }, (problems_of(ledger)))
  end)

  it("answers the ledger's error", function()
    local ledger = ledgers.open "memory"
    fill(ledger)
    local store, errors = ledger.store, require "obol.error"
    for _, name in ipairs { "get", "select" } do
      local before = store[name]
      store[name] = function() return nil, errors.new { kind = "storage", message = "disk full" } end
      local counts, err = check.run(ledger, function() end)
      assert.is_nil(counts)
      assert.equal("storage", err.kind)
      store[name] = before
    end
  end)
end)

describe("ledger.check of a file", function()
  local folder_of = require "spec.store.support"

  it("tells what SQLite finds wrong with it", function()
    local folder = folder_of.folder()
    local ledger = assert(ledgers.open("sqlite:" .. folder .. "/l.db"))
    local clock = { now = support.NOW }
    local restore = support.install()
    local pay = support.open("cards", function() return { outcome = "succeeded", provider_id = "tx" } end,
      { ledger = ledger, clock = function() return clock.now end })
    for place = 1, 50 do pay.payments:create(notified.order("A-" .. place)) end
    restore()
    assert.same({}, (problems_of(ledger)))
    ledger:close()
    -- one name in it becomes another: a row and its index do not agree any more
    local path = folder .. "/l.db"
    local file = assert(io.open(path, "r+b"))
    local at = assert(file:read("*a"):find("A-17", 1, true))
    file:seek("set", at - 1)
    file:write "A-1z"
    file:close()
    ledger = assert(ledgers.open("sqlite:" .. path))
    local found = table.concat((problems_of(ledger)), "\n")
    assert.truthy(found:find("^database file: "), found)
    ledger:close()
    folder_of.remove(folder)
  end)
end)
