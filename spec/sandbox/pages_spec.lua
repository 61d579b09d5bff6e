-- The pages that a payer sees: what they show, what their buttons do, and that nothing that came from
-- outside is ever read as HTML.

local support = dofile "spec/sandbox/support.lua"

local EVIL = [[<script>alert("1")</script>'&{title}{{card}}]]
local EVIL_ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;{title}{{card}}"

describe("the sandbox's pages", function()
  local app
  before_each(function()
    app = support.open()
    app.user("u1")
  end)

  local function get(url) return assert(app.transport.send{ method = "GET", url = url, headers = {} }) end
  local function post(url, body)
    return assert(app.transport.send{ method = "POST", url = url, body = body,
      headers = { ["content-type"] = "application/x-www-form-urlencoded" } })
  end
  -- What a browser does with the answer to a form that it is sent on by.
  local function follow(url, body)
    local reply = post(url, body)
    assert.equal(303, reply.status)
    return get((url:gsub("[^/]*$", "")) .. reply.headers.location)
  end
  local function has(page, text) assert.truthy(page.body:find(text, 1, true), text) end

  it("shows product, price, trial and discount, with labels and a policy", function()
    local page = get(app.buy{ trialPeriodDays = 7, promotionCode = { "HALF" } }.data.checkoutUrl)
    assert.equal(200, page.status)
    assert.equal("text/html; charset=utf-8", page.headers["content-type"])
    for _, text in ipairs{ "VIP 月度会员", "9.99 USD", "per month", "7 days free", "50% off", '<label for="card">',
      'id="card"', ">Start free trial<", ">Decline the card<", ">Back to the shop<", 'lang="en"', "<title>",
      "no money moves" } do
      has(page, text)
    end
    local policy = page.headers["content-security-policy"]
    assert.truthy(policy:find("^default%-src 'none'; .*; style%-src 'sha256%-[%w+/=]+'$"))
    assert.is_nil(page.body:find("<script", 1, true))
    assert.equal("nosniff", page.headers["x-content-type-options"])
  end)

  it("writes prices with the places of their currency", function()
    local function price(fields) return get(app.buy(fields).data.checkoutUrl) end
    has(price{ productId = "price_gulf_monthly" }, "1.500 KWD")
    has(price{ productId = "price_gems", mode = "sku_payment", quantity = 3 }, "1500 JPY")
    has(price{ mode = "payment", productId = "price_tip", quantity = 1, payPrice = 5, productName = "x" }, "0.05 USD")
    has(price{ productId = "price_sprint_3days" }, "every 3 days")
  end)

  it("says what is due now, and what follows", function()
    local function shows(fields, texts)
      local page = get(app.buy(fields).data.checkoutUrl)
      for _, text in ipairs(texts) do has(page, text) end
    end
    shows({ trialPeriodDays = 7, promotionCode = { "HALF" } }, { ">0.00 USD <small>due today<",
      "7 days free, then 9.99 USD per month.", "50% off the first charge with the code HALF: 5.00 USD",
      "The trial ends on 2023-11-21" })
    shows({ promotionCode = { "WELCOME10" } }, { ">9.00 USD <small>due today<", "Then 9.99 USD per month.",
      ">Pay 9.00 USD<" })
    shows({ promotionCode = { "FREEBIE" } }, { ">0.00 USD <small>due today<", ">Subscribe<" })
    shows({}, { ">9.99 USD <small>per month<", "Renews until canceled" })
    shows({ mode = "payment", productId = "price_tip", quantity = 2, payPrice = 888, productName = "x" },
      { ">17.76 USD <small><", "2 × 8.88 USD", ">Pay 17.76 USD<" })
    shows({ mode = "payment", productId = "price_tip", quantity = 1, payPrice = 123456789, currency = "jpy",
      productName = "x" }, { "123\226\128\175456\226\128\175789 JPY" })
  end)

  it("charges what it showed", function()
    for fields, amount in pairs{ [{ promotionCode = { "HALF" } }] = 500, [{ promotionCode = { "WELCOME10" } }] = 900,
      [{ trialPeriodDays = 7 }] = 0 } do
      local shop = support.open()
      shop.user("u1")
      shop.bought(fields)
      assert.equal(amount, shop.box:books().appwheel.invoices[1].paid)
    end
  end)

  it("pays, and sends the browser to the address exactly as given", function()
    local url = app.buy().data.checkoutUrl
    local reply = post(url, "action=pay&card=4242+4242+4242+4242")
    assert.same({ 303, "https://shop.example/ok?a=1&b=%2F#x" }, { reply.status, reply.headers.location })
    assert.equal(1, #app.box:books().appwheel.subscriptions)
    -- The second of two clicks lands there too, and takes nothing.
    reply = post(url, "action=pay&card=4242+4242+4242+4242")
    assert.same({ 303, "https://shop.example/ok?a=1&b=%2F#x" }, { reply.status, reply.headers.location })
    assert.equal(1, #app.box:books().appwheel.subscriptions)
    has(get(url), "Paid")
    has(get(url), "VIP 月度会员</bdi>, 9.99 USD")
    has(get(url), 'href="https://shop.example/ok?a=1&amp;b=%2F#x"')
  end)

  it("shows a decline and lets the payer try again", function()
    local url = app.buy().data.checkoutUrl
    for _, body in ipairs{ "action=decline", "action=pay&card=4000000000000002", "action=pay&card=1",
      "action=pay&card=",
      "action=", "" } do
      local page = post(url, body)
      assert.equal(200, page.status)
      has(page, 'role="alert"')
      has(page, ">Pay 9.99 USD<")
    end
    assert.same({}, app.box:books().appwheel.invoices)
    assert.equal(303, post(url, "action=pay&card=4242424242424242").status)
  end)

  it("tells a number that is no card's from a card that is declined", function()
    local url = app.buy().data.checkoutUrl
    has(post(url, "action=pay&card=12"), "That is not a card number")
    has(post(url, "action=pay&card=4000000000000002"), "The card was declined")
  end)

  it("never writes the card's number back", function()
    local url = app.buy().data.checkoutUrl
    local page = post(url, "action=pay&card=4000056655665556%3Cb%3E")
    assert.is_nil(page.body:find("4000056655665556", 1, true))
  end)

  it("goes back, and is then over", function()
    local url = app.buy().data.checkoutUrl
    local reply = post(url, "action=back")
    assert.same({ 303, "https://shop.example/no" }, { reply.status, reply.headers.location })
    local page = get(url)
    assert.equal(410, page.status)
    has(page, "went back")
    has(page, 'href="https://shop.example/no"')
    assert.is_nil(page.body:find("<form", 1, true))
    assert.equal(410, post(url, "action=pay").status)
  end)

  it("says that a page has expired or is unknown", function()
    local url = app.buy().data.checkoutUrl
    app.box:advance(support.DAY + 1)
    local page = get(url)
    assert.equal(410, page.status)
    has(page, "Expired")
    for _, path in ipairs{ "/pay/cs_test_none", "/pay/x", "/invoice/in_x", "/invoice/in_x/pdf", "/portal/bps_x",
      "/setup/seti_x" } do
      assert.equal(404, get(app.base .. path).status)
      assert.equal("text/html; charset=utf-8", get(app.base .. path).headers["content-type"])
    end
    assert.equal(405, app.transport.send{ method = "PUT", url = url, body = "", headers = {} }.status)
  end)

  it("escapes every value in every page", function()
    app.post("/v1/users/" .. "%3Cscript%3Ealert(%221%22)%3C%2Fscript%3E%27%26%7Btitle%7D%7B%7Bcard%7D%7D", {})
    local shop = support.open{ appwheel = { products = {
      { id = "price_evil", name = EVIL, currency = "usd", amount = 100, interval = "month", count = 1, group = "g",
        entitlement = "e" },
      { id = "price_dear", name = EVIL, currency = "usd", amount = 200, interval = "month", count = 1, group = "g",
        entitlement = "e" },
      { id = "price_once", name = EVIL, currency = "usd", amount = 100 },
    } } }
    local id = "%3Cscript%3Ealert(%221%22)%3C%2Fscript%3E%27%26%7Btitle%7D%7B%7Bcard%7D%7D"
    assert.equal(EVIL, shop.user(id) and shop.box:books().appwheel.users[1].id)
    local function page(url) return shop.transport.send{ method = "GET", url = url, headers = {} } end
    local function clean(reply)
      assert.equal(200, reply.status)
      has(reply, EVIL_ESCAPED)
      assert.is_nil(reply.body:find("<script", 1, true))
    end
    local fields = { appUserId = EVIL, productId = "price_evil" }
    local bought = shop.bought(fields)
    fields = { appUserId = EVIL, productId = "price_once", mode = "payment", quantity = 1, payPrice = 5,
      productName = EVIL }
    fields.successUrl = 'https://a.example/"><script>1</script>'
    local sale = shop.buy(fields).data.checkoutUrl
    clean(page(sale))
    assert(shop.box:pay(sale))
    clean(page(sale))
    has(page(sale), 'href="https://a.example/&quot;&gt;&lt;script&gt;1&lt;/script&gt;"')
    local session = shop.post("/v1/stripe/paymentMethod/create", { appUserId = EVIL, type = "checkout",
      successUrl = "https://a.example/", cancelUrl = "https://a.example/" }).data
    clean(page(session.checkoutUrl))
    local setup = shop.post("/v1/stripe/paymentMethod/create", { appUserId = EVIL, type = "setupIntent" }).data
    clean(page(shop.base .. "/setup/" .. setup.setupIntentId))
    local update = shop.post("/v1/stripe/purchase/update", { appUserId = EVIL, productId = "price_dear",
      purchaseId = bought.subscription }).data
    clean(page(update.hostedInvoiceUrl))
    local portal = shop.post("/v1/stripe/customPortal", { appUserId = EVIL,
      returnUrl = 'https://a.example/"><script>1</script>' }).data
    clean(page(portal.sessionUrl))
    has(page(portal.sessionUrl), 'href="https://a.example/&quot;&gt;&lt;script&gt;1&lt;/script&gt;"')
  end)

  it("saves a card on the setup pages", function()
    local session = app.post("/v1/stripe/paymentMethod/create", { appUserId = "u1", type = "checkout",
      successUrl = "https://a.example/ok", cancelUrl = "https://a.example/no" }).data
    has(get(session.checkoutUrl), "Save a card")
    assert.equal("https://a.example/ok", post(session.checkoutUrl, "action=pay&card=378282246310005").headers.location)
    has(get(session.checkoutUrl), "Card saved")
    assert.is_nil(get(session.checkoutUrl).body:find("payment is done", 1, true))
    local setup = app.post("/v1/stripe/paymentMethod/create", { appUserId = "u1", type = "setupIntent" }).data
    local url = app.base .. "/setup/" .. setup.setupIntentId
    has(post(url, "action=pay&card=4000000000000002"), 'role="alert"')
    has(follow(url, "action=pay&card=4242424242424242"), "Card saved")
    has(post(url, "action=pay&card=4242424242424242"), "Card saved")
    local methods = app.post("/v1/stripe/paymentMethod", { appUserId = "u1" }).data.methods
    assert.same({ 2, "visa", "amex" }, { #methods, methods[1].card.brand, methods[2].card.brand })
  end)

  it("pays a bill, and gives it as a PDF", function()
    app.bought()
    app.box:fail_card("u1", true)
    app.box:advance(31 * support.DAY)
    local invoice = app.invoices()[1]
    local pdf = get(invoice.invoicePdf)
    assert.equal("application/pdf", pdf.headers["content-type"])
    assert.truthy(pdf.body:find("^%%PDF%-1%.4.*" .. invoice.orderId .. ".*9%.99 USD.*%%%%EOF\n$"))
    has(get(invoice.hostedInvoiceUrl), "Status: open")
    has(post(invoice.hostedInvoiceUrl, "action=decline"), 'role="alert"')
    app.box:fail_card("u1", false)
    has(follow(invoice.hostedInvoiceUrl, "action=pay&card=4242424242424242"), "Status: paid")
    assert.is_nil(get(invoice.hostedInvoiceUrl).body:find("<form", 1, true))
    post(invoice.hostedInvoiceUrl, "action=pay&card=4242424242424242")
    assert.equal(2, #app.invoices())
  end)

  it("says in the portal what was done only where it was", function()
    app.bought()
    local url = app.post("/v1/stripe/customPortal", { appUserId = "u1",
      returnUrl = "https://a.example/me" }).data.sessionUrl
    for _, body in ipairs{ "action=cancel&id=sub_none", "action=remove&id=pm_none", "action=%3Cb%3E", "" } do
      assert.is_nil(follow(url, body).body:find('role="', 1, true))
    end
    has(follow(url, "action=add&card=4242424242424242"), "The card was added.")
    has(post(url, "action=add&card=4000000000000002"), "The card was declined")
    has(post(url, "action=add&card=12"), "That is not a card number")
    assert.is_nil(get(url .. "?done=%3Cb%3E").body:find('role="', 1, true))
    assert.equal(2, #app.post("/v1/stripe/paymentMethod", { appUserId = "u1" }).data.methods)
  end)

  it("cancels, renews and keeps cards in the portal", function()
    local bought = app.bought()
    app.user("u2")
    local others = app.bought{ appUserId = "u2" }
    local url = app.post("/v1/stripe/customPortal", { appUserId = "u1",
      returnUrl = "https://a.example/me" }).data.sessionUrl
    local function renews(index) return app.box:books().appwheel.subscriptions[index].auto_renew end
    has(get(url), "Renews on 2023-12-14 22:13 UTC")
    has(get(url), 'href="https://a.example/me"')
    has(follow(url, "action=cancel&id=" .. bought.subscription), "Ends on")
    assert.is_false(renews(1))
    post(url, "action=renew&id=" .. bought.subscription)
    assert.is_true(renews(1))
    post(url, "action=cancel&id=" .. others.subscription)
    assert.is_true(renews(2))
    has(follow(url, "action=add&card=5555555555554444"), "Mastercard ending in 4444")
    local id = app.post("/v1/stripe/paymentMethod", { appUserId = "u1" }).data.methods[1].id
    has(follow(url, "action=remove&id=" .. id), "The card was removed.")
    assert.is_nil(get(url).body:find("ending in 4444", 1, true))
    assert.equal(1, #app.post("/v1/stripe/paymentMethod", { appUserId = "u1" }).data.methods)
  end)
end)
