-- The browser's return and the live state of an order.

local json = require "obol.json"
local support = require "spec.nginx.checkout.support"

local function return_url(at, order_id)
  local action = assert(at.pay.payments:get(order_id)).action.url
  -- RuxPay's page sends the payer to the address that it was given with the order.
  return action
end

describe("the browser's return", function()
  local at, browser, url
  before_each(function()
    at = support.open()
    browser, url = at.browser(), at.link(support.lights "R-1")
    browser.submit(url, "cards/checkout")
  end)

  -- Where the provider sends the browser.
  local function back(way)
    local result = assert(at.box[way](at.box, "R-1"))
    return assert(result.redirect)
  end

  it("leads to the page that the payer came from, which says what the provider says", function()
    local address = back "pay"
    assert.equal(support.URL .. "/return/", address:match "^(.-/return/)")
    local answer = browser.get(address, "returned")
    assert.equal(303, answer.status)
    assert.equal(url, answer.headers.location)
    assert.equal("succeeded", at.pay.payments:get("R-1").status)
    assert(browser.get(answer.headers.location).body:find("<span>Paid</span>", 1, true))
  end)

  it("proves nothing: an unpaid order stays unpaid", function()
    local address = at.pay.payments:get("R-1").action.url and back "back_out"
    local answer = browser.get(address, "returned")
    assert.equal(303, answer.status)
    assert.not_equal("succeeded", at.pay.payments:get("R-1").status)
  end)

  it("after giving up says that the order can still be paid", function()
    assert(at.pay.customers:create({ customer = { id = "167123123123" } }, { account = "subs" }))
    local where = at.link(support.lights("R-2", { cancel_url = "https://shop.example/back" }), { account = "subs" })
    assert.equal(303, browser.submit(where, "subs/checkout").status)
    local address = assert(at.box:back_out(at.pay.payments:get("R-2").action.url)).redirect
    local answer = browser.get(address, "returned")
    assert.equal(where .. "?returned=1", answer.headers.location)
    local body = browser.get(answer.headers.location).body
    assert(body:find("You came back without paying", 1, true))
    assert(body:find('<a class="go"', 1, true))
  end)

  it("takes POST too, and does not read what the provider adds", function()
    local path = back("pay"):match "example([^?]*)"
    local answer = at.request("returned", { method = "POST", path = path, query = "status=failed&order=other",
      body = "a=1", headers = { ["content-type"] = "application/x-www-form-urlencoded" } })
    assert.equal(303, answer.status)
    assert.equal(url, answer.headers.location)
  end)

  it("shows the order also where its page was forgotten", function()
    local address = back "pay"
    local other = support.open()
    other.pay.payments:create(support.lights("R-1", { method = "checkout", notify_url = "https://shop.example/n",
      customer = { id = "u", ip = "192.0.2.1" } }), { account = "cards" })
    local answer = other.browser().get(address, "returned")
    assert.equal(303, answer.status)
    local shown = other.browser().get(answer.headers.location)
    assert.equal(200, shown.status)
    assert(shown.body:find("8.88", 1, true))
    assert.is_nil(shown.body:find("<form", 1, true))
  end)

  it("with a wrong token, or that of a checkout, is a page that is not there", function()
    local absent = at.request("returned", { path = "/pay/return/AAAA" })
    assert.equal(404, absent.status)
    local other = at.request("returned", { path = "/pay/return/" .. url:match "[^/]+$" })
    assert.equal(404, other.status)
    assert.equal(absent.body, other.body)
  end)

  it("is short enough for every provider", function()
    local long = support.lights(("o"):rep(128), { items = { { product_id = 1 } } })
    local where = at.link(long)
    assert.equal(303, browser.submit(where, "games/game").status)
    assert.equal("requires_action", at.pay.payments:get(long.order_id).status)
    assert(return_url(at, long.order_id))
  end)
end)

describe("the state of an order", function()
  local at, browser, url, path
  before_each(function()
    at = support.open()
    browser, url = at.browser(), at.link(support.tea "L-1")
    path = url:match("example(.*)"):gsub("/checkout/", "/status/")
  end)

  local function state()
    return json.decode(at.request("status", { path = path, headers = { accept = "application/json" } }).body)
  end

  -- The events of a stream until it ends by itself; `step(n)` is called where it would sleep.
  local function stream(step, limits)
    local answer = at.request("status", { path = path, headers = { accept = "text/event-stream" } })
    assert.equal(200, answer.status)
    assert.equal("text/event-stream", answer.headers["content-type"])
    local sent, sleeps = {}, 0
    answer.stream(function(text)
      sent[#sent + 1] = text
      return not (limits and #sent >= limits)
    end, function(seconds)
      sleeps = sleeps + 1
      assert(sleeps < 2000, "a stream that does not end")
      at.box:advance(seconds * 1000)
      if step then step(sleeps) end
    end)
    answer.ended()
    return sent, sleeps
  end

  it("is told as JSON: nothing yet, to be paid, paid", function()
    assert.same({ stage = "choose", final = false }, state())
    browser.submit(url, "web/wechat_qr")
    assert.same({ stage = "action-1", final = false }, state())
    assert(at.box:pay "L-1")
    at.deliver()
    assert.same({ stage = "paid-1", final = true }, state())
  end)

  it("is told as a stream, which ends with the payment", function()
    browser.submit(url, "web/wechat_qr")
    local sent = stream(function(count)
      if count == 3 then
        assert(at.box:pay "L-1")
        at.deliver()
      end
    end)
    assert.equal("retry: 3000\n\n", sent[1])
    assert.equal('data: {"final":false,"stage":"action-1"}\n\n', sent[2])
    assert.equal('data: {"final":true,"stage":"paid-1"}\n\n', sent[3])
    assert.equal("event: over\ndata: {}\n\n", sent[4])
    assert.equal(4, #sent)
  end)

  it("is found out by asking the provider where no notification comes", function()
    browser.submit(url, "web/wechat_qr")
    local sent = stream(function(count) if count == 2 then assert(at.box:pay "L-1") end end)
    assert.equal('data: {"final":true,"stage":"paid-1"}\n\n', sent[3])
  end)

  it("ends its stream after a while, when the link is over, and when nobody listens", function()
    browser.submit(url, "web/wechat_qr")
    local sent, sleeps = stream()
    assert.equal(120, sleeps)
    assert(sent[#sent]:find "^:")
    assert(#sent < 30)
    local _, gone = stream(nil, 2)
    assert.equal(0, gone)
    local short = at.link(support.tea("L-2", {}), { expires_s = 10 })
    path = short:match("example(.*)"):gsub("/checkout/", "/status/")
    sent = stream()
    assert.equal("event: over\ndata: {}\n\n", sent[#sent])
  end)

  it("is told on of what is open when the link is over, which may still be paid", function()
    url = at.link(support.tea "L-4", { expires_s = 10 })
    path = url:match("example(.*)"):gsub("/checkout/", "/status/")
    browser.submit(url, "web/wechat_qr")
    at.box:advance(20 * 1000)
    local sent = stream(function(count) if count == 3 then assert(at.box:pay "L-4") end end)
    assert.equal('data: {"final":false,"stage":"action-1"}\n\n', sent[2])
    assert.equal('data: {"final":true,"stage":"paid-1"}\n\n', sent[3])
    assert.equal("event: over\ndata: {}\n\n", sent[4])
  end)

  it("asks the provider once in a while, however many streams there are", function()
    browser.submit(url, "web/wechat_qr")
    stream()
    local alone = at.calls "payment.query"
    assert(alone > 20 and alone < 90, tostring(alone))
  end)

  it("takes no more streams than it should, and those that broke count no more after a while", function()
    at = support.open { limits = { streams = 2 } }
    browser, url = at.browser(), at.link(support.tea "L-3")
    path = url:match("example(.*)"):gsub("/checkout/", "/status/")
    local function open() return at.request("status", { path = path, headers = { accept = "text/event-stream" } }) end
    local first = open()
    assert.equal(200, first.status)
    assert.equal(200, open().status)
    assert.equal(503, open().status)
    assert.same({ stage = "choose", final = false }, state())
    first.ended()
    assert.equal(200, open().status)
    assert.equal(503, open().status)
    at.box:advance(400 * 1000)
    assert.equal(200, open().status)
  end)

  it("is for GET alone", function()
    assert.equal(405, at.request("status", { method = "POST", path = path }).status)
  end)
end)
