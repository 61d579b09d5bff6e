-- Payments that were paid at the provider after their end here.

local support = require "spec.nginx.checkout.support"

describe("a payment that ran out and is paid all the same", function()
  local at, browser, url
  before_each(function()
    at = support.open()
    browser, url = at.browser(), at.link(support.lights "L-1", { expires_s = 86400 })
    assert.equal(303, browser.submit(url, "cards/checkout").status)
    at.box:advance(2 * 60 * 60 * 1000 + 1)
    assert(browser.get(url).body:find('data-stage="expired-1"', 1, true))
  end)

  it("is known when the payer comes back, who is not asked to pay again", function()
    local back = assert(at.box:pay "L-1").redirect
    local answer = browser.get(back, "returned")
    assert.equal(url, answer.headers.location)
    local page = browser.get(url).body
    assert(page:find("<span>Paid</span>", 1, true), page)
    assert.is_nil(page:find("<form", 1, true))
  end)

  it("is not paid again by who did not come back and sends the form", function()
    assert(at.box:pay "L-1")
    assert.equal(303, browser.submit(url, "cards/checkout").status)
    assert.equal(1, at.calls "payment.create")
    assert.equal("succeeded", at.pay.payments:get("L-1").status)
    assert(browser.get(url).body:find("<span>Paid</span>", 1, true))
  end)

  it("is asked about once in a while, however often the browser comes back", function()
    local back = assert(at.box:back_out "L-1").redirect
    local asked = at.calls "payment.query"
    for _ = 1, 5 do assert.equal(303, browser.get(back, "returned").status) end
    assert.equal(asked + 1, at.calls "payment.query")
  end)

  it("was not, and a new one begins", function()
    assert.equal(303, browser.submit(url, "cards/checkout").status)
    assert.equal(2, at.calls "payment.create")
    assert(browser.get(url).body:find('data-stage="action-2"', 1, true))
  end)

  it("is paid anew where the provider does not say", function()
    at.box:fault("payment.query", "status_503", { provider = "ruxpay", times = 1 })
    assert.equal(303, browser.submit(url, "cards/checkout").status)
    assert.equal(2, at.calls "payment.create")
  end)
end)
