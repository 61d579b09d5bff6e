-- obol providers and obol describe.

local cjson = require "cjson"
local support = require "spec.cli.support"

describe("obol providers and describe", function()
  local folder

  setup(function() folder = support.folder() end)
  teardown(function() support.remove(folder) end)

  local function run(...) return support.obol(folder, { ... }) end

  it("lists AppWheel for people", function()
    local ran = run("providers")
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find "^NAME +TITLE\n")
    assert.truthy(ran.out:find "\nappwheel +AppWheel %(Stripe%) +methods +checkout\n +operations +customer%.create, ")
    assert.truthy(ran.out:find "subscription%.cancel")
    for line in ran.out:gmatch "[^\n]+" do assert.is_true(#line <= 100, line) end
  end)

  it("lists AppWheel for programs", function()
    local ran = run("providers", "--json")
    local list = cjson.decode(ran.out)
    assert.equal(0, ran.status)
    assert.equal("appwheel", list[1].name)
    assert.same({ "checkout" }, list[1].methods)
    local seen = {}
    for _, name in ipairs(list[1].operations) do
      assert.is_nil(seen[name], name .. " stands there twice")
      seen[name] = true
    end
    assert.is_true(seen["payment.create"] and seen["time.get"])
  end)

  it("describes a provider", function()
    local ran = run("describe", "appwheel")
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find "\n +app_id +integer +required ")
    assert.truthy(ran.out:find "\n +pay_price ")
    assert.truthy(ran.out:find "\n +subscription%.cancel +none ")
  end)

  it("describes every variant of an operation with its words, limits and outcomes", function()
    local ran = run("describe", "appwheel", "payment.create")
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find("with extra.appwheel.mode = sku_payment", 1, true))
    assert.truthy(ran.out:find "\n +items%[1%]%.quantity +integer +quantity +[^\n]*1 to 1000000")
    assert.truthy(ran.out:find "\n +description +text +required +productName ")
    assert.truthy(ran.out:find "\n +code = 205004 +rejected +not_found ")
  end)

  it("describes for programs what the library tells", function()
    local provider = cjson.decode(run("describe", "appwheel", "--json").out)
    assert.equal("appwheel", provider.name)
    local variants = cjson.decode(run("describe", "appwheel", "subscription.cancel", "--json").out)
    assert.equal("POST /v1/stripe/purchase/cancel", variants[1].request_line)
    assert.equal("subscription.query", variants[1].found_with)
  end)

  it("keeps lines within the width that COLUMNS gives", function()
    local ran = support.obol(folder, { "describe", "appwheel", "payment.create" }, { COLUMNS = "110" })
    local longest = 0
    for line in ran.out:gmatch "[^\n]+" do longest = math.max(longest, #line) end
    assert.is_true(longest <= 110 and longest > 90, "a line of " .. longest)
  end)

  it("names the nearest provider and operation", function()
    local ran = run("describe", "apwheel")
    assert.equal(2, ran.status)
    assert.equal("", ran.out)
    assert.truthy(ran.err:find("`appwheel`", 1, true))
    ran = run("describe", "appwheel", "payment.creat")
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("`payment.create`", 1, true))
    ran = run("describe", "zzzzzzzzzzzzzzzzzzzz")
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("obol providers", 1, true))
  end)
end)
