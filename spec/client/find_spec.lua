local notified = require "spec.client.notified"
local secret = require "obol.secret"
local support = require "spec.client.support"

describe("payments:find", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function open(state, accounts)
    return support.open("cloud", function(request)
      if request.operation == "payment.find" then
        state.asked = request
        if type(state.find) == "function" then return state.find() end
        return state.find
      end
      return { outcome = "accepted", provider_id = "tx-1" }
    end, { accounts = accounts or { a = { provider = "cloud" } } })
  end

  it("asks the provider with the payer's token whether an item is paid for", function()
    local state = { find = { outcome = "succeeded", payments = {
      { provider_id = "tx-9", status = "expired" }, { provider_id = "tx-1", status = "succeeded" } } } }
    local pay = open(state)
    pay.payments:create(notified.order "A-1")
    local query = { item = "p-1", extra = { cloud = { schema_id = 4 } } }
    local found = assert(pay.payments:find(query, { token = secret "payer" }))
    assert.is_true(found.paid)
    assert.equal(2, #found)
    assert.equal("A-1", found[2].order_id)
    assert.is_nil(found[1].order_id)
    assert.same({ item = { product_id = "p-1" }, extra = { cloud = { schema_id = 4 } } }, state.asked.params)
    assert.equal("payer", state.asked.context.token:reveal())
  end)

  it("says that nothing is paid where the provider tells so", function()
    local state = {}
    local pay = open(state)
    for _, answer in ipairs { { outcome = "succeeded", payments = {} }, { outcome = "succeeded" },
      { outcome = "succeeded", payments = { { provider_id = "tx-1", status = "requires_action" } } },
      { outcome = "unknown", found = false, kind = "not_found" } } do
      state.find = answer
      assert.is_false(pay.payments:find({ item = { product_id = "p-1" } }, { token = secret "payer" }).paid)
    end
  end)

  it("takes the provider's word on the item from among others", function()
    local others = { { provider_id = "tx-7", status = "succeeded" }, { provider_id = "tx-1", status = "processing" } }
    local state = { find = { outcome = "accepted", payments = others, payment = others[2] } }
    local pay = open(state)
    assert.is_false(pay.payments:find({ item = 5 }, { token = secret "payer" }).paid)
    assert.same({ item = { product_id = "5" } }, state.asked.params)
    state.find = { outcome = "succeeded", payments = others, payment = others[1] }
    assert.is_true(pay.payments:find({ item = 5 }, { token = secret "payer" }).paid)
  end)

  it("is unsupported without the payer's token", function()
    local state = {}
    local pay, transport = open(state)
    local found, err = pay.payments:find { customer = "u-1", item = "p-1" }
    assert.is_nil(found)
    assert.equal("unsupported", err.kind)
    assert.equal(0, #transport.sent)
  end)

  it("gives the provider's error where it could not be asked", function()
    local state = { find = support.unknown }
    local pay = open(state)
    local found, err = pay.payments:find({ item = { product_id = "p-1" } }, { token = secret "payer" })
    assert.is_nil(found)
    assert.equal("timeout", err.kind)
  end)

  it("looks through the ledger where providers cannot find payments", function()
    local outcome = "declined"
    local pay = support.open("cards", function() return { outcome = outcome } end)
    pay.payments:create(notified.order "A-1")
    local found = pay.payments:find { customer = { id = "u-1" }, item = { product_id = "p-1" } }
    assert.equal("A-1", found[1].order_id)
    assert.is_false(found.paid)
    outcome = "succeeded"
    pay.payments:create(notified.order "A-2")
    assert.is_true(pay.payments:find({ customer = "u-1", item = "p-1" }).paid)
    assert.is_false(pay.payments:find({ customer = "u-1", item = "p-2" }).paid)
  end)

  it("chooses between both by what is asked", function()
    local state = { find = { outcome = "succeeded" } }
    local pay = open(state, { a = { provider = "cloud" }, b = { provider = "cards" } })
    assert.equal(0, #pay.payments:find { customer = "u-1" })
    assert.is_nil(state.asked)
    assert.is_false(pay.payments:find({ customer = "u-1" }, { token = secret "payer" }).paid)
    assert.equal("payment.find", state.asked.operation)
    assert.equal("unsupported", select(2, pay.payments:find { item = "p-1", extra = {} }).kind)
    assert.equal(0, #pay.payments:find({ customer = "u-1" }, { account = "b" }))
  end)

  it("refuses what it does not know", function()
    local pay = support.open("cards", function() return { outcome = "succeeded" } end)
    assert.equal("costumer", select(2, pay.payments:find { costumer = "u-1" }).field)
    assert.equal("customer", select(2, pay.payments:find {}).field)
    assert.equal("unsupported", select(2, pay.payments:find { customer = "u-1", extra = {} }).kind)
    assert.has_error(function() pay.payments:find "u-1" end)
  end)
end)
