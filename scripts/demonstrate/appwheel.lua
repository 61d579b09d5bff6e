-- AppWheel: a customer, a subscription with a trial, a one-off payment, a payer with a browser, a
-- refusal, and an answer that never came.

local core = require "obol.core"
local money = require "obol.money"
local obol = require "obol"
local stage = require "stage"

local expect, must, step, title = stage.expect, stage.must, stage.step, stage.title
local control, request, records, screen = stage.control, stage.request, stage.records, stage.screen

local M = {}

local SHOP_OK, SHOP_NO = "https://shop.example/ok", "https://shop.example/no"
local CUSTOMER = { id = "u-1001" }
local PLAN, BRUSHES = "price_vip_monthly", "price_lifetime"

local pay, shop

-- What a browser does with a payment page: open it, fill in its form, follow where it leads.
local function page_of(action)
  expect(action and action.type == "redirect", "an action that leads to a page")
  local address = action.url:gsub("#.*", "") -- the fragment stays in a browser
  local page = request("GET", address)
  expect(page.status == 200 and page.body:find '<form method="post">', "a page with a form")
  return address, page.body
end

local function fill_in(address, card)
  return request("POST", address, "action=pay&card=" .. card, "application/x-www-form-urlencoded")
end

local function pay_at(action, price)
  local address, body = page_of(action)
  expect(body:find(price, 1, true), "the page to show " .. price)
  local reply = fill_in(address, "4242424242424242")
  expect(reply.status == 303 and reply.headers.location == SHOP_OK, "the browser to be sent back to the shop")
  return ("the page shows %s; card 4242... is taken, the browser goes to %s"):format(price, SHOP_OK)
end

local function date(ms) return os.date("!%Y-%m-%d", math.floor(ms / 1000)) end

local function show_entitlements(list)
  local rows = {}
  for place, one in ipairs(list) do
    rows[place] = { one.name, one.active and "active" or "over", one.expires_ms and date(one.expires_ms) or "never" }
  end
  screen:rows(rows, { head = { "ENTITLEMENT", "STATE", "ENDS" }, indent = 10 })
end

local function show_invoices(list)
  local rows = {}
  for place, one in ipairs(list) do
    rows[place] = { one.product_id, tostring(one.amount), one.status, date(one.next_charge_ms) }
  end
  screen:rows(rows, { head = { "INVOICE FOR", "AMOUNT", "STATE", "NEXT CHARGE" }, indent = 10 })
end

local function by(list, member, value)
  for _, one in ipairs(list) do
    if one[member] == value then return one end
  end
  return nil
end

local function account_of(found, secret)
  return { provider = "appwheel", base_url = found.base_url, app_id = found.app_id, platform = found.platform,
    secret = obol.secret(secret), webhook_secret = obol.secret(found.webhook_secret) }
end

local function begin()
  title "AppWheel: a customer and a shop"
  shop = expect(stage.accounts.appwheel, "the account of AppWheel's simulator")
  step("open Obol with its account", function()
    pay = stage.open("shop", account_of(shop, shop.secret))
    return ("obol %s, %s, the built-in transport"):format(obol.version, core.features().lua)
  end)
  step("create a customer", function()
    local made = must(pay.customers:create { customer = CUSTOMER })
    expect(made.customer_id == CUSTOMER.id, "the customer's own id")
    return "customer " .. made.customer_id
  end)
  step("list the products", function()
    local products = must(pay.products:list())
    local plan = expect(by(products, "id", PLAN), "the product " .. PLAN)
    expect(plan.price == money("9.99", "USD") and plan.interval == "P1M", "9.99 USD a month")
    expect(by(products, "id", BRUSHES), "the product " .. BRUSHES)
    local rows = {}
    for place, one in ipairs(products) do
      rows[place] = { one.id, tostring(one.price), one.interval or "once", one.name }
    end
    return #products .. " products", function()
      screen:rows(rows, { head = { "PRODUCT", "PRICE", "PERIOD", "NAME" }, indent = 10 })
    end
  end)
  step("look at the customer before", function()
    expect(#must(pay.entitlements:get { customer = CUSTOMER }) == 0, "no entitlement")
    expect(#must(pay.invoices:list { customer = CUSTOMER }) == 0, "no invoice")
    return "no entitlement, no invoice"
  end)
end

local function subscribe()
  local subscription
  title "A subscription with seven days of trial"
  step("create the subscription", function()
    subscription = must(pay.subscriptions:create { order_id = "S-1", customer = CUSTOMER,
      item = { product_id = PLAN }, trial_days = 7, return_url = SHOP_OK, cancel_url = SHOP_NO })
    expect(subscription.status == "incomplete", "the subscription to wait for the payer")
    return "S-1 is " .. subscription.status .. ", the payer is sent to a page"
  end)
  step("the payer's first card is declined", function()
    local reply = fill_in(page_of(subscription.action), "4000000000000002")
    expect(reply.status == 200 and reply.body:find "declined", "the page to say that the card was declined")
    local now = must(pay.subscriptions:refresh "S-1")
    expect(now.status == "incomplete", "the subscription to wait still")
    return "the page asks for another card, S-1 is still " .. now.status
  end)
  step("the payer pays with another card", function()
    return pay_at(subscription.action, "7 days free, then 9.99 USD")
  end)
  step("ask what came of it", function()
    local now = must(pay.subscriptions:refresh "S-1")
    expect(now.status == "trialing" and now.trial and now.auto_renew, "a subscription in its trial")
    expect(now.payment.status == "succeeded", "the first charge to be proven")
    return ("S-1 is %s until %s, proven by %s"):format(now.status, date(now.period_end_ms), now.payment.provider_id)
  end)
end

local function buy()
  local payment
  local order = { order_id = "P-1", customer = CUSTOMER, amount = "12.50", currency = "USD",
    description = "brushes, at a friend's price", item = { product_id = BRUSHES },
    return_url = SHOP_OK, cancel_url = SHOP_NO }
  title "A payment at a price of our own"
  step("create the payment", function()
    payment = must(pay.payments:create(order))
    expect(payment.status == "requires_action", "the payment to wait for the payer")
    return ("P-1 over %s is %s"):format(tostring(payment.amount), payment.status)
  end)
  step("the payer pays", function() return pay_at(payment.action, "12.50 USD") end)
  step("ask what came of it", function()
    local now = must(pay.payments:refresh "P-1")
    expect(now.status == "succeeded" and now.amount == money("12.50", "USD"), "12.50 USD, proven")
    return ("P-1 is %s, proven by %s"):format(now.status, now.provider_id)
  end)
  step("create the same payment again", function()
    local calls = #records
    local again = must(pay.payments:create(order))
    expect(again.status == "succeeded" and #again.attempts == 1 and #records == calls, "the same payment, nothing sent")
    return "the payment that is there comes back, nothing is sent"
  end)
  step("look at the customer after", function()
    local entitlements = must(pay.entitlements:get { customer = CUSTOMER })
    local invoices = must(pay.invoices:list { customer = CUSTOMER })
    local vip, brushes = by(entitlements, "name", "vip"), by(entitlements, "name", "brushes")
    expect(#entitlements == 2 and vip and vip.active and brushes and brushes.active, "vip and brushes, both active")
    expect(#invoices == 1 and invoices[1].status == "paid" and invoices[1].amount == money("0", "USD"),
      "the trial's invoice over 0.00 USD")
    return "vip in its trial, brushes for good", function()
      show_entitlements(entitlements)
      show_invoices(invoices)
    end
  end)
end

local function change()
  title "Changes"
  step("cancel the subscription", function()
    local now = must(pay.subscriptions:cancel "S-1")
    expect(not now.error and now.auto_renew == false and now.status == "trialing", "renewal switched off")
    return "renewal is off, access runs to " .. date(now.period_end_ms)
  end)
  step("renew it", function()
    local now = must(pay.subscriptions:renew "S-1")
    expect(not now.error and now.auto_renew == true, "renewal switched on")
    return "renewal is on again"
  end)
end

local function fail()
  title "What goes wrong"
  step("call with a wrong secret", function()
    local other = stage.open("shop", account_of(shop, ("x"):rep(32)))
    local list, err = other.products:list()
    expect(list == nil and err.kind == "authentication" and err.outcome == "rejected", "an authentication error")
    return ("%s, %s: %s"):format(err.outcome, err.kind, tostring(err))
  end)
  step("cancel, and the answer is lost", function()
    control("POST", "fault", { operation = "subscription.cancel", kind = "commit_then_drop" })
    local from = #records
    local now = must(pay.subscriptions:cancel "S-1")
    local seen = stage.calls_since(from)
    expect(seen == "subscription.cancel: unknown, then subscription.query: succeeded",
      "an unknown outcome and a query, got " .. seen)
    expect(not now.error and now.auto_renew == false, "the query to show that it was done")
    return seen .. ". It was done: renewal is off"
  end)
  step("compare with the sandbox's books", function()
    local books = control("GET", "books").appwheel
    local subscription, sale = books.subscriptions[1], books.sales[1]
    expect(#books.subscriptions == 1 and subscription.auto_renew == false and subscription.trial, "one subscription")
    expect(#books.sales == 1 and sale.amount == 1250 and sale.currency == "usd", "one sale over 12.50 USD")
    return "one subscription, renewal off; one sale over 12.50 USD; nothing twice"
  end)
end

function M.run()
  for _, part in ipairs { begin, subscribe, buy, change, fail } do part() end
end

return M
