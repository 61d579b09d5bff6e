-- Flows: the scripts of scripts/flows, with what goes wrong in them.

local json = require "obol.json"
local money = require "obol.money"
local shop = require "shop"
local stage = require "stage"

local expect, must, step = stage.expect, stage.must, stage.step

local M = {}

local MINUTE, HOUR, DAY = 60000, 3600000, 86400000

local pay, backend, config

local function start(name, id, input) return must(pay.flows:start(name, input, { id = id })) end

-- What was done at the shop's own systems since the last time, as one text.
local told = 0
local function done()
  local list, new = backend.done(), {}
  for place = told + 1, #list do new[#new + 1] = list[place] end
  told = #list
  return table.concat(new, "; ")
end

local function is(id, status)
  local flow = must(pay.flows:get(id))
  expect(flow.status == status, ("the flow to be %s, got %s: %s"):format(status, flow.status, tostring(flow.error)))
  return flow
end

local function begin()
  step("open the shop with five flows", function()
    local flows = {}
    for place, name in ipairs { "checkout", "subscription", "recharge", "card", "refund" } do
      flows[place] = ("%s/flows/%s.lua"):format(shop.scripts, name)
    end
    config = { ledger = "sqlite:" .. stage.folder .. "/flows.db", flows = flows,
      routes = shop.scripts .. "/routes/cards.lua" }
    pay = shop.open(config)
    stage.control("POST", "deliver", {}) -- what was for others
    -- the stand-in for the shop's own systems, as the flows found it
    backend = package.loaded.backend
    backend.path = stage.folder .. "/backend.log"
    return "loaded from scripts/flows, with the rules of scripts/routes/cards.lua"
  end)
end

local function checkout()
  step("a checkout offers a code", function()
    local flow = start("checkout", "f-1", { order_id = "F-1", amount = "19.99", currency = "CNY",
      ways = { "wechat_qr", "alipay_page" }, items = { { name = "蜡烛", price = "19.99", quantity = 1 } } })
    is("f-1", "waiting")
    expect(flow.action and flow.action.type == "qr", "a code to scan")
    return "waiting, with a code of WeChat; " .. done()
  end)
  step("nobody scans it, and a process dies", function()
    pay:close()
    pay = shop.open(config)
    shop.pass(pay, HOUR, 3)
    local flow = is("f-1", "waiting")
    expect(flow.action.type == "redirect" and #must(pay.payments:get "F-1").attempts == 2, "Alipay's page")
    return "another process goes on: that code is over, so now a page of Alipay"
  end)
  step("paid there", function()
    stage.control("POST", "pay", { reference = "F-1" })
    shop.work(pay)
    return ("succeeded: %s; %s"):format(is("f-1", "succeeded").result.parcel, done())
  end)
end

local function by_card()
  step("an order by card: 3DS, failover", function()
    stage.control("POST", "set", { provider = "ruxpay", options = { disabled = { stage.accounts.ruxpay.app_id } } })
    start("card", "f-2", { order_id = "F-2", items = { { name = "tea lights" } } })
    local params = shop.card("F-2", "u-7")
    params.three_ds, params.browser = true, { user_agent = "Mozilla/5.0", accept = "text/html" }
    local payment = must(pay.payments:create(params))
    expect(payment.account == "spare" and payment.action, "the other account, and the bank's challenge")
    stage.control("POST", "set", { provider = "ruxpay", options = { disabled = json.array {} } })
    stage.control("POST", "pay", { reference = "F-2" })
    shop.work(pay)
    is("f-2", "succeeded")
    return "the first account is closed, the other one took it; " .. done()
  end)
end

local function recharge()
  step("a recharge, the game being down", function()
    local credit, tries = backend.credit, 0
    backend.credit = function(...)
      tries = tries + 1
      if tries < 3 then error("the game's server is down", 0) end
      return credit(...)
    end
    start("recharge", "f-3", { order_id = "F-3", player = "167123123123", item = 1, amount = "3.44", currency = "USD" })
    stage.control("POST", "pay", { reference = "F-3" })
    shop.work(pay)
    is("f-3", "waiting")
    shop.pass(pay, 10 * MINUTE, 6)
    is("f-3", "succeeded")
    backend.credit = credit
    return ("tried %d times with one key: %s"):format(tries, done())
  end)
end

local function membership()
  step("a membership with a trial", function()
    local flow = start("membership", "f-4", { order_id = "F-4", customer = "u-44", product = "price_vip_monthly",
      trial_days = 7 })
    stage.control("POST", "pay", { reference = flow.action.url })
    shop.pass(pay, HOUR)
    expect(must(pay.subscriptions:get "F-4").status == "trialing", "a trial")
    return done()
  end)
  step("its renewal fails", function()
    stage.control("POST", "fail_card", { customer = "u-44", failing = true })
    shop.pass(pay, DAY, 8)
    expect(must(pay.subscriptions:get "F-4").status == "past_due", "a failed renewal")
    return "past_due; " .. done()
  end)
  step("another card, another plan, the end", function()
    stage.control("POST", "fail_card", { customer = "u-44", failing = false })
    shop.pass(pay, DAY, 10)
    expect(must(pay.subscriptions:get "F-4").status == "active", "a renewal that is paid")
    local flow = start("change_plan", "f-5", { order_id = "F-4", product = "price_vip_yearly" })
    stage.control("POST", "pay", { reference = flow.action.url })
    shop.pass(pay, HOUR)
    is("f-5", "succeeded")
    start("leave", "f-6", { order_id = "F-4" })
    is("f-6", "succeeded")
    expect(must(pay.subscriptions:get "F-4").auto_renew == false, "no further renewal")
    return done()
  end)
end

local function refund()
  step("a refund with approval", function()
    start("refund", "f-7", { order_id = "F-2", amount = "3.00", reason = "one was broken", asked_by = "ann" })
    must(pay.flows:tell("f-7", "approval", { by = "bea", granted = true }))
    shop.pass(pay, MINUTE, 2)
    is("f-7", "succeeded")
    expect(must(pay.payments:get "F-2").refunded == money("3.00", "USD"), "3.00 USD given back")
    return done()
  end)
end

function M.run()
  stage.title "Flows: business steps that survive"
  for _, part in ipairs { begin, checkout, by_card, recharge, membership, refund } do part() end
end

return M
