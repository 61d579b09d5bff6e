--- What racers do with the orders, each of them the same.

local orders = require("spec.crash.scripts").orders

local M = {}

local providers = { "ruxpay", "mincloud", "fourmetas", "appwheel" }
local limits = { timeout_ms = 20000 }

-- What a caller may be told who was not the first.
local fair = { conflict = true, invalid = true, not_found = true }

local function check(made, err)
  if not made and not fair[err.kind] then error(err) end
  return made, err
end

local function provider_of(place) return providers[place % #providers + 1] end

function M.create(shop, count)
  for place = 1, count do
    local provider = provider_of(place)
    local params = orders[provider]("A-" .. place, provider == "appwheel" and { customer = "u-" .. place } or nil)
    check(shop.pay.payments:create(params, { account = provider, timeout_ms = limits.timeout_ms }))
  end
end

function M.look(shop, count)
  for place = 1, count do check(shop.pay.payments:refresh("A-" .. place, limits)) end
  assert(shop.pay:reconcile { at_once = 4 })
end

--- Flows, each begun by every racer; each of them in another order.
function M.start_flows(shop, count, number)
  for step = 1, count do
    local place = (step + number * 3) % count + 1
    check(shop.pay.flows:start("sale", { order_id = "B-" .. place }, { id = "F-" .. place }))
  end
end

--- Four refunds of a third each, every one asked for by several: at most two can be made.
function M.refund(shop, count, number)
  for place = 1, count do
    if provider_of(place) == "ruxpay" then
      local params = { refund_id = ("R-%d-%d"):format(place, number % 4), amount = "3.00" }
      for _ = 1, 20 do
        local made, err = check(shop.pay.refunds:create("A-" .. place, params, limits))
        if made or err.kind ~= "conflict" then break end
      end
    end
  end
end

return M
