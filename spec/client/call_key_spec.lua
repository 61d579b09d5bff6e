local support = require "spec.client.support"

-- A call beneath everything has a key too where it makes something, and tells it.
describe("the key of pay:call", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local params = { order_id = "A-1", amount = "8.88", currency = "USD" }

  it("is the call's own, and another one in each call", function()
    local pay, transport = support.open("cards", function() return { outcome = "accepted" } end)
    local first = assert(pay:call("a", "payment.create", params))
    local second = assert(pay:call("a", "payment.create", params))
    assert.matches("^%x+$", first.key)
    assert.equal(32, #first.key)
    assert.not_equal(first.key, second.key)
    assert.equal(first.key, transport.sent[1].context.key)
  end)

  it("is the caller's where one is given", function()
    local pay, transport = support.open("cards", function() return { outcome = "accepted" } end)
    assert.equal("my-key", assert(pay:call("a", "payment.create", params, { key = "my-key" })).key)
    assert.equal("my-key", transport.sent[1].context.key)
    for _, wrong in ipairs { "", "a b", ("x"):rep(129), 7, "a\n" } do
      local result, err = pay:call("a", "payment.create", params, { key = wrong })
      assert.is_nil(result)
      assert.equal("options.key", err.field)
    end
    assert.equal(1, #transport.sent)
  end)

  it("is none for what only asks", function()
    local pay, transport = support.open("cards", function() return { outcome = "succeeded" } end)
    assert.is_nil(assert(pay:call("a", "payment.query", params)).key)
    assert.is_nil(transport.sent[1].context.key)
  end)
end)
