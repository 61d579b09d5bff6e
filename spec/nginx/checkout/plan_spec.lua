-- Subscriptions by the checkout, and what a payer reads who would rather pay in another way.

local support = require "spec.nginx.checkout.support"

local MINUTE, HOUR = 60 * 1000, 60 * 60 * 1000

local function plan(at, order_id, more)
  assert(at.pay.customers:create({ customer = { id = "u-" .. order_id } }, { account = "subs" }))
  local order = { order_id = order_id, amount = "9.99", currency = "USD", description = "VIP, every month",
    customer = { id = "u-" .. order_id }, items = { { product_id = "price_vip_monthly" } },
    return_url = "https://shop.example/paid", cancel_url = "https://shop.example/back" }
  for name, value in pairs(more or {}) do order[name] = value end
  return order
end

describe("a subscription by a link", function()
  it("is begun on the page, which says that it goes on by itself", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(plan(at, "S-1"), { subscription = true })
    local page = browser.get(url).body
    assert(page:find("VIP, every month", 1, true))
    assert(page:find("charged again by itself until it is canceled", 1, true))
    assert.equal(303, browser.submit(url, "subs/checkout").status)
    assert.equal(1, at.calls "subscription.create")
    assert.equal(0, at.calls "payment.create")
    local made = at.pay.subscriptions:get "S-1"
    assert.equal("incomplete", made.status)
    assert(at.box:pay(made.action.url))
    at.box:advance(5000)
    local paid = browser.get(url).body
    assert(paid:find("<span>Paid</span>", 1, true))
    assert.is_nil(paid:find("charged again by itself", 1, true))
    made = at.pay.subscriptions:get "S-1"
    assert(made.status == "active" or made.status == "trialing", made.status)
  end)

  it("is not begun for another price than the plan's", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(plan(at, "S-6", { amount = "9.90" }), { subscription = true })
    assert.equal(422, browser.submit(url, "subs/checkout").status)
    assert.equal(0, at.calls "subscription.create")
  end)

  it("is one subscription however often the form comes", function()
    local at = support.open()
    local one, two, url = at.browser(), at.browser(), at.link(plan(at, "S-2"), { subscription = true })
    for _ = 1, 2 do
      one.submit(url, "subs/checkout")
      two.submit(url, "subs/checkout")
    end
    assert.equal(1, at.calls "subscription.create")
  end)

  it("comes from the merchant's server too", function()
    local at = support.open()
    local order = plan(at, "S-3", { subscription = true, checkout = { language = "zh" } })
    local answer, body = at.create(order)
    assert.equal(201, answer.status)
    assert.is_nil(body.status)
    local page = at.browser({ ["accept-language"] = "" }).get((body.checkout_url:gsub("^https://[^/]+", ""))).body
    assert(page:find("自动续费", 1, true))
    assert.equal(0, at.calls "subscription.create")
  end)

  it("is refused where no account has subscriptions", function()
    local at = support.open()
    local made, err = at.shop.link(support.tea "S-4", { subscription = true })
    assert.is_nil(made)
    assert.equal("unsupported", err.kind)
    made, err = at.shop.link(support.tea "S-4", { subscription = 1 })
    assert.is_nil(made)
    assert.equal("checkout.subscription", err.field)
  end)
end)

describe("another way to pay", function()
  local function shown(seconds)
    local at = support.open()
    local browser, url = at.browser(), at.link(support.tea "S-5", { expires_s = seconds })
    browser.submit(url, "web/wechat_qr")
    return at, browser, url
  end

  it("has to wait, and the page says for how long", function()
    local at, browser, url = shown(24 * 3600)
    assert.equal(at.pay.payments:get("S-5").created_ms + 2 * HOUR, at.pay.payments:get("S-5").expires_ms)
    assert(browser.get(url).body:find("about 120 more minutes", 1, true))
    at.box:advance(50 * MINUTE)
    local body = browser.get(url).body
    assert(body:find("about 70 more minutes", 1, true))
    assert(body:find("only when this one has run out", 1, true))
    browser.submit(url, "web/qq_qr")
    assert.equal(1, at.calls "payment.create")
  end)

  it("can be chosen when the first has run out, and one of the two is paid", function()
    local at, browser, url = shown(24 * 3600)
    at.box:advance(2 * HOUR + MINUTE)
    local over = browser.get(url).body
    assert(over:find("This payment was closed", 1, true))
    assert.is_nil(over:find("more minutes", 1, true))
    assert.is_nil(at.pay.payments:get("S-5").expires_ms)
    browser.submit(url, "web/qq_qr")
    assert.equal(2, at.calls "payment.create")
    assert(browser.get(url).body:find("about 120 more minutes", 1, true))
  end)

  it("is not promised where the link ends first", function()
    local _, browser, url = shown(3600)
    local body = browser.get(url).body
    assert(body:find("no other way can be chosen meanwhile", 1, true))
    assert.is_nil(body:find("has run out", 1, true))
  end)
end)
