local support = require "spec.account.support"
local core = require "obol.core"
local secret = require "obol.secret"

describe("the provider tables", function()
  it("keep the rules of the self-check", function()
    for _, name in ipairs(core.providers()) do
      local found = core.selfcheck(name)
      for i, problem in ipairs(found) do found[i] = problem.field .. ": " .. problem.message end
      assert.same({}, found)
    end
  end)

  it("are told in full", function()
    local provider = core.describe "appwheel"
    assert.equal("appwheel", provider.name)
    assert.same({ "checkout" }, provider.methods)
    local names = {}
    for _, operation in ipairs(provider.operations) do names[operation.name] = true end
    for _, name in ipairs { "customer.create", "product.list", "product.history", "subscription.create",
      "payment.create", "subscription.update", "subscription.cancel", "subscription.renew",
      "subscription.portal", "subscription.query", "entitlement.get", "payment_method.create",
      "payment_method.list", "payment_method.remove", "invoice.list", "time.get" } do
      assert.is_true(names[name], name)
    end
  end)

  it("tell limits, acknowledgements and what is counted otherwise than ISO 4217 says", function()
    local provider = core.describe "appwheel"
    assert.equal(30000, provider.timeout_ms)
    -- docs.stripe.com/currencies, special cases
    assert.same({ ISK = 2, UGX = 2, MGA = 0 }, provider.places)
    local statuses = {}
    for _, each in ipairs(provider.acknowledgements) do statuses[each.word] = each.status end
    assert.same({ accepted = 200, later = 500, refused = 400 }, statuses)
  end)

  it("tell how a subscription is picked from a user's, and what its state says", function()
    local query = core.describe("appwheel", "subscription.query")[1]
    assert.equal("subscriptions", query.pick_from)
    assert.equal("id", query.pick_by)
    assert.equal("subscription", query.pick_as)
    assert.same({ "accepted", "succeeded" }, { query.item_outcomes[1].outcome, query.item_outcomes[2].outcome })
    local entitlements = core.describe("appwheel", "entitlement.get")[1].reply[1]
    assert.equal("name", entitlements.key)
    local intent = core.describe("appwheel", "payment_method.create")[2].reply[1]
    assert.is_true(intent.hidden)
  end)

  it("give every variant of an operation", function()
    local variants = core.describe("appwheel", "payment.create")
    assert.equal(2, #variants)
    assert.equal("payment", variants[1].variant)
    assert.equal("offer", variants[1].effect)
    assert.equal("nothing", variants[1].found_by)
    assert.is_false(variants[1].repeat_safe)
  end)

  it("are not made up for what does not exist", function()
    assert.equal("not_found", select(2, core.describe "nobody").kind)
    assert.equal("not_found", select(2, core.describe("appwheel", "payment.teleport")).kind)
  end)

  it("tells a word once that stands for several of the provider's values", function()
    local words
    for _, field in ipairs(core.describe("appwheel", "invoice.list")[1].reply[1].fields) do
      if field.name == "subscription_status" then words = field.oneof end
    end
    assert.same({ "incomplete", "active", "expired", "past_due", "paused" }, words)
  end)

  -- every request row's own sample goes through the whole way: check, encode, sign
  it("encode each operation from its samples", function()
    local account = support.account()
    local function put(params, path, value)
      local at = params
      local steps = {}
      for step in path:gmatch "[^.]+" do steps[#steps + 1] = step end
      for i, step in ipairs(steps) do
        local name, index = step:match "^(.-)%[(%d+)%]$"
        name = name or step
        if index then
          at[name] = at[name] or {}
          at, name = at[name], tonumber(index)
        end
        if i == #steps then at[name] = value else at[name] = at[name] or {} end
        at = at[name]
      end
    end
    for _, operation in ipairs(core.describe("appwheel").operations) do
      local params = {}
      for _, field in ipairs(operation.request) do
        if field.sample and not field.computed then put(params, field.name, field.sample) end
      end
      local request, err = account:encode(operation.name, params, { time_ms = 1700000000000 })
      assert.truthy(request, operation.name .. ": " .. tostring(err))
      assert.equal(operation.request_line:match "^%u+", request.method)
    end
  end)
end)

describe("what is declared of an operation", function()
  local account = support.account()

  it("is its variant's", function()
    assert.same({ operation = "payment.create", variant = "payment", effect = "offer",
      found_by = "nothing", repeat_safe = false, proof = "new_order", proof_with = "entitlement.get" },
      account:plan("payment.create", {}))
    assert.equal("sku_payment",
      account:plan("payment.create", { extra = { appwheel = { mode = "sku_payment" } } }).variant)
  end)

  it("tells how an unanswered cancel is found again", function()
    assert.same({ operation = "subscription.cancel", effect = "none", found_by = "customer",
      found_with = "subscription.query", repeat_safe = false }, account:plan("subscription.cancel", {}))
  end)

  it("is nothing for an operation that does not exist", function()
    assert.equal("unsupported", select(2, account:plan("refund.create", {})).kind)
    assert.is_false(account:supports "refund.create")
    assert.is_true(account:supports "payment.create")
  end)
end)

describe("redaction", function()
  local account = support.account()

  it("shows what is nobody's business to hide, shortens what is personal, hides secrets", function()
    local shown = account:redact("payment.create", {
      customer = { id = "user_1234", ip = "203.0.113.9" }, amount = "8.88", description = "tea lights",
      card = { number = secret "4111111111111111", cvv = "123", holder = "Ann" },
      items = { { product_id = "p", quantity = 2 } },
    })
    assert.same({
      customer = { id = "us...", ip = "20..." }, amount = "8.88", description = "tea lights",
      card = { number = "[secret]", cvv = "[secret]", holder = "..." },
      items = { { product_id = "p", quantity = 2 } },
    }, shown)
  end)

  it("hides what no row knows, and works on what would be refused", function()
    local shown = account:redact("payment.create", { cardnumber = "4111111111111111", amount = 8.5 })
    assert.equal("[not shown]", shown.cardnumber)
  end)
end)
