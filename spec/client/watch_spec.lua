local support = require "spec.client.support"

describe("pay:watch", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function order(order_id)
    return { order_id = order_id, amount = "8.88", currency = "USD", customer = { id = "u-1" } }
  end

  local function open(log)
    return support.open("cards", function() return { outcome = "succeeded", provider_id = "p" } end, { log = log })
  end

  it("hands every record to each watcher, and to the configuration's log", function()
    local logged, first, second = {}, {}, {}
    local pay = open(function(record) logged[#logged + 1] = record end)
    pay:watch(function(record) first[#first + 1] = record.operation end)
    pay:watch(function(record) second[#second + 1] = record.outcome end)
    pay.payments:create(order "A-1")
    assert.equal(1, #logged)
    assert.same({ "payment.create" }, first)
    assert.same({ "succeeded" }, second)
  end)

  it("needs no log, and a watcher that fails breaks nothing", function()
    local seen = 0
    local pay = open(nil)
    pay:watch(function() error "broken" end)
    pay:watch(function() seen = seen + 1 end)
    assert.equal("succeeded", pay.payments:create(order "A-2").status)
    assert.equal(1, seen)
  end)

  it("has a sister that only counts: the end of each call, with its outcome and how long it took", function()
    local seen = {}
    local pay = open(nil)
    pay:count { call = function() error "broken" end }
    pay:count { call = function(...) seen[#seen + 1] = { ... } end, alarm = function() error "none" end }
    pay.payments:create(order "A-4")
    assert.equal(1, #seen)
    assert.same({ "a", "payment.create", "succeeded", "number" },
      { seen[1][1], seen[1][2], seen[1][3], type(seen[1][4]) })
  end)

  it("wants functions to count with", function()
    local pay = open(nil)
    for _, wrong in ipairs { 7, { call = 7 }, { calls = function() end } } do
      assert.has_error(function() pay:count(wrong) end)
    end
    assert.has_error(function() pay.count {} end)
  end)

  it("wants a function", function()
    local pay = open(nil)
    assert.has_error(function() pay:watch(7) end)
    assert.has_error(function() pay.watch(function() end) end)
  end)
end)
