-- A payment that the merchant has closed: no other begins in its place.

local json = require "obol.json"
local obol = require "obol"
local support = require "spec.nginx.checkout.support"

local answers = {
  { at = "state", is = "OPEN", outcome = "accepted", doc = "to be paid" },
  { at = "state", is = "PAID", outcome = "succeeded", doc = "paid" },
  { at = "state", is = "CLOSED", outcome = "declined", status = "canceled", doc = "closed" },
}
local reply = { { "provider_id", "id", "text" }, { "action.url", "url", "url" } }

local function asks(line)
  return { line, effect = "none", found_by = "nothing", repeat_safe = true, source = "sheet 2", doc = "asks",
    request = { { "order_id", "order", "text" } }, reply = reply, outcomes = answers }
end

assert(obol.provider.define {
  name = "closing", title = "Closing Pay", source = "sheet", base_url = "https://closing.example",
  doc = "closes pages", code_at = "state",
  methods = { "checkout" }, currencies = { "CNY" },
  config = { { "merchant", "text", required = true, sample = "m-1", doc = "the merchant's number" } },
  operations = {
    ["payment.create"] = { "POST /pay", effect = "offer", found_by = "our_ref", repeat_safe = true, source = "sheet 1",
      doc = "makes a page", reply = reply, outcomes = answers,
      request = { { "order_id", "order", "text", required = true }, { "amount", "amount", "money", as = "minor_number",
        required = true } } },
    ["payment.query"] = asks "GET /pay",
    ["payment.cancel"] = { "POST /close", effect = "none", found_by = "our_ref", repeat_safe = true, source = "sheet 3",
      doc = "closes it", request = { { "order_id", "order", "text" } }, reply = reply, outcomes = {
        { at = "state", is = "CLOSED", outcome = "succeeded", doc = "closed" } } },
  },
})

describe("the page of a payment that was canceled", function()
  local at, browser, url, state, sent
  before_each(function()
    state, sent = "OPEN", {}
    at = support.open(nil, nil, function(config)
      config.accounts = { desk = { provider = "closing", merchant = "m-1" } }
      config.transport = { send = function(request)
        local path = request.url:match "example(/%l+)"
        sent[#sent + 1] = request.method .. " " .. path
        if path == "/close" then state = "CLOSED" end
        return { status = 200, headers = { ["content-type"] = "application/json" },
          body = json.encode { state = state, id = "p-1", url = "https://closing.example/page" } }
      end }
    end)
    browser, url = at.browser(), at.link(support.tea "C-1")
    assert.equal(303, browser.submit(url, "desk/checkout").status)
    assert.equal("canceled", assert(at.pay.payments:cancel "C-1").status)
  end)

  it("says so, and offers no way to pay, as none would begin", function()
    for _, headers in ipairs { { ["accept-language"] = "en" }, { ["accept-language"] = "zh" } } do
      local page = at.browser(headers).get(url)
      assert.equal(200, page.status)
      assert(page.body:find('data-stage="canceled-1"', 1, true))
      assert.is_nil(page.body:find("<form", 1, true))
    end
    assert(browser.get(url).body:find("The payment was canceled", 1, true))
    assert(browser.get(url).body:find("Back to the shop", 1, true))
  end)

  it("takes no form of another tab", function()
    local proof = browser.get(at.link(support.tea "C-2")).body:match 'name="form" value="([^"]*)"'
    assert.equal(403, browser.post(url, "form=" .. proof .. "&way=desk%2Fcheckout").status)
    local cookie = ("c"):rep(24)
    local token = require("obol.nginx.token").new { obol.secret(support.SECRET) }
    local answer = at.request("checkout", { method = "POST", path = url:match "example(.*)",
      body = "way=desk%2Fcheckout&form=" .. token:proof(url:match "[^/]+$", cookie),
      headers = { cookie = "obol_form=" .. cookie, ["content-type"] = "application/x-www-form-urlencoded" } })
    assert.equal(303, answer.status)
    assert.same({ "POST /pay", "POST /close" }, sent)
  end)

  it("says that it was paid all the same, when the payer comes back", function()
    state = "PAID"
    local order = support.tea "C-1"
    local back = at.shop.return_url { order_id = "C-1", amount = order.amount, currency = order.currency }
    assert.equal(303, browser.get(back, "returned").status)
    assert(browser.get(url).body:find("<span>Paid</span>", 1, true))
  end)
end)
