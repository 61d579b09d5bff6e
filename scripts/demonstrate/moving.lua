-- Rules: traffic that moves from one account to another, in steps of one number.

local shop = require "shop"
local stage = require "stage"

local expect, must, step = stage.expect, stage.must, stage.step

local M = {}

local CUSTOMERS = 200

-- The example's rules with another number.
local function write(path, moved)
  local file = assert(io.open(shop.scripts .. "/routes/moving.lua", "rb"))
  local text = file:read "*a"
  file:close()
  file = assert(io.open(path, "wb"))
  file:write((text:gsub("local MOVED = %d+", "local MOVED = " .. moved)))
  file:close()
end

-- Whom the rules send to the new account.
local function moved_customers(pay)
  local moved, count = {}, 0
  for i = 1, CUSTOMERS do
    local seen = must(pay:explain { method = "card", amount = "8.88", currency = "USD", customer = { id = "c-" .. i } })
    if seen.account == "spare" then moved[i], count = true, count + 1 end
  end
  return moved, count
end

function M.run()
  local path, before, pay = stage.folder .. "/moving.lua", {}, nil
  stage.title "Rules: moving traffic from one account to another"
  for place, number in ipairs { 0, 10, 50, 100 } do
    step(("%d per cent at the new account"):format(number), function()
      write(path, number)
      if place == 1 then pay = shop.open { routes = path } else must(pay:reload()) end
      local results, failed = pay:test_routes()
      expect(failed == 0, "what stands beside the rules to hold")
      local moved, count = moved_customers(pay)
      for i in pairs(before) do expect(moved[i], "whoever has moved to stay") end
      before = moved
      return ("taken up while running: %d of %d customers, nobody went back; %d expectations hold"):format(count,
        CUSTOMERS, #results)
    end)
  end
  step("a slip: 110 per cent", function()
    write(path, 110)
    local changed, err = pay:reload()
    expect(changed == nil and err.kind == "invalid", "the rules to be refused")
    local payment = must(pay.payments:create(shop.card("T-1", "c-1")))
    expect(payment.status == "succeeded" and payment.account == "spare", "the rules before to hold still")
    return "refused with its line; the rules before hold still: " .. err.fields[1].message:gsub("^.*/", "")
  end)
end

return M
