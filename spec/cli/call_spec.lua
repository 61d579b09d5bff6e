-- obol call, against the sandbox behind HTTP.

local cjson = require "cjson"
local support = require "spec.cli.support"

describe("obol call", function()
  local folder, server, found, environment

  setup(function()
    folder = support.folder()
    server, found, environment = support.sandbox()
    support.write(folder .. "/obol.lua", support.configuration(found))
  end)

  teardown(function()
    server:stop()
    support.remove(folder)
  end)

  local function call(...)
    return support.quiet(folder, { "call", ... }, environment)
  end

  local purchase = { "customer.id=u-7", "item.product_id=price_lifetime", "amount=8.88", "currency=USD",
    "description=tea lights", "return_url=https://shop.example/ok", "cancel_url=https://shop.example/no" }

  local function with(words, ...)
    local all = { ... }
    for _, word in ipairs(words) do all[#all + 1] = word end
    return (table.unpack or unpack)(all)
  end

  it("shows a success to people and ends with 0", function()
    local ran = call("subs", "product.list")
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find "^succeeded  subs product%.list\n")
    assert.truthy(ran.out:find("price 9.99 USD\n", 1, true))
    assert.is_nil(ran.out:find("lookup_key", 1, true))
    assert.truthy(ran.out:find("--json", 1, true))
    assert.equal("", ran.err)
  end)

  it("gives programs exact amounts and ids as text", function()
    local ran = call("subs", "product.list", "--json")
    local result = cjson.decode(ran.out)
    assert.equal(0, ran.status)
    assert.equal("succeeded", result.outcome)
    assert.equal("price_vip_monthly", result.products[1].id)
    assert.same({ amount = "9.99", currency = "USD", minor = 999 }, result.products[1].price)
  end)

  it("sends dotted names, indices and JSON", function()
    assert.equal(0, call("subs", "customer.create", "customer.id=u-7").status)
    local ran = call("subs", "customer.create", 'customer:={"id":"u-8"}', "--json")
    assert.equal("u-8", cjson.decode(ran.out).customer_id)
    ran = call(with(purchase, "subs", "payment.create", "--json"))
    local result = cjson.decode(ran.out)
    assert.equal(0, ran.status)
    assert.equal("accepted", result.outcome)
    assert.equal("redirect", result.action.type)
    assert.truthy(result.action.url:find("/pay/cs_test_", 1, true))
  end)

  it("shows the request instead of sending it, without what signs it", function()
    local ran = call(with(purchase, "subs", "payment.create", "--dry-run", "--json", "items[1].quantity=2"))
    assert.equal(2, ran.status) -- item and items[1] are the same, and both were given
    ran = call(with(purchase, "subs", "payment.create", "--dry-run", "--json"))
    local shown = cjson.decode(ran.out)
    assert.equal(0, ran.status)
    assert.equal("POST", shown.method)
    assert.equal(found.base_url .. "/v1/stripe/purchase/create", shown.url)
    assert.equal("[hidden]", shown.headers.authorization)
    local body = cjson.decode(shown.body)
    assert.equal(888, body.payPrice)
    assert.equal("tea lights", body.productName)
    assert.equal("price_lifetime", body.productId)
    ran = call(with(purchase, "subs", "payment.create", "--dry-run"))
    assert.truthy(ran.out:find "^POST http://127%.0%.0%.1:%d+/appwheel/v1/stripe/purchase/create")
    assert.is_nil(ran.out:find("Signature", 1, true))
  end)

  it("ends with 1 when the provider refuses, and says why", function()
    local ran = call("subs", "entitlement.get", "customer.id=nobody")
    assert.equal(1, ran.status)
    assert.truthy(ran.out:find "^rejected  ")
    assert.truthy(ran.err:find("205004", 1, true))
    ran = call("wrong", "product.list", "--json")
    local result = cjson.decode(ran.out)
    assert.equal(1, ran.status)
    assert.equal("authentication", result.error.kind)
    assert.equal("10000", result.code)
  end)

  it("ends with 1 when nothing was sent", function()
    local ran = call("away", "time.get", "--json")
    assert.equal(1, ran.status)
    local result = cjson.decode(ran.out)
    assert.equal("not_sent", result.error.outcome)
    assert.equal("network", result.error.kind)
  end)

  it("ends with 3 when nobody knows", function()
    local transport = assert(require("obol.wait").transport {})
    assert(transport.send { method = "POST", url = server.url .. "/_sandbox/fault",
      headers = { ["content-type"] = "application/json" },
      body = '{"operation":"payment.create","kind":"commit_then_drop"}' })
    local ran = call(with(purchase, "subs", "payment.create"))
    assert.equal(3, ran.status)
    assert.truthy(ran.err:find "^error: ")
  end)

  it("ends with 2 for an unknown account or operation and names the nearest", function()
    local ran = call("sub", "product.list")
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("`subs`", 1, true))
    ran = call("subs", "product.lst")
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("`product.list`", 1, true))
  end)

  it("reports everything that is wrong with the parameters, without the values", function()
    local ran = call("subs", "payment.create", "customer.id=u-7", "item.product_id=price_lifetime", "amount=8.8888",
      "currency=XXQ", "desciption=never said", "return_url=https://shop.example/ok")
    assert.equal(2, ran.status)
    assert.equal("", ran.out)
    for _, path in ipairs { "cancel_url", "description", "currency", "desciption" } do
      assert.truthy(ran.err:find("\n  " .. path .. "  ", 1, true), path)
    end
    for _, value in ipairs { "8.8888", "XXQ", "never said" } do assert.is_nil(ran.err:find(value, 1, true)) end
    ran = call("subs", "payment.create", "--json", "customer.id=u-7")
    assert.equal(2, ran.status)
    assert.equal("invalid", cjson.decode(ran.out).error.kind)
  end)

  it("does not take a card's number from the command line", function()
    local ran = call(with(purchase, "subs", "payment.create", "card.number=4242424242424242"))
    assert.equal(2, ran.status)
    assert.is_nil((ran.out .. ran.err):find("4242", 1, true))
    assert.truthy(ran.err:find("card.number", 1, true))
    assert.truthy(ran.err:find("env:NAME", 1, true))
  end)

  it("says which file or variable is missing", function()
    local ran = call("subs", "customer.create", "customer.id=@no/such/file")
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find "customer%.id  expected a file")
    ran = call("subs", "customer.create", "customer.id=env:OBOL_SPEC_NOT_SET")
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find "customer%.id  expected an environment variable")
  end)

  it("reads values from files and variables", function()
    support.write(folder .. "/id", "u-file\n")
    local ran = call("subs", "customer.create", "customer.id=@id", "--json")
    assert.equal("u-file", cjson.decode(ran.out).customer_id)
    environment.SPEC_ID = "u-env"
    ran = call("subs", "customer.create", "customer.id=env:SPEC_ID", "--json")
    assert.equal("u-env", cjson.decode(ran.out).customer_id)
  end)

  it("finds its configuration by option, by variable, and tells when it cannot", function()
    local ran = call("--config", "nowhere.lua", "subs", "time.get")
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("nowhere.lua", 1, true))
    environment.OBOL_CONFIG = folder .. "/obol.lua"
    assert.equal(0, call("subs", "time.get").status)
    environment.OBOL_CONFIG = nil
  end)

  it("reports a configuration's mistakes with account and key", function()
    support.write(folder .. "/bad.lua", [[return { mode = "test", ledger = "memory", accounts = {
      subs = { provider = "appwheel", app_id = "x", secret = secret.env "OBOL_SPEC_NOT_SET" } } }]])
    local ran = call("--config", "bad.lua", "subs", "time.get")
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("accounts.subs.secret", 1, true))
    assert.truthy(ran.err:find("OBOL_SPEC_NOT_SET", 1, true))
    assert.truthy(ran.err:find("accounts.subs.app_id", 1, true))
  end)

  it("never prints a client secret", function()
    call("subs", "customer.create", "customer.id=u-9")
    local ran = call("subs", "payment_method.create", "customer.id=u-9", "type=setupIntent", "--json")
    assert.equal(0, ran.status)
    assert.equal("[secret]", cjson.decode(ran.out).action.client_secret)
    assert.is_nil(ran.out:find "seti_%w+_secret_")
    ran = call("subs", "payment_method.create", "customer.id=u-9", "type=setupIntent")
    assert.equal(0, ran.status)
    assert.is_nil(ran.out:find "seti_%w+_secret_")
  end)
end)
