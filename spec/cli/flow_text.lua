-- The file of flows that obol flow is tried with.

return [[
local obol = require "obol"
local function order(id)
  return { order_id = id, amount = "8.88", currency = "USD", method = "checkout", customer = { ip = "203.0.113.9" },
    billing = { country = "CA" }, items = { { name = "tea lights", price = "8.88", quantity = 1 } },
    return_url = "https://shop.example/back", notify_url = "https://shop.example/notify/cards" }
end
return {
  obol.flow("sale", function(flow, input)
    local payment = flow:create(order(input.order_id))
    if payment.action then flow:present(payment.action) end
    payment = flow:await(payment, { timeout = "2h" })
    if payment.status ~= "succeeded" then return flow:fail(payment) end
    flow:step("grant", function(key)
      local file = assert(io.open("granted", "ab"))
      file:write(input.order_id, "\n")
      file:close()
    end)
    return { sold = input.order_id }
  end),
  obol.flow("approval", function(flow)
    local said = flow:receive("approval", { timeout = "1d" })
    return { said = said }
  end),
  obol.flow("told", function(flow) error(flow:receive "go") end),
  obol.flow("refused", function(flow) flow:fail "the shop is closed" end),
  obol.flow("broken", function(flow)
    flow:step("deliver", function()
      local file = io.open("mended", "rb")
      if not file then error "nobody is at the door" end
      file:close()
    end, { tries = 1 })
  end),
  obol.flow("nap", function(flow)
    flow:step("begin", function()
      local file = assert(io.open("napping", "wb"))
      file:write "z"
      file:close()
      require("obol.wait").sleep(500)
    end)
    flow:step("end", function() end)
  end),
}
]]
