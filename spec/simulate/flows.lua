-- Flows beside the callers: an order is sold by one, whose steps' work is counted under their keys; and what has to
-- hold of them at the end.

local obol = require "obol"

local M = {}

-- What a step does: it goes wrong at times.
local function does(run, flow, name)
  return function(key)
    if run:luck(20) then error "the game is away" end
    local place = flow.id .. " " .. name
    run.effects[place] = run.effects[place] or {}
    run.effects[place][key] = true
  end
end

--- The definitions for the run; `way_of(run, order_id)` is how an order is paid.
function M.definitions(run, way_of)
  return { obol.flow("sale", function(flow, input)
    local way = way_of(run, input.order_id)
    local options = { operation = way.operation }
    for name, value in pairs(way.options and way.options(run) or {}) do options[name] = value end
    local made = flow:create(way.params(input.order_id), options)
    if made.action then flow:present(made.action) end
    local payment = flow:await(input.order_id, { timeout = "2h" })
    if payment.status ~= "succeeded" then flow:fail(payment) end
    flow:step("grant", does(run, flow, "grant"))
    flow:sleep "10m"
    flow:step("thank", does(run, flow, "thank"))
  end) }
end

--- Whether a flow may go on yet.
function M.is_open(run)
  for _, row in pairs(run.invariants.rows.flows) do
    if row.status == "running" or row.status == "waiting" then return true end
  end
  return false
end

local function keys_of(run, id, name)
  local count = 0
  for _ in pairs(run.effects[id .. " " .. name] or {}) do count = count + 1 end
  return count
end

-- What cannot be created as it is written: somebody else has the order at another amount.
local fair = { conflict = true, invalid = true, unsupported = true }

--- Raises what does not hold of the flows in the ledger.
function M.check(run, ledger)
  for _, row in ipairs(ledger:select("flows", { limit = 1000 })) do
    local grants, thanks = keys_of(run, row.id, "grant"), keys_of(run, row.id, "thank")
    local payment = ledger:get("payments", row.input.list[1].order_id)
    local fine = grants == 0 and thanks == 0
    if row.status == "succeeded" then
      fine = grants == 1 and thanks == 1 and payment.status == "succeeded"
    elseif row.status == "stopped" then
      fine = fine and fair[row.error.kind] == true
    elseif row.status ~= "failed" then
      fine = false
    end
    if not fine then
      local why, paid = row.error and tostring(row.error.message) or "no error", payment and payment.status or "none"
      error(("the flow %s is %s (%s), its payment %s, with %d grants and %d thanks"):format(row.id, row.status, why,
        paid, grants, thanks), 0)
    end
  end
end

return M
