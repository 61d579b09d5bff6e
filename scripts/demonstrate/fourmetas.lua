-- 4metas: game recharge, with callbacks sealed by RSA in both ways.

local obol = require "obol"
local stage = require "stage"

local expect, must, step = stage.expect, stage.must, stage.step

local M = {}

local PLAYER = "167123123123"

local function create(pay, order_id)
  return must(pay.payments:create { order_id = order_id, method = "game", amount = "3.44", currency = "USD",
    customer = { id = PLAYER }, item = { product_id = 1 }, notify_url = "https://shop.example/notify/games",
    return_url = "game://paid" })
end

local function open(found)
  return stage.open("games", { provider = "fourmetas", api_base = found.api_base, pay_base = found.pay_base,
    game_id = found.game_id, rsa = { mode = found.rsa.mode, key = obol.secret(found.rsa.key) } })
end

local function sealed_for_us()
  local pay, incoming = open(stage.accounts.fourmetas), nil
  step("an order and its pay page", function()
    local payment = create(pay, "G-1")
    expect(payment.status == "requires_action" and payment.action.url:find("#/pages/pay/detail?id=", 1, true),
      "a pay page behind a fragment")
    expect(stage.request("GET", (payment.action.url:gsub("#.*", ""))).status == 200, "the pay page to be there")
    return ("order %s, page %s"):format(payment.provider_id, payment.action.url)
  end)
  step("paid, told by a sealed callback", function()
    stage.control("POST", "pay", { reference = "G-1" })
    incoming = stage.callbacks("fourmetas")[1]
    local reply, event, err = pay.notifications:receive("games", incoming)
    expect(event and reply.status == 200, "the callback to be taken, got: " .. tostring(err))
    expect(event.verified_by ~= "signature", "a callback that anybody with the public key could have sealed")
    local now = must(pay.payments:get "G-1")
    expect(now.status == "succeeded", "the payment to be paid")
    return ("%s, confirmed by a query: the seal alone proves nobody"):format(tostring(now.amount))
  end)
  step("the same callback again", function()
    local reply, event = pay.notifications:receive("games", incoming)
    expect(reply.status == 200 and event.duplicate, "the callback to be known and acknowledged")
    return "acknowledged, and nothing changes"
  end)
  step("a callback that was tampered with", function()
    create(pay, "G-2")
    stage.control("POST", "fault", { operation = "notification", kind = "altered", provider = "fourmetas" })
    stage.control("POST", "pay", { reference = "G-2" })
    local reply, event, err = pay.notifications:receive("games", stage.callbacks("fourmetas")[1])
    expect(event == nil and reply.status == 400, "the callback to be refused")
    local now = must(pay.payments:refresh "G-2")
    expect(now.status == "succeeded", "the query to show that it was paid")
    return ("refused (%s); asked, 4metas says that G-2 is paid"):format(err.kind)
  end)
end

local function sealed_by_them()
  step("sealed with the platform's own key", function()
    stage.control("POST", "set", { provider = "fourmetas", options = { rsa = { mode = "private_encrypt" } } })
    local pay = open(stage.control("GET", "accounts").fourmetas)
    create(pay, "G-3")
    stage.control("POST", "pay", { reference = "G-3" })
    local _, event = stage.take_success(pay, "games", "fourmetas", "G-3")
    expect(event.verified_by == "signature", "a callback that only the platform can have sealed")
    return "opened with its public key: only the platform can have made it"
  end)
end

function M.run()
  stage.title "4metas: game recharge"
  sealed_for_us()
  sealed_by_them()
end

return M
