-- The payer's page: what it offers, what it shows at each stage, and that nothing is paid twice.

local support = require "spec.nginx.checkout.support"

local function ways(answer)
  local list = {}
  for way in answer.body:gmatch 'name="way" value="([^"]*)"' do list[#list + 1] = way end
  return list
end

local function with_account(list)
  local out = {}
  for place, method in ipairs(list) do out[place] = "web/" .. method end
  return out
end

describe("the ways to pay", function()
  local at = support.open { labels = { subs = "Stripe" } }
  local url = at.link(support.tea "W-1")

  for device, methods in pairs {
    DESKTOP = { "wechat_qr", "alipay_page", "qq_qr" }, PHONE = { "wechat_h5", "alipay_h5", "qq_qr" },
    WECHAT = { "wechat_qr", "alipay_page", "qq_qr" },
  } do
    it("fit a device: " .. device, function()
      assert.same(with_account(methods), ways(at.browser({ ["user-agent"] = support[device] }).get(url)))
    end)
  end

  it("inside WeChat are its own where the payer's token is known", function()
    local own = at.link(support.tea "W-2", { payer_token = at.found.mincloud_payer.token })
    local answer = at.browser({ ["user-agent"] = support.WECHAT }).get(own)
    assert.equal("web/wechat_jsapi", ways(answer)[1])
    assert.is_nil(table.concat(ways(answer)):find("wechat_qr", 1, true))
  end)

  it("are those that the order's currency and fields allow", function()
    assert.same({ "cards/checkout", "subs/checkout" }, ways(at.browser().get(at.link(support.lights "W-3"))))
    local game = support.lights("W-4", { items = { { product_id = 1 } } })
    assert.same({ "games/game" }, ways(at.browser().get(at.link(game))))
  end)

  it("are no more than the merchant named", function()
    local few = at.link(support.tea "W-5", { methods = { "qq_qr" } })
    assert.same({ "web/qq_qr" }, ways(at.browser().get(few)))
    local one = at.link(support.lights "W-6", { account = "cards" })
    assert.same({ "cards/checkout" }, ways(at.browser().get(one)))
  end)

  it("never ask for a card here", function()
    for _, order in ipairs { support.tea "W-7", support.lights "W-8" } do
      local body = at.browser().get(at.link(order)).body
      assert.is_nil(body:find("cards/card", 1, true))
      assert.is_nil(body:find('autocomplete="cc', 1, true))
    end
  end)

  it("have the names that the merchant gave them, each once", function()
    local own = support.open { labels = { ["web/wechat_qr"] = { en = "Scan me", zh = "扫我" }, web = "One wallet" } }
    local body = own.browser().get(own.link(support.tea "W-9")).body
    assert(body:find("Scan me", 1, true))
    assert.equal(1, select(2, body:gsub("One wallet", "")))
    assert(own.browser({ ["accept-language"] = "zh-CN" }).get(own.link(support.tea "W-9")).body:find("扫我", 1, true))
  end)
end)

describe("paying", function()
  it("by a code: the page shows it, waits, and says when it is paid", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(support.tea "P-1")
    local answer = browser.submit(url, "web/wechat_qr")
    assert.equal(303, answer.status)
    assert.equal(url .. "?lang=en", answer.headers.location)
    local shown = browser.get(answer.headers.location)
    assert(shown.body:find("Scan the code with WeChat", 1, true))
    assert(shown.body:find("<svg", 1, true))
    assert(shown.body:find('data-stage="action-1"', 1, true))
    assert(at.box:pay "P-1")
    assert.equal(200, at.deliver()[1].status)
    local paid = browser.get(url)
    assert(paid.body:find("<span>Paid</span>", 1, true))
    assert(paid.body:find('href="https://shop.example/paid"', 1, true))
    assert.is_nil(paid.body:find("<form", 1, true))
  end)

  it("by a page: the browser is taken there, and may go there again", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(support.lights "P-2")
    local answer = browser.submit(url, "cards/checkout")
    assert.equal(url .. "?lang=en&go=1", answer.headers.location)
    local page = at.pay.payments:get("P-2").action.url
    local going = browser.get(answer.headers.location)
    assert(going.body:find('<meta http-equiv="refresh" content="0;url=' .. page, 1, true))
    local again = browser.get(url)
    assert.is_nil(again.body:find("0;url=", 1, true))
    assert(again.body:find('<a class="go" href="' .. page .. '"', 1, true))
  end)

  it("inside WeChat: the bridge's parameters stand on the page", function()
    local at = support.open()
    local browser = at.browser { ["user-agent"] = support.WECHAT }
    local url = at.link(support.tea "P-3", { payer_token = at.found.mincloud_payer.token })
    browser.submit(url, "web/wechat_jsapi")
    local body = browser.get(url).body
    local parameters = body:match('data%-jsapi="([^"]*)"'):gsub("&quot;", '"')
    assert.equal(at.pay.payments:get("P-3").action.parameters.paySign,
      require("obol.json").decode(parameters).paySign)
    assert(body:find("<noscript><p class=\"note\">", 1, true))
  end)

  it("inside WeChat cannot be gone on with elsewhere, and the page says so", function()
    local at = support.open()
    local url = at.link(support.tea "K-30", { payer_token = at.found.mincloud_payer.token })
    at.browser { ["user-agent"] = support.WECHAT }.submit(url, "web/wechat_jsapi")
    for language, text in pairs { en = "open this page there", zh = "请在微信中打开本页" } do
      local body = at.browser().get(url .. "?lang=" .. language).body
      assert(body:find(text, 1, true), body)
      assert.is_nil(body:find("data-jsapi=", 1, true))
    end
  end)

  it("is one payment however often the form comes, in one tab or in two", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(support.tea "P-4")
    local proof = browser.get(url).body:match 'name="form" value="([^"]*)"'
    for _, way in ipairs { "wechat_qr", "wechat_qr", "alipay_page" } do
      local answer = browser.post(url, "form=" .. proof .. "&way=web%2F" .. way)
      assert.equal(303, answer.status)
    end
    assert.equal(1, at.calls "payment.create")
    assert(at.box:pay "P-4")
    at.deliver()
    assert.equal(303, browser.post(url, "form=" .. proof .. "&way=web%2Fqq_qr").status)
    for _ = 1, 3 do assert.equal(200, browser.get(url).status) end
    assert.equal(1, at.calls "payment.create")
  end)

  it("asks the provider once in a while, however often the page is loaded", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(support.tea "P-5")
    browser.submit(url, "web/wechat_qr")
    -- what was just begun is shown as it was answered
    for _ = 1, 20 do browser.get(url) end
    assert.equal(0, at.calls "payment.query")
    at.box:advance(3000)
    for _ = 1, 20 do browser.get(url) end
    assert.equal(1, at.calls "payment.query")
  end)

  it("goes on where an attempt failed", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(support.lights "P-6")
    at.box:fault("payment.create", "status_401", { provider = "appwheel" })
    browser.submit(url, "subs/checkout")
    local failed = browser.get(url)
    assert(failed.body:find('data-stage="failed-1"', 1, true))
    assert(failed.body:find("The payment did not go through", 1, true))
    assert.equal(303, browser.submit(url, "cards/checkout").status)
    assert.equal("requires_action", at.pay.payments:get("P-6").status)
  end)

  it("shows that a payment ran out, and takes another", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(support.tea "P-7", { expires_s = 86400 })
    browser.submit(url, "web/wechat_qr")
    at.box:advance(3 * 60 * 60 * 1000)
    local answer = browser.get(url)
    assert(answer.body:find('data-stage="expired-1"', 1, true))
    assert(answer.body:find("<form", 1, true))
  end)

  it("shows that what is under way has no answer yet", function()
    local at = support.open()
    at.box:fault("payment.create", "commit_then_drop", { provider = "mincloud" })
    at.box:fault("payment.query", "status_503", { provider = "mincloud", times = 3 })
    local browser, url = at.browser(), at.link(support.tea "P-8")
    assert.equal(303, browser.submit(url, "web/wechat_qr").status)
    local answer = browser.get(url)
    assert(answer.body:find("Your payment is under way", 1, true))
    assert.is_nil(answer.body:find("<form", 1, true))
  end)

  it("shows what was given back", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(support.lights "P-10")
    browser.submit(url, "cards/checkout")
    assert(at.box:pay "P-10")
    at.deliver()
    assert.is_nil(browser.get(url).body:find("Given back", 1, true))
    assert(at.pay.refunds:create("P-10", { refund_id = "B-1", amount = "3.00", reason = "broken" }))
    at.box:advance(60000)
    at.deliver()
    at.pay.refunds:refresh "B-1"
    assert(browser.get(url).body:find("<p>Given back: 3.00 USD</p>", 1, true))
  end)

  it("has every word in both languages", function()
    local words = require "obol.nginx.page.words"
    for name in pairs(words.en) do assert(words.zh[name], name) end
    for name in pairs(words.zh) do assert(words.en[name], name) end
    for name in pairs(words.en.methods) do assert(words.zh.methods[name], name) end
  end)

  it("says so where the provider cannot be reached, and charges nothing", function()
    local at = support.open()
    at.box:fault("payment.create", "refuse", { provider = "mincloud", times = 10 })
    local browser, url = at.browser(), at.link(support.tea "P-9")
    browser.submit(url, "web/wechat_qr")
    assert(browser.get(url).body:find("The payment did not go through", 1, true))
  end)
end)

describe("a page", function()
  local at = support.open { theme = { name = "<b>Tea & Co</b>", accent = "#ffd400" } }
  local url = at.link(support.tea "S-1")

  it("loads nothing from anywhere, and says so", function()
    local answer = at.browser().get(url)
    local policy = answer.headers["content-security-policy"]
    assert(policy:find("default-src 'none'", 1, true))
    assert(policy:find("frame-ancestors 'none'", 1, true))
    assert(policy:find("form-action 'self'", 1, true))
    assert.is_nil(policy:find("unsafe", 1, true))
    assert.is_nil(policy:find("http", 1, true))
    assert.is_nil(answer.body:find "src=\"http")
    assert.is_nil(answer.body:find "<link[^>]*href=\"http")
    assert.equal("no-store", answer.headers["cache-control"])
    assert.equal("nosniff", answer.headers["x-content-type-options"])
    assert.equal("DENY", answer.headers["x-frame-options"])
    assert(#answer.body < 50 * 1024)
  end)

  it("tells where the payer goes next which host it was, and not its address, with which it can be opened", function()
    local browser, phone = at.browser(), at.browser { ["user-agent"] = support.PHONE }
    assert.equal("strict-origin", browser.get(url).headers["referrer-policy"])
    local link = at.link(support.tea "S-2")
    phone.submit(link, "web/wechat_h5")
    local page = phone.get(link).body
    assert(page:find('<a class="go" href="', 1, true))
    -- WeChat opens no payment for a browser that does not say where it comes from
    assert.is_nil(page:find("noreferrer", 1, true))
  end)

  it("names its style and script by their hashes", function()
    local crypto = require "obol.crypto"
    local answer = at.browser().get(url)
    for element, directive in pairs { style = "style%-src", script = "script%-src" } do
      local text = answer.body:match("<" .. element .. ">(.-)</" .. element .. ">")
      local hash = crypto.base64(crypto.digest("sha256", text))
      local named = answer.headers["content-security-policy"]:match(directive .. " 'sha256%-([^']*)'")
      assert.equal(hash, named)
    end
  end)

  it("speaks the browser's language, or the one that the payer chose", function()
    local body = at.browser({ ["accept-language"] = "zh-CN,zh;q=0.9,en;q=0.1" }).get(url).body
    assert(body:find('<html lang="zh-CN">', 1, true))
    assert(body:find("请选择支付方式", 1, true))
    assert(at.browser().get(url .. "?lang=zh").body:find('<html lang="zh-CN">', 1, true))
    local english = at.browser({ ["accept-language"] = "fr, en;q=0.1, zh;q=0.05" }).get(url).body
    assert(english:find('<html lang="en">', 1, true))
  end)

  it("shows whatever the merchant and the provider wrote as text", function()
    local evil = "<script>alert(1)</script>\"'&"
    local order = support.tea("S<\"'&>", { description = evil, return_url = "https://shop.example/?a=\"><script>x",
      cancel_url = "https://shop.example/?a='><b>" })
    local where = at.link(order)
    local browser = at.browser()
    local pages = { browser.get(where).body }
    browser.submit(where, "web/alipay_page")
    pages[2] = browser.get(where).body
    assert(at.box:pay(order.order_id))
    at.deliver()
    pages[3] = browser.get(where).body
    for _, body in ipairs(pages) do
      assert.equal(1, select(2, body:gsub("<script", "")))
      assert.is_nil(body:find("<b>", 1, true))
      assert(body:find("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;", 1, true))
      assert(body:find("S&lt;&quot;&#39;&amp;&gt;", 1, true))
      assert(body:find("&lt;b&gt;Tea &amp; Co&lt;/b&gt;", 1, true))
    end
    assert(pages[3]:find('href="https://shop.example/?a=&quot;&gt;&lt;script&gt;x"', 1, true))
  end)

  it("gives each field its label, and says what it is about first", function()
    local body = at.browser().get(url).body
    for row in body:gmatch "<label>.-</label>" do assert(row:find("<span>[^<]+</span>")) end
    assert(body:find("<legend>[^<]+</legend>"))
    assert(body:find("<title>How would you like to pay%? %- "))
  end)

  it("has a policy for its cookie", function()
    local cookie = at.browser().get(url).headers["set-cookie"]
    assert(cookie:find("; Path=/pay/; HttpOnly; SameSite=Lax; Secure", 1, true))
  end)
end)
