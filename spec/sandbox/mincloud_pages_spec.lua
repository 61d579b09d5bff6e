-- MinCloud's pages for a payer, and WeChat's bridge: what they show, what their buttons do, and that
-- nothing that came from outside is ever read as HTML.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local http = require "obol.sandbox.http"
local obol = require "obol"
local support = dofile "spec/sandbox/mincloud_support.lua"

local EVIL = [[<script>alert("1")</script>'&{amount}{{code}}]]
local EVIL_ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;{amount}{{code}}"
local BASE = "https://sandbox.invalid/mincloud"

describe("MinCloud's pages in the sandbox", function()
  local app
  before_each(function() app = support.open() end)

  local function get(url) return assert(app.transport.send{ method = "GET", url = url }) end
  local function post(url, body)
    return assert(app.transport.send{ method = "POST", url = url, body = body,
      headers = { ["content-type"] = "application/x-www-form-urlencoded" } })
  end
  local function has(page, text) assert.truthy(page.body:find(text, 1, true), text) end
  local function lacks(page, text) assert.is_nil(page.body:find(text, 1, true)) end
  local function status() return app.books().orders[1].status end
  -- The page that a phone opens which scanned a code.
  local function scanned(code)
    local reply = post(BASE .. "/scan", "code=" .. code:gsub("[^%w]", function(c)
      return string.format("%%%02X", c:byte())
    end))
    assert.equal(303, reply.status)
    return reply.headers.location
  end

  it("shows what is to be paid, and pays", function()
    local url = scanned(app.named("A-1", { total_cost = 19.99 }).code_url)
    local page = get(url)
    assert.equal(200, page.status)
    for _, text in ipairs{ "深蓝色秋裤</bdi>", "19.99 CNY <small>WeChat Pay<", "Order <bdi>A-1<", "2023-11-15 00:13 UTC",
      ">Pay 19.99 CNY<", ">Leave without paying<", ">Let the payment fail<", 'href="weixin://wxpay/bizpayurl?pr=',
      "no money moves" } do
      has(page, text)
    end
    assert.truthy(page.headers["content-security-policy"]:find("^default%-src 'none'"))
    lacks(page, "<script")
    local reply = post(url, "action=pay")
    assert.same({ 303, "success" }, { reply.status, status() })
    page = get((url:gsub("[^/]*$", "")) .. reply.headers.location)
    assert.equal(200, page.status)
    has(page, "Paid")
    lacks(page, "<form")
    -- The second of two clicks.
    assert.equal(303, post(url, "action=pay").status)
    assert.equal(1, #app.box:deliver())
  end)

  it("draws the code where the library for it is there", function()
    local made = app.order()
    local drawn = obol.qr(made.code_url)
    local page = get(scanned(made.code_url))
    if obol.features().qrencode then
      has(page, '<img src="data:image/svg+xml;base64,' .. crypto.base64(drawn.svg) .. '"')
    else
      lacks(page, "<img")
    end
    has(page, made.code_url)
  end)

  it("opens from each address as it was given", function()
    for gateway_type, case in pairs{ weixin_tenpay_wap = { "mweb_url", "WeChat Pay", "phone&#39;s browser" },
      alipay_page = { "payment_url", "Alipay", "desktop&#39;s browser" },
      alipay_wap = { "payment_url", "Alipay", "phone&#39;s browser" },
      qpay_native = { "code_url", "QQ Wallet", "phone scans" } } do
      local url = app.order{ gateway_type = gateway_type }[case[1]]
      local page = get(url)
      assert.equal(200, page.status)
      has(page, case[2])
      has(page, case[3])
      assert.equal(303, post(url, "action=pay").status)
      local orders = app.books().orders
      assert.equal("success", orders[#orders].status)
    end
  end)

  it("lets the payer leave, decline, and come too late", function()
    local url = app.order{ gateway_type = "alipay_wap" }.payment_url
    local page = post(url, "action=back")
    assert.same({ 200, "pending" }, { page.status, status() })
    has(page, 'role="status"')
    has(page, ">Pay 0.10 CNY<")
    app.box:fail_card("shop")
    page = post(url, "action=pay")
    assert.same({ 200, "pending" }, { page.status, status() })
    has(page, 'role="alert"')
    assert.equal(303, post(url, "action=").status)
    assert.equal("pending", status())
    assert.equal(303, post(url, "action=decline").status)
    assert.equal("failed", status())
    page = get(url)
    assert.equal(410, page.status)
    has(page, "Failed")
    url = app.order{ gateway_type = "alipay_wap" }.payment_url
    app.box:advance(7200001)
    page = get(url)
    assert.equal(410, page.status)
    has(page, "Expired")
    assert.equal(303, post(url, "action=pay").status)
    assert.equal(303, post(url, "action=back").status)
    assert.equal("pending", app.books().orders[2].status)
  end)

  it("knows no other pages, and no other methods", function()
    local order = app.order()
    for _, path in ipairs{ "/pay/x", "/pay/" .. order.trade_no, "/scan/x", "/bridge/x" } do
      assert.equal(404, get(BASE .. path).status)
    end
    for _, case in ipairs{ { "PUT", "/scan" }, { "POST", "/bridge" }, { "GET", "/bridge/call" },
      { "POST", "/bridge.js" } } do
      assert.equal(405, app.transport.send{ method = case[1], url = BASE .. case[2] }.status)
    end
    local page = post(BASE .. "/scan", "code=weixin%3A%2F%2Fx")
    assert.equal(200, page.status)
    has(page, "No open order has this code")
  end)

  it("keeps what came from outside as text on every page", function()
    local made = app.named(EVIL, { merchandise_description = EVIL, gateway_type = "qpay_native" })
    local inside = app.order({ merchandise_description = EVIL, gateway_type = "weixin_tenpay_js" },
      { token = app.payer })
    local pages = app.box:pages().mincloud
    assert.same({ EVIL, "pending", made.code_url }, { pages[2].name, pages[2].status, pages[2].url })
    for _, url in ipairs{ made.code_url, pages[1].url } do
      local page = get(url)
      has(page, EVIL_ESCAPED)
      lacks(page, "<script>")
    end
    assert.truthy(inside.paySign)
    app.box:pay(made.trade_no)
    has(get(made.code_url), EVIL_ESCAPED)
    local index = http.serve(app.box, { method = "GET", target = "/", headers = {} })
    has(index, EVIL_ESCAPED)
    lacks(index, "<script")
  end)

  it("stands on the first page, with accounts and the newest orders", function()
    for i = 1, 11 do app.order{ merchandise_description = "p-" .. i .. "-" } end
    local index = http.serve(app.box, { method = "GET", target = "/", headers = {} })
    for _, text in ipairs{ app.account.client_id, app.account.token, app.account.webhook_key, app.payer, ">p-11-<",
      'href="' .. BASE .. '/scan"' } do
      has(index, text)
    end
    lacks(index, ">p-1-<")
    assert.equal(10, #app.box:pages().mincloud)
  end)

  describe("inside WeChat", function()
    local order, url
    before_each(function()
      order = app.named("J-1", { gateway_type = "weixin_tenpay_js", total_cost = 8.88 }, { token = app.payer })
      url = app.box:pages().mincloud[1].url
    end)

    local function ask(choice, change)
      local params = {}
      for name, value in pairs(order) do params[name] = value end
      for name, value in pairs(change or {}) do params[name] = value end
      local reply = post(BASE .. "/bridge/call", cjson.encode{ params = params, choice = choice })
      assert.same({ 200, "*" }, { reply.status, reply.headers["access-control-allow-origin"] })
      return cjson.decode(reply.body)
    end

    it("is a page that may run its own two scripts and nothing else", function()
      local page = get(url)
      assert.equal(200, page.status)
      assert.truthy(page.headers["content-security-policy"]:find("; script-src 'self'; connect-src 'self'", 1, true))
      has(page, '<script src="' .. BASE .. '/bridge.js"></script>')
      has(page, "&quot;paySign&quot;:&quot;" .. order.paySign .. "&quot;")
      has(page, "8.88 CNY")
      for _, name in ipairs{ "bridge.js", "bridge_page.js" } do
        local script = get(BASE .. "/" .. name)
        assert.same({ 200, "text/javascript; charset=utf-8" }, { script.status, script.headers["content-type"] })
      end
      has(get(BASE .. "/bridge.js"), "window.WeixinJSBridge = ")
      has(get(BASE .. "/bridge"), '<textarea id="params" rows="12" spellcheck="false"></textarea>')
      assert.equal(200, post(url, "action=pay").status)
      assert.equal("pending", status())
    end)

    it("tells what is to be paid, and pays", function()
      assert.same({ name = "深蓝色秋裤", amount = "8.88 CNY" }, ask "look")
      assert.same({ err_msg = "get_brand_wcpay_request:ok" }, ask "pay")
      assert.equal("success", status())
      assert.equal("get_brand_wcpay_request:fail", ask("pay").err_msg)
      assert.equal(1, #app.box:deliver())
      has(get(url), "Paid.")
    end)

    it("is canceled, or fails", function()
      assert.same({ err_msg = "get_brand_wcpay_request:cancel" }, ask "cancel")
      assert.equal("pending", status())
      assert.equal("get_brand_wcpay_request:fail", ask("fail").err_msg)
      assert.equal("failed", status())
    end)

    it("takes parameters only as they were signed", function()
      for _, change in ipairs{ { paySign = ("0"):rep(32) }, { paySign = order.paySign:lower() },
        { timeStamp = 1700000000 }, { timeStamp = "1700000001" }, { nonceStr = "x" }, { appId = "wx0" },
        { signType = "HMAC-SHA256" }, { package = "prepay_id=wx1" }, { package = cjson.null } } do
        for _, choice in ipairs{ "look", "pay" } do
          local answer = ask(choice, change)
          assert.equal("get_brand_wcpay_request:fail", answer.err_msg)
          assert.equal("string", type(answer.err_desc))
        end
      end
      assert.equal("pending", status())
      for _, body in ipairs{ "", "7", "{}", '{"choice":"pay"}', '{"choice":"pay","params":[]}',
        '{"choice":"steal"}' } do
        has(post(BASE .. "/bridge/call", body), "get_brand_wcpay_request:fail")
      end
    end)
  end)
end)
