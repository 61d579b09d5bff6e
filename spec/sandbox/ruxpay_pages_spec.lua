-- RuxPay's hosted page and its challenge: what they show, what their buttons do, where they lead.

local support = dofile "spec/sandbox/ruxpay_support.lua"

local EVIL = [[<script>alert("1")</script>'&{order}{{rules}}]]
local EVIL_ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;{order}{{rules}}"

describe("RuxPay's pages", function()
  local app
  before_each(function() app = support.open() end)

  local function get(url, accept)
    return assert(app.transport.send{ method = "GET", url = url, headers = { accept = accept or "text/html,*/*" } })
  end
  local function post(url, body)
    return assert(app.transport.send{ method = "POST", url = url, body = body,
      headers = { accept = "text/html", ["content-type"] = "application/x-www-form-urlencoded" } })
  end
  local function has(page, text) assert.truthy(page.body:find(text, 1, true), text) end
  local function leads(reply, code)
    local payment = app.books().payments[#app.books().payments]
    assert.same({ 302, "https://shop.example/back?transactionId=" .. payment.transaction_id .. "&uniqueId="
      .. payment.unique_id .. "&code=" .. code }, { reply.status, reply.headers.location })
  end
  local function challenge(fields)
    fields = fields or {}
    fields.card = support.card("700")
    return app.sale(fields).redirectUrl
  end

  it("show order, items, price and plan, with labels and a policy", function()
    local answer = app.checkout{ extension = { subscriptionCycle = "THREE_MONTHS", subscriptionPeriod = 4 } }
    assert.equal(301, answer.code)
    assert.is_nil(answer.transactionCardNumber)
    local page = get(answer.redirectUrl)
    assert.equal(200, page.status)
    for _, text in ipairs{ "no money moves", "Pay order <bdi>A-1</bdi>", "8.88 USD", "1 × <bdi>tea lights</bdi>",
      "every three months, 4 times in all", '<label for="card">', '<label for="cvv">', ">Pay 8.88 USD<",
      ">Decline the card<", ">Back to the shop<", "Never enter a real card", 'name="viewport"' } do
      has(page, text)
    end
    assert.truthy(page.headers["content-security-policy"]:find("^default%-src 'none'"))
    assert.is_nil(page.body:find("<script", 1, true))
  end)

  for cvv, code in pairs{ ["123"] = 100, ["650"] = 102, ["900"] = 101 } do
    it("have the CVV " .. cvv .. " decide, and send the browser back", function()
      local url = app.checkout().redirectUrl
      leads(post(url, "action=pay&card=4300+0000+0000+0000&cvv=" .. cvv), code)
      assert.equal(code, app.books().payments[1].code)
      assert.equal("430000******0000", app.books().payments[1].card)
      -- The second of two clicks lands where the first one did.
      leads(post(url, "action=pay&card=4300+0000+0000+0000&cvv=" .. cvv), code)
      has(get(url), "Return to the shop")
      assert.is_nil(get(url).body:find("<form", 1, true))
      assert.equal(1, #app.books().payments)
    end)
  end

  it("lead from the hosted page to the challenge, of the same payment", function()
    local url = app.checkout().redirectUrl
    local reply = post(url, "action=pay&card=4300000000000000&cvv=700")
    local next_url = url:gsub("/checkout/", "/redirect/")
    assert.same({ 302, next_url }, { reply.status, reply.headers.location })
    assert.equal(next_url, get(url).headers.location)
    assert.equal(next_url, app.get("/search/order/" .. app.books().payments[1].unique_id).redirectUrl)
    has(get(next_url), "430000******0000")
    leads(post(next_url, "action=approve"), 100)
    assert.same({ true, "succeeded" }, { app.books().payments[1].is_3d, app.books().payments[1].status })
  end)

  it("ask for a card again where it is none", function()
    local url = app.checkout().redirectUrl
    for _, card in ipairs{ "", "12", "43000000000x0000", ("4"):rep(21) } do
      local page = post(url, "action=pay&cvv=123&card=" .. card)
      assert.equal(200, page.status)
      has(page, 'role="alert">That is not a card number')
    end
    for _, cvv in ipairs{ "", "12", "000", "abc" } do
      has(post(url, "action=pay&card=4300000000000000&cvv=" .. cvv), 'role="alert">That is not a CVV')
    end
    assert.is_nil(post(url, "action=pay&card=5412345678901234&cvv=000").body:find("5412345678901234", 1, true))
    for _, body in ipairs{ "", "action=", "action=approve", "action=%3Cb%3E" } do has(post(url, body), "<form") end
    assert.equal("redirect", app.books().payments[1].status)
  end)

  it("let the payer approve, fail and leave the challenge", function()
    for action, code in pairs{ approve = 100, fail = 101, back = 103 } do
      local url = challenge{ transactionId = "t-" .. action, orderId = "o-" .. action }
      local page = get(url)
      for _, text in ipairs{ "Is it you?", "430000******0000", "8.88 USD", ">Approve the payment<", ">Fail the check<",
        "<bdi>o-" .. action } do
        has(page, text)
      end
      has(post(url, "action=nothing"), "Is it you?")
      leads(post(url, "action=" .. action), code)
      leads(post(url, "action=approve"), code)
      leads(get(url, "*/*"), code)
      has(get(url), "Return to the shop")
      assert.equal(code == 103 and 410 or 200, get(url).status)
    end
  end)

  it("approve for a program that comes by GET, and for no one who only looks", function()
    local url = challenge()
    assert.equal(200, app.transport.send{ method = "HEAD", url = url, headers = {} }.status)
    assert.equal("redirect", app.books().payments[1].status)
    leads(get(url, "*/*"), 100)
    leads(get(url, "*/*"), 100)
    assert.equal("succeeded", app.books().payments[1].status)
  end)

  it("do for a program what it asks for", function()
    for action, code in pairs{ approve = 100, fail = 101, back = 103 } do
      local url = challenge{ transactionId = "t-" .. action, orderId = "o-" .. action }
      leads(get(url .. "?action=" .. action, "*/*"), code)
      leads(get(url, "*/*"), code)
    end
  end)

  it("never take a hosted payment because somebody came", function()
    local url = app.checkout().redirectUrl
    assert.equal(200, get(url, "*/*").status)
    local other = url:gsub("/checkout/", "/redirect/")
    assert.equal(url, get(other, "*/*").headers.location)
    assert.equal("redirect", app.books().payments[1].status)
  end)

  it("add to the shop's address as it is", function()
    local url = challenge{ callbackUrl = "https://shop.example/back?a=%2F#here", transactionId = "t/1 +" }
    local id = app.books().payments[1].unique_id
    assert.equal("https://shop.example/back?a=%2F&transactionId=t%2F1%20%2B&uniqueId=" .. id .. "&code=100#here",
      get(url, "*/*").headers.location)
  end)

  it("are driven by a test too, by any name of the payment", function()
    local url = app.checkout().redirectUrl
    local id = app.books().payments[1].unique_id
    local found = app.box:pages().ruxpay
    assert.same({ { url = url, name = "tea lights", status = "open" } }, found)
    local paid = assert(app.box:pay(url, { card = "5412 3456 7890 1234" }))
    assert.same({ 100, id, "A-1" }, { paid.code, paid.unique_id, paid.order_id })
    assert.equal("541234******1234", app.books().payments[1].card)
    assert.same({}, app.box:pages().ruxpay)
    for i, name in ipairs{ "order", "transaction", "id" } do
      local answer = app.checkout{ transactionId = "t" .. i, orderId = "o" .. i }
      local by = { order = "o" .. i, transaction = "t" .. i, id = answer.uniqueId }
      assert.equal(100, assert(app.box:pay(by[name])).code)
    end
    app.checkout{ transactionId = "x", orderId = "x" }
    local _, err = app.box:pay("x", { card = "12" })
    assert.equal("declined", err.kind)
    assert.equal("redirect", app.books().payments[5].status)
    assert.equal(101, assert(app.box:decline("x")).code)
  end)

  it("close after a day, and are not found under other names", function()
    local url = app.checkout().redirectUrl
    app.box:advance(support.DAY)
    assert.equal(410, get(url).status)
    has(get(url), "Closed")
    local unknown = app.base .. "/checkout/" .. ("0"):rep(32)
    assert.equal(404, get(unknown).status)
    assert.equal(405, app.transport.send{ method = "PUT", url = url, headers = {} }.status)
    assert.equal('{"code":404,', get(app.base .. "/checkout/12").body:sub(1, 12))
  end)

  it("escape every value", function()
    local fields = { orderId = EVIL, productInfos = { { productName = EVIL, price = "1", quantity = 1 } },
      callbackUrl = "https://shop.example/'><script>1</script>" }
    local url = app.checkout(fields).redirectUrl
    local function clean(page)
      has(page, EVIL_ESCAPED)
      assert.is_nil(page.body:find("<script", 1, true))
    end
    clean(get(url))
    post(url, "action=pay&card=4300000000000000&cvv=700")
    clean(get((url:gsub("/checkout/", "/redirect/"))))
    clean(require("obol.sandbox.http").serve(app.box, { method = "GET", target = "/", headers = {} }))
    post((url:gsub("/checkout/", "/redirect/")), "action=approve")
    clean(get(url))
    has(get(url), "https://shop.example/&#39;&gt;&lt;script&gt;1&lt;/script&gt;?transactionId=t-1")
  end)

  it("stand on the sandbox's first page, with the account", function()
    local url = app.checkout().redirectUrl
    local page = require("obol.sandbox.http").serve(app.box, { method = "GET", target = "/", headers = {} })
    for _, text in ipairs{ "RuxPay: the ready account", "https://sandbox.invalid/ruxpay", support.APP, "100868",
      support.KEY, "basic", "600 to 699", 'href="' .. url .. '"', "8.88 USD" } do
      has(page, text)
    end
  end)
end)
