-- The sandbox's first page: what it tells, that its links lead somewhere, and that it stays text.

local http = require "obol.sandbox.http"
local support = dofile "spec/sandbox/support.lua"

local EVIL = [[<script>alert("1")</script>'&{origin}{{controls}}]]
local EVIL_ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;{origin}{{controls}}"

describe("the sandbox's first page", function()
  local function serve(app, method, target, body)
    return http.serve(app.box, { method = method, target = target, headers = {}, body = body or "" })
  end
  local function index(app) return serve(app, "GET", "/").body end
  local function has(body, text) assert.truthy(body:find(text, 1, true), text) end

  it("tells the account, the products, how to pay and that no money moves", function()
    local app = support.open()
    local reply = serve(app, "GET", "/?x=1")
    assert.equal(200, reply.status)
    assert.equal("text/html; charset=utf-8", reply.headers["content-type"])
    for _, text in ipairs{ "no money moves", "https://sandbox.invalid/appwheel", "331058835", support.SECRET,
      "price_vip_monthly", "9.99 USD per month", "1.00 USD every 3 days", "1.500 KWD", "VIP 2021</bdi> (closed)",
      "WELCOME10 (10% off)", "4242 4242 4242 4242", "2023-11-14 22:13 UTC", "None yet" } do
      has(reply.body, text)
    end
    assert.equal(404, serve(app, "POST", "/").status)
    assert.equal(404, serve(app, "GET", "/none").status)
  end)

  it("leads to the newest pay pages and to open invoices", function()
    local app = support.open()
    app.user("u1")
    local first = app.buy().data.checkoutUrl
    has(index(app), 'href="' .. first .. '"')
    app.box:pay(first)
    has(index(app), ">complete<")
    app.box:fail_card("u1", true)
    app.box:advance(31 * support.DAY)
    has(index(app), 'href="' .. app.invoices()[1].hostedInvoiceUrl .. '"')
    for i = 1, 11 do
      app.user("n" .. i)
      app.buy{ appUserId = "n" .. i }
    end
    assert.is_nil(index(app):find(first, 1, true))
    has(index(app), "<bdi>n2</bdi>")
    assert.is_nil(index(app):find("<bdi>n1</bdi>", 1, true))
  end)

  it("names only controls that there are", function()
    local app = support.open()
    local count = 0
    for method, cell in index(app):gmatch("<code>(%u+) (.-)</code>") do
      local name = cell:match(">([%l_]+)<") or cell
      local status = serve(app, method, "/_sandbox/" .. name).status
      assert.truthy(status == 200 or status == 400, name)
      count = count + 1
    end
    assert.equal(21, count)
  end)

  it("keeps what came from outside as text", function()
    local app = support.open{ appwheel = { promotions = { [EVIL] = { percent = 5 } }, products = {
      { id = "price_evil" .. EVIL, name = EVIL, currency = "usd", amount = 100, interval = "month", count = 1 },
      { id = "price_once", name = "x", currency = "usd", amount = 100 },
    } } }
    app.user("%3Cscript%3Ealert(%221%22)%3C%2Fscript%3E%27%26%7Borigin%7D%7B%7Bcontrols%7D%7D")
    assert.equal(EVIL, app.box:books().appwheel.users[1].id)
    assert.equal(0, app.buy{ appUserId = EVIL, productId = "price_once", mode = "payment", quantity = 1, payPrice = 5,
      productName = EVIL }.code)
    local body = index(app)
    assert.is_nil(body:find("<script", 1, true))
    for _, before in ipairs{ "<td><bdi>", "price_evil", "codes: ", '"><bdi>', "for <bdi>" } do
      has(body, before .. EVIL_ESCAPED)
    end
  end)
end)
