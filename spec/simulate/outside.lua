-- What happens outside of every process: payers, the provider's console, its faults, the network, time.

local mail = require "spec.simulate.mail"
local network = require "spec.simulate.network"

local M = {}

local MINUTE, HOUR = 60000, 3600000

-- What the payer can act on is a page that somebody was shown.
local function payer(verb)
  return function(run)
    local id = run.random:pick(run.shown)
    if not id then return end
    local done, err = run.box[verb](run.box, id, { provider = run.adapter.name })
    run:note("%s %s: %s", verb, id:sub(-24), tostring(done and "done" or err))
  end
end

M.pay, M.decline, M.back_out = payer "pay", payer "decline", payer "back_out"

-- The payer's bank takes a refund, or does not.
function M.bank(run)
  local refund = run.random:pick(run:refunds())
  if not refund or not refund.refund_id then return end
  local verb = run.random:chance(60) and "pay" or "decline"
  local done, err = run.box[verb](run.box, refund.refund_id, { provider = run.adapter.name })
  run:note("the bank's %s of %s: %s", verb, refund.refund_id, tostring(done and "done" or err))
end

--- Where a refund waits for the bank alone, it ends in time.
function M.end_refunds(run)
  for _, refund in ipairs(run:refunds()) do
    if refund.refund_id and not refund.done then
      run.box:pay(refund.refund_id, { provider = run.adapter.name })
    end
  end
end

local function of_order(verb, options_of)
  return function(run)
    local order = run.random:pick(run:orders())
    if not order then return end
    local options = options_of(run)
    options.provider = run.adapter.name
    local done, err = run.box[verb](run.box, order.id, options)
    run:note("%s %s: %s", verb, order.id:sub(-24), tostring(done and "done" or err))
  end
end

M.forge = of_order("forge", function() return {} end)

local refund = of_order("refund", function(run) return { amount = 100 + run.random:upto(300) } end)
local renew = of_order("renew", function(run) return { declined = run.random:upto(4) == 1 } end)
local chargeback = of_order("chargeback", function() return { amount = 100 } end)

function M.console(run)
  if not run.kind.is_silent and run.adapter.name ~= "appwheel" then refund(run) end
end

function M.renew(run)
  if run.kind.renews then renew(run) end
end

--- The payer's card stops working, or works again.
function M.card(run)
  local fails = run.random:chance(60)
  if run.adapter.name ~= "appwheel" then return end
  run.box:fail_card("u-7", fails)
  run:note("the payer's card %s", fails and "fails" or "works")
end

function M.chargeback(run)
  if run.adapter.name == "ruxpay" and not run.kind.is_silent then chargeback(run) end
end

local faults = { "commit_then_drop", "refuse", "truncated", "status_500", "status_503", "html", "torn", "empty",
  "unlisted_code", "status_429", "wrong_types" }
local asked = { "payment.create", "payment.query", "refund.create", "refund.query", "subscription.create",
  "subscription.query", "entitlement.get", "subscription.cancel" }
local spoilt = { "forged", "wrong_key", "wrong_amount", "duplicated" }

function M.fault(run)
  local operation, kind = run.random:pick(asked), run.random:pick(faults)
  if not run.simulator.operations[operation] then
    run.spoil = run.random:pick(spoilt)
    -- What is signed and never asked about is believed.
    if run.spoil == "wrong_amount" and run.kind.account then run.spoil = nil end
    return
  end
  run:note("fault: %s %s", operation, kind)
  run.box:fault(operation, kind, { provider = run.adapter.name })
end

-- Time goes by, whoever is under way. What was sent long ago has arrived or never does.
local function advance(run, ms)
  run:note("%g s go by", ms / 1000)
  network.deliver_late(run, run:elapsed() + ms)
  run.box:advance(ms)
end

M.advance = advance

function M.wait(run) advance(run, run.random:upto(2 * MINUTE)) end

function M.wait_long(run)
  local longest = run.random:pick{ 10 * MINUTE, 3 * HOUR, 30 * HOUR }
  advance(run, run.random:upto(2) == 1 and longest or run.random:upto(longest))
end

--- A machine's clock is set, forward or back.
function M.clock(run)
  local process = run.random:pick(run.processes)
  process.skew_ms, run.is_skewed = (run.random:upto(121) - 61) * 1000, true
  run:note("the clock of process %d is off by %g s", process.number, process.skew_ms / 1000)
end

M.late = network.deliver_one

function M.crash(run) run:crash(run.random:pick(run.processes)) end

function M.lose(run)
  if #run.mail > 0 and run.random:chance(30) then mail.drop(run, table.remove(run.mail, run.random:upto(#run.mail))) end
end

M.mail = mail
return M
