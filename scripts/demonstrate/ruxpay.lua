-- RuxPay: cards with and without 3DS, a hosted page, a subscription and its renewal, a refund.

local money = require "obol.money"
local obol = require "obol"
local stage = require "stage"

local expect, must, step = stage.expect, stage.must, stage.step

local M = {}

local BACK, NOTIFY = "https://shop.example/back", "https://shop.example/notify/cards"

-- What every RuxPay payment here has in common; `more` adds to it.
local function order(order_id, more)
  local params = {
    order_id = order_id, amount = "8.88", currency = "USD", description = "tea lights",
    customer = { ip = "203.0.113.9" }, billing = { country = "CA" },
    items = { { name = "tea lights", price = "8.88", quantity = 1, sku = "123", url = "https://shop.example/tea" } },
    return_url = BACK, notify_url = NOTIFY,
  }
  for name, value in pairs(more) do params[name] = value end
  return params
end

-- A test card; the CVV decides what becomes of it.
local function card(cvv)
  return { number = obol.secret "4300000000000000", cvv = obol.secret(cvv), exp_month = 12, exp_year = 2030,
    holder = "Ann Onym" }
end

-- A payer's browser opens a page, answers its form, and is sent back to the shop.
local function click(action, body)
  local page = must(stage.browser.send({ method = "GET", url = action.url, headers = { accept = "text/html" } },
    { timeout_ms = 10000 }))
  expect(page.status == 200 and page.body:find "<form", "a page with a form")
  local reply = stage.request("POST", action.url, body, "application/x-www-form-urlencoded")
  expect(reply.status == 302 or reply.status == 303, "the browser to be sent on, got " .. reply.status)
  expect(reply.headers.location:find(BACK, 1, true), "the browser to be sent back to the shop")
end

local function cards(pay)
  step("a card, approved at once", function()
    local payment = must(pay.payments:create(order("R-1", { method = "card", card = card "123" })))
    expect(payment.status == "succeeded" and payment.amount == money("8.88", "USD"), "8.88 USD, taken")
    stage.take_success(pay, "cards", "ruxpay", "R-1")
    return "8.88 USD; the signed notification of it changes nothing any more"
  end)
  step("a card that is declined", function()
    local payment = must(pay.payments:create(order("R-2", { method = "card", card = card "900" })))
    expect(payment.status == "failed" and payment.error.kind == "declined", "a decline")
    stage.take_callbacks(pay, "cards", "ruxpay")
    payment = must(pay.payments:create(order("R-2", { method = "card", card = card "123" })))
    expect(payment.status == "succeeded" and #payment.attempts == 2, "the second card to be taken")
    stage.take_callbacks(pay, "cards", "ruxpay")
    return "declined, then paid with another card, as a second attempt"
  end)
  step("a card with 3DS", function()
    local payment = must(pay.payments:create(order("R-3", { method = "card", card = card "123", three_ds = true,
      browser = { user_agent = "Mozilla/5.0", accept = "text/html" } })))
    expect(payment.status == "requires_action", "a challenge")
    click(payment.action, "action=approve")
    stage.take_success(pay, "cards", "ruxpay", "R-3")
    return "the payer answers the bank's challenge in a browser; told by a signed notification"
  end)
  step("a hosted page, where no card is seen", function()
    local payment = must(pay.payments:create(order("R-4", { method = "checkout" })))
    expect(payment.status == "requires_action", "a page")
    stage.control("POST", "pay", { reference = "R-4" })
    stage.take_success(pay, "cards", "ruxpay", "R-4")
    return "paid on RuxPay's own page"
  end)
end

local function answer_lost(pay)
  step("the answer of a charge is lost", function()
    stage.control("POST", "fault", { operation = "payment.create", kind = "commit_then_drop", provider = "ruxpay" })
    local from = #stage.records
    local payment = must(pay.payments:create(order("R-5", { method = "card", card = card "123" })))
    local seen = stage.calls_since(from)
    expect(seen == "payment.create: unknown, then payment.query: succeeded",
      "an unknown outcome and a query, got " .. seen)
    expect(payment.status == "succeeded" and #payment.attempts == 1, "the query to find the charge")
    stage.take_callbacks(pay, "cards", "ruxpay")
    return seen .. ". It was taken, once"
  end)
end

local function subscription(pay)
  step("a subscription by card", function()
    local made = must(pay.subscriptions:create(order("R-6", { method = "card", card = card "123", interval = "P1M",
      cycles = 12 })))
    expect(made.payment and made.payment.status == "succeeded", "the first charge to be taken")
    stage.take_callbacks(pay, "cards", "ruxpay")
    return "the first of twelve monthly charges is taken"
  end)
  step("its renewal", function()
    stage.advance(31 * 24 * 3600 * 1000)
    stage.control("POST", "renew", { reference = "R-6", provider = "ruxpay" })
    local events = stage.take_callbacks(pay, "cards", "ruxpay")
    expect(#events == 1, "one notification")
    local renewal
    for _, payment in ipairs(must(pay.payments:list {})) do
      if payment.renewal_of == "R-6" then renewal = payment end
    end
    expect(renewal and renewal.status == "succeeded" and renewal.amount == money("8.88", "USD"), "a payment of its own")
    for _, record in ipairs(stage.records) do expect(not record.alarm, "no alarm, got " .. tostring(record.alarm)) end
    return "a payment of its own: " .. renewal.order_id
  end)
end

local function refund(pay)
  step("a part of a payment given back", function()
    local made = must(pay.refunds:create("R-1", { refund_id = "B-1", amount = "3.00", reason = "one was broken" }))
    expect(made.status == "processing" or made.status == "succeeded", "the refund to be accepted, got " .. made.status)
    stage.advance(60 * 1000)
    stage.take_callbacks(pay, "cards", "ruxpay")
    local now = must(pay.refunds:refresh "B-1")
    expect(now.status == "succeeded", "the refund to be done, got " .. now.status)
    local payment = must(pay.payments:get "R-1")
    expect(payment.refunded == money("3.00", "USD"), "3.00 USD given back")
    return "3.00 of 8.88 USD"
  end)
end

function M.run()
  local found = stage.accounts.ruxpay
  stage.title "RuxPay: cards, subscriptions and refunds"
  local pay = stage.open("cards", { provider = "ruxpay", base_url = found.base_url, app_id = found.app_id,
    merchant_no = found.merchant_no, secret_key = obol.secret(found.secret_key), auth = found.auth })
  for _, part in ipairs { cards, answer_lost, refund, subscription } do part(pay) end
end

return M
