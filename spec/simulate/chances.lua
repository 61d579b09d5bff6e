-- What is worth doing now: what could change nothing is left out, so that a run's few steps count.

local M = {}

local function any(rows, fits)
  for _, row in pairs(rows) do
    if not fits or fits(row) then return true end
  end
  return false
end

local function is_paid(row) return row.status == "succeeded" end
local function is_begun(row) return row.provider_id ~= nil end
local function is_under_way(row) return row.status == "processing" end

local function has_payment(run) return next(run.invariants.rows.payments) ~= nil end
local function has_paid(run) return any(run.invariants.rows.payments, is_paid) end
local function has_mail(run) return #run.mail > 0 or #run.box.webhooks.pending > 0 end
local function has_subscription(run) return any(run.invariants.rows.subscriptions, is_begun) end

local function has_page(run) return #run.shown > 0 end

-- Whether it may change something; what is not listed always may.
local may = {
  refresh = has_payment, get = has_payment, cancel = has_payment, refund = has_paid,
  refresh_refund = function(run) return any(run.invariants.rows.refunds) end,
  deliver = has_mail, lose = function(run) return #run.mail > 0 end,
  replay = function(run) return #run.seen > 0 end,
  consume = function(run) return any(run.invariants.rows.events) end,
  refresh_subscription = has_subscription, switch_off = has_subscription, switch_on = has_subscription,
  change_plan = has_subscription,
  pay = has_page, decline = has_page, back_out = has_page, forge = has_payment,
  console = has_paid, renew = has_paid, chargeback = has_paid,
  bank = function(run) return any(run.invariants.rows.refunds, is_under_way) end,
  late = function(run) return #run.late > 0 end,
}

--- One of the names that may change something, as often as it stands in the list; `otherwise` where none was
-- drawn in a few tries.
function M.pick(run, names, otherwise)
  for _ = 1, 4 do
    local name = run.random:pick(names)
    if not may[name] or may[name](run) then return name end
  end
  return otherwise
end

return M
