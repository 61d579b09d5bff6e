-- What the client asks is found by an index on SQLite, however much is recorded. The suite that runs the client's
-- specs on SQLite looks at every statement that they cause; here stand those that matter most, and what would be
-- told of one that looks through everything.

local ledger = require "obol.ledger"
local plans = require "spec.ledger.plans"

describe("on SQLite", function()
  local book, database
  setup(function()
    book = assert(ledger.open "sqlite::memory:")
    assert(book:id())
    database = book.store.database
  end)
  teardown(function() book:close() end)

  local function problem(name, query) return plans.check(database, book.store.statements:select(name, query, 10)) end

  local queries = {
    { "payments", { provider_id = "x", account = "a" } }, { "payments", { account = "a", status = "unknown" } },
    { "payments", { renewal_of = "A", status = "succeeded" } }, { "payments", { customer_id = "u" } },
    { "payments", { product_id = "p" } }, { "payments", { status = "unknown" } }, { "payments", { unresolved = true } },
    { "attempts", { order_id = "A" } }, { "attempts", { provider_id = "x", account = "a" } },
    { "attempts", { slot = "s" } }, { "attempts", { exclusive = "e" } }, { "attempts", { success_of = "A" } },
    { "attempts", { proven_by = "p" } }, { "refunds", { order_id = "A" } },
    { "subscriptions", { provider_id = "x", account = "a" } }, { "notifications", { waits_for = "w" } },
    { "notifications", { order_id = "A" } }, { "notifications", { provider_id = "x", account = "a" } },
    { "events", { order_id = "A" } },
  }

  it("rows are found by an index, on the first page and on later ones", function()
    for _, query in ipairs(queries) do
      assert.is_nil(problem(query[1], { where = query[2] }))
      assert.is_nil(problem(query[1], { where = query[2], after = "5" }))
    end
    for _, name in ipairs { "payments", "refunds", "subscriptions", "notifications" } do
      assert.is_nil(problem(name, { due_ms = 5 }))
    end
    assert.is_nil(problem("payments", { from_ms = 5 }))
    assert.is_nil(problem("payments", { from_ms = 5, to_ms = 9, after = "7" }))
  end)

  it("one that looks through everything is told", function()
    assert.matches("obol_payments", problem("payments", { where = { amount = "1.00" } }))
    assert.matches("obol_payments", problem("payments", { where = { amount = "1.00" }, after = "5" }))
    assert.matches("obol_attempts", problem("attempts", { where = { customer_id = "u" } }))
    local slow = { "update obol_payments set amount = $1 where amount = $2", "1", "2" }
    assert.matches("SCAN", plans.check(database, slow))
    assert.is_nil(plans.check(database, book.store.statements:get("payments", "A")))
    assert.is_nil(plans.check(database, book.store.statements:update("payments", "A", { status = "failed" },
      { version = 1 })))
  end)
end)
