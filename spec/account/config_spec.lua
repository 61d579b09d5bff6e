local support = require "spec.account.support"
local account_of = require "obol.account"
local secret = require "obol.secret"

describe("an account's configuration", function()
  local function refused(more)
    local made, err = account_of(support.config(more))
    assert.is_nil(made)
    assert.equal("invalid", err.kind)
    return support.problems(err), err
  end

  it("reports everything that is wrong with it", function()
    local made, err = account_of { provider = "appwheel", app_id = "abc", base_url = "nowhere",
      pay_price = "each", sercet = secret "x", expire_after = "soon", webhook_tolerance_s = 0 }
    assert.is_nil(made)
    local found = support.problems(err)
    assert.truthy(found.app_id)
    assert.truthy(found.base_url)
    assert.equal('expected "unit" or "total"', found.pay_price)
    assert.equal("expected a known name, perhaps secret", found.sercet)
    assert.equal("expected a value", found.secret)
    assert.truthy(found.expire_after)
    assert.equal("expected an integer from 1 to 86400", found.webhook_tolerance_s)
  end)

  it("wants its secrets as secrets", function()
    assert.equal('expected an obol.secret, such as obol.secret.env "NAME"',
      refused({ secret = "k3yForDocsOnly" }).secret)
    assert.truthy(refused({ secret = {} }).secret)
    assert.truthy(refused({ secret = { secret "a", "b" } }).secret)
    assert.truthy(refused({ secret = secret "" }).secret)
  end)

  it("wants a known provider", function()
    local made, err = account_of { provider = "nobody" }
    assert.is_nil(made)
    assert.equal("provider", err.field)
    assert.is_nil((account_of {}))
    assert.has_error(function() account_of() end)
  end)

  it("takes the app id as a number or as digits", function()
    assert(account_of(support.config { app_id = 331058835 }))
    assert.truthy(refused({ app_id = 3.5 }).app_id)
    assert.truthy(refused({ app_id = "-1" }).app_id)
  end)

  it("refuses a base URL with a query or a fragment", function()
    assert.truthy(refused({ base_url = "https://x.example/?a=1" }).base_url)
    assert.truthy(refused({ base_url = "https://x.example/#a" }).base_url)
    assert.truthy(refused({ base_url = "ftp://x.example/" }).base_url)
  end)

  it("keeps its secrets to itself, and wipes them when closed", function()
    local one = support.account()
    assert.equal("[account of appwheel]", tostring(one))
    local request = assert(one:encode("product.list", {}))
    assert.is_nil(tostring(request):find("Signature", 1, true))
    one:close()
    one:close()
    assert.has_error(function() one:encode("product.list", {}) end)
    -- a request stands by itself
    assert.equal("https://sdk.api.appwheel.com/v1/purchase/skus", request.url)
    assert.equal("Stripe", request.headers["x-request-platform"])
  end)

  it("survives the secret that it was made of", function()
    local key = secret "k3yForDocsOnly0123456789ABCDEFgh"
    local one = support.account { secret = key }
    key:close()
    local request = assert(one:encode("product.list", {}, { time_ms = 1700000003000 }))
    assert.equal("Signature 6006bc8881fc3a3b012d015dc9e0175930e1ad73c004535a8173ff111bc1859d",
      request.headers.authorization)
  end)
end)
