local ledger = require "obol.ledger"
local places = require "spec.ledger.places"

local function begin(book, order_id, key, more)
  local unit = {
    subject = "payments", key = order_id,
    new = { order_id = order_id, operation = "payment.create", status = "created", generation = 1, attempt = key,
      created_ms = 1, updated_ms = 1 },
    attempt = { key = key, order_id = order_id, outcome = "unknown", sends = 0, slot = "payment:" .. order_id,
      created_ms = 1 },
  }
  for name, value in pairs(more or {}) do unit.attempt[name] = value end
  return book:begin_attempt(unit)
end

local function finish(book, order_id, key, to, attempt, events)
  return book:finish_attempt { subject = "payments", key = order_id, version = book:payment(order_id).version, to = to,
    attempt = { key = key, to = attempt }, events = events }
end

places.describe("the ledger's units in %s", function(kind)
  local book
  before_each(function() book = kind.open() end)

  it("make payment and attempt durable together", function()
    assert.is_true(begin(book, "A-1", "k-1"))
    assert.equal("created", book:payment("A-1").status)
    assert.equal(1, book:payment("A-1").version)
    assert.equal("unknown", book:attempt("k-1").outcome)
    assert.equal("k-1", book:holder("slot", "payment:A-1").key)
    assert.equal(1, #book:attempts "A-1")
  end)

  it("keep one attempt open a slot, and one holder of an exclusive right", function()
    begin(book, "A-1", "k-1", { exclusive = "p/u/x" })
    local ok, err = begin(book, "A-2", "k-2", { exclusive = "p/u/x" })
    assert.is_nil(ok)
    assert.equal("attempts.exclusive", err.field)
    assert.is_nil(book:payment "A-2")
    local row = book:payment "A-1"
    ok, err = book:begin_attempt { subject = "payments", key = "A-1", version = row.version, to = {},
      attempt = { key = "k-3", order_id = "A-1", outcome = "unknown", sends = 0, slot = "payment:A-1",
        created_ms = 2 } }
    assert.is_nil(ok)
    assert.equal("attempts.slot", err.field)
  end)

  it("move states along the table only, and keep what was refused", function()
    begin(book, "A-1", "k-1")
    assert.is_true(finish(book, "A-1", "k-1", { status = "succeeded" },
      { outcome = "succeeded", slot = ledger.none }))
    local ok, refused = finish(book, "A-1", "k-1", { status = "failed", provider_id = "tx" }, { code = "9" },
      { { type = "payment.failed", order_id = "A-1", time_ms = 1 } })
    assert.is_true(ok)
    assert.equal("succeeded>failed", refused)
    assert.equal("succeeded", book:payment("A-1").status)
    -- what came with the state that was refused is refused too; what is known of the attempt is kept
    assert.is_nil(book:payment("A-1").provider_id)
    assert.equal("9", book:attempt("k-1").code)
    assert.equal("succeeded>failed", book:attempt("k-1").refused_state)
    assert.equal(0, #book:list("events", {}))
  end)

  it("refuse a unit over a row that somebody changed", function()
    begin(book, "A-1", "k-1")
    finish(book, "A-1", "k-1", { status = "processing" }, { outcome = "accepted" })
    local ok, err = book:finish_attempt { subject = "payments", key = "A-1", version = 1, to = { status = "failed" },
      attempt = { key = "k-1", to = { outcome = "declined" } } }
    assert.is_nil(ok)
    assert.equal("conflict", err.kind)
    assert.equal("processing", book:payment("A-1").status)
  end)

  it("hold one success an order and one order a proof, by constraint", function()
    begin(book, "A-1", "k-1")
    begin(book, "A-2", "k-2")
    finish(book, "A-1", "k-1", { status = "succeeded" }, { outcome = "succeeded", slot = ledger.none,
      success_of = "A-1", proven_by = "a/in_1" })
    local taken = { outcome = "succeeded", proven_by = "a/in_1" }
    local ok, err = finish(book, "A-2", "k-2", { status = "succeeded" }, taken)
    assert.is_nil(ok)
    assert.equal("attempts.proven_by", err.field)
    ok, err = finish(book, "A-2", "k-2", { status = "succeeded" }, { outcome = "succeeded", success_of = "A-1" })
    assert.is_nil(ok)
    assert.equal("attempts.success_of", err.field)
    assert.equal("created", book:payment("A-2").status)
  end)

  it("send a key again only after it never left, or while its answer is missing", function()
    begin(book, "A-1", "k-1")
    finish(book, "A-1", "k-1", { status = "failed" }, { outcome = "declined", slot = ledger.none })
    local function again(how)
      local row = book:payment "A-1"
      return book:begin_attempt { subject = "payments", key = "A-1", version = row.version,
        to = { status = "created" },
        attempt = { key = "k-1", slot = "payment:A-1", outcome = "unknown" }, again = how }
    end
    assert.is_nil((again "not_sent"))
    assert.is_nil((again "unknown"))
    finish(book, "A-1", "k-1", {}, { outcome = "not_sent" })
    assert.is_true(again "not_sent")
  end)

  it("keep a notification once", function()
    local row = { id = "a/evt_1", account = "a", type = "hint", received_ms = 1 }
    assert.equal("new", book:apply_event(row))
    assert.equal("duplicate", book:apply_event(row))
    assert.is_true(book:finish_event("a/evt_1", 5))
    assert.equal(5, book:list("notifications", {})[1].applied_ms)
  end)

  it("hand events to consumers in order, each with a cursor of its own", function()
    begin(book, "A-1", "k-1")
    for _, status in ipairs { "processing", "succeeded" } do
      local event = { type = "payment.updated", order_id = "A-1", status = status, time_ms = 1 }
      finish(book, "A-1", "k-1", { status = status }, {}, { event })
    end
    local consumer, events = book:pending_events("mail", 10)
    assert.equal(2, #events)
    assert.equal("processing", events[1].status)
    assert.equal("payments/A-1/2.1", events[1].id)
    book:event_done(consumer, events[2].seq, 9)
    consumer, events = book:pending_events("mail", 10)
    assert.equal(1, #events)
    assert.equal("processing", events[1].status)
    book:event_done(consumer, events[1].seq, 9)
    assert.equal(0, #select(2, book:pending_events("mail", 10)))
    assert.equal(2, book.store:get("consumers", "mail").cursor)
    assert.equal(0, #book.store:get("consumers", "mail").done)
    assert.equal(2, #select(2, book:pending_events("stock", 10)))
  end)
end)
