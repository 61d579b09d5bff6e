local files = require "spec.store.support"
local ledger = require "obol.ledger"
local places = require "spec.ledger.places"
local secret = require "obol.secret"

local function payment(order_id, more)
  local row = { order_id = order_id, operation = "payment.create", status = "created", generation = 1, version = 1,
    created_ms = 1000, updated_ms = 1000 }
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

local function attempt(key, more)
  local row = { key = key, order_id = "A-1", outcome = "unknown", sends = 0, created_ms = 1000 }
  for name, value in pairs(more or {}) do row[name] = value end
  return row
end

places.describe("the store in %s", function(kind)
  local store
  before_each(function() store = kind.open().store end)

  it("has an id of its own", function()
    assert.equal(32, #store:id())
    assert.equal(store:id(), store:id())
    assert.not_equal(store:id(), kind.open().store:id())
  end)

  it("gives back a copy of what was put, and nothing for what was not", function()
    assert.is_true(store:run { { put = "payments", row = payment("A-1", { action = { type = "qr", data = "x" } }) } })
    local row = store:get("payments", "A-1")
    assert.same(payment("A-1", { action = { type = "qr", data = "x" } }), row)
    row.status, row.action.data = "failed", "y"
    assert.equal("created", store:get("payments", "A-1").status)
    assert.equal("x", store:get("payments", "A-1").action.data)
    assert.is_nil(store:get("payments", "A-2"))
  end)

  it("does all of a unit or nothing", function()
    store:run { { put = "payments", row = payment "A-1" },
      { put = "attempts", row = attempt("k-0", { slot = "s" }) } }
    local ok, err = store:run {
      { put = "payments", row = payment "A-2" },
      { set = "payments", key = "A-1", to = { status = "failed", amount = "1.00" } },
      { set = "attempts", key = "k-0", to = { slot = ledger.none } },
      { put = "attempts", row = attempt("k-1", { slot = "s" }) },
      { put = "payments", row = payment "A-1" },
    }
    assert.is_nil(ok)
    assert.equal("conflict", err.kind)
    assert.equal("payments.order_id", err.field)
    assert.is_nil(store:get("payments", "A-2"))
    assert.same(payment "A-1", store:get("payments", "A-1"))
    assert.equal("s", store:get("attempts", "k-0").slot)
    assert.equal(1, #store:select("payments", {}))
    -- the unique column is held by who held it before
    assert.is_nil((store:run { { put = "attempts", row = attempt("k-2", { slot = "s" }) } }))
    assert.is_true(store:run { { set = "attempts", key = "k-0", to = { slot = ledger.none } },
      { put = "attempts", row = attempt("k-2", { slot = "s" }) } })
  end)

  it("changes a row only while its expectation holds", function()
    store:run { { put = "payments", row = payment("A-1", { amount = "1.00" }) } }
    for _, change in ipairs {
      { set = "payments", key = "A-1", to = {}, expect = { version = 2 } },
      { set = "payments", key = "A-1", to = {}, expect = { amount = ledger.none } },
      { set = "payments", key = "A-9", to = {} },
    } do
      local ok, err = store:run { change }
      assert.is_nil(ok)
      assert.equal("conflict", err.kind)
    end
    assert.is_true(store:run { { set = "payments", key = "A-1", to = { amount = ledger.none, version = 2 },
      expect = { version = 1, provider_id = ledger.none } } })
    assert.is_nil(store:get("payments", "A-1").amount)
  end)

  it("takes nothing but the listed columns, each of its type", function()
    for column, value in pairs {
      card = "4111111111111111", status = 1, generation = "1", created_ms = 1.5, unresolved = "yes",
      customer_id = secret "x", action = "text", error = { cvv = secret "123" }, surplus = { print },
    } do
      local ok, err = store:run { { put = "payments", row = payment("A-1", { [column] = value }) } }
      assert.is_nil(ok)
      assert.equal("internal", err.kind)
      assert.equal("payments." .. column, err.field)
      assert.is_nil(tostring(err):find("4111", 1, true))
    end
    assert.is_nil(store:get("payments", "A-1"))
  end)

  it("selects by columns and time, in order and in pages", function()
    for place = 1, 5 do
      local status = place % 2 == 0 and "failed" or "created"
      store:run { { put = "payments", row = payment("A-" .. place, { created_ms = place, status = status }) } }
    end
    local page, cursor = store:select("payments", { where = { status = "created" }, limit = 2 })
    assert.same({ "A-1", "A-3" }, { page[1].order_id, page[2].order_id })
    page, cursor = store:select("payments", { where = { status = "created" }, limit = 2, after = cursor })
    assert.equal("A-5", page[1].order_id)
    assert.is_nil(cursor)
    assert.equal(2, #store:select("payments", { from_ms = 2, to_ms = 4 }))
    assert.equal(5, #store:select("payments", { where = { amount = ledger.none } }))
  end)

  it("selects by an index in pages, also after changes and what was taken back", function()
    for place = 1, 5 do
      local row = attempt("k-" .. place, { order_id = place % 2 == 0 and "A-2" or "A-1", slot = "s-" .. place })
      store:run { { put = "attempts", row = row } }
    end
    local page, cursor = store:select("attempts", { where = { order_id = "A-1" }, limit = 2 })
    assert.same({ "k-1", "k-3" }, { page[1].key, page[2].key })
    page, cursor = store:select("attempts", { where = { order_id = "A-1" }, limit = 2, after = cursor })
    assert.equal("k-5", page[1].key)
    assert.is_nil(cursor)
    store:run { { set = "attempts", key = "k-1", to = { order_id = "A-2", slot = "moved" } },
      { set = "attempts", key = "none", to = {} } }
    assert.equal(3, #store:select("attempts", { where = { order_id = "A-1" } }))
    assert.equal("k-1", store:select("attempts", { where = { slot = "s-1" } })[1].key)
    store:run { { set = "attempts", key = "k-1", to = { order_id = "A-2", slot = "moved" } } }
    page = store:select("attempts", { where = { order_id = "A-2" } })
    assert.same({ "k-1", "k-2", "k-4" }, { page[1].key, page[2].key, page[3].key })
    assert.equal(0, #store:select("attempts", { where = { slot = "s-1" } }))
    assert.equal("k-1", store:select("attempts", { where = { slot = "moved" } })[1].key)
  end)

  it("selects what is due and claimed by nobody, by its moment", function()
    for place, due in ipairs { 30, 10, 20, 40, false } do
      store:run { { put = "payments", row = payment("A-" .. place, { due_ms = due or nil }) } }
    end
    local function due(query)
      local found = {}
      for place, row in ipairs((store:select("payments", query))) do found[place] = row.order_id end
      return found
    end
    assert.same({ "A-2", "A-3", "A-1" }, due { due_ms = 30 })
    assert.same({ "A-2", "A-3" }, due { due_ms = 30, limit = 2 })
    assert.same({}, due { due_ms = 9 })
    store:run { { set = "payments", key = "A-3", expect = { claimed_until = ledger.none },
      to = { claimed_until = 35 } } }
    assert.same({ "A-2", "A-1" }, due { due_ms = 34 })
    assert.same({ "A-2", "A-3", "A-1" }, due { due_ms = 35 })
    store:run { { set = "payments", key = "A-2", to = { due_ms = ledger.none } },
      { set = "payments", key = "A-9", to = {} } }
    assert.same({ "A-2", "A-3", "A-1" }, due { due_ms = 35 })
    store:run { { set = "payments", key = "A-2", to = { due_ms = ledger.none, status = "failed" } } }
    assert.same({ "A-3", "A-1", "A-4" }, due { due_ms = 99 })
    assert.same({}, due { due_ms = 99, where = { status = "failed" } })
  end)

  it("refuses to write when closed", function()
    store:close()
    local ok, err = store:run { { put = "payments", row = payment "A-1" } }
    assert.is_nil(ok)
    assert.equal("storage", err.kind)
  end)
end)

describe("ledger.open", function()
  it("opens memory and databases, and says invalid of anything else", function()
    assert.is_string(ledger.open("memory"):id())
    assert.is_string(ledger.open("sqlite::memory:"):id())
    for _, place in ipairs { "x", "sqlite:", "sqlite:/no/such/folder/x.db", "postgres:x", "mysql://h/d", "Sqlite:x", 1,
      {} } do
      local opened, err = ledger.open(place)
      assert.is_nil(opened)
      assert.equal("invalid", err.kind)
      assert.equal("ledger", err.field)
    end
  end)

  it("says what a server's ledger needs that is not on this machine", function()
    local core = require "obol.core"
    local features = core.features
    core.features = function() return { postgres = false } end
    local opened, err = ledger.open "postgres://h/d"
    core.features = features
    assert.is_nil(opened)
    assert.equal("unsupported", err.kind)
    assert.equal("ledger", err.field)
    assert.matches("libpq", err.message)
  end)

  it("touches no file and no server before it is used", function()
    local folder = files.folder()
    local book = assert(ledger.open("sqlite:" .. folder .. "/a.db"))
    assert.is_false(files.exists(folder .. "/a.db"))
    assert.is_nil((book:payment "A-1"))
    assert.is_true(files.exists(folder .. "/a.db"))
    book:close()
    files.remove(folder)
    if not places[3].missing then
      book = assert(ledger.open("postgres://nobody@/x?host=/no/such/folder", { connect_ms = 100 }))
      local row, err = book:payment "A-1"
      assert.is_nil(row)
      assert.equal("storage", err.kind)
      book:close()
    end
  end)
end)
