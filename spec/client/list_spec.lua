local places = require "spec.ledger.places"
local support = require "spec.client.support"

-- what PostgreSQL does otherwise shows in the specs of the store
places.describe("lists in %s", function(kind)
  local pay, clock
  setup(function()
    local ledger, moving = kind.open(), { now = support.NOW }
    pay = support.open("cards", function(request)
      if request.operation == "refund.create" then return { outcome = "accepted" } end
      local place = tonumber(request.params.order_id:match "%d+")
      return { outcome = place % 3 == 0 and "declined" or "succeeded", provider_id = "tx-" .. place }
    end, { ledger = ledger, clock = function() return moving.now end,
      accounts = { a = { provider = "cards" }, b = { provider = "cards" } } })
    clock = moving
    for place = 1, 12 do
      clock.now = support.NOW + place * 1000
      pay.payments:create({ order_id = "A-" .. place, amount = "1.00", currency = "USD",
        customer = { id = place <= 6 and "u-1" or "u-2" } }, { account = place % 2 == 0 and "b" or "a" })
    end
    for place = 1, 2 do pay.refunds:create("A-" .. place, { refund_id = "R-" .. place }) end
  end)

  local function ids(query, resource)
    local list, cursor = assert((resource or pay.payments):list(query))
    local found = {}
    for place, row in ipairs(list) do found[place] = row.refund_id or row.order_id end
    return table.concat(found, " "), cursor
  end

  it("filter by state, account, customer and time, each and together", function()
    assert.equal("A-3 A-6 A-9 A-12", (ids { status = "failed" }))
    assert.equal("A-6 A-12", (ids { status = "failed", account = "b" }))
    assert.equal("A-6", (ids { status = "failed", account = "b", customer = "u-1" }))
    assert.equal("A-6", (ids { status = "failed", account = "b", customer_id = "u-1" }))
    assert.equal("A-3 A-4", (ids { from_ms = support.NOW + 3000, to_ms = support.NOW + 5000 }))
    assert.equal("A-4", (ids { from_ms = support.NOW + 3000, to_ms = support.NOW + 5000, status = "succeeded" }))
    assert.equal("", (ids { customer = "u-3" }))
    assert.equal("", (ids { status = "expired" }))
    assert.equal("", (ids { unresolved = true }))
  end)

  it("go on where a cursor says, also when rows were added meanwhile", function()
    local page, cursor = ids { limit = 5, customer = "u-1" }
    assert.equal("A-1 A-2 A-3 A-4 A-5", page)
    page, cursor = ids { limit = 5, customer = "u-1", cursor = cursor }
    assert.same({ "A-6" }, { page, cursor })
    local all, at, pages = {}, nil, 0
    repeat
      page, at = ids { limit = 4, cursor = at }
      all[#all + 1], pages = page, pages + 1
    until not at
    assert.equal("A-1 A-2 A-3 A-4 A-5 A-6 A-7 A-8 A-9 A-10 A-11 A-12", table.concat(all, " "))
    assert.equal(3, pages)
  end)

  it("are there of refunds and subscriptions", function()
    assert.equal("R-1 R-2", (ids({}, pay.refunds)))
    assert.equal("R-2", (ids({ account = "b", status = "processing" }, pay.refunds)))
    assert.equal("R-1", (ids({ order_id = "A-1" }, pay.refunds)))
    assert.equal("", (ids({ status = "active", customer = "u-1", unresolved = true }, pay.subscriptions)))
  end)

  it("refuse what they do not know", function()
    for _, case in ipairs { { status = "paid" }, { status = 1 }, { statu = "failed" }, { limit = 0 },
      { limit = 1001 }, { limit = 1.5 }, { cursor = "x" }, { cursor = 5 }, { cursor = ("9"):rep(16) },
      { from_ms = -1 },
      { to_ms = "now" }, { unresolved = "yes" }, { customer = { id = "u" } } } do
      local list, err = pay.payments:list(case)
      assert.is_nil(list)
      assert.equal("invalid", err.kind)
      assert.equal(next(case), err.field)
    end
    assert.equal("customer", select(2, pay.payments:list { customer = "u-1", customer_id = "u-2" }).field)
    assert.equal("customer", select(2, pay.refunds:list { customer = "u-1" }).field)
    assert.equal("status", select(2, pay.refunds:list { status = "expired" }).field)
    assert.equal("status", select(2, pay.subscriptions:list { status = "succeeded" }).field)
    assert.has_error(function() pay.payments:list "all" end)
  end)
end, { install = support.install, but = "PostgreSQL" })
