--- Flows of the crash test. What their steps do stands in the shop's own books, once for each key; what is done
-- around them stands in scripts, as scripts.lua has them.

local obol = require "obol"

local M = {}

local OPTIONS = { timeout_ms = 20000 }

local function page(input, account)
  return { order_id = input.order_id, amount = "8.88", currency = "USD", method = "checkout",
    customer = { ip = "203.0.113.9" }, billing = { country = "CA" },
    items = { { name = "tea lights", price = "8.88", quantity = 1 } },
    return_url = "https://shop.example/back", notify_url = "https://shop.example/notify" },
    { account = account or "ruxpay", timeout_ms = OPTIONS.timeout_ms }
end

local function qr(input)
  return { order_id = input.order_id, amount = "0.10", currency = "CNY", description = "tea", method = "wechat_qr" },
    { account = "mincloud", timeout_ms = OPTIONS.timeout_ms }
end

-- Shows what there is to pay and waits until it is paid. What the provider never received, as it was recorded and
-- then not sent, is begun again.
local function paid(flow, order, options)
  local payment
  for _ = 1, 3 do
    payment = flow:create(order, options)
    if payment.action then flow:present(payment.action) end
    payment = flow:await(payment, { timeout = "1d" })
    if payment.status == "succeeded" then return payment end
  end
  return flow:fail(payment)
end

-- Gives money back, in the same way.
local function given_back(flow, payment, options)
  local refund
  for _ = 1, 3 do
    refund = flow:await(flow:refund(payment, options), { timeout = "1d" })
    if refund.status == "succeeded" then break end
  end
  return refund
end

--- The definitions; `shop` has the books.
function M.definitions(shop)
  local function does(flow, name)
    return function(key) return shop:effect(flow.id, name, key) end
  end

  return {
    obol.flow("sale", function(flow, input)
      paid(flow, qr(input))
      local granted = flow:step("grant", does(flow, "grant"))
      flow:sleep "10m"
      flow:step("thank", does(flow, "thank"))
      return { granted = granted }
    end),

    -- a step that goes wrong at first, and a refund that the provider settles later
    obol.flow("return", function(flow, input)
      local payment = paid(flow, page(input))
      flow:step("send", function(key)
        if not shop:knows(flow.id .. " was tried") then
          shop:note(flow.id .. " was tried")
          error "the warehouse is closed"
        end
        return shop:effect(flow.id, "send", key)
      end)
      local refund = given_back(flow, payment, { amount = "3.00", reason = "broken" })
      flow:step("book", does(flow, "book " .. refund.status))
    end),

    -- nobody approves: what was done is undone, last first
    obol.flow("refused", function(flow, input)
      local payment = paid(flow, page(input))
      flow:compensate("give back", function()
        local refund, err = flow.pay.refunds:create(payment.order_id, { refund_id = flow.id .. "-back" }, OPTIONS)
        if not refund then error(err, 0) end
        if refund.status ~= "processing" and refund.status ~= "succeeded" then error "not given back yet" end
      end)
      flow:step("reserve", does(flow, "reserve"), { undo = does(flow, "release") })
      flow:step("announce", does(flow, "announce"), { undo = does(flow, "recall") })
      if not flow:receive("approval", { timeout = "5m" }) then flow:fail "nobody approved" end
    end),

    obol.flow("approved", function(flow, input)
      local said = flow:receive("approval", { timeout = "30d" })
      flow:step("open", does(flow, "open for " .. said.by))
      paid(flow, page(input))
      flow:step("grant", does(flow, "grant"))
    end, { deadline = "60d" }),
  }
end

-- The payer pays, the shop is told of it, and its flows go on.
local function pays(shop, order_id)
  shop:pays((shop.pay.payments:get(order_id)))
  shop:deliver()
  shop:run_flows()
end

--- The scripts: each is run as often as it takes.
M.scripts = {
  { name = "flow-sale", run = function(shop)
    shop:flow("sale", "F-1", { order_id = "A-1" })
    pays(shop, "A-1")
    shop:pass_time("the night", 600000)
    shop:run_flows()
  end },

  { name = "flow-return", run = function(shop)
    shop:flow("return", "F-1", { order_id = "A-1" })
    pays(shop, "A-1")
    shop:pass_time("the second try", 60000)
    shop:run_flows()
    shop:pass_time("the refund", 6000)
    shop:deliver()
    shop:run_flows()
  end },

  { name = "flow-refused", run = function(shop)
    shop:flow("refused", "F-1", { order_id = "A-1" })
    pays(shop, "A-1")
    shop:pass_time("the approval", 300000)
    shop:run_flows()
    shop:pass_time("the refund", 6000)
    shop:deliver()
  end },

  { name = "flow-approved", run = function(shop)
    shop:flow("approved", "F-1", { order_id = "A-1" })
    shop:tell("F-1", "approval", { by = "li" })
    shop:run_flows()
    pays(shop, "A-1")
  end },
}

return M
