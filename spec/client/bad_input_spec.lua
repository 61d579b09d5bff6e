local appwheel = require "spec.client.appwheel"
local obol = require "obol"

-- Whatever a caller writes into a call's table is answered, never raised, and never sent.

local odd = {
  0, -1, 1.5, 0 / 0, math.huge, "", " ", "\0", "x\ny", ("x"):rep(1048576), "用户甲 É😀", "\255\254", true, false,
  {}, { {} }, { 1, 2 }, { id = {} }, { id = false }, { product_id = {} }, { { product_id = 5 } }, print,
  coroutine.create(print),
  io.stdout, obol.secret "hunter2", obol.money("1.00", "USD"), obol.null,
}

local function circle()
  local made = {}
  made.made = made
  return made
end
odd[#odd + 1] = circle()

local fields = { "order_id", "amount", "currency", "customer", "item", "items", "description", "method", "return_url",
  "cancel_url", "extra", "trial_days", "promotion_code", "quantity", "card", "unknown" }

local function assert_answered(answer, err, what)
  if answer ~= nil then return end
  assert.is_true(obol.error.is(err), what)
  assert.is_nil(tostring(err):find("hunter2", 1, true))
  assert.is_nil(tostring(err):find("\n", 1, true))
  assert.is_true(#tostring(err) < 4096, what)
end

describe("odd values", function()
  local pay, box
  setup(function() pay, box = appwheel.open() end)

  for _, field in ipairs(fields) do
    it("in " .. field .. " are answered", function()
      for place, value in ipairs(odd) do
        local made, base = { [field] = value }, { customer = { id = "u-" .. field .. place } }
        for name, member in pairs(appwheel.tip("B-" .. field .. place, base)) do
          if made[name] == nil then made[name] = member end
        end
        local what = field .. " " .. place
        local payment, payment_err = pay.payments:create(made)
        assert_answered(payment, payment_err, field .. " " .. place)
        made.order_id = field == "order_id" and value or "C-" .. field .. place
        local subscription, err = pay.subscriptions:create(made)
        assert_answered(subscription, err, what)
        assert.is_table(pay:explain(made))
        local found
        found, err = pay.payments:list { [field] = value }
        assert_answered(found, err, what)
        local asked = { [field] = value }
        asked.customer = asked.customer or { id = "u-7" }
        found, err = pay.entitlements:get(asked)
        assert_answered(found, err, what)
      end
    end)
  end

  it("in options are answered", function()
    for place, value in ipairs(odd) do
      for _, name in ipairs { "timeout_ms", "account", "tokn", 1 } do
        local payment, err = pay.payments:create(appwheel.tip("D-" .. place), { [name] = value })
        assert.is_nil(payment)
        assert.equal("invalid", err.kind)
      end
    end
  end)

  it("in notifications are answered with a reply", function()
    for _, value in ipairs(odd) do
      for _, request in ipairs { value, { body = value }, { headers = value, body = "{}" },
        { headers = { ["stripe-signature"] = value }, body = "{}" } } do
        local reply = pay.notifications:receive("subs", request)
        assert.is_number(reply.status)
        assert.is_string(reply.body)
      end
      assert.is_number(pay.notifications:receive(value, {}).status)
    end
  end)

  it("in a configuration are answered with mistakes", function()
    for _, value in ipairs(odd) do
      for _, name in ipairs { "mode", "accounts", "ledger", "transport", "log", "clock", "routes", "x" } do
        local config = { mode = "test", ledger = "memory", transport = box:transport(),
          accounts = { a = { provider = "appwheel", app_id = "1", secret = obol.secret "hunter2" } } }
        config[name] = value
        local opened, err = obol.open(config)
        assert_answered(opened, err, name)
      end
    end
  end)
end)

describe("a misspelt state in a list's query", function()
  it("is refused, because an empty list would look like good news", function()
    local pay = appwheel.open()
    for _, name in ipairs { "payments", "subscriptions", "refunds" } do
      local found, err = pay[name]:list { status = "expird" }
      assert.is_nil(found)
      assert.equal("invalid", err.kind)
      assert.equal("status", err.field)
    end
    local _, err = pay.payments:list { status = "unkown" }
    assert.equal("expected a state of a payment, did you mean `unknown`?", err.message)
    assert.same({}, pay.payments:list { status = "unknown" })
    assert.same({}, pay.subscriptions:list { status = "past_due" })
    assert.same({}, pay.refunds:list { status = "processing" })
  end)
end)
