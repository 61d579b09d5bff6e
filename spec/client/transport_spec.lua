local obol = require "obol"

-- The client over the built-in transport, where nobody listens.

describe("a client over the built-in transport", function()
  local function open()
    return assert(obol.open {
      mode = "test", ledger = "memory",
      accounts = { subs = { provider = "appwheel", app_id = "331058835", base_url = "http://127.0.0.1:1",
        secret = obol.secret "k3yForDocsOnly0123456789ABCDEFgh" } },
    })
  end

  it("says not_sent of a refused connection, within the call's limit", function()
    local pay = open()
    local products, err = pay.products:list(nil, { timeout_ms = 20000 })
    assert.is_nil(products)
    assert.equal("network", err.kind)
    assert.equal("not_sent", err.outcome)
    assert.equal("subs", err.account)
    pay:close()
  end)

  it("runs several calls at once inside obol.all", function()
    local pay = open()
    local function ask() return pay.entitlements:get({ customer = { id = "u-1" } }, { timeout_ms = 20000 }) end
    local first, second = obol.all(ask, ask)
    for _, results in ipairs { first, second } do
      assert.is_nil(results[1])
      assert.equal("not_sent", results[2].outcome)
    end
    pay:close()
  end)

  it("tells a call that was interrupted from a transport with a fault, and knows of neither what came of it", function()
    for raised, message in pairs {
      ["interrupted!"] = "interrupted before the answer came", ["oh"] = "the transport raised an error" } do
      local pay = assert(obol.open { mode = "test", ledger = "memory",
        transport = { send = function() error(raised) end },
        accounts = { subs = { provider = "appwheel", app_id = "1", secret = obol.secret(("x"):rep(32)) } } })
      local products, err = pay.products:list()
      assert.is_nil(products)
      assert.same({ "internal", "unknown", message }, { err.kind, err.outcome, err.message })
      pay:close()
    end
  end)

  it("refuses options that the transport does not know", function()
    local pay, err = obol.open { mode = "test", ledger = "memory", transport = { verify = false },
      accounts = { subs = { provider = "appwheel", app_id = "1", secret = obol.secret "x" } } }
    assert.is_nil(pay)
    assert.equal("transport.verify", err.fields[1].field)
  end)
end)

describe("the module", function()
  it("offers its parts, and nothing by a name that it has not", function()
    for _, name in ipairs { "open", "account", "all", "providers", "describe", "features" } do
      assert.is_function(obol[name], name)
    end
    assert.equal("8.88", obol.money("8.88", "USD"):format())
    assert.equal(obol.null, obol.json.decode "null")
    assert.equal("ab", obol.crypto.hex "\171")
    assert.is_true(obol.error.is(select(2, obol.open {})))
    assert.matches("^%d+%.%d+%.%d+$", obol.version)
    assert.is_nil(obol.nothing)
    assert.equal("appwheel", obol.providers()[1])
  end)
end)
