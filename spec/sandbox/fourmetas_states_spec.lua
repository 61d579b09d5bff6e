-- 4metas: orders are found, paid, closed, and close by themselves; the books tell it.

local json = require "obol.json"
local support = dofile "spec/sandbox/fourmetas_support.lua"

describe("the sandbox's 4metas orders", function()
  local app
  before_each(function() app = support.open() end)

  local function order() return app.box:books().fourmetas.orders[1] end

  it("closes an order after 30 minutes, or as long as asked, and not before", function()
    local id = app.create()
    app.box:advance(1799999)
    assert.truthy(app.query(id):find('"status":0,"createTime"', 1, true))
    app.box:advance(1)
    assert.truthy(app.query(id):find('"status":-1,"createTime"', 1, true))
    assert.same({ "closed", "expired", support.T0 + 1800000 }, { order().status, order().reason, order().closed_ms })
    local short = support.open{ expire_after_ms = 1000 }
    short.create()
    short.box:advance(5000)
    assert.equal(support.T0 + 1000, short.box:books().fourmetas.orders[1].closed_ms)
  end)

  it("closes each at its own time, however lifetimes changed, and however many there were", function()
    local function reasons()
      local out = {}
      for i, made in ipairs(app.box:books().fourmetas.orders) do
        out[i] = made.closed_ms and made.closed_ms - support.T0 or "-"
      end
      return out
    end
    for _, life in ipairs{ 5000, 3000, 9000, 1000 } do
      app.box:set("fourmetas", { expire_after_ms = life })
      app.create()
    end
    app.box:pay(app.box:books().fourmetas.orders[2].id)
    app.box:advance(4000)
    assert.same({ "-", "-", "-", 1000 }, reasons())
    app.box:set("fourmetas", { expire_after_ms = 500 })
    app.create()
    app.box:advance(60000)
    assert.same({ 5000, "-", 9000, 1000, 4500 }, reasons())
    for i = 1, 2500 do
      app.create()
      if i % 2 == 0 then app.box:advance(250) end
    end
    app.box:advance(500)
    for i, made in ipairs(app.box:books().fourmetas.orders) do
      assert.equal(i == 2 and "paid" or "closed", made.status)
      assert.is_true(i == 2 or made.closed_ms == made.expires_ms)
    end
    app.box:reset()
    app.create()
    assert.equal(1800000, order().expires_ms - order().created_ms)
  end)

  it("is paid once, and never closed after that", function()
    local id = app.create{ page_url = '"https://shop.example/back"' }
    local paid = assert(app.box:pay(id))
    assert.equal(id, paid.order)
    assert.truthy(paid.redirect:find("^https://shop.example/back%?param=[%w%%]+$"))
    assert.truthy(app.query(id):find('"status":1,"createTime"', 1, true))
    for _, verb in ipairs{ "pay", "decline", "back_out" } do
      local result, err = app.box[verb](app.box, id)
      assert.is_nil(result)
      assert.same({ "conflict", "order: paid already" }, { err.kind, err.message })
    end
    app.box:advance(7200000)
    assert.equal("paid", order().status)
    assert.equal(1, #app.box:deliver())
  end)

  it("is closed by hand, and then cannot be paid", function()
    local id = app.create{ page_url = '"game://back"' }
    assert.same({ order = id, redirect = "game://back" }, app.box:decline(id))
    assert.truthy(app.query(id):find('"status":-1,"createTime"', 1, true))
    local result, err = app.box:pay(id)
    assert.is_nil(result)
    assert.same({ "not_found", "order: closed" }, { err.kind, err.message })
    assert.same({}, app.box:deliver())
    assert.equal("closed", order().reason)
  end)

  it("stays open when the payer goes back", function()
    local id = app.create{ page_url = '"game://back"' }
    assert.same({ order = id, redirect = "game://back" }, app.box:back_out(id))
    assert.equal("open", order().status)
    assert.is_table((app.box:pay(id)))
  end)

  it("is found by id, pay page and the merchant's order; the newest open one of several", function()
    local extra = { extra = '"key|A%7C1%25|echo|more"' }
    local first, second, third = app.create(extra), app.create(extra), app.create()
    assert.equal(second, app.box:pay("A|1%").order)
    assert.equal(first, app.box:decline("A|1%").order)
    assert.equal("conflict", select(2, app.box:pay(second)).kind)
    assert.equal("order: paid already", select(2, app.box:pay("A|1%")).message)
    assert.equal(third, app.box:pay(app.account.pay_base .. "/#/pages/pay/detail?id=" .. third).order)
    for _, unknown in ipairs{ "1", "none", "k1", "", "https://x.example/#/pages/pay/detail?id=1" } do
      assert.equal("not_found", select(2, app.box:pay(unknown)).kind)
    end
    local books = app.box:books().fourmetas.orders
    assert.same({ "key", "A|1%", "echo|more" }, { books[1].key, books[1].order_id, books[1].echo })
  end)

  it("says at the caller's line that a reference is no text", function()
    local line = debug.getinfo(1, "l").currentline + 1
    local ok, problem = pcall(function() app.box:pay(1); return true end)
    assert.is_false(ok)
    local place = string.format("spec/sandbox/fourmetas_states_spec.lua:%d: ", line)
    assert.equal(place .. "expected a reference as text", problem)
  end)

  it("knows orders whose extra is not ours", function()
    local id = app.create{ extra = '"just text"' }
    assert.same({ "just text", nil }, { order().extra, order().order_id })
    assert.is_table((app.box:pay(id)))
  end)

  it("has no refund, and says so", function()
    local id = app.create()
    app.box:pay(id)
    assert.equal("unsupported", select(2, app.box:refund(id)).kind)
  end)

  it("tells its books: the truth in cents", function()
    local id = app.create{ page_url = '"game://back"' }
    app.box:pay(id)
    assert.same({ id = id, key = "k1", order_id = "A-1", echo = "", extra = "k1|A-1|", user = "167123123123",
      good = "1", game = "22", amount = 344, currency = "usd", status = "paid", created_ms = support.T0,
      expires_ms = support.T0 + 1800000, paid_ms = support.T0, notify_url = support.NOTIFY, page_url = "game://back" },
      order())
    assert.is_string(json.encode(app.box:books().fourmetas))
  end)
end)
