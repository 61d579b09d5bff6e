local all_rows = require "spec.ledger.all_rows"
local ledger = require "obol.ledger"
local move = require "obol.ledger.move"
local places = require "spec.ledger.places"

-- Something of everything, more of some than is moved at once.
local function fill(book)
  for place = 1, 1203 do
    assert(book:add { subject = "payments", key = "A-" .. place,
      new = { order_id = "A-" .. place, status = "created", created_ms = place, action = { type = "qr", data = "\0" } },
      events = { { type = "payment.created", order_id = "A-" .. place, time_ms = place } } })
  end
  assert(book:begin_attempt { subject = "payments", key = "A-7", version = 1, to = { attempt = "k-1" },
    attempt = { key = "k-1", order_id = "A-7", outcome = "unknown", sends = 0, slot = "payment:A-7", created_ms = 1 } })
  assert(book:apply_event { id = "a/1", account = "a", type = "hint", received_ms = 1 })
end

places.describe("a ledger that is moved from SQLite to %s", function(kind)
  local from
  setup(function()
    from = assert(ledger.open "sqlite::memory:")
    fill(from)
  end)

  it("is there as a whole, with its id and the events' numbers", function()
    local to, told = kind.open(), 0
    local counts = assert(move.run(from, to, function() told = told + 1 end))
    assert.equal(1203, counts.payments)
    assert.equal(1203, counts.events)
    assert.equal(1, counts.attempts)
    assert.is_true(told >= 10)
    assert.same(all_rows(from), all_rows(to))
    assert.equal(from:id(), to:id())
    assert.equal("k-1", to:holder("slot", "payment:A-7").key)
  end)

  it("is moved into an empty one alone", function()
    local to = kind.open()
    assert(to:apply_event { id = "a/2", account = "a", type = "hint", received_ms = 1 })
    local id = to:id()
    local counts, err = move.run(from, to)
    assert.is_nil(counts)
    assert.equal("conflict", err.kind)
    assert.equal(id, to:id())
    assert.equal(0, #to:list("payments", {}))
  end)

  it("is not moved while somebody writes", function()
    local busy, to, written = assert(ledger.open "sqlite::memory:"), kind.open(), false
    for place = 1, 150 do
      assert(busy:add { subject = "payments", key = "A-" .. place, new = { order_id = "A-" .. place,
        status = "created" } })
    end
    local id = to:id()
    -- when attempts and events were copied, and payments are under way
    local counts, err = move.run(busy, to, function(name)
      if name ~= "payments" or written then return end
      written = true
      assert(busy:begin_attempt { subject = "payments", key = "B-1", new = { order_id = "B-1", status = "created",
        attempt = "k-1" }, attempt = { key = "k-1", order_id = "B-1", outcome = "unknown", sends = 0 } })
    end)
    busy:close()
    assert.is_nil(counts)
    assert.equal("conflict", err.kind)
    assert.is_true(written)
    assert.equal(id, to:id())
  end)
end)
