-- Whatever a provider answers stands on the page as text, and a browser is sent to no address that runs something.

local json = require "obol.json"
local obol = require "obol"
local support = require "spec.nginx.checkout.support"

local EVIL = "</script><script>alert(1)</script>\"'><b>&amp;"

-- A shop whose only provider answers `reply` to every order.
local function shop_with(reply, more)
  local transport = { send = function()
    return { status = 201, headers = { ["content-type"] = "application/json" }, body = json.encode(reply) }
  end }
  local pay = assert(obol.open { mode = "test", ledger = "memory", transport = transport, accounts = {
    web = { provider = "mincloud", client_id = "c-1", token = obol.secret "token" } } })
  local options = { url = support.URL, secret = obol.secret(support.SECRET) }
  for name, value in pairs(more or {}) do options[name] = value end
  return assert(obol.nginx.new(pay, options)), pay
end

-- The page after the payer chose `method`, in a browser that calls itself `agent`.
local function page_after(shop, method, agent, order)
  local link = assert(shop.link(order or support.tea "E-1", { payer_token = "p-1" })).url
  local path, cookie = link:gsub("^https://[^/]+", ""), nil
  local function call(verb, body, query)
    local answer = shop.answer("checkout", { method = verb, path = path, query = query, body = body or "",
      remote_addr = "203.0.113.9", headers = { ["user-agent"] = agent, ["accept-language"] = "en", cookie = cookie,
        ["content-type"] = body and "application/x-www-form-urlencoded" or nil } })
    local set = answer.headers["set-cookie"]
    if set then cookie = set:match "^[^;]+" end
    return answer
  end
  local form = call "GET"
  local answer = call("POST", ("form=%s&way=web%%2F%s"):format(form.body:match 'name="form" value="([^"]*)"', method))
  return call("GET", nil, "go=1"), answer, form
end

local function check_text(body)
  assert.equal(1, select(2, body:gsub("<script", "")))
  assert.is_nil(body:find("<b>", 1, true))
end

describe("what a provider answers", function()
  it("is text in the parameters of WeChat's bridge", function()
    local shop, pay = shop_with { transaction_no = "t-1", trade_no = EVIL, appId = EVIL, timeStamp = "1",
      nonceStr = EVIL, package = EVIL, signType = "MD5", paySign = EVIL }
    local page = page_after(shop, "wechat_jsapi", support.WECHAT)
    check_text(page.body)
    local shown = assert(page.body:match 'data%-jsapi="([^"]*)"')
    local plain = shown:gsub("&(%w+);", { quot = '"', lt = "<", gt = ">", amp = "&" }):gsub("&#39;", "'")
    assert.equal(EVIL, json.decode(plain).paySign)
    assert.equal(EVIL, pay.payments:get("E-1").action.parameters.paySign)
  end)

  for what, url in pairs { ["runs a script"] = "javascript:alert(1)", ["holds a page"] = "data:text/html,<b>",
    ["ends a header"] = "https://a.example/\r\nset-cookie: a=b", ["ends an attribute"] = 'https://a.example/"><b>' } do
    it("is no address where it " .. what, function()
      local shop = shop_with { transaction_no = "t-1", trade_no = "t", payment_url = url }
      local page, answer = page_after(shop, "alipay_page", support.DESKTOP)
      check_text(page.body)
      assert.is_nil(page.body:find('href="' .. url, 1, true))
      assert.is_nil(page.body:find('url=' .. url, 1, true))
      assert.is_nil((answer.headers.location or ""):find("[\r\n]"))
      assert.is_nil(answer.headers["set-cookie"])
    end)
  end

  it("is drawn, never written, where it is a code", function()
    local page = page_after(shop_with { transaction_no = "t-1", trade_no = "t", code_url = "weixin://" .. EVIL },
      "wechat_qr", support.DESKTOP)
    check_text(page.body)
    assert(page.body:find('<div class="code"><svg', 1, true))
    assert.is_nil(page.body:find("weixin:", 1, true))
  end)

  it("of its refusals is not shown at all", function()
    local page, answer, form = page_after(shop_with { error_msg = EVIL }, "wechat_qr", support.DESKTOP)
    for _, one in ipairs { page, form } do check_text(one.body) end
    assert.is_nil(page.body:find("alert(1)", 1, true))
    assert.is_nil(answer.body:find("alert(1)", 1, true))
  end)
end)

describe("what the merchant calls things", function()
  it("is text too", function()
    local shop = shop_with({}, { labels = { wechat_qr = EVIL, ["web/alipay_page"] = { en = EVIL .. "2" } },
      theme = { name = "<b>\"Tea\" & Co</b>" }, shop_url = "https://shop.example/" })
    local _, _, form = page_after(shop, "wechat_qr", support.DESKTOP, support.tea "E-\"<b>")
    check_text(form.body)
    assert.equal(2, select(2, form.body:gsub("alert%(1%)&lt;/script&gt;", "")))
  end)
end)

describe("what a browser says of itself", function()
  local odd = { { ["user-agent"] = "Mozilla \233\228" }, { ["user-agent"] = "" }, { ["accept-language"] = "en;\252" },
    { accept = ("a"):rep(600) } }
  for place, headers in ipairs(odd) do
    it(("keeps nobody from paying where no provider could be told of it (%d)"):format(place), function()
      local at = support.open()
      local url = at.link(support.lights "B-1")
      assert.equal(303, at.browser(headers).submit(url, "cards/checkout").status)
      assert.equal("requires_action", at.pay.payments:get("B-1").status)
    end)
  end

  it("goes beside what the merchant says, be that an empty array, as PHP writes a table without names", function()
    local at = support.open()
    local order = support.tea("B-3", { checkout = {}, browser = obol.json.array(), customer = obol.json.array() })
    local answer, made = at.create(order)
    assert.equal(201, answer.status, answer.body)
    assert.equal(303, at.browser().submit(made.checkout_url, "web/wechat_qr").status)
    assert.equal("requires_action", at.pay.payments:get("B-3").status)
  end)

  it("is told to the provider", function()
    local order = require "obol.nginx.order"
    local content = { order = "B-2", amount = "8.88", currency = "USD", params = {} }
    local params = order.params(content, { method = "checkout", ip = "203.0.113.9", headers = {
      ["user-agent"] = "Браузер 1", accept = "text/html", ["accept-language"] = { "en", "zh" } } })
    assert.same({ user_agent = "Браузер 1", accept = "text/html" }, params.browser)
  end)
end)
