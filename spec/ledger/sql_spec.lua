-- What is particular to ledgers in databases: values, the tables' versions, what the database refuses, and
-- the numbers of events.

local all_rows = require "spec.ledger.all_rows"
local ledger = require "obol.ledger"
local places = require "spec.ledger.places"
local support = require "spec.store.support"
local tables = require "obol.ledger.tables"

local function payment(order_id, more)
  local row = { order_id = order_id, status = "created", version = 1, created_ms = 1000 }
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

local texts = {
  plain = "A-1", empty = "", chinese = "支付", nul = "a\0b", broken = "\255\254", half = "\237\160\128",
  marked = "\1", marked_more = "\1n5", quote = [["';--]], long = ("x"):rep(100000), newline = "a\r\nb",
}

local documents = {
  empty = {}, list = { 1, 2, 3 }, mixed = { 1, 2, x = "y" }, gaps = { [1] = "a", [3] = "c", [2.5] = "d" },
  fraction = { 3.44, -0.5, 1e300 }, large = { 2 ^ 53, -2 ^ 60, 1738513709476610048 }, flags = { true, false },
  texts = texts, nested = { { { a = { b = { "c" } } } } }, keys = { ["\1x"] = 1, [""] = 2, ["3"] = 4, [3] = 5 },
}

places.describe("a ledger on %s", function(kind)
  local book
  before_each(function() book = kind.open() end)

  it("gives back every text and every table as memory does, also to another process", function()
    local memory, other = ledger.open("memory").store, book.again()
    for name, text in pairs(texts) do
      local row = payment(name, { provider_id = text, customer_id = text })
      assert(memory:run { { put = "payments", row = row } })
      assert(book.store:run { { put = "payments", row = row } })
    end
    for name, document in pairs(documents) do
      local row = payment("table " .. name, { action = document })
      assert(memory:run { { put = "payments", row = row } })
      assert(book.store:run { { put = "payments", row = row } })
    end
    for _, row in ipairs(memory:select("payments", {})) do
      assert.same(row, (other:payment(row.order_id)))
    end
    for name, text in pairs(texts) do
      assert.equal(name, book:list("payments", { where = { provider_id = text } })[1].order_id)
    end
  end)

  it("takes ids as long as a client takes them, also in its indexes", function()
    local random, long = assert(io.open("/dev/urandom", "rb")), {}
    for name, size in pairs { provider_id = 512, customer_id = 512, product_id = 512, exclusive = 1152 } do
      -- bytes that no compression makes shorter
      long[name] = random:read(size):gsub("[%z\1-\255]", function(byte) return string.char(33 + byte:byte() % 90) end)
    end
    random:close()
    local row = payment("A-1", { provider_id = long.provider_id, customer_id = long.customer_id,
      product_id = long.product_id, account = "a" })
    assert(book.store:run { { put = "payments", row = row },
      { put = "attempts", row = { key = "k", exclusive = long.exclusive, provider_id = long.provider_id } } })
    assert.equal("A-1", book:list("payments", { where = { customer_id = long.customer_id } })[1].order_id)
    assert.equal("k", book:holder("exclusive", long.exclusive).key)
  end)

  it("holds integers of 64 bits", function()
    local values = { 0, -1, 2 ^ 53, -2 ^ 53, 2 ^ 62, -2 ^ 63 }
    if math.type then values[#values + 1], values[#values + 2] = math.maxinteger, math.mininteger end
    for place, value in ipairs(values) do
      assert(book.store:run { { put = "payments", row = payment("A-" .. place, { updated_ms = value }) } })
      assert.equal(value, book:payment("A-" .. place).updated_ms)
    end
    for _, value in ipairs { 2 ^ 63, 1 / 0, 0 / 0 } do
      local ok, err = book.store:run { { put = "payments", row = payment("B", { updated_ms = value }) } }
      assert.is_nil(ok)
      assert.equal("payments.updated_ms", err.field)
    end
  end)

  it("selects nothing by a value that no row can have", function()
    assert(book.store:run { { put = "payments", row = payment "A-1" } })
    for _, where in ipairs { { status = 5 }, { generation = "1" }, { nonsense = "x" }, { action = {} } } do
      assert.same({}, (book:list("payments", { where = where })))
    end
  end)

  it("is refused by the database itself where a rule is broken", function()
    assert(book.store:run { { put = "payments", row = payment "A-1" } })
    local run = function(sql) return book.store.database:run { { sql } } end
    for _, sql in ipairs {
      "update obol_payments set status = 'paid'", "update obol_payments set version = 0",
      "update obol_payments set disputed = 7", "insert into obol_payments (order_id, status) values ('x', 'created')",
    } do
      assert.is_nil((run(sql)))
    end
    local ok, err = book.store:run { { set = "payments", key = "A-1", to = { status = "paid" } } }
    assert.is_nil(ok)
    assert.equal("internal", err.kind)
    assert.same(payment "A-1", book:payment "A-1")
  end)

  it("keeps events as they are, whoever writes", function()
    assert(book.store:run { { put = "events", row = { id = "e-1", type = "x", order_id = "A" } } })
    assert.equal(1, #book:list("events", {}))
    for _, sql in ipairs { "update obol_events set type = 'y'", "update obol_events set seq = 7",
      "delete from obol_events" } do
      local ok, err = book.store.database:run { { sql } }
      assert.is_nil(ok)
      assert.equal("conflict", err.kind)
    end
    assert.same({ { id = "e-1", seq = 1, type = "x", order_id = "A" } }, (book:list("events", {})))
    assert.same({ id = "e-1", seq = 1, type = "x", order_id = "A" }, (book.store:get("events", "e-1")))
  end)

  it("numbers events without gaps, also when units fail between them", function()
    for place = 1, 5 do
      assert(book.store:run { { put = "events", row = { id = "e-" .. place } } })
      assert.is_nil((book.store:run { { put = "events", row = { id = "lost-" .. place } },
        { set = "payments", key = "none", to = {} } }))
    end
    for place, event in ipairs(book:list("events", {})) do assert.equal(place, event.seq) end
    local page, cursor = book:list("events", { limit = 2 })
    assert.equal("e-2", page[2].id)
    page, cursor = book:list("events", { limit = 2, after = cursor })
    assert.equal("e-4", page[2].id)
    page, cursor = book:list("events", { limit = 2, after = cursor })
    assert.equal("e-5", page[1].id)
    assert.is_nil(cursor)
  end)

  it("shows no event a number that an event committed later comes before", function()
    local other, store = book.again(), require "obol.store"
    assert(other:id())
    local pause = kind.name == "PostgreSQL" and { { "select pg_sleep(0.4)" } } or {}
    local unit = { { "insert into obol_events (id) values ('slow')" }, pause[1] }
    local id = assert(other.store.database:submit(unit))
    local seen, after = {}, nil
    assert(book.store:run { { put = "events", row = { id = "fast" } } })
    local function read()
      local page = assert(book:list("events", { after = after }))
      for _, event in ipairs(page) do
        seen[#seen + 1] = event.id
        assert.equal(#seen, event.seq)
        after = ("%d"):format(event.seq)
      end
    end
    read()
    assert.is_true(other.store.database:wait(id, 10000))
    assert.is_truthy(other.store.database:take(id))
    read()
    table.sort(seen)
    assert.same({ "fast", "slow" }, seen)
    assert.is_table(store)
  end)

  it("has one id, whoever opens it", function()
    assert.equal(32, #book:id())
    assert.equal(book:id(), book.again():id())
    assert.not_equal(book:id(), kind.open():id())
  end)

  it("refuses tables of a newer version, and does nothing to them", function()
    assert(book:id())
    assert(book.store.database:run { { "update obol_ledger set version = 99" } })
    local other = book.again()
    for _, call in ipairs {
      function() return other:payment "A-1" end, function() return other:list("payments", {}) end,
      function() return other:id() end,
      function() return other.store:run { { put = "payments", row = payment "A-1" } } end,
    } do
      local answer, err = call()
      assert.is_nil(answer)
      assert.equal("unsupported", err.kind)
      assert.equal("ledger", err.field)
      assert.matches("found 99", err.message)
    end
  end)

  it("adds what later versions bring, once, and keeps what is there", function()
    assert(book.store:run { { put = "payments", row = payment "A-1" } })
    local changed = {}
    for name, about in pairs(tables) do changed[name] = about end
    local columns, newest = { note = "text", tags = "json" }, assert(book.store:about()).newest
    for column, of in pairs(tables.payments.columns) do columns[column] = of end
    changed.payments = { key = "order_id", index = { "note" }, columns = columns,
      since = { note = newest + 1, tags = newest + 2 } }
    changed.labels = { first = newest + 2, key = "name", columns = { name = "text", shown = "flag" } }
    local newer = book.again { tables = changed }
    assert.equal("A-1", newer:payment("A-1").order_id)
    assert.equal(book:id(), newer:id())
    assert(newer.store.database:run { { "update obol_payments set note = 'x', tags = '[1]'", expect = 1 } })
    assert.same({ 1 }, newer:payment("A-1").tags)
    assert.same({}, (newer.store:select("labels", {})))
    -- who knew the tables as they were goes on with them, and who comes anew is told
    assert.is_nil(book:payment("A-1").tags)
    assert.equal("unsupported", select(2, book.again():payment "A-1").kind)
  end)

  it("is made once when many processes begin at once", function()
    local folder, place, processes = support.folder(), kind.place(), {}
    for index = 1, 4 do
      processes[index] = support.start(folder, ([[
        local book = assert(require("obol.ledger").open(%q))
        print((assert(book:id())))
        assert(book.store:run { { put = "events", row = { id = "e-%d" } } })
        book:close()]]):format(place, index))
    end
    local ids = {}
    for index, process in ipairs(processes) do ids[index] = process.finish():match "^(%x+)\n$" end
    for _, id in ipairs(ids) do assert.equal(ids[1], id) end
    assert.equal(4, #ids)
    local found = assert(ledger.open(place))
    assert.equal(4, #all_rows(found).events)
    found:close()
    support.remove(folder)
  end)

  it("says that it is closed", function()
    assert(book:id())
    book:close()
    book:close()
    for _, name in ipairs { "payment", "attempts" } do
      local answer, err = book[name](book, "A")
      assert.is_nil(answer)
      assert.equal("storage", err.kind)
    end
  end)
end, { but = "memory" })

-- Rows and the question after them are one unit, between whose statements others may commit.
describe("events on PostgreSQL", function()
  it("are never answered without their numbers", function()
    local store = assert(require("obol.ledger.sql").open "postgres://nobody@localhost/none")
    local asked = 0
    store.ledger_id = "an id"
    store.database:close()
    store.database = { close = function() end, run = function(_, unit)
      asked = asked + 1
      local row = { id = "payments/A/2.1", order_id = "A", seq = asked > 1 and 1 or nil, place = 1 }
      -- what had no number in the rows has one when the question is asked
      return unit.read and { { row, count = 1 }, { count = 0 } } or { { count = 1 }, { count = 1 } }
    end }
    assert.equal(1, store:select("events", { where = { order_id = "A" } })[1].seq)
    asked = 0
    assert.equal(1, store:get("events", "payments/A/2.1").seq)
    store:close()
  end)
end)
