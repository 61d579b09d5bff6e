local support = require "spec.client.support"

local card = support.card

describe("the choice of an account", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function two()
    return support.open("cards", function(request) return { outcome = "succeeded", provider_id = request.url } end,
      { accounts = { one = { provider = "cards" }, two = { provider = "safe" }, three = { provider = "wheel" } } })
  end

  it("wants the account's name where several fit", function()
    local pay, transport = two()
    local payment, err = pay.payments:create(card "A-1")
    assert.is_nil(payment)
    assert.equal("invalid", err.kind)
    assert.equal("options.account", err.field)
    assert.equal("https://safe", pay.payments:create(card "A-1", { account = "two" }).provider_id)
    assert.equal(1, #transport.sent)
  end)

  it("needs no name where one fits", function()
    local pay = two()
    local products = pay.products:list()
    assert.same({}, products)
  end)

  it("explains why accounts fit or not", function()
    local pay = two()
    local why = pay:explain(card("A-1", { method = "wechat_qr" }))
    assert.is_nil(why.account)
    assert.equal("unsupported", why.error.kind)
    assert.equal(3, #why.accounts)
    for _, entry in ipairs(why.accounts) do
      assert.is_false(entry.fits)
      assert.equal("the provider does not take this method", entry.reason)
    end
    assert.same({ "one", "three", "two" }, { why.error.fields[1].field, why.error.fields[2].field,
      why.error.fields[3].field })
    assert.equal("the provider does not take this method", why.error.fields[1].message)
    assert.equal("one", pay:explain(card "A-1", { account = "one" }).account)
  end)

  it("says unsupported where the provider has no such operation", function()
    local pay = support.open("safe", function() return { outcome = "succeeded" } end)
    local result, err = pay.products:list()
    assert.is_nil(result)
    assert.equal("unsupported", err.kind)
    assert.equal("a", err.account)
  end)

  it("says what is wrong with a call that an account would take", function()
    local pay = two()
    for _, entry in ipairs(pay:explain(card "A-1").accounts) do assert.is_nil(entry.problem) end
    for _, entry in ipairs(pay:explain(card("A-1", { bad = true })).accounts) do
      assert.is_true(entry.fits)
      assert.equal("bad", entry.problem.field)
    end
  end)
end)
