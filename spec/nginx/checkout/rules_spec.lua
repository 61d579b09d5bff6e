-- The checkout of a shop whose rules choose the account.

local attempt = require "obol.client.attempt"
local json = require "obol.json"
local obol = require "obol"
local support = require "spec.nginx.checkout.support"

local function open(routes, options)
  return support.open(options, nil, function(config, found)
    local rux = found.ruxpay_second
    config.accounts.spare = { provider = "ruxpay", base_url = rux.base_url, app_id = rux.app_id,
      merchant_no = rux.merchant_no, secret_key = obol.secret(rux.secret_key), auth = rux.auth }
    config.routes = routes
  end)
end

local function ways(body)
  local list = {}
  for way in body:gmatch 'name="way" value="([^"]*)"' do list[#list + 1] = way end
  table.sort(list)
  return list
end

-- How often the provider's books say that money was taken for an order.
local function sold(at, order_id)
  local count = 0
  for _, entry in ipairs(at.box:books().ruxpay.payments) do
    if entry.status == "succeeded" and tostring(entry.order_id or entry.orderId) == order_id then count = count + 1 end
  end
  return count
end

describe("the checkout of a shop with rules", function()
  it("offers each way once, and the rules choose its account when it is paid", function()
    local at = open { { when = { currency = "CNY" }, to = "web" },
      { name = "pages", to = { "spare", "cards", "subs" } } }
    local browser, url = at.browser(), at.link(support.lights "R-1")
    assert.same({ "*/checkout" }, ways(browser.get(url).body))
    assert.equal(303, browser.submit(url, "*/checkout").status)
    local payment = at.pay.payments:get "R-1"
    assert.same({ "requires_action", "spare", "pages" },
      { payment.status, payment.account, payment.attempts[1].rule })
    assert.same({ "*/alipay_page", "*/qq_qr", "*/wechat_qr" }, ways(browser.get(at.link(support.tea "R-2")).body))
  end)

  it("offers nothing that no rule takes, and says why to the merchant", function()
    local at = open { { when = { currency = "CNY", method = "wechat_qr" }, to = "web" } }
    assert.same({ "*/wechat_qr" }, ways(at.browser().get(at.link(support.tea "R-1")).body))
    local link, err = at.shop.link(support.lights "R-2")
    assert.is_nil(link)
    assert.equal("unsupported", err.kind)
    assert.matches("routes: no rule takes this payment", tostring(err))
    at = open { { name = "broken", when = function(p) return p.customer.id.x.y end, to = "web" } }
    link, err = at.shop.link(support.lights "R-3")
    assert.is_nil(link)
    assert.matches("the rule `broken` failed", tostring(err))
  end)

  it("takes an order again that had to wait, also with the same Idempotency-Key", function()
    local at = open { { to = "web" }, accounts = { web = { limits = { { count = 1, per = "1h" } } } } }
    local function both(number)
      local list, orders = {}, { support.tea("R-1", { checkout = {} }), support.tea("R-2", { method = "wechat_qr" }) }
      for place, order in ipairs(orders) do
        local answer, body = at.create(order, { ["idempotency-key"] = "key-" .. place })
        list[place] = { answer.status, body.retryable }
        assert.is_nil(answer.headers["idempotent-replayed"], number)
      end
      return list
    end
    assert.equal(201, at.create(support.tea("R-0", { method = "wechat_qr" })).status)
    assert.same({ { 503, true }, { 503, true } }, both "first")
    at.box:advance(61 * 60 * 1000)
    assert.same({ { 201 }, { 201 } }, both "second")
  end)

  it("lets the payer come again, where a limit or a maintenance stands against every way for now", function()
    local at = open { { to = "web" }, accounts = { web = { limits = { { count = 1, per = "1h" } } } } }
    local browser, url = at.browser(), at.link(support.tea "R-1", { expires_s = 7200 })
    local form = "form=" .. browser.get(url).body:match 'name="form" value="([^"]*)"' .. "&way=*%2Fwechat_qr"
    assert.equal(201, at.create(support.tea("R-0", { method = "wechat_qr" })).status)
    for _, body in ipairs { browser.get(url).body, browser.post(url, form).body } do
      local notes = {}
      for note in body:gmatch 'role="alert">(.-)</p>' do notes[#notes + 1] = note end
      assert.same({ "This order cannot be paid at the moment. Please try again later." }, notes)
    end
    at.box:advance(61 * 60 * 1000)
    assert.equal(303, browser.submit(url, "*/wechat_qr").status)
  end)

  it("keeps to the account that a link names", function()
    local at = open { { to = "spare" } }
    local browser, url = at.browser(), at.link(support.lights "R-1", { account = "cards" })
    assert.same({ "cards/checkout" }, ways(browser.get(url).body))
    browser.submit(url, "cards/checkout")
    assert.equal("cards", at.pay.payments:get("R-1").account)
    -- a form cannot name what the page did not offer
    url = at.link(support.lights "R-2")
    for _, way in ipairs { "cards/checkout", "spare/checkout", "*/game", "*/card", "*", "" } do
      assert.equal(422, browser.submit(url, way).status)
    end
    assert.is_nil((at.pay.payments:get "R-2"))
  end)

  it("goes on with the next account on proof, and notifications reach the right one", function()
    local at = open { { to = { "cards", "spare" } } }
    for _ = 1, 3 do at.box:fault("payment.create", "refuse", { provider = "ruxpay" }) end
    local browser, url = at.browser(), at.link(support.lights "R-1")
    assert.equal(303, browser.submit(url, "*/checkout").status)
    local payment = at.pay.payments:get "R-1"
    assert.same({ "requires_action", "spare", 2 }, { payment.status, payment.account, #payment.attempts })
    assert(at.box:pay "R-1")
    for _, answer in ipairs(at.deliver()) do assert.equal(200, answer.status, answer.body) end
    assert.equal("succeeded", at.pay.payments:get("R-1").status)
    assert.equal(1, sold(at, "R-1"))
  end)

  it("waits in every other tab while the call goes on to the next account, and begins nothing there", function()
    local at = open { { to = { "cards", "spare" } } }
    for _ = 1, 3 do at.box:fault("payment.create", "refuse", { provider = "ruxpay" }) end
    local browser, tab, url = at.browser(), at.browser(), at.link(support.lights "R-1")
    local status = url:gsub("/checkout/", "/status/")
    local form = "form=" .. tab.get(url).body:match 'name="form" value="([^"]*)"' .. "&way=*%2Fcheckout"
    local begin, begun, seen = attempt.begin, 0, nil
    attempt.begin = function(...)
      begun = begun + 1
      if begun == 2 then
        seen = { ways(tab.get(url).body), json.decode(tab.get(status, "status").body),
          tab.post(url, form).status, #at.pay.payments:get("R-1").attempts, begun }
      end
      return begin(...)
    end
    local ok, answer = pcall(browser.submit, url, "*/checkout")
    attempt.begin = begin
    assert.is_true(ok, answer)
    assert.same({ {}, { stage = "waiting-1", final = false }, 303, 1, 2 }, seen)
    assert.equal("requires_action", at.pay.payments:get("R-1").status)
    assert.equal("action-2", json.decode(tab.get(status, "status").body).stage)
    assert.equal(2, begun)
  end)

  it("is paid once, however often and wherever the form comes, while rules change their mind", function()
    local turn = 0
    local at = open { { when = function() turn = turn + 1 return turn % 2 == 0 end, to = { "cards", "spare" } },
      { to = { "spare", "cards" } } }
    local url = at.link(support.lights "R-1")
    local one, two = at.browser(), at.browser()
    -- both have the page before either pays
    local forms = {}
    for _, browser in ipairs { one, two } do
      forms[browser] = "form=" .. browser.get(url).body:match 'name="form" value="([^"]*)"' .. "&way=*%2Fcheckout"
    end
    for _, browser in ipairs { one, two, one, two } do
      assert.equal(303, browser.post(url, forms[browser]).status)
    end
    assert.equal(1, at.calls "payment.create")
    assert(at.box:pay "R-1")
    at.deliver()
    for _, browser in ipairs { one, two } do
      assert.equal(303, browser.post(url, forms[browser]).status)
    end
    assert.equal(1, at.calls "payment.create")
    assert.equal(1, sold(at, "R-1"))
  end)

  it("stays where the answer is lost, whatever the payer does", function()
    local at = open { { to = { "cards", "spare" } } }
    at.box:fault("payment.create", "commit_then_drop", { provider = "ruxpay" })
    at.box:fault("payment.query", "status_503", { provider = "ruxpay", times = 20 })
    local browser, url = at.browser(), at.link(support.lights "R-1")
    for _ = 1, 3 do browser.submit(url, "*/checkout") end
    local payment = at.pay.payments:get "R-1"
    assert.same({ "unknown", "cards", 1 }, { payment.status, payment.account, #payment.attempts })
    assert.equal(1, at.calls "payment.create")
  end)

  it("calls a way what the merchant calls the method", function()
    local at = open({ { to = { "spare", "cards" } } },
      { labels = { checkout = "Pay by card", spare = "The spare one" } })
    assert.truthy(at.browser().get(at.link(support.lights "R-1")).body:find("Pay by card", 1, true))
  end)
end)
