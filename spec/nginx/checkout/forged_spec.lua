-- The checkout against those who want something of it that they may not have.

local json = require "obol.json"
local obol = require "obol"
local support = require "spec.nginx.checkout.support"
local token = require "obol.nginx.token"

describe("a checkout that was tampered with", function()
  local at, absent
  before_each(function()
    at = support.open()
    absent = at.browser().get(support.URL .. "/checkout/AAAA")
  end)

  -- Tokens as only the holder of the secret can make them.
  local function sealed(use, members)
    local content = { order = "F-1", amount = "19.99", currency = "CNY", ends = support.T0 + 60000, params = {} }
    for name, value in pairs(members or {}) do content[name] = value end
    return support.URL .. "/checkout/" .. assert(token.new({ obol.secret(support.SECRET) }):seal(use, content))
  end

  it("is a page that is not there: a wrong token, another's secret, another use", function()
    assert.equal(404, absent.status)
    local foreign = token.new({ obol.secret(("x"):rep(32)) }):seal("checkout", { order = "F-1", amount = "19.99",
      currency = "CNY", ends = support.T0 + 60000 })
    for _, url in ipairs { support.URL .. "/checkout/" .. foreign, sealed "other" } do
      local answer = at.browser().get(url)
      assert.equal(404, answer.status)
      assert.equal(absent.body, answer.body)
    end
  end)

  it("gets the same answer for an order that is not recorded", function()
    local answer = at.browser().get(sealed "return")
    assert.equal(404, answer.status)
    assert.equal(absent.body, answer.body)
    local state = at.request("status", { path = "/pay/status/AAAA" })
    local other = at.request("status", { path = "/pay/status/" .. sealed("return"):match "[^/]+$" })
    assert.equal(404, state.status)
    assert.same(state, other)
  end)

  it("gets the same answer for another amount than the recorded one", function()
    at.browser().submit(at.link(support.tea "F-1"), "web/wechat_qr")
    assert.equal(200, at.browser().get(sealed "return").status)
    for _, members in ipairs { { amount = "0.01" }, { currency = "USD" } } do
      local answer = at.browser().get(sealed("checkout", members))
      assert.equal(404, answer.status)
      assert.equal(absent.body, answer.body)
    end
  end)

  it("is over when its time is", function()
    local browser, url = at.browser(), at.link(support.tea "F-2", { expires_s = 60 })
    local proof = browser.get(url).body:match 'name="form" value="([^"]*)"'
    at.box:advance(60000)
    local answer = browser.get(url)
    assert.equal(410, answer.status)
    assert(answer.body:find("This link has expired", 1, true))
    assert.is_nil(answer.body:find("<form", 1, true))
    assert.equal(410, browser.post(url, "form=" .. proof .. "&way=web%2Fwechat_qr").status)
    assert.equal(0, at.calls "payment.create")
  end)

  it("is a page that is not there long after its time, also on the way back", function()
    local browser, url = at.browser(), at.link(support.tea "F-4", { expires_s = 60 })
    browser.submit(url, "web/alipay_page")
    local back = sealed("return", { order = "F-4" })
    assert.equal(200, browser.get(back).status)
    at.box:advance(60000)
    assert.equal(404, browser.get(back).status)
    assert.equal(404, browser.get((back:gsub("/checkout/", "/return/")), "returned").status)
    assert.equal(200, browser.get(url).status)
    at.box:advance(30 * 24 * 60 * 60 * 1000)
    assert.equal(404, browser.get(url).status)
  end)

  it("still shows what was paid when its time is over", function()
    local browser, url = at.browser(), at.link(support.tea "F-3", { expires_s = 60 })
    browser.submit(url, "web/wechat_qr")
    assert(at.box:pay "F-3")
    at.deliver()
    at.box:advance(61000)
    assert(browser.get(url).body:find("<span>Paid</span>", 1, true))
  end)
end)

describe("the checkout's form", function()
  local at, browser, url, proof
  before_each(function()
    at = support.open()
    browser, url = at.browser(), at.link(support.tea "G-1")
    proof = browser.get(url).body:match 'name="form" value="([^"]*)"'
  end)
  after_each(function() assert.equal(0, at.calls "payment.create") end)

  it("is refused without its proof, with another browser's, and with another order's", function()
    local other = at.browser()
    local theirs = other.get(url).body:match 'name="form" value="([^"]*)"'
    local elsewhere = browser.get(at.link(support.tea "G-2")).body:match 'name="form" value="([^"]*)"'
    for _, start in ipairs { "", "form=&", "form=" .. theirs .. "&", "form=" .. elsewhere .. "&", "form=a&form=b&" } do
      local answer = browser.post(url, start .. "way=web%2Fwechat_qr")
      assert(answer.status == 403 or answer.status == 400, tostring(answer.status))
    end
    local without = at.request("checkout", { method = "POST", path = url:match "example(.*)",
      headers = { ["content-type"] = "application/x-www-form-urlencoded" },
      body = "form=" .. proof .. "&way=web%2Fwechat_qr" })
    assert.equal(403, without.status)
    assert(without.body:find("takes no cookies", 1, true))
  end)

  it("takes a form alone", function()
    for _, kind in ipairs { "application/json", "multipart/form-data; boundary=a", "text/plain", "" } do
      local answer = at.request("checkout", { method = "POST", path = url:match "example(.*)", body = "form=" .. proof,
        headers = { ["content-type"] = kind } })
      assert.equal(415, answer.status)
    end
  end)

  it("takes no more than a form is long, and nothing that is none", function()
    assert.equal(413, browser.post(url, "form=" .. proof .. "&way=" .. ("a"):rep(5000)).status)
    assert.equal(400, browser.post(url, "form=%zz").status)
  end)

  it("takes no way that is not offered", function()
    for _, way in ipairs { "", "web/card", "cards/card", "web%2Fwechat_jsapi", "nobody%2Fqq_qr", "web%2Fqq_qr%00" } do
      local answer = browser.post(url, "form=" .. proof .. "&way=" .. way)
      assert(answer.status == 422 or answer.status == 400, way .. ": " .. answer.status)
    end
  end)

  it("is refused by other methods than GET and POST", function()
    for _, method in ipairs { "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE" } do
      local answer = at.request("checkout", { method = method, path = url:match "example(.*)" })
      assert.equal(405, answer.status)
      assert.equal("GET, POST", answer.headers.allow)
    end
  end)
end)

describe("a sender who asks too often", function()
  it("gets no further forms, pages and states for a while", function()
    local at = support.open { limits = { form_each = 3, page_each = 8 } }
    local browser, url = at.browser(), at.link(support.tea "H-1")
    local proof = browser.get(url).body:match 'name="form" value="([^"]*)"'
    local function post() return browser.post(url, "form=" .. proof .. "&way=web%2Fnothing") end
    for _ = 1, 3 do assert.equal(422, post().status) end
    assert.equal(429, post().status)
    for _ = 1, 3 do assert.equal(200, browser.get(url).status) end
    assert.equal(429, browser.get(url).status)
    assert.equal(429, browser.get((url:gsub("/checkout/", "/status/")), "status").status)
    at.box:advance(60000)
    assert.equal(200, browser.get(url).status)
  end)
end)

describe("a path", function()
  local at = support.open()
  local good = at.link(support.tea "I-1"):match "[^/]+$"

  it("is read as it came: nothing in it is decoded, joined or skipped", function()
    for _, path in ipairs { "/pay/checkout/", "/pay/checkout", "/pay/checkout/..", "/pay/checkout/%2e%2e", "/", "",
      "/pay/checkout/" .. good .. "/", "/pay/checkout/" .. good .. "%00", "/pay/checkout/" .. good .. ";a=1",
      "/pay/checkout/" .. good .. "\r\nX-A: b", "/pay/checkout/%" .. ("%02x"):format(good:byte()) .. good:sub(2),
      "/pay/checkout/" .. ("A"):rep(9000) } do
      assert.equal(404, at.request("checkout", { path = path }).status, path)
      assert.equal(404, at.request("status", { path = path }).status, path)
      assert.equal(404, at.request("returned", { path = path }).status, path)
    end
    assert.equal(200, at.request("checkout", { path = "/pay/checkout/" .. good }).status)
  end)

  it("may have any query", function()
    for _, query in ipairs { "lang=xx", "lang=zh&lang=en", "%", "=", "go=1", ("a"):rep(9000),
      "lang=en%0d%0aSet-Cookie:a" } do
      local answer = at.request("checkout", { path = "/pay/checkout/" .. good, query = query })
      assert.equal(200, answer.status)
      for _, value in pairs(answer.headers) do assert.is_nil(tostring(value):find "[\r\n]") end
    end
  end)
end)

describe("a header of a response", function()
  local reply = require "obol.nginx.reply"

  it("never ends its line, and has a name", function()
    local answer = reply.make(200, { ["x-a"] = "a\r\nset-cookie: b", ["x-b"] = "a\0", ["x c"] = "a", ["x-d"] = "fine",
      ["x-e"] = { "a", "b\n" }, ["X-F"] = { "a", "b" }, ["x-g"] = {}, [7] = "a", ["x-h"] = true, ["x-i\r\n"] = "a" })
    for _, name in ipairs { "x-a", "x-b", "x c", "x-e", "x-h", "x-i\r\n" } do assert.is_nil(answer.headers[name]) end
    assert.equal("fine", answer.headers["x-d"])
    assert.same({ "a", "b" }, answer.headers["x-f"])
  end)

  it("sends nobody to an address that would end its line", function()
    for _, url in ipairs { "https://a/\r\nset-cookie: b", "https://a/\n", "https://a b", "\1" } do
      assert.is_nil(reply.see_other(url))
    end
    assert.equal("https://a/", reply.see_other("https://a/").headers.location)
  end)

  it("of a problem says what it is", function()
    local answer = reply.problem(422, "expected tea", { errors = { { field = "a", message = "b" } } })
    assert.equal("application/problem+json", answer.headers["content-type"])
    local body = json.decode(answer.body)
    assert.equal(422, body.status)
    assert.equal("about:blank", body.type)
    assert.equal("expected tea", body.detail)
    assert.equal("a", body.errors[1].field)
  end)
end)
